package fakeslack

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Command types a slash command somewhere.
func (s *Slack) Command(user, channel, command, words string) Ack {
	s.t.Helper()
	return s.Deliver(s.CommandDelivery(user, channel, command, words))
}

// CommandDelivery is a slash command on its way.
func (s *Slack) CommandDelivery(user, channel, command, words string) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	name := c.name
	if strings.HasPrefix(channel, "D") {
		name = "directmessage"
	}
	return Delivery{Kind: commands, settle: s.whispered(c, user), Payload: map[string]any{
		"token": "deprecated", "team_id": Team, "team_domain": "cozinha", "channel_id": channel, "channel_name": name,
		"user_id": user, "user_name": strings.ToLower(s.users[user].Name), "command": command, "text": formatted.Replace(words),
		"api_app_id": App, "is_enterprise_install": "false",
		"response_url": s.responseURL(channel, user, "", true), "trigger_id": s.trigger(user),
	}}
}

// address is what Slack makes a link of when somebody types it.
var address = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)

// Say types a message somewhere. A mention of the bot in a channel, and everything in its direct channels, is told to it;
// nothing else is.
func (s *Slack) Say(user, channel, words string) Ack {
	s.t.Helper()
	d := s.MessageDelivery(user, channel, words)
	if channel != directOf(user) && !strings.HasPrefix(words, "@aftersale") {
		return Ack{}
	}
	return s.Deliver(d)
}

// Reply types a message below another one of a channel; the bot is told of it.
func (s *Slack) Reply(user, channel, thread, words string) Ack {
	s.t.Helper()
	return s.Deliver(s.ReplyDelivery(user, channel, thread, words))
}

// ReplyDelivery is a message in a thread on its way; the channel shows it already.
func (s *Slack) ReplyDelivery(user, channel, thread, words string) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range []string{"channels:history", "groups:history"} {
		if !strings.Contains(s.Scopes, scope) {
			s.t.Errorf("slack: without the scope %s nobody tells the bot", scope)
		}
	}
	if !s.channels[channel].threads(thread) {
		s.t.Errorf("slack: there is no message %s in %s to write below", thread, channel)
	}
	m := &Message{Channel: channel, TS: s.ts(), Thread: thread, User: user, Text: words}
	s.channels[channel].messages = append(s.channels[channel].messages, m)
	return s.event(map[string]any{"type": "message", "channel": channel, "channel_type": "channel", "user": user, "text": formatted.Replace(words), "ts": m.TS,
		"thread_ts": thread, "parent_user_id": BotUser, "team": Team})
}

// MessageDelivery is a typed message on its way; the channel shows it already.
func (s *Slack) MessageDelivery(user, channel, words string) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Channel: channel, TS: s.ts(), User: user, Text: words}
	s.channels[channel].messages = append(s.channels[channel].messages, m)
	sent := formatted.Replace(words)
	sent = address.ReplaceAllString(sent, "<mailto:$0|$0>")
	event := map[string]any{"type": "message", "channel": channel, "channel_type": "im", "user": user, "text": sent, "ts": m.TS, "team": Team}
	if rest, ok := strings.CutPrefix(words, "@aftersale"); ok && !strings.HasPrefix(channel, "D") {
		event["type"], event["channel_type"], event["text"] = "app_mention", "channel", "<@"+BotUser+">"+formatted.Replace(rest)
	}
	return s.event(event)
}

// event wraps an event; the caller holds the lock.
func (s *Slack) event(event map[string]any) Delivery {
	return Delivery{Kind: events, Payload: map[string]any{
		"token": "deprecated", "team_id": Team, "api_app_id": App, "type": "event_callback", "event": event,
		"event_id": fmt.Sprintf("Ev0%d", s.next()), "event_time": 1790000000,
		"authorizations": []any{map[string]any{"team_id": Team, "user_id": BotUser, "is_bot": true}},
	}}
}

// EventDelivery is any event on its way.
func (s *Slack) EventDelivery(event map[string]any) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.event(event)
}

// OpenHome opens the app's home tab.
func (s *Slack) OpenHome(user string) Ack {
	s.t.Helper()
	s.mu.Lock()
	d := s.event(map[string]any{"type": "app_home_opened", "user": user, "channel": directOf(user), "tab": "home", "event_ts": "1790000000.1"})
	s.mu.Unlock()
	return s.Deliver(d)
}

// interaction is what all interactions have in common; the caller holds the lock.
func (s *Slack) interaction(kind, user string) map[string]any {
	return map[string]any{
		"type": kind, "token": "deprecated", "api_app_id": App, "trigger_id": s.trigger(user), "enterprise": nil, "is_enterprise_install": false,
		"team": map[string]any{"id": Team, "domain": "cozinha"},
		"user": map[string]any{"id": user, "username": strings.ToLower(s.users[user].Name), "name": strings.ToLower(s.users[user].Name), "team_id": Team},
	}
}

// Press presses what sends a value in a message, also when it is not there any more: somebody's screen may be old.
func (s *Slack) Press(user, channel, ts, value string) Ack {
	s.t.Helper()
	return s.Deliver(s.PressDelivery(user, channel, ts, value))
}

// PressDelivery is a press on its way.
func (s *Slack) PressDelivery(user, channel, ts, value string) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.channels[channel].messages, func(m *Message) bool { return m.TS == ts && (m.For == "" || m.For == user) })
	if i < 0 {
		s.t.Errorf("slack: %s sees no message %s in %s", user, ts, channel)
		return Delivery{Kind: interactions, Payload: s.interaction("block_actions", user)}
	}
	m := s.channels[channel].messages[i]
	p := s.interaction("block_actions", user)
	container := map[string]any{"type": "message", "message_ts": m.TS, "channel_id": channel, "is_ephemeral": m.For != ""}
	if m.Thread != "" {
		container["thread_ts"] = m.Thread
	}
	p["container"], p["channel"] = container, map[string]any{"id": channel, "name": s.channels[channel].name}
	if m.For == "" {
		p["message"] = map[string]any{"type": "message", "bot_id": Bot, "user": BotUser, "text": m.Text, "ts": m.TS, "blocks": m.Blocks}
	}
	p["response_url"] = s.responseURL(channel, user, m.TS, m.For != "")
	p["actions"] = []any{pressed(m.Blocks, value, s.ts())}
	p["state"] = map[string]any{"values": map[string]any{}}
	return Delivery{Kind: interactions, Payload: p}
}

// pressed is the action of a control that sends a value.
func pressed(blocks []any, value, ts string) map[string]any {
	c := Control{Type: "button", Block: "old", Action: "old", Value: value}
	for _, found := range Controls(blocks) {
		if found.Value == value {
			c = found
		}
	}
	a := map[string]any{"type": c.Type, "block_id": c.Block, "action_id": c.Action, "action_ts": ts}
	if c.Type == "button" {
		a["value"], a["text"] = value, map[string]any{"type": "plain_text", "text": c.Label}
	} else {
		a["selected_option"] = map[string]any{"value": value, "text": map[string]any{"type": "plain_text", "text": c.Label}}
	}
	return a
}

// PressView presses what sends a value in the modal that somebody looks at.
func (s *Slack) PressView(user, value string) Ack {
	s.t.Helper()
	v, ok := s.Modal(user)
	if !ok {
		s.t.Errorf("slack: %s looks at no modal", user)
		return Ack{}
	}
	s.mu.Lock()
	p := s.interaction("block_actions", user)
	p["view"], p["container"] = s.seen(s.views[v.ID]), map[string]any{"type": "view", "view_id": v.ID}
	p["actions"] = []any{pressed(v.Blocks(), value, s.ts())}
	s.mu.Unlock()
	return s.Deliver(Delivery{Kind: interactions, Payload: p})
}

// PressHome presses what sends a value in somebody's home tab.
func (s *Slack) PressHome(user, value string) Ack {
	s.t.Helper()
	s.mu.Lock()
	home := maps.Clone(s.homes[user])
	p := s.interaction("block_actions", user)
	home["id"], home["team_id"] = "V0HOME"+user, Team
	p["view"], p["container"] = home, map[string]any{"type": "view", "view_id": "V0HOME" + user}
	p["actions"] = []any{pressed(list(home, "blocks"), value, s.ts())}
	s.mu.Unlock()
	return s.Deliver(Delivery{Kind: interactions, Payload: p})
}

// Submit sends the modal that somebody looks at, with values by the names of its fields.
func (s *Slack) Submit(user string, values map[string]string) Ack {
	s.t.Helper()
	d, ok := s.SubmitDelivery(user, values)
	if !ok {
		return Ack{}
	}
	return s.Deliver(d)
}

// SubmitDelivery is a sent modal on its way.
func (s *Slack) SubmitDelivery(user string, values map[string]string) (Delivery, bool) {
	s.t.Helper()
	v, ok := s.Modal(user)
	if !ok {
		s.t.Errorf("slack: %s looks at no modal", user)
		return Delivery{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state := map[string]any{}
	stands := s.views[v.ID]
	stands.typed = map[string]string{}
	for _, in := range v.Inputs() {
		stands.typed[in.Block] = values[in.Action]
		state[in.Block] = map[string]any{in.Action: in.filled(values[in.Action])}
	}
	view := s.seen(s.views[v.ID])
	view["state"] = map[string]any{"values": state}
	p := s.interaction("view_submission", user)
	p["view"], p["response_urls"] = view, []any{}
	return Delivery{Kind: interactions, Payload: p, settle: func(said []byte) { s.acknowledged(stands, said) }}, true
}

// filled is the state of a field.
func (in Input) filled(value string) map[string]any {
	f := map[string]any{"type": in.Type, "value": nil}
	switch {
	case in.Type == "static_select":
		delete(f, "value")
		f["selected_option"] = nil
		for _, o := range in.Options {
			if o.Value == value {
				f["selected_option"] = map[string]any{"value": value, "text": map[string]any{"type": "plain_text", "text": o.Label}}
			}
		}
	case value != "":
		f["value"] = value
	}
	return f
}

// Close closes the modal that somebody looks at by its × or its close button.
func (s *Slack) Close(user string) Ack {
	s.t.Helper()
	v, ok := s.Modal(user)
	if !ok {
		s.t.Errorf("slack: %s looks at no modal", user)
		return Ack{}
	}
	s.mu.Lock()
	s.closeView(s.views[v.ID])
	p := s.interaction("view_closed", user)
	delete(p, "trigger_id")
	p["view"], p["is_cleared"] = s.seen(s.views[v.ID]), false
	s.mu.Unlock()
	if v.Raw["notify_on_close"] != true {
		return Ack{Status: 200}
	}
	return s.Deliver(Delivery{Kind: interactions, Payload: p})
}

// MessageShortcut uses a shortcut on a message.
func (s *Slack) MessageShortcut(user, channel, ts, callback string) Ack {
	s.t.Helper()
	s.mu.Lock()
	p := s.interaction("message_action", user)
	p["callback_id"], p["message_ts"], p["action_ts"] = callback, ts, s.ts()
	p["channel"] = map[string]any{"id": channel, "name": s.channels[channel].name}
	p["response_url"] = s.responseURL(channel, user, ts, false)
	for _, m := range s.channels[channel].messages {
		if m.TS == ts {
			p["message"] = map[string]any{"type": "message", "user": m.User, "ts": ts, "text": address.ReplaceAllString(formatted.Replace(m.Text), "<mailto:$0|$0>")}
		}
	}
	s.mu.Unlock()
	return s.Deliver(Delivery{Kind: interactions, Payload: p})
}

// GlobalShortcut uses a shortcut that begins nowhere.
func (s *Slack) GlobalShortcut(user, callback string) Ack {
	s.t.Helper()
	s.mu.Lock()
	p := s.interaction("shortcut", user)
	p["callback_id"], p["action_ts"] = callback, s.ts()
	s.mu.Unlock()
	return s.Deliver(Delivery{Kind: interactions, Payload: p})
}
