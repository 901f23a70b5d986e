package slack

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/flows/flow"
)

// wait acknowledges a command with a word of patience; its card follows.
func (t *turn) wait() { t.acknowledge(t.patience()) }

func (t *turn) patience() reply {
	return reply{ResponseType: "ephemeral", Text: escape(t.say("chat.working", t.language())), ThreadTS: t.thread}
}

// tell says that work goes on, where the answer will be.
func (t *turn) tell() {
	t.drawing.Lock()
	defer t.drawing.Unlock()
	t.mu.Lock()
	over := t.over
	t.mu.Unlock()
	if over || t.shown {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	switch {
	case t.private:
		if id, err := t.api.post(ctx, t.user, t.thread, message{text: t.patience().Text}); err == nil {
			t.note = id
		}
	case t.replies.take(t.responseURL, 1):
		_ = t.api.respond(ctx, t.responseURL, t.patience())
	}
}

// A staleForm ends the showing of a form that was answered under an older token.
type staleForm struct{ token string }

func (s *staleForm) Error() string { return "the form was older than its conversation" }

// again does once more, under the conversation's newest token, what was done in a modal. After a wrong answer Slack shows
// the problem in the open window, and that window keeps the token it was opened with: what the person has typed or
// pressed there is for this very form.
func (t *turn) again(ctx context.Context, err error) error {
	var stale *staleForm
	if !errors.As(err, &stale) {
		return err
	}
	in := t.in
	in.ID += "+"
	switch g := in.Input.(type) {
	case flow.Submitted:
		g.Token = stale.token
		in.Input = g
	case flow.Pressed:
		was, _ := flow.ParseToken(g.Token) // both were read before
		now, _ := flow.ParseToken(stale.token)
		in.Input = flow.Pressed{Token: now.With(was.Button).String()}
	}
	t.retried = true
	return t.Desk.Handle(ctx, in, t)
}

// end acknowledges what nothing was shown for, such as a repeated delivery, and takes the word of patience away.
func (t *turn) end(ctx context.Context) {
	t.mu.Lock()
	t.over = true
	for _, timer := range t.timers {
		timer.Stop()
	}
	t.mu.Unlock()
	t.acknowledge(nil)
	t.drawing.Lock()
	defer t.drawing.Unlock()
	t.dropNote(ctx)
}

func (t *turn) dropNote(ctx context.Context) {
	if t.note != "" {
		_ = t.api.remove(ctx, t.note)
		t.note = ""
	}
}

// apologise says that the answer could not be shown, if even that can be.
func (t *turn) apologise(ctx context.Context) {
	text := escape(t.say("chat.failed", t.language()))
	if t.kind == commandKind && t.acknowledge(reply{ResponseType: "ephemeral", Text: text}) {
		return
	}
	if _, err := t.api.post(context.WithoutCancel(ctx), t.user, "", message{text: text}); err != nil {
		t.Log.Warn("not even an apology could be shown", "platform", Platform, "err", err)
	}
}
