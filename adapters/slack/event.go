package slack

import (
	"encoding/json"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// A kind says what sort of thing was delivered.
type kind string

// The kinds.
const (
	commandKind  kind = "command"
	typedKind    kind = "typed" // also a mention
	pressKind    kind = "press"
	submitKind   kind = "submit"
	closeKind    kind = "close" // of a modal
	shortcutKind kind = "shortcut"
	homeKind     kind = "home"   // the tab was opened
	remarkKind   kind = "remark" // in a thread, to whoever reads it
)

// An event is what somebody did, decoded.
type event struct {
	kind      kind
	id        string // of the delivery: the same when it is repeated, another when it is done again
	team      string
	user      string
	userName  string
	bot       bool   // said by a program, maybe by ourselves
	mentioned string // of a remark: whom it speaks to by his name

	channel string // where it was done; empty in the home tab, and for shortcuts that begin nowhere
	thread  string
	message string // the message that was pressed: its ts
	whisper bool   // that one person alone sees

	trigger     string // opens a modal, once, for three seconds
	responseURL string // answers five times, for thirty minutes

	view  viewRef
	input flow.Gesture
	files []chat.Attached // of a remark
}

// A viewRef is the modal or home tab in which something was done.
type viewRef struct {
	id     string
	modal  bool
	inputs []string // block ids of a modal's fields
	memory memory
}

// A memory is what a modal remembers between two deliveries (its private_metadata, 3,000 characters). It holds no answers.
type memory struct {
	Token   string `json:"t,omitempty"` // of the form
	Close   string `json:"x,omitempty"` // token that is pressed when the window is closed
	Channel string `json:"c,omitempty"` // where it was opened, if others read there; empty: private
	Thread  string `json:"h,omitempty"`
	Message string `json:"m,omitempty"` // the card that is answered, as Inbound.Message
	URL     string `json:"u,omitempty"` // response_url of what opened it
}

// String is what goes into private_metadata. An address that is too long for it is left out: there are other ways to
// whisper.
func (m memory) String() string {
	b, _ := json.Marshal(m) // strings only
	if len(b) > maxMemory {
		m.URL = ""
		b, _ = json.Marshal(m)
	}
	return string(b)
}

// remember reads a memory back. What is not one is empty: an older version may have written it.
func remember(metadata string) memory {
	var m memory
	if json.Unmarshal([]byte(metadata), &m) != nil {
		return memory{}
	}
	return m
}

// direct reports whether a channel is between two people (or one and the bot).
func direct(channel string) bool { return strings.HasPrefix(channel, "D") }

// whisperID is Inbound.Message for a card that one person alone sees: nothing but an answer to a press can change it.
func whisperID(channel, ts string) string { return "~" + messageID(channel, ts) }
