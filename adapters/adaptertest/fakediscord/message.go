package fakediscord

import (
	"encoding/json"
	"net/http"
	"slices"
)

// flagEphemeral marks what one person sees.
const flagEphemeral = 1 << 6

// A Message is one in a channel.
type Message struct {
	ID         string
	Channel    string
	Author     string // user id; empty for the bot
	For        string // the one person who sees it; empty: all in the channel
	Content    string
	Embeds     []Embed
	Components []Component
	Files      []File
	Thinking   bool // "thinking…"
	Edits      int
	Deleted    bool
}

// An Embed is a card.
type Embed struct {
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Color       int     `json:"color"`
	Fields      []Field `json:"fields"`
}

// A Field is a line of a card's table.
type Field struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// A Component is anything to press or fill in, or what holds it.
type Component struct {
	Type        int         `json:"type"`
	Components  []Component `json:"components,omitempty"`
	Component   *Component  `json:"component,omitempty"`
	CustomID    string      `json:"custom_id,omitempty"`
	Label       string      `json:"label,omitempty"`
	Description string      `json:"description,omitempty"`
	Style       int         `json:"style,omitempty"`
	Options     []Option    `json:"options,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Value       string      `json:"value,omitempty"`
	Content     string      `json:"content,omitempty"`
	Required    *bool       `json:"required,omitempty"`
	Disabled    bool        `json:"disabled,omitempty"`
}

// An Option is one of a menu.
type Option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// A patch is what a body changes: absent parts stay.
type patch struct {
	Content     *string      `json:"content"`
	Embeds      *[]Embed     `json:"embeds"`
	Components  *[]Component `json:"components"`
	Flags       int          `json:"flags"`
	Attachments []struct {
		ID       json.Number `json:"id"`
		Filename string      `json:"filename"`
	} `json:"attachments"`
	Nonce        string `json:"nonce"`
	EnforceNonce bool   `json:"enforce_nonce"`
	Mentions     *struct {
		Parse []string `json:"parse"`
	} `json:"allowed_mentions"`
}

// read reads a message's body. What people wrote may stand in it, so nobody may be notified.
func (s *Server) read(raw []byte) patch {
	var p patch
	if err := json.Unmarshal(raw, &p); err != nil {
		s.wrong("not a message: %v", err)
	}
	if (p.Content != nil || p.Embeds != nil) && (p.Mentions == nil || p.Mentions.Parse == nil || len(p.Mentions.Parse) > 0) {
		s.wrong("a message may notify people: %s", raw)
	}
	return p
}

// apply changes a message.
func (m *Message) apply(p patch) {
	if p.Content != nil {
		m.Content = *p.Content
	}
	if p.Embeds != nil {
		m.Embeds = *p.Embeds
	}
	if p.Components != nil {
		m.Components = *p.Components
	}
	m.Thinking = false
}

// add puts a new message into a channel.
func (s *Server) add(channel, forUser string, p patch) *Message {
	m := &Message{ID: s.id(), Channel: channel, For: forUser}
	m.apply(p)
	s.messages = append(s.messages, m)
	return m
}

func (s *Server) message(id string) *Message {
	i := slices.IndexFunc(s.messages, func(m *Message) bool { return m.ID == id && !m.Deleted })
	if i < 0 {
		return nil
	}
	return s.messages[i]
}

// payload is a message as Discord sends it.
func (m *Message) payload() map[string]any {
	author := map[string]any{"id": BotID, "username": "Cozinha da Ana", "discriminator": "0", "avatar": nil, "bot": true}
	if m.Author != "" {
		author = map[string]any{"id": m.Author, "username": "u" + m.Author, "global_name": "User " + m.Author, "discriminator": "0", "avatar": nil}
	}
	flags := 0
	if m.For != "" {
		flags = flagEphemeral
	}
	embeds, components := m.Embeds, m.Components
	if embeds == nil {
		embeds = []Embed{}
	}
	if components == nil {
		components = []Component{}
	}
	return map[string]any{
		"id": m.ID, "channel_id": m.Channel, "author": author, "content": m.Content, "embeds": embeds, "components": components,
		"flags": flags, "type": 0, "tts": false, "pinned": false, "mention_everyone": false, "mentions": []any{}, "mention_roles": []any{},
		"attachments": []any{}, "timestamp": "2026-03-10T12:00:00.000000+00:00", "edited_timestamp": nil,
	}
}

// channel is what can be done in channels with the bot's token.
func (s *Server) channel(method string, parts []string, body []byte, files map[string]File) answer {
	if len(parts) < 2 {
		return refuse(http.StatusNotFound, 0, "404: Not Found")
	}
	id := parts[1]
	user := ""
	for u, c := range s.directs {
		if c == id {
			user = u
		}
	}
	switch {
	case s.hidden[id]:
		return refuse(http.StatusForbidden, 50001, "Missing Access")
	case user == "" && id != Room && !s.threads[id]:
		return refuse(http.StatusNotFound, 10003, "Unknown Channel")
	case len(parts) == 5 && parts[4] == "threads" && method == http.MethodPost:
		return s.beginThread(id, parts[3], body)
	case s.threads[id] && method == http.MethodPost && s.granted&(1<<38) == 0:
		return refuse(http.StatusForbidden, 50013, "Missing Permissions")
	case len(parts) == 2 && method == http.MethodGet:
		return ok(map[string]any{"id": id, "type": 0, "guild_id": GuildID, "name": "approvals", "permission_overwrites": []any{}})
	case len(parts) == 3 && parts[2] == "typing":
		return done()
	case user != "" && s.closed[user]:
		return refuse(http.StatusForbidden, 50007, "Cannot send messages to this user")
	case len(parts) == 3 && method == http.MethodPost:
		p := s.read(body)
		if p.Nonce != "" && p.EnforceNonce {
			if old := s.message(s.nonces[id+" "+p.Nonce]); old != nil {
				return ok(old.payload())
			}
		}
		m := s.add(id, "", p)
		m.Files = s.attached(p, files)
		s.nonces[id+" "+p.Nonce] = m.ID
		return ok(m.payload())
	case len(parts) == 4 && method == http.MethodPatch:
		m := s.message(parts[3])
		if m == nil || m.Channel != id || m.For != "" {
			return refuse(http.StatusNotFound, 10008, "Unknown Message")
		}
		if m.Author != "" {
			return refuse(http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
		}
		m.apply(s.read(body))
		m.Edits++
		return ok(m.payload())
	}
	return refuse(http.StatusMethodNotAllowed, 0, "405: Method Not Allowed")
}
