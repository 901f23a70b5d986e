package telegram

// An update is what Telegram brings, as far as this bot reads it. The library's own types end with Bot API 5.5: they know
// no topics, and read much that is not needed and may change.
type update struct {
	ID            int64     `json:"update_id"`
	Message       *message  `json:"message"`
	CallbackQuery *callback `json:"callback_query"`
}

// A message is one in a chat. An inaccessible one, which is too old to be told, has the date 0.
type message struct {
	ID       int        `json:"message_id"`
	From     *user      `json:"from"`
	Chat     *place     `json:"chat"`
	Date     int64      `json:"date"`
	Text     string     `json:"text"`
	Caption  string     `json:"caption"`
	Document *document  `json:"document"`
	Photo    []document `json:"photo"`
	Album    string     `json:"media_group_id"`
	Thread   int        `json:"message_thread_id"`
	Topic    bool       `json:"is_topic_message"`
}

// thread is the topic in which the answer belongs; 0 for none.
func (m *message) thread() int {
	if m == nil || !m.Topic {
		return 0
	}
	return m.Thread
}

// A user is a person or a bot.
type user struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	First    string `json:"first_name"`
	Last     string `json:"last_name"`
	Language string `json:"language_code"` // an IETF tag; may be missing
}

// A place is a chat.
type place struct {
	ID   int64  `json:"id"`
	Type string `json:"type"` // private, group, supergroup, channel
}

func (p *place) private() bool { return p.Type == "private" }

// A callback is a press of a button. Its message may be missing.
type callback struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}
