package faketelegram

import "fmt"

// person is what the platform tells of a user. His id is also his private chat's.
func person(id int64) map[string]any {
	return map[string]any{"id": id, "is_bot": false, "first_name": fmt.Sprintf("User %d", id), "language_code": "pt-br"}
}

// private finds the private chat of a user and makes it when he writes first. The caller holds the lock.
func (s *Server) private(user int64) *chat {
	c, ok := s.chats[user]
	if !ok {
		c = &chat{id: user}
		s.chats[user] = c
	}
	return c
}

// Start has a user open the chat with the bot, without saying anything: the bot may write to him from now on.
func (s *Server) Start(user int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.private(user).started = true
}

// Say has a user write to the bot, and returns the update.
func (s *Server) Say(user int64, text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.private(user)
	c.started, c.closed = true, ""
	m := &message{from: user, text: text}
	s.add(c, m)
	return s.enqueue(c.id, "message", c.json(m))
}

// Group makes a group with the bot in it.
func (s *Server) Group(id int64, members ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[id] = &chat{id: id, group: true, title: "Team", members: members}
}

// SayIn has a user write into a group; thread is a topic of it, or 0.
func (s *Server) SayIn(group, user int64, thread int64, text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[group]
	m := &message{from: user, text: text, thread: thread}
	s.add(c, m)
	return s.enqueue(c.id, "message", c.json(m))
}

// A Press is how a button was pressed.
type Press struct {
	Chat, User   int64
	Message      int
	Data         string
	Missing      bool // the message is not told
	Inaccessible bool // the message is too old to be told
	Old          bool // the query has expired when it arrives
}

// Press presses a button, also one that is not there any more, and returns the update.
func (s *Server) Press(p Press) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("77%d%06d", p.User, len(s.queries)+1)
	s.queries[id] = &query{old: p.Old}
	q := map[string]any{"id": id, "from": person(p.User), "chat_instance": "1", "data": p.Data}
	c := s.chats[p.Chat]
	m := c.find(int64(p.Message))
	switch {
	case p.Missing:
	case p.Inaccessible || m == nil:
		q["message"] = map[string]any{"message_id": p.Message, "date": 0, "chat": c.about()}
	default:
		q["message"] = c.json(m)
	}
	return s.enqueue(c.id, "callback_query", q)
}

// Block has the bot be refused in a chat, with the real server's words.
func (s *Server) Block(chat int64, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[chat].closed = why
}

// Delete takes a message away.
func (s *Server) Delete(chat int64, message int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.chats[chat].find(int64(message)); m != nil {
		m.gone = true
	}
}

// Upgrade turns a group into a supergroup with another id.
func (s *Server) Upgrade(from, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := *s.chats[from]
	c.id, c.messages = to, nil
	s.chats[to] = &c
	s.chats[from].moved = to
}
