package slack

import (
	"context"

	"github.com/aftersale/aftersale/flows/flow"
)

// stale reports whether a view refuses what was done in a modal because the modal was older than its conversation: it is
// the same form again, at another revision, with a problem that belongs to no field.
func (t *turn) stale(v flow.Shown) bool {
	if !t.view.modal || t.retried || !opens(v) || v.Problem == "" || !sameFields(v, t.view.inputs) {
		return false
	}
	was, err := flow.ParseToken(tokenOf(t.input))
	now, err2 := flow.ParseToken(v.Token)
	return err == nil && err2 == nil && was.Of == now.Of && was.Revision != now.Revision
}

func tokenOf(g flow.Gesture) string {
	switch g := g.(type) {
	case flow.Submitted:
		return g.Token
	case flow.Pressed:
		return g.Token
	}
	return ""
}

// sameFields reports whether a view is the form of a modal, and blames none of its fields.
func sameFields(v flow.Shown, inputs []string) bool {
	if len(v.Fields) != len(inputs) {
		return false
	}
	for i, f := range v.Fields {
		if inputs[i] != fieldBlock+f.Name || f.Problem != "" {
			return false
		}
	}
	return true
}

// memory is what a modal for this turn has to remember.
func (t *turn) memory(v flow.Shown) memory {
	m := memory{Message: t.in.Message, URL: t.responseURL}
	if !t.private {
		m.Channel, m.Thread = t.channel, t.thread
	}
	if isView(m.Message) || t.view.id == "" && v.Replace != t.in.Message {
		m.Message = "" // what was pressed is another conversation's card, and stays
	}
	return m
}

// asked reports whether the form was asked for by its card's [Answer].
func (t *turn) asked(v flow.Shown) bool {
	pressed, ok := t.input.(flow.Pressed)
	return ok && v.Answer != nil && sameButton(pressed.Token, v.Answer.Token)
}

func sameButton(a, b string) bool {
	x, err := flow.ParseToken(a)
	y, err2 := flow.ParseToken(b)
	return err == nil && err2 == nil && x.Of == y.Of && x.Button == y.Button
}

// showForm shows a form in the modal that is open, or opens one; false where neither can be.
func (t *turn) showForm(ctx context.Context, v flow.Shown) (bool, error) {
	say := t.speech(v.Locale)
	switch {
	case t.kind == submitKind:
		if wrong, ok := problems(v, t.view.inputs); ok {
			return t.acknowledge(viewAnswer{Action: "errors", Errors: wrong}), nil
		}
		next := viewAnswer{Action: "update", View: modal(v, t.memory(v), false, say)}
		return small(next) && t.acknowledge(next), nil
	case t.kind == pressKind && t.view.modal:
		err := t.api.updateView(ctx, t.view.id, modal(v, t.memory(v), false, say))
		if err == nil {
			return true, nil
		}
		if code(err) == "" {
			return false, err
		}
		return false, nil // it was closed meanwhile
	}
	return t.open(ctx, v, formView), nil
}

// A viewAnswer acknowledges a submitted modal.
type viewAnswer struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors,omitempty"`
	View   any               `json:"view,omitempty"`
}

// The views that a trigger can open.
type viewKind int

const (
	formView  viewKind = iota
	sheetView          // a card in a modal
	asideView          // where the answer is
)

// open opens a modal while the trigger is fresh.
func (t *turn) open(ctx context.Context, v flow.Shown, what viewKind) bool {
	if t.trigger == "" || t.spent || t.kind == submitKind || t.Now().Sub(t.began) > t.window {
		return false
	}
	say := t.speech(v.Locale)
	view := modal(v, t.memory(v), t.asked(v), say)
	switch what {
	case sheetView:
		view = sheet(v, t.memory(v), say)
	case asideView:
		view = aside(say("chat.answered_privately"), say)
	}
	t.spent = true
	if err := t.api.openView(ctx, t.trigger, view); err != nil {
		t.Log.Warn("no modal could be opened", "platform", Platform, "err", err) // a card does it too
		return false
	}
	t.acknowledge(nil)
	return true
}

// pointAt says where the answer is to somebody who looks at a window or at the home tab.
func (t *turn) pointAt(ctx context.Context, v flow.Shown) {
	say := t.speech(v.Locale)
	switch {
	case t.kind == pressKind && t.view.modal:
		key := "chat.answered_privately"
		if !t.private {
			key = "slack.answered_here"
		}
		_ = t.api.updateView(ctx, t.view.id, aside(say(key), say)) // it may be closed by now
	case t.kind == pressKind && t.view.id != "":
		t.open(ctx, v, asideView)
	}
}
