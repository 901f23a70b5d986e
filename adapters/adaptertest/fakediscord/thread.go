package fakediscord

import (
	"encoding/json"
	"net/http"
)

// beginThread makes the thread of a message, whose channel has the message's id. One that was deleted can be made again.
func (s *Server) beginThread(channel, message string, body []byte) answer {
	var in struct {
		Name string `json:"name"`
	}
	m := s.message(message)
	switch {
	case json.Unmarshal(body, &in) != nil || in.Name == "":
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	case m == nil || m.Channel != channel:
		return refuse(http.StatusNotFound, 10008, "Unknown Message")
	case channel != Room:
		return refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case s.granted&(1<<35) == 0:
		return refuse(http.StatusForbidden, 50013, "Missing Permissions")
	case s.threads[message]:
		return refuse(http.StatusBadRequest, 160004, "A thread has already been created for this message")
	}
	s.threads[message] = true
	return answer{http.StatusCreated, map[string]any{"id": message, "type": 11, "guild_id": GuildID, "parent_id": channel, "name": in.Name}}
}

// Threads reports whether there is a thread below a message.
func (s *Server) Threads(message string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.threads[message]
}

// DeleteThread deletes the thread below a message, as somebody may; Delete deletes a message.
func (s *Server) DeleteThread(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.threads[message] = false
	for _, m := range s.messages {
		m.Deleted = m.Deleted || m.Channel == message
	}
}

// Delete deletes a message.
func (s *Server) Delete(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.message(message); m != nil {
		m.Deleted = true
	}
}

// SwitchContent switches the intent on or off that brings what people write in servers.
func (s *Server) SwitchContent(on bool) { s.mu.Lock(); s.content = on; s.mu.Unlock() }

// flags are those of the application: whether it may read what is written in servers.
func (s *Server) flags() int {
	if s.content {
		return 1 << 19
	}
	return 0
}

// SayBelow types into the thread below a message of the room. The gateway tells bots of it that have the intents.
func (s *Server) SayBelow(user, message, text string) *Act {
	s.awaitSession()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.threads[message] = true // people begin threads too
	m := &Message{ID: s.id(), Channel: message, Author: user, Content: text}
	s.messages = append(s.messages, m)
	payload := m.payload()
	payload["guild_id"] = GuildID
	if s.gateway.intents&guildMessages == 0 {
		s.t.Errorf("fakediscord: without the intent nobody tells the bot of messages in servers")
	}
	if s.gateway.intents&contentIntent == 0 {
		payload["content"] = ""
	}
	return &Act{s: s, event: "MESSAGE_CREATE", payload: payload, ID: m.ID}
}
