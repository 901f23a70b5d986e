// Package flow is the engine of guided conversations: what a flow is made of, how an event moves it (Advance, pure),
// and how one interaction runs in one database transaction (Runner). It knows no platform, no prose and no purchase.
//
// Read it in this order: flow.go (a flow and its steps), view.go (what is shown), advance.go (the pure heart; answer.go
// and position.go are its parts),
// runner.go (the impure rim).
package flow

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// A Flow is one run of a guided conversation. Its exported fields are the answers so far, stored as JSON between
// turns; its unexported fields are dependencies. Steps reads only the struct, and is called again at each turn.
type Flow interface{ Steps() []Step }

// A Starter is a flow that wants to know, once, who started it and with which values of another flow's button.
type Starter interface {
	Given(who actions.Actor, values map[string]string)
}

// A Restater is a flow that begins anew, with what is known already, when somebody writes beside the buttons of its question: text
// that goes on with what he said before.
type Restater interface {
	Restated(text string) (Launch, bool)
}

// A Def is a flow that can be started.
type Def struct {
	Name  string         // the word that starts it, the same in all languages
	Roles []actions.Role // who may; checked at every event
	New   func() Flow
	// Unlisted has buttons alone start the flow: it is no command, and stands in no menu.
	Unlisted bool
	// Redirect, when set, may have the words behind the command start another flow, such as those of a link.
	Redirect func(ctx context.Context, words string) (Launch, bool)
	// Route, when set, may have what was typed as options of the command start another flow.
	Route func(values map[string]string) (Launch, bool)
	// Greeted, when set on the home flow, may have text that answers nothing start another flow.
	Greeted func(who actions.Actor, text string) (Launch, bool)
	// Received, when set on the home flow, takes files that somebody sends.
	Received Receiver
	// Unwanted, when set on the home flow, finds text that must not be in a chat: it is taken out of it where that can be done,
	// nothing reads or keeps it, and what Unwanted returns is the answer. open is the flow that waits for an
	// answer, or lingers; empty: none.
	Unwanted func(open string, role actions.Role, text string) (say Text, found bool)
	// Lingers has Unwanted take the flow for open for a while after it has ended.
	Lingers bool
	// Rare is a word that few need and none often: a platform with room for few words (Discord takes 25) shows it one step further in.
	Rare bool
	// Quiet keeps a command out of menus and help: whoever needs it is told its word.
	Quiet bool
}

// May reports whether the role may use the flow.
func (d Def) May(r actions.Role) bool {
	for _, role := range d.Roles {
		if role == r {
			return true
		}
	}
	return false
}

// A Call is what a Do step gets: the context of the interaction's transaction, and who stands behind it.
type Call struct {
	context.Context
	Key          string        // conversation/step/try: the idempotency key, passed on to the action unchanged
	Who          actions.Actor // pressed the button
	Owner        string        // actor id of who started the flow
	Conversation string
	Identity     string // chat user who is told what comes of it later
	Platform     string // where he writes
	Chat         string // likewise
	Shared       bool   // others read that chat too: it is a room
	Now          time.Time
	Speak        func(locale string)     // shows the rest of this interaction in another language
	Text         func(t Text) string     // says a text in the reader's language, for files that he is given
	hand         func(l Launch)          // leaves for another flow
	Become       func(who actions.Actor) // has the rest of this interaction done by somebody of whom more is known now
}

// A Step is one entry in a flow's table of contents. Make it with Form, Confirm, Menu, Do, When or Result.
type Step struct {
	key    string
	kind   stepKind
	fields []Field
	card   func() []Fact
	body   func() []Text
	items  []Item
	by     []actions.Role
	run    func(Call) error
	live   string
	skip   bool
	danger bool
	words  string // whose words it has; empty: the flow's
}

type stepKind string

const (
	formStep    stepKind = "form"
	confirmStep stepKind = "confirm"
	menuStep    stepKind = "menu"
	doStep      stepKind = "do"
	resultStep  stepKind = "result"
)

// Form asks for its fields: in one modal where the platform has forms, else in one question after the other.
// Arguments of the command that started the flow fill the first form.
func Form(key string, fields ...Field) Step {
	return Step{key: key, kind: formStep, fields: expand(fields)}
}

// Confirm shows what is about to happen, with its real values, and waits for yes or cancel.
func Confirm(key string, card func() []Fact) Step {
	return Step{key: key, kind: confirmStep, card: card}
}

// Menu shows a card and waits for one of its items; it has no answer of its own.
func Menu(key string, card func() []Fact, items ...Item) Step {
	return Step{key: key, kind: menuStep, card: card, items: items}
}

// Do runs an action; the only step with input or output. It runs inside the interaction's transaction.
func Do(key string, run func(Call) error) Step { return Step{key: key, kind: doStep, run: run} }

// Hand is a Do whose success starts another flow: what it wrote stays, and the conversation stands where it did, so that its
// card can be answered again.
func Hand(key string, run func(Call) (Launch, error)) Step {
	return Step{key: key, kind: doStep, run: func(c Call) error {
		l, err := run(c)
		if err == nil {
			c.hand(l)
		}
		return err
	}}
}

// Result shows the outcome; the flow ends. Its items can only launch other flows.
func Result(key string, card func() []Fact, items ...Item) Step {
	return Step{key: key, kind: resultStep, card: card, items: items}
}

// When keeps the step only if the answers so far call for it. Use it, not if, so that all steps can be listed.
func When(cond bool, s Step) Step {
	s.skip = s.skip || !cond
	return s
}

// By has the step answered by somebody else than the owner who has one of the roles.
func (s Step) By(roles ...actions.Role) Step { s.by = roles; return s }

// Card adds facts above a form or a menu.
func (s Step) Card(card func() []Fact) Step { s.card = card; return s }

// Body adds sentences below the title, such as a verdict.
func (s Step) Body(body func() []Text) Step { s.body = body; return s }

// With adds buttons to a step.
func (s Step) With(items ...Item) Step {
	s.items = append(s.items[:len(s.items):len(s.items)], items...)
	return s
}

// In gives the step, its fields and items the words of another name than the flow's: for steps that several flows share.
func (s Step) In(name string) Step { s.words = name; return s }

// Danger draws the step's main button as one that cannot be taken back.
func (s Step) Danger() Step { s.danger = true; return s }

// Live ties the shown result to a subject such as "proposal:01J…": it is edited when the subject changes.
func (s Step) Live(subject string) Step { s.live = subject; return s }

// An Item is a button of a step beyond the engine's own. Its label is "<flow>.<step>.<name>", unless it is Labelled.
type Item struct {
	name   string
	label  Text
	style  Style
	set    func()
	reopen string
	launch *Launch
}

// Go finishes the step after set, which may be nil.
func Go(name string, set func()) Item { return Item{name: name, set: set} }

// Reopen goes back to the step with that key (its answers and all later ones are asked again) after set, which may be nil.
func Reopen(name, step string, set func()) Item { return Item{name: name, reopen: step, set: set} }

// Open starts another flow with values for its first form.
func Open(name, flow string, values map[string]string) Item {
	return Item{name: name, launch: &Launch{Flow: flow, Values: values}}
}

// Labelled returns the item with a label of its own, such as one that several steps share.
func (i Item) Labelled(t Text) Item { i.label = t; return i }

// Styled returns the item drawn in that style.
func (i Item) Styled(s Style) Item { i.style = s; return i }

// A Launch is another flow to start, with values for its first form.
type Launch struct {
	Flow   string            `json:"flow"`
	Values map[string]string `json:"values,omitempty"`
}
