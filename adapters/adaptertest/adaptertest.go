// Package adaptertest is the contract that every chat adapter passes: what a flow may rely on, whatever the platform.
// Run drives an adapter as people would and a handler that answers by a script, so it knows no flow; a Player holds a
// written conversation through the adapter when a real bot is behind it.
//
// What a platform cannot do is said by the harness and skipped by name, never passed over in silence.
package adaptertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// A Capability is something that one platform has and another has not.
type Capability string

// The capabilities.
const (
	Forms         Capability = "forms: several questions at once"
	FieldProblems Capability = "field problems: a problem stands beside its field"
	Edits         Capability = "edits: a message can be changed after it was sent"
	StaleButtons  Capability = "stale buttons: a button of an older card can still be pressed"
	Rooms         Capability = "rooms: several people read one chat"
	Whispers      Capability = "whispers: in a room, a message for one person alone"
	History       Capability = "history: what was said is there after a restart"
	ManyPeople    Capability = "many people: more than one person at once"
	FreeText      Capability = "free text: what is written without a command reaches the bot"
	Redelivers    Capability = "redelivery: the same delivery may come twice"
	Files         Capability = "files: a document reaches one person in his private chat"
	LiveWhispers  Capability = "live whispers: a message for one person alone can be changed later"
)

// A Harness drives one adapter as its users would, and tells what they see. Its methods fail the test that opened it;
// they may be called from several goroutines if the platform has ManyPeople. What it returns holds all that was sent
// before the call: a harness of an asynchronous adapter waits for it.
type Harness interface {
	// Can lists what the platform can do.
	Can() []Capability
	// Platform is its name in what reaches the flows.
	Platform() string
	// Users are the platform's ids of two people; without ManyPeople the second is never used.
	Users() [2]string
	// User is the platform's id of somebody who is called so in a conversation of flows/testdata, "ana"; from then on he
	// can do all that the two Users can.
	User(name string) string
	// Longest is how long one piece of text may be, in runes.
	Longest() int
	// Type sends a line into the person's private chat with the bot. "/word rest" is a command in whatever way the
	// platform has commands.
	Type(user, text string)
	// Press presses a button of a message by its token, also one that is not there any more.
	Press(user, message, token string)
	// Submit sends the form of a message.
	Submit(user, message string, values map[string]string)
	// Redeliver has the platform deliver once more, unchanged, what the person did last; only with Redelivers.
	Redeliver(user string)
	// See lists the messages of the person's private chat, oldest first.
	See(user string) []Seen
	// SeeRoom lists the messages of the room as that person sees it, oldest first.
	SeeRoom(user string) []Seen
	// Poster, Room and Chat are how the bot speaks first.
	Poster() flow.Poster
	Room() string
	Chat(user string) string
	// Restart stops the adapter and starts it again on what it has stored.
	Restart()
}

// A Receiver is a Harness with Files: it lists the files in somebody's private chat, oldest first.
type Receiver interface {
	Received(user string) []SeenFile
}

// A Remarker is a Harness whose platform tells the bot of what people write below a message of the room.
type Remarker interface {
	Remark(user, message, text string)
}

// A SeenFile is one file as its reader has it.
type SeenFile struct {
	Name    string // as it would be saved
	Caption string
	Body    []byte
}

// A Seen is one message as somebody sees it.
type Seen struct {
	Message string   // the platform's id
	Author  string   // user id; empty for the bot
	Pieces  []string // its texts, as they are cut by the platform: blocks, bubbles
	Problem string
	Fields  []SeenField // of its form
	Buttons []SeenButton
	Whisper bool // marked as visible to one person
}

// A SeenField is one question.
type SeenField struct {
	Name, Label, Value, Problem string
	Hint                        string // what stands below the label, if it is no piece of the message
	Options                     []SeenOption
}

// A SeenOption is one of a choice: what is read, and what is sent.
type SeenOption struct{ Value, Label string }

// A SeenButton is something to press, in a row or in a menu.
type SeenButton struct{ Token, Label string }

// Text is all of the message's text.
func (s Seen) Text() string { return strings.Join(s.Pieces, "\n") }

// Button returns the button with that label.
func (s Seen) Button(label string) (SeenButton, bool) {
	i := slices.IndexFunc(s.Buttons, func(b SeenButton) bool { return b.Label == label })
	if i < 0 {
		return SeenButton{}, false
	}
	return s.Buttons[i], true
}

// Run tests an adapter. open starts a fresh one whose events go to the desk; it is called once for each test, and
// cleans up by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T, desk flow.Desk) Harness) {
	t.Helper()
	tests := []struct {
		name  string
		needs []Capability
		run   func(*stage)
	}{
		{"a command starts a flow", nil, commandStarts},
		{"text is text", []Capability{FreeText}, textIsText},
		{"an unknown word reaches the flows", []Capability{FreeText}, unknownWord},
		{"a press carries its token unchanged", nil, pressCarriesToken},
		{"the longest token fits", nil, longestToken},
		{"two presses of one button both arrive", nil, twoPresses},
		{"a pressed card is replaced and its buttons go", []Capability{Edits}, cardReplaced},
		{"a stale press arrives as it is", []Capability{StaleButtons}, stalePress},
		{"an ended card has nothing to press", nil, endedCard},
		{"a form shows all fields and sends all answers", []Capability{Forms}, wholeForm},
		{"one question is answered by typing", []Capability{FreeText}, oneQuestion},
		{"a form that could not open has a button for it", []Capability{Forms, ManyPeople}, answerButton},
		{"a problem stands beside its field", []Capability{Forms, FieldProblems}, problemBeside},
		{"a problem is shown with the question", nil, problemShown},
		{"long texts are split and nothing is lost", nil, longText},
		{"a choice of 25 can be made", nil, manyOptions},
		{"markup is shown as it was written", nil, literalMarkup},
		{"emoji and right-to-left names survive", nil, otherScripts},
		{"a notice reaches one person", []Capability{ManyPeople}, noticeForOne},
		{"a file reaches one person", []Capability{Files}, fileForOne},
		{"a file's name is only a name", []Capability{Files}, fileName},
		{"people do not see each other's chats", []Capability{ManyPeople}, separateChats},
		{"a card in a room is edited for everybody", []Capability{Rooms, Edits, ManyPeople}, roomCardEdited},
		{"an answer in a room is for one person", []Capability{Rooms, Whispers, ManyPeople}, whisperInRoom},
		{"the same delivery keeps its id", []Capability{Redelivers}, sameDelivery},
		{"a failing flow does not stop the adapter", nil, handlerFails},
		{"after a restart everything is there and goes on", []Capability{History}, restart},
		{"many at once, each gets his own answers", []Capability{ManyPeople}, atOnce},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			desk := &script{}
			h := open(t, desk)
			for _, c := range test.needs {
				if !slices.Contains(h.Can(), c) {
					t.Skipf("SKIPPED: the platform has no %s", c)
				}
			}
			users := h.Users()
			test.run(&stage{T: t, Harness: h, script: desk, ana: users[0], bia: users[1]})
		})
	}
}
