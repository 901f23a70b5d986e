package faketelegram

// A Message is one as its readers see it.
type Message struct {
	ID     int
	User   int64 // 0: the bot
	Text   string
	HTML   string // as the bot sent it
	Rows   [][]Button
	Thread int64
	Reply  int64
	File   File // Text is its caption
	Photo  bool // the file is shown as a picture
}

// Buttons are all of its keyboard.
func (m Message) Buttons() []Button {
	var all []Button
	for _, row := range m.Rows {
		all = append(all, row...)
	}
	return all
}

// Messages are those of a chat, oldest first, as they are now.
func (s *Server) Messages(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.chats[chat]
	if !ok {
		return nil
	}
	var all []Message
	for _, m := range c.messages {
		if m.gone {
			continue
		}
		seen := Message{ID: m.id, User: m.from, Text: m.text, HTML: m.html, Rows: m.rows, Thread: m.thread, Reply: m.reply, File: m.file, Photo: m.photo}
		if m.from == BotID {
			seen.User = 0
		}
		all = append(all, seen)
	}
	return all
}

// AwaitMessage waits until the chat has n messages of the bot and returns the last of them.
func (s *Server) AwaitMessage(chat int64, n int) Message {
	s.t.Helper()
	s.wait("a message", func() bool {
		count := 0
		if c, ok := s.chats[chat]; ok {
			for _, m := range c.messages {
				if m.from == BotID && !m.gone {
					count++
				}
			}
		}
		return count >= n
	})
	var last Message
	for _, m := range s.Messages(chat) {
		if m.User == 0 {
			last = m
		}
	}
	return last
}

// A Toast is what a press was answered.
type Toast struct {
	Answered bool
	Text     string
	Alert    bool
	URL      string
}

// Toasts are the answers to all presses so far.
func (s *Server) Toasts() map[string]Toast {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]Toast{}
	for id, q := range s.queries {
		all[id] = Toast{q.answered, q.toast, q.alert, q.url}
	}
	return all
}

// ChatOf is the chat that has the message; ids are given once in all chats.
func (s *Server) ChatOf(message int) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, c := range s.chats {
		if c.find(int64(message)) != nil {
			return id
		}
	}
	return 0
}
