package telegram

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// linked stands before a command's word in the payload of a link that the bot itself has made: ?start=do-refund.
const linked = "do-"

// An event is an update that means something to the flows.
type event struct {
	in     flow.Inbound
	press  string // id of the press that waits for its answer; empty for typed input
	user   int64  // and his private chat
	group  int64  // where it happened, if others read along; 0 in the private chat
	thread int    // topic of that chat
	reply  int    // message to answer to in a group
	file   string // id of what was sent, until it is fetched
	typed  int    // message of the private chat that holds what was typed
}

// key orders turns: one person in one chat at a time.
func (e event) key() string { return e.in.Chat + "/" + e.in.User }

// decode turns an update into an event; ok is false when it holds none: joins, stickers, what people say to each other in
// a group, commands for another bot. A press is to be answered all the same. me is the bot's user name, words are its
// commands.
func decode(u update, me string, words []string) (e event, ok bool) {
	switch {
	case u.CallbackQuery != nil:
		return decodePress(u, u.CallbackQuery)
	case u.Message != nil:
		return decodeMessage(u, u.Message, me, words)
	}
	return event{}, false
}

func decodePress(u update, q *callback) (event, bool) {
	if q.From == nil || q.Data == "" || len(q.Data) > maxData {
		return event{press: q.ID}, false
	}
	// Without a message the press came from the private chat as far as anybody can tell: groups' cards always have one.
	e := begin(u, q.From, q.ID)
	e.press = q.ID
	e.in.Input = flow.Pressed{Token: q.Data}
	if m := q.Message; m != nil && m.Chat != nil {
		e.thread = m.thread()
		switch {
		case !m.Chat.private():
			// The group's card is everybody's and stays as it is: the answer is a message of its own, in the private chat.
			e.group, e.reply, e.thread = m.Chat.ID, m.ID, 0
		case m.Date != 0: // else it is inaccessible, and cannot be edited
			e.in.Message = strconv.Itoa(m.ID)
		}
	}
	return e, true
}

func decodeMessage(u update, m *message, me string, words []string) (event, bool) {
	if m.From == nil || m.From.IsBot || m.Chat == nil {
		return event{}, false
	}
	text := chat.Clean(m.Text)
	if text == "" {
		text = chat.Clean(m.Caption)
	}
	if _, file := m.attached(); text == "" && !(file && m.Chat.private()) {
		return event{}, false
	}
	e := begin(u, m.From, strconv.Itoa(m.ID))
	e.thread = m.thread()
	e.in.Input = chat.Parse(text, "")
	c, command := e.in.Input.(flow.Command)
	if !m.Chat.private() {
		e.group, e.reply = m.Chat.ID, m.ID
		if !command {
			return event{}, false
		}
	} else {
		e.typed = m.ID
	}
	if !command {
		if m.Chat.private() {
			e = decodeFile(e, m)
		}
		return e, true
	}
	word, to, named := strings.Cut(c.Word, "@")
	if named && e.group != 0 && !strings.EqualFold(to, me) {
		return event{}, false
	}
	if c.Word = word; word == "" {
		c.Word = "help"
	}
	if w, ours := strings.CutPrefix(c.Rest, linked); c.Word == "start" && ours && (w == "start" || slices.Contains(words, w)) {
		c = flow.Command{Word: w}
	}
	e.in.Input = c
	return e, true
}

// begin is what all events have in common. One delivery has the same id each time; update ids alone may begin anew after a
// quiet week.
func begin(u update, from *user, id string) event {
	user := strconv.FormatInt(from.ID, 10)
	name := strings.TrimSpace(from.First + " " + from.Last)
	return event{user: from.ID, in: flow.Inbound{
		ID: strconv.FormatInt(u.ID, 10) + "." + id, Platform: Platform, Chat: user, User: user, UserName: chat.Clean(name), Locale: from.Language,
	}}
}
