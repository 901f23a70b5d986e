package slack

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/flows/flow"
)

// Show shows a view to whoever caused the event: a form as a modal if one can be opened, all else as a card where the
// event came from, for his eyes only.
func (t *turn) Show(ctx context.Context, v flow.Shown) (string, error) {
	if t.stale(v) {
		return "", &staleForm{v.Token}
	}
	t.drawing.Lock()
	defer t.drawing.Unlock()
	t.shown = true
	if opens(v) {
		if done, err := t.showForm(ctx, v); done || err != nil {
			t.dropNote(ctx)
			return "", err
		}
	}
	if t.kind == shortcutKind && t.channel == "" && t.open(ctx, v, sheetView) {
		return "", nil
	}
	t.acknowledge(nil) // closes a submitted modal
	id, err := t.showCard(ctx, v)
	if err != nil {
		return "", err
	}
	t.pointAt(ctx, v)
	return id, nil
}

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

// showCard shows a card in the private chat, or in a shared one for one person's eyes.
func (t *turn) showCard(ctx context.Context, v flow.Shown) (string, error) {
	parts := draw(v, t.speech(v.Locale))
	replace := v.Replace != "" && v.Replace == t.in.Message
	if !t.private {
		return "", t.whisperTo(ctx, parts, replace && isWhisper(v.Replace))
	}
	id, err := t.replacePrivately(ctx, parts, v, replace)
	if id != "" || err != nil {
		return id, err
	}
	t.dropNote(ctx)
	return t.postAll(ctx, parts)
}

// replacePrivately writes the card over the one that was pressed, or over the word of patience; "" when there is none.
func (t *turn) replacePrivately(ctx context.Context, parts []message, v flow.Shown, replace bool) (string, error) {
	over := t.note
	switch {
	case replace:
		over = v.Replace
	case len(parts) > 1:
		return "", nil
	}
	if _, _, ok := splitID(over); !ok {
		return "", nil
	}
	err := t.api.update(ctx, over, parts[0])
	switch {
	case is(err, uneditable...):
		return "", nil // it is gone: the card is shown below
	case err != nil:
		return "", err
	}
	if over == t.note {
		t.note = ""
		return over, nil
	}
	t.dropNote(ctx)
	if len(parts) > 1 {
		return t.postAll(ctx, parts[1:])
	}
	return over, nil
}

func (t *turn) postAll(ctx context.Context, parts []message) (id string, err error) {
	for _, m := range parts {
		if id, err = t.api.post(ctx, t.user, t.thread, m); err != nil {
			return "", unreachable(err)
		}
	}
	return id, nil
}

// whisperTo shows messages to one person in a shared chat: by the response address of what he did, else as an ephemeral
// message of the channel, else in his private chat.
func (t *turn) whisperTo(ctx context.Context, parts []message, replace bool) error {
	for i, m := range parts {
		r := reply{ResponseType: "ephemeral", ReplaceOriginal: replace && i == 0, Text: m.text, Blocks: m.blocks}
		if !r.ReplaceOriginal {
			r.ThreadTS = t.thread
		}
		err := errUsedUp
		if t.replies.take(t.responseURL, 1) {
			err = t.api.respond(ctx, t.responseURL, r)
		}
		if errors.Is(err, errUsedUp) {
			err = t.api.whisper(ctx, t.channel, t.thread, t.user, m)
			if code(err) != "" { // not a member, or the channel is gone
				_, err = t.api.post(ctx, t.user, "", m)
			}
		}
		if err != nil {
			return unreachable(err)
		}
	}
	return nil
}

// showHome fills the home tab.
func (t *turn) showHome(ctx context.Context) error {
	v, err := t.Desk.Card(ctx, t.in, flow.HomeSubject)
	if err != nil {
		return err
	}
	return t.api.publishHome(ctx, t.user, home(v, t.speech(v.Locale)))
}
