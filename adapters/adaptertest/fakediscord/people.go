package fakediscord

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Direct is the private chat of a user with the bot; it is opened when it is first asked for.
func (s *Server) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user)
}

func (s *Server) direct(user string) string {
	if s.directs[user] == "" {
		s.directs[user] = "6" + user
	}
	return s.directs[user]
}

// An Act is something that a user does, as Discord tells it. Its methods deliver it.
type Act struct {
	s       *Server
	x       *exchange
	event   string
	payload map[string]any
	ID      string // of the interaction, or of the message that was typed
}

// Slash sends /support with a sub-command and its options in a channel. "more audit" is one of a group.
func (s *Server) Slash(user, channel, word string, options map[string]string) *Act {
	return s.command(user, channel, slashCommand, word, options, "")
}

// Complete is what Discord asks while the option is being typed.
func (s *Server) Complete(user, channel, word, option, typed string) *Act {
	return s.command(user, channel, autocomplete, word, map[string]string{option: typed}, option)
}

func (s *Server) command(user, channel string, kind int, word string, values map[string]string, focused string) *Act {
	options := []any{}
	for name, value := range values {
		o := map[string]any{"name": name, "type": 3, "value": value}
		if name == focused {
			o["focused"] = true
		}
		options = append(options, o)
	}
	group, word, grouped := strings.Cut(word, " ")
	if !grouped {
		group, word = "", group
	}
	sub := map[string]any{"name": word, "type": 1, "options": options}
	if grouped {
		sub = map[string]any{"name": group, "type": 2, "options": []any{sub}}
	}
	return s.act(user, channel, kind, nil, map[string]any{"id": "500000000000000000", "name": "support", "type": 1, "options": []any{sub}})
}

// Press presses a button of a message, or chooses an option of its menu; also one that is not there any more.
func (s *Server) Press(user, message, customID string, values ...string) *Act {
	s.mu.Lock()
	m := s.message(message)
	s.mu.Unlock()
	if m == nil {
		s.t.Errorf("fakediscord: no message %s", message)
		return nil
	}
	data := map[string]any{"custom_id": customID, "component_type": 2}
	if len(values) > 0 {
		data["component_type"], data["values"] = 3, values
	}
	return s.act(user, m.Channel, componentPress, m, data)
}

// Modal is the form that stands open before a user; nil when none does.
func (s *Server) Modal(user string) *Modal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.modals[user]
}

// Dismiss closes the user's modal without sending it, of which Discord tells nobody.
func (s *Server) Dismiss(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.modals, user)
}

// Fill sends the modal that stands open before the user. What values lacks is sent as it stands there.
func (s *Server) Fill(user string, values map[string]string) *Act {
	s.mu.Lock()
	modal := s.modals[user]
	delete(s.modals, user)
	s.mu.Unlock()
	if modal == nil {
		s.t.Errorf("fakediscord: no modal stands before %s", user)
		return nil
	}
	var parts []any
	for i, c := range modal.Components {
		if c.Component == nil {
			parts = append(parts, map[string]any{"type": c.Type, "id": i + 1})
			continue
		}
		parts = append(parts, map[string]any{"type": c.Type, "id": i + 1, "component": s.fillIn(*c.Component, values)})
	}
	return s.act(user, modal.channel, modalSubmit, modal.source, map[string]any{"custom_id": modal.CustomID, "components": parts})
}

func (s *Server) fillIn(c Component, values map[string]string) map[string]any {
	value, given := values[c.CustomID]
	out := map[string]any{"type": c.Type, "id": 100, "custom_id": c.CustomID}
	if c.Type == 3 {
		chosen := []string{}
		for _, o := range c.Options {
			if given && o.Value == value || !given && o.Default {
				chosen = append(chosen, o.Value)
			}
		}
		if given && value != "" && len(chosen) == 0 {
			s.t.Errorf("fakediscord: %s has no option %q", c.CustomID, value)
		}
		out["values"] = chosen
		return out
	}
	if !given {
		value = c.Value
	}
	out["value"] = value
	return out
}

// Say types into the private chat with the bot. Only the gateway tells of it.
func (s *Server) Say(user, text string) *Act {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{ID: s.id(), Channel: s.direct(user), Author: user, Content: text}
	s.messages = append(s.messages, m)
	return &Act{s: s, event: "MESSAGE_CREATE", payload: m.payload(), ID: m.ID}
}

// act makes an interaction.
func (s *Server) act(user, channel string, kind int, source *Message, data map[string]any) *Act {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	x := &exchange{id: id, token: "aW50ZXJhY3Rpb24-" + id + "-secret", kind: kind, user: user, channel: channel, at: s.Now(), source: source}
	s.exchanges[x.token] = x
	person := map[string]any{"id": user, "username": "u" + user, "global_name": "User " + user, "discriminator": "0", "avatar": nil}
	payload := map[string]any{
		"id": id, "application_id": ApplicationID, "type": kind, "token": x.token, "version": 1, "channel_id": channel,
		"locale": "en-US", "app_permissions": "562949953601536", "entitlements": []any{}, "attachment_size_limit": 10485760,
		"authorizing_integration_owners": map[string]any{"0": GuildID}, "data": data,
	}
	if channel == s.directs[user] {
		payload["context"], payload["user"] = 1, person
		payload["channel"] = map[string]any{"id": channel, "type": 1}
	} else {
		payload["context"], payload["guild_id"], payload["guild_locale"] = 0, GuildID, "en-US"
		payload["member"] = map[string]any{"user": person, "nick": nil, "roles": []any{}, "permissions": "2147483647", "joined_at": "2026-01-01T00:00:00+00:00", "deaf": false, "mute": false, "flags": 0}
		payload["channel"] = map[string]any{"id": channel, "type": 0}
	}
	if source != nil {
		payload["message"] = source.payload()
	}
	return &Act{s: s, x: x, event: "INTERACTION_CREATE", payload: payload, ID: id}
}

// With changes the payload before it is delivered.
func (a *Act) With(key string, value any) *Act { a.payload[key] = value; return a }

// Payload is what is delivered.
func (a *Act) Payload() []byte {
	b, err := json.Marshal(a.payload)
	if err != nil {
		a.s.t.Error(err)
	}
	return b
}

// Deliver tells the bot, over the gateway or by a call to its endpoint; doing it again is a duplicate. What comes of it is
// waited for with Answered.
func (a *Act) Deliver() *Act {
	if a == nil {
		return nil
	}
	s := a.s
	if s.Endpoint == "" || a.x == nil {
		s.awaitSession()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.x != nil && a.x.delivered == 0 {
		a.x.at = s.Now()
	}
	if a.x != nil {
		a.x.delivered++
	}
	if s.Endpoint == "" || a.x == nil {
		s.emit(a.event, a.payload)
		return a
	}
	s.workers.Go(func() { a.call(a.Payload()) })
	return a
}

// Idle waits until no call to the endpoint is under way.
func (s *Server) Idle() { s.workers.Wait() }

// call makes the signed call to the endpoint, and takes its answer as the first one.
func (a *Act) call(body []byte) {
	resp, err := a.s.Post(body, a.s.Now())
	if err != nil {
		return // too late, or the bot is gone: the interaction has failed
	}
	answer, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK {
		if err == nil && resp.StatusCode != http.StatusAccepted {
			a.s.wrong("the endpoint answers %s: %s", resp.Status, answer)
		}
		return
	}
	if a.s.ValidateCallback != nil {
		if problems := a.s.ValidateCallback(answer); len(problems) > 0 {
			a.s.wrong("the endpoint's answer: %v\n%s", problems, answer)
		}
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	defer a.s.tell()
	if a.x.first == 0 {
		a.s.firstAnswer(a.x, answer)
	}
}

// Post sends a body to the endpoint, signed at a time.
func (s *Server) Post(body []byte, at time.Time) (*http.Response, error) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	req, err := http.NewRequest(http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature-Timestamp", stamp)
	req.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(s.key, append([]byte(stamp), body...))))
	client := http.Client{Timeout: s.Within}
	defer client.CloseIdleConnections()
	return client.Do(req)
}

// Typed reports whether it is a message, which has no first answer.
func (a *Act) Typed() bool { return a.x == nil }

// First is the kind of the first answer; 0 while there is none.
func (a *Act) First() int {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.x.first
}

// Choices are the suggestions that came.
func (a *Act) Choices() []Choice {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return slices.Clone(a.x.choices)
}

// Answered waits for the first answer and returns its kind.
func (a *Act) Answered() int {
	a.s.t.Helper()
	a.s.Wait("the first answer", func() bool { return a.First() != 0 })
	return a.First()
}
