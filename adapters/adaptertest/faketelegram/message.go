package faketelegram

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

const (
	maxText     = 4096
	maxCallback = 64 // bytes
	maxButtons  = 100
	maxToast    = 200
)

// A chat is a private chat, whose id is the user's, or a group.
type chat struct {
	id       int64
	group    bool
	title    string
	started  bool   // the user has written first
	closed   string // why the bot may not write: the real server's words
	members  []int64
	moved    int64 // id of the supergroup that it has become
	messages []*message
}

// A message is one in a chat.
type message struct {
	id     int
	from   int64
	text   string
	html   string // as it was sent
	thread int64
	reply  int64
	rows   [][]Button
	gone   bool
	file   File
	photo  bool
}

// A Button is one of an inline keyboard.
type Button struct {
	Text  string `json:"text"`
	Data  string `json:"callback_data,omitempty"`
	URL   string `json:"url,omitempty"`
	Style string `json:"style,omitempty"`
}

// A query is a press that waits for its answer.
type query struct {
	answered bool
	old      bool
	toast    string
	alert    bool
	url      string
}

// writable finds a chat that the bot may write to.
func (s *Server) writable(id int64) (*chat, outcome, bool) {
	c, ok := s.chats[id]
	switch {
	case !ok || !c.group && !c.started:
		return nil, refuse(400, "Bad Request: chat not found"), false
	case c.moved != 0:
		return nil, outcome{code: 400, description: "Bad Request: group chat was upgraded to a supergroup chat", migrate: c.moved, expected: true}, false
	case c.closed != "":
		return nil, refuse(403, "Forbidden: "+c.closed), false
	}
	return c, outcome{}, true
}

func (s *Server) sendMessage(p map[string]any) outcome {
	c, no, ok := s.writable(num(p["chat_id"]))
	if !ok {
		return no
	}
	text, rows, problem := s.content(p)
	if problem != "" {
		return wrong(problem)
	}
	m := &message{text: text, html: str(p["text"]), rows: rows, thread: num(p["message_thread_id"])}
	if r, ok := p["reply_parameters"].(map[string]any); ok {
		m.reply = num(r["message_id"])
		if at := c.find(m.reply); at == nil && r["allow_sending_without_reply"] != true {
			return wrong("message to be replied not found")
		}
	}
	s.add(c, m)
	return result(c.json(m))
}

func (s *Server) editMessageText(p map[string]any) outcome {
	c, no, ok := s.writable(num(p["chat_id"]))
	if !ok {
		return no
	}
	m := c.find(num(p["message_id"]))
	switch {
	case m == nil:
		return refuse(400, "Bad Request: message to edit not found")
	case m.from != BotID:
		return wrong("message can't be edited")
	}
	text, rows, problem := s.content(p)
	if problem != "" {
		return wrong(problem)
	}
	if m.text == text && m.html == str(p["text"]) && reflect.DeepEqual(m.rows, rows) {
		return refuse(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.text, m.html, m.rows = text, str(p["text"]), rows
	return result(c.json(m))
}

func (s *Server) deleteMessage(p map[string]any) outcome {
	c, no, ok := s.writable(num(p["chat_id"]))
	if !ok {
		return no
	}
	m := c.find(num(p["message_id"]))
	switch {
	case m == nil:
		return refuse(400, "Bad Request: message to delete not found")
	case c.group && m.from != BotID:
		return wrong("message can't be deleted")
	}
	m.gone = true
	return result(true)
}

func (s *Server) answerCallbackQuery(p map[string]any) outcome {
	q, ok := s.queries[str(p["callback_query_id"])]
	if !ok || q.old || q.answered {
		return refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	}
	if length(str(p["text"])) > maxToast {
		return wrong("MESSAGE_TOO_LONG")
	}
	q.answered, q.toast, q.alert, q.url = true, str(p["text"]), p["show_alert"] == true, str(p["url"])
	return result(true)
}

func (s *Server) sendChatAction(p map[string]any) outcome {
	if _, no, ok := s.writable(num(p["chat_id"])); !ok {
		return no
	}
	if p["action"] != "typing" {
		return wrong("wrong parameter action in request")
	}
	return result(true)
}

// content reads text and keyboard as the real server does.
func (s *Server) content(p map[string]any) (string, [][]Button, string) {
	html := str(p["text"])
	text := strings.TrimSpace(html)
	switch p["parse_mode"] {
	case "HTML":
		var err error
		if text, err = plain(html); err != nil {
			return "", nil, err.Error()
		}
	case nil:
	default:
		return "", nil, "unsupported parse_mode"
	}
	if text == "" {
		return "", nil, "message text is empty"
	}
	if length(text) > maxText {
		return "", nil, fmt.Sprintf("message is too long: %d", length(text))
	}
	rows, problem := keyboard(p["reply_markup"])
	return text, rows, problem
}

func keyboard(markup any) ([][]Button, string) {
	if markup == nil {
		return nil, ""
	}
	m, ok := markup.(map[string]any)
	if !ok {
		return nil, "object expected as reply markup"
	}
	if force, ok := m["force_reply"]; ok {
		if force != true {
			return nil, "force_reply must be true"
		}
		return nil, ""
	}
	var k struct {
		Rows [][]Button `json:"inline_keyboard"`
	}
	if err := into(markup, &k); err != nil {
		return nil, "reply markup: " + err.Error()
	}
	if len(k.Rows) == 0 {
		return nil, "" // takes the keyboard away
	}
	n := 0
	for _, row := range k.Rows {
		if len(row) == 0 || len(row) > 8 {
			return nil, "a row has between 1 and 8 buttons"
		}
		for _, b := range row {
			n++
			if problem := b.problem(); problem != "" {
				return nil, problem
			}
		}
	}
	if n > maxButtons {
		return nil, "REPLY_MARKUP_TOO_LONG"
	}
	return k.Rows, ""
}

func (b Button) problem() string {
	link, err := url.Parse(b.URL)
	switch {
	case strings.TrimSpace(b.Text) == "":
		return "text buttons are unallowed in the inline keyboard"
	case (b.Data == "") == (b.URL == ""):
		return "a button has exactly one of callback_data and url"
	case len(b.Data) > maxCallback:
		return fmt.Sprintf("BUTTON_DATA_INVALID: %d bytes", len(b.Data))
	case b.URL != "" && (err != nil || link.Scheme != "https" && link.Scheme != "http" && link.Scheme != "tg"):
		return "BUTTON_URL_INVALID"
	case !slices.Contains([]string{"", "primary", "danger", "success"}, b.Style):
		return "unknown button style " + b.Style
	}
	return ""
}

// add puts a message into a chat.
func (s *Server) add(c *chat, m *message) {
	s.messages++
	m.id = s.messages
	if m.from == 0 {
		m.from = BotID
	}
	c.messages = append(c.messages, m)
	s.changed.Broadcast()
}

func (c *chat) find(id int64) *message {
	i := slices.IndexFunc(c.messages, func(m *message) bool { return int64(m.id) == id && !m.gone })
	if i < 0 {
		return nil
	}
	return c.messages[i]
}

func (c *chat) json(m *message) map[string]any {
	out := map[string]any{"message_id": m.id, "date": 1_790_000_000 + m.id, "chat": c.about(), "text": m.text}
	if m.from != BotID {
		out["from"] = person(m.from)
	} else {
		out["from"] = map[string]any{"id": BotID, "is_bot": true, "first_name": "Cozinha", "username": Username}
	}
	if m.thread != 0 {
		out["message_thread_id"], out["is_topic_message"] = m.thread, true
	}
	if len(m.rows) > 0 {
		out["reply_markup"] = map[string]any{"inline_keyboard": m.rows}
	}
	return out
}

func (c *chat) about() map[string]any {
	if c.group {
		return map[string]any{"id": c.id, "type": "supergroup", "title": c.title}
	}
	about := maps.Clone(person(c.id))
	delete(about, "is_bot")
	delete(about, "language_code")
	about["type"] = "private"
	return about
}
