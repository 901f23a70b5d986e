package fakeslack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// place finds the channel that a message is for: a channel by its id, or somebody's direct one by his.
func (s *Slack) place(id string) (*channel, string) {
	if strings.HasPrefix(id, "U") {
		if _, ok := s.users[id]; !ok {
			return nil, "channel_not_found"
		}
		id = directOf(id)
	}
	c, ok := s.channels[id]
	switch {
	case !ok:
		return nil, "channel_not_found"
	case c.archived:
		return nil, "is_archived"
	case !c.members[BotUser]:
		return nil, "not_in_channel"
	}
	return c, ""
}

func (s *Slack) postMessage(body map[string]any) any {
	c, refused := s.place(text(body, "channel"))
	if refused != "" {
		return refused
	}
	if refused := tooMuch(body); refused != "" {
		return refused
	}
	if !c.threads(text(body, "thread_ts")) {
		return "thread_not_found"
	}
	m := &Message{Channel: c.id, TS: s.ts(), Thread: text(body, "thread_ts"), Text: text(body, "text"), Blocks: list(body, "blocks")}
	c.messages = append(c.messages, m)
	return map[string]any{"channel": c.id, "ts": m.TS, "message": map[string]any{"text": m.Text, "ts": m.TS, "bot_id": Bot, "user": BotUser}}
}

// threads reports whether something can be written below a message: one that stands there, or one that was deleted when there
// was a thread already. What stands in a thread has none of its own.
func (c *channel) threads(ts string) bool {
	if ts == "" {
		return true
	}
	for _, m := range c.messages {
		if m.TS == ts && !m.gone && m.Thread == "" || m.Thread == ts && m.For == "" {
			return true
		}
	}
	return false
}

// tooMuch refuses what Slack refuses beyond its schema.
func tooMuch(body map[string]any) string {
	if text(body, "text") == "" && len(list(body, "blocks")) == 0 {
		return "no_text"
	}
	raw, _ := json.Marshal(list(body, "blocks"))
	if len([]rune(strings.Join(Texts(list(body, "blocks")), ""))) > 13_200 || len(raw) > 200_000 {
		return "msg_blocks_too_long"
	}
	return ""
}

func (s *Slack) postEphemeral(body map[string]any) any {
	c, ok := s.channels[text(body, "channel")]
	switch {
	case !ok:
		return "channel_not_found"
	case !c.members[BotUser]:
		return "not_in_channel"
	case !c.members[text(body, "user")]:
		return "user_not_in_channel"
	}
	if refused := tooMuch(body); refused != "" {
		return refused
	}
	m := s.whisper(c, text(body, "user"), text(body, "thread_ts"), text(body, "text"), list(body, "blocks"))
	return map[string]any{"message_ts": m.TS}
}

func (s *Slack) whisper(c *channel, user, thread, words string, blocks []any) *Message {
	m := &Message{Channel: c.id, TS: s.ts(), Thread: thread, Text: words, Blocks: blocks, For: user}
	c.messages = append(c.messages, m)
	return m
}

// own finds a message of the bot's that everybody in the channel sees: no other can be edited.
func (s *Slack) own(body map[string]any) (*Message, string) {
	c, ok := s.channels[text(body, "channel")]
	if !ok {
		return nil, "channel_not_found"
	}
	for _, m := range c.messages {
		if m.TS == text(body, "ts") && !m.gone && m.For == "" {
			if m.User != "" {
				return nil, "cant_update_message"
			}
			return m, ""
		}
	}
	return nil, "message_not_found"
}

func (s *Slack) updateMessage(body map[string]any) any {
	m, refused := s.own(body)
	if refused != "" {
		return refused
	}
	if refused := tooMuch(body); refused != "" {
		return refused
	}
	m.Text, m.Blocks = text(body, "text"), list(body, "blocks")
	return map[string]any{"channel": m.Channel, "ts": m.TS, "text": m.Text}
}

func (s *Slack) deleteMessage(body map[string]any) any {
	m, refused := s.own(body)
	if refused != "" {
		return refused
	}
	m.gone = true
	return map[string]any{"channel": m.Channel, "ts": m.TS}
}

// Delete deletes a message, as somebody may.
func (s *Slack) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.channels[channel].messages {
		if m.TS == ts {
			m.gone = true
		}
	}
}

// responseURL makes a response address; the caller holds the lock.
func (s *Slack) responseURL(channel, user, original string, ephemeral bool) string {
	id := fmt.Sprintf("secret-address-%d", s.next())
	s.urls[id] = &responseURL{channel: channel, user: user, original: original, ephemeral: ephemeral, made: time.Now()}
	return s.server.URL + "/respond/" + id
}

// serveResponse takes what is posted to a response address.
func (s *Slack) serveResponse(w http.ResponseWriter, r *http.Request) {
	body := map[string]any{}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	f, faulty := s.fault("respond")
	if faulty && !f.After {
		f.fails(w, r)
		return
	}
	if err != nil {
		s.violation("response_url: %v", err)
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{"respond", body})
	refused := s.respond(r.PathValue("id"), body)
	s.changed.Broadcast()
	s.mu.Unlock()
	switch {
	case faulty:
		f.fails(w, r)
	case refused != "":
		answer(w, map[string]any{"ok": false, "error": refused})
	default:
		_, _ = io.WriteString(w, "ok")
	}
}

func (s *Slack) respond(id string, body map[string]any) string {
	u, ok := s.urls[id]
	switch {
	case !ok:
		return "no_url"
	case time.Since(u.made) > replyWindow:
		return "expired_url"
	case u.uses == replyUses:
		return "used_url"
	}
	u.uses++
	if body["delete_original"] != true {
		for _, problem := range s.specs.SlackBlocks("message", body) {
			s.violation("response_url: %s", problem)
		}
		if refused := tooMuch(body); refused != "" {
			s.violation("response_url: %s", refused)
		}
	}
	c := s.channels[u.channel]
	if body["replace_original"] == true {
		if _, thread := body["thread_ts"]; thread {
			s.violation("$.thread_ts: goes not with replace_original")
		}
		for _, m := range c.messages {
			if m.TS == u.original {
				if !u.ephemeral && body["response_type"] == "ephemeral" {
					s.violation("$.replace_original: everybody's message would be replaced by one person's answer")
				}
				m.Text, m.Blocks = text(body, "text"), list(body, "blocks")
				return ""
			}
		}
		return "message_not_found"
	}
	if body["response_type"] != "ephemeral" {
		s.violation("$.response_type: everybody would read it")
	}
	s.whisper(c, u.user, text(body, "thread_ts"), text(body, "text"), list(body, "blocks"))
	return ""
}
