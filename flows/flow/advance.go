package flow

import (
	"encoding/json"

	"github.com/aftersale/aftersale/actions"
)

// A Failure is the part of an actions.Error that a conversation keeps: never the cause.
type Failure struct {
	Code  actions.Code
	Key   string
	Hint  string
	Args  map[string]any
	Field string
}

// Advance applies an event to a conversation. It performs no input or output and reads no clock, so that the same
// arguments always give the same results; it changes none of its arguments. A view with an empty Kind means that an
// effect comes first.
func Advance(d Def, s State, who actions.Actor, e Event) (State, View, []Effect) {
	t := turn{def: d, State: s.clone(), who: who}
	if err := t.open(); err != nil {
		return t.broken(err)
	}
	if refusal, ok := t.refuses(e); ok {
		v := t.view()
		v.Problem = &refusal
		return s, v, nil
	}
	t.Problem, t.Retry = nil, false
	effects := t.apply(e)
	if len(effects) == 0 {
		effects = t.settle()
	}
	var v View
	if len(effects) == 0 || effects[0].Launch != nil {
		v = t.view() // before the answers of an ended conversation are forgotten
	}
	if err := t.save(); err != nil {
		return t.broken(err)
	}
	return t.State, v, effects
}

// Look shows a conversation as it stands, without moving it.
func Look(d Def, s State, who actions.Actor) View {
	t := turn{def: d, State: s.clone(), who: who}
	if err := t.open(); err != nil {
		_, v, _ := t.broken(err)
		return v
	}
	return t.view()
}

// restated is how the flow of a conversation begins anew with what was typed beside its buttons.
func restated(d Def, s State, who actions.Actor, text string) (Launch, bool) {
	t := turn{def: d, State: s.clone(), who: who}
	if err := t.open(); err != nil {
		return Launch{}, false
	}
	f, ok := t.flow.(Restater)
	if !ok {
		return Launch{}, false
	}
	return f.Restated(text)
}

// Expire ends a conversation that nobody has answered for too long.
func Expire(d Def, s State, who actions.Actor) (State, View) { return cut(d, s, who, EndExpired) }

// Bar ends a conversation whose owner is not who he was when he began it: he has left the team, come into it, or got
// another role.
func Bar(d Def, s State, who actions.Actor) (State, View) { return cut(d, s, who, EndBarred) }

func cut(d Def, s State, who actions.Actor, how string) (State, View) {
	t := turn{def: d, State: s.clone(), who: who, flow: d.New()}
	t.Revision++
	t.Owner, t.Role = who.ID, who.Role // the way back to the menu is his
	t.end(how)
	t.Answers, t.Typed, t.Done, t.Answered = nil, nil, nil, nil
	return t.State, t.view()
}

// A turn is one event being applied: the state as it will be, and the flow made from its answers.
type turn struct {
	State
	def    Def
	who    actions.Actor
	flow   Flow
	listed []Step // of flow, as long as its answers stay as they are
}

func (t *turn) open() error { return t.remake(t.Answers) }

// remake makes the flow of its answers. It begins anew: JSON leaves out what is zero, and over another value that would
// mean "as it was".
func (t *turn) remake(data []byte) error {
	t.flow, t.listed = t.def.New(), nil
	if len(data) == 0 {
		return nil
	}
	return json.Unmarshal(data, t.flow)
}

// steps lists the flow's steps. Whoever changes an answer empties listed, for conditions and options depend on it.
func (t *turn) steps() []Step {
	if t.listed == nil {
		t.listed = t.flow.Steps()
	}
	return t.listed
}

// try parses text into a field.
func (t *turn) try(f Field, text string) *actions.Error {
	t.listed = nil
	return f.answer(text)
}

func (t *turn) save() (err error) {
	if t.Ended {
		t.Answers, t.Typed, t.Done, t.Answered = nil, nil, nil, nil // ended conversations lose their answers
		return nil
	}
	t.Answers, err = json.Marshal(t.flow)
	return err
}

// broken ends a conversation whose answers no longer fit its flow, as after an upgrade that changed a type.
func (t *turn) broken(error) (State, View, []Effect) {
	t.fail(&Failure{Code: actions.Internal, Key: "error.changed", Hint: "error.start_again"})
	t.Answers, t.Typed, t.Done, t.Answered = nil, nil, nil, nil
	t.flow, t.listed = t.def.New(), nil
	return t.State, t.view(), nil
}

// refuses tells events that change nothing, and why: old buttons, other people, ended conversations.
func (t *turn) refuses(e Event) (Problem, bool) {
	step, _ := t.step()
	revision, pressed := -1, false
	switch e := e.(type) {
	case Start:
		return Problem{}, false
	case Called:
		if t.Ended || step.key != e.Step {
			return Problem{Text: T("error.stale")}, true
		}
		return Problem{}, false
	case Press:
		revision, pressed = e.Revision, true
		if _, launches := t.Launch[e.Button]; t.Ended && launches && e.Revision == t.Revision && t.who.ID == t.Owner {
			return Problem{}, false
		}
	case Submit:
		revision, pressed = e.Revision, true
	}
	switch {
	case t.Ended:
		return Problem{Text: T("error.ended")}, true
	case len(step.by) > 0 && t.who.ID == t.Owner && !cancels(e):
		return Problem{Text: T("error.somebody_else")}, true
	case len(step.by) > 0 && t.who.ID != t.Owner && !t.who.Is(step.by...):
		return Problem{Text: T("error.not_yours")}, true
	case len(step.by) == 0 && t.who.ID != t.Owner:
		return Problem{Text: T("error.not_yours")}, true
	case pressed && revision != t.Revision:
		return Problem{Text: T("error.stale")}, true
	}
	return Problem{}, false
}

func cancels(e Event) bool {
	p, ok := e.(Press)
	return ok && p.Button == buttonCancel
}

// apply moves the state; each kind of event has its own small function.
func (t *turn) apply(e Event) []Effect {
	t.Revision++
	if !t.def.May(t.who.Role) && len(t.current().by) == 0 {
		t.fail(&Failure{Code: actions.Denied, Key: "error.role"})
		return nil
	}
	switch e := e.(type) {
	case Start:
		t.start(e)
	case Say:
		t.say(e)
	case Submit:
		t.submit(e)
	case Press:
		return t.press(e)
	case Called:
		t.called(e)
	}
	return nil
}
