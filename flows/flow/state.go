package flow

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/aftersale/aftersale/actions"
)

// A State is where a conversation stands. It is stored as JSON between turns. The position is not stored; it is
// derived: the first step of Steps() whose key is not in Done.
type State struct {
	Conversation string            `json:"conversation"`
	Flow         string            `json:"flow"`
	Owner        string            `json:"owner"`          // actor id of who started it
	Role         actions.Role      `json:"role,omitempty"` // his role then: with another one he starts anew
	Home         string            `json:"home,omitempty"` // flow that an ended conversation leads back to
	From         string            `json:"from,omitempty"` // token of the button that launched it: pressed twice, it is shown again
	Revision     int               `json:"revision"`
	Try          int               `json:"try"`                // grows when answers are reopened
	Prompts      bool              `json:"prompts,omitempty"`  // one question after the other
	Extras       bool              `json:"extras,omitempty"`   // questions include the extra ones
	Done         []string          `json:"done,omitempty"`     // keys of finished steps, in order
	Answered     []string          `json:"answered,omitempty"` // fields of the open form answered so far
	Typed        map[string]string `json:"typed,omitempty"`    // field → text as typed, so that wrong answers keep the earlier ones
	Answers      json.RawMessage   `json:"answers,omitempty"`  // the flow struct
	Args         string            `json:"args,omitempty"`     // words behind the command, until the first form takes them
	Filling      bool              `json:"filling,omitempty"`  // nobody has been asked yet: forms are filled from Typed
	Problem      *Problem          `json:"-"`                  // of this turn alone; its values have types that JSON forgets
	Help         bool              `json:"help,omitempty"`     // the step's help is open
	Retry        bool              `json:"retry,omitempty"`    // a Do failed for a passing cause: [Try again] is offered
	Ended        bool              `json:"ended,omitempty"`
	End          string            `json:"end,omitempty"`    // done, cancelled, failed, expired, barred
	Live         string            `json:"live,omitempty"`   // subject that the result follows
	Launch       map[string]Launch `json:"launch,omitempty"` // what the result's buttons start
}

// clone copies s so deeply that changing the copy leaves s as it was.
func (s State) clone() State {
	s.Done = slices.Clone(s.Done)
	s.Answered = slices.Clone(s.Answered)
	s.Typed = maps.Clone(s.Typed)
	s.Answers = slices.Clone(s.Answers)
	s.Launch = maps.Clone(s.Launch)
	if s.Problem != nil {
		p := *s.Problem
		s.Problem = &p
	}
	return s
}

// An Event is something that moves a conversation.
type Event interface{ event() }

// A Start begins a flow; Args are the words behind its command, Values come from another flow's button.
type Start struct {
	Args   string
	Values map[string]string
}

// A Say is typed text.
type Say struct{ Text string }

// A Submit is a filled form, drawn at Revision.
type Submit struct {
	Revision int
	Values   map[string]string
}

// A Press is a button, drawn at Revision.
type Press struct {
	Revision int
	Button   string
}

// A Called is what a Do step brought back: the flow's answers as it left them, or an error.
type Called struct {
	Step string
	Data json.RawMessage
	Err  *Failure
}

func (Start) event()  {}
func (Say) event()    {}
func (Submit) event() {}
func (Press) event()  {}
func (Called) event() {}

// An Effect is what Advance wants done: a Do step run under Key, or another flow launched.
type Effect struct {
	Step   string
	Key    string
	Launch *Launch
}

// The engine's own buttons. Options of a choice are "o0", "o1" …
const (
	buttonConfirm = "confirm"
	buttonBack    = "back"
	buttonCancel  = "cancel"
	buttonHelp    = "help"
	buttonAgain   = "again"
	buttonSkip    = "skip"
	buttonExtra   = "extra"
	buttonMenu    = "menu"
	buttonShow    = "show" // changes nothing
)

// The ends of a conversation.
const (
	EndDone      = "done"
	EndCancelled = "cancelled"
	EndFailed    = "failed"
	EndExpired   = "expired"
	EndBarred    = "barred"
)
