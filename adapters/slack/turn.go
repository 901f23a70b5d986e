package slack

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// An ack answers a delivery: with nothing, or with what Slack shows. Slack waits three seconds for it.
type ack func(payload any)

// A turn is one event on its way to the desk and back. It is the flow.Screen of whoever did it.
type turn struct {
	*Adapter
	event
	began time.Time // when the delivery came in
	acks  ack

	drawing sync.Mutex // held while something is shown
	note    string     // message that says that work goes on
	shown   bool       // something was, or is about to be
	spent   bool       // the trigger has opened a modal
	retried bool

	in      flow.Inbound // after prepare
	private bool         // nobody else reads where it was done

	mu     sync.Mutex // guards all below; held for moments only
	acked  bool
	over   bool
	locale string
	timers []*time.Timer
}

// accept takes an event in; false when there is too much to do. It is acknowledged at once, but for what the
// acknowledgement answers: a command may be told to wait, a submitted modal what was wrong with it.
func (a *Adapter) accept(e event, began time.Time, acks ack) bool {
	t := &turn{Adapter: a, event: e, began: began, acks: acks}
	a.replies.meet(e.responseURL)
	a.watch(true)
	if !a.turns.Go(e.channel+" "+e.user, t.run) {
		a.watch(false)
		return false
	}
	switch e.kind {
	case commandKind:
		t.after(a.slow, t.wait)
	case submitKind:
		t.after(a.window, func() { t.acknowledge(nil) })
		t.after(a.window, t.tell)
	case homeKind, remarkKind: // nobody waits for an answer
		t.acknowledge(nil)
	default:
		t.acknowledge(nil)
		t.after(a.slow, t.tell)
	}
	return true
}

// after calls f when d has passed since the delivery, unless the turn is over by then.
func (t *turn) after(d time.Duration, f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.timers = append(t.timers, time.AfterFunc(d-t.Now().Sub(t.began), f))
	}
}

// acknowledge answers the delivery; false when it has been answered before.
func (t *turn) acknowledge(payload any) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.acked {
		return false
	}
	t.acked = true
	t.acks(payload)
	return true
}

func (t *turn) language() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.locale
}

// run takes the event to the desk.
func (t *turn) run(ctx context.Context) {
	defer t.watch(false)
	defer t.end(ctx)
	t.prepare(ctx)
	var err error
	if t.kind == homeKind {
		err = t.showHome(ctx)
	} else {
		err = t.again(ctx, t.Desk.Handle(ctx, t.in, t))
	}
	if err != nil {
		t.Log.Error("interaction not shown", "platform", Platform, "err", t.api.secrets.Error(err))
		t.apologise(ctx)
	}
}

// prepare finds out who it is and whether others read along.
func (t *turn) prepare(ctx context.Context) {
	private := t.alone(ctx)
	var me person
	if t.kind != remarkKind { // of those who talk in channels nothing is asked
		me = t.people.look(ctx, t.user)
	}
	t.mu.Lock()
	t.locale = me.locale
	t.mu.Unlock()
	t.drawing.Lock()
	defer t.drawing.Unlock()
	t.private = private
	t.in = flow.Inbound{
		ID: t.id, Platform: Platform, Chat: t.channel, Direct: t.user, User: t.user, UserName: t.userName, Locale: me.locale,
		Shared: !private, Forms: true, CommandPrefix: t.Command + " ", Input: t.offered(), Message: t.view.memory.Message,
	}
	if private {
		t.in.Chat = t.user
	}
	if t.kind == remarkKind {
		t.in.Below = messageID(t.channel, t.thread)
	}
	if me.name != "" {
		t.in.UserName = me.name
	}
	switch {
	case t.view.modal && t.in.Message == "":
		t.in.Message = viewID(t.view.id)
	case t.kind != pressKind || t.view.id != "":
	case t.whisper:
		t.in.Message = whisperID(t.channel, t.message)
	default:
		t.in.Message = messageID(t.channel, t.message)
	}
}

// alone reports whether nobody else reads where the event comes from.
func (t *turn) alone(ctx context.Context) bool {
	switch {
	case t.channel == "":
		return true
	case !direct(t.channel):
		return false
	case t.kind == typedKind, t.kind == pressKind && t.view.id == "" && !t.whisper:
		t.people.meets(t.user, t.channel) // the bot is told of, and posts to, its own direct messages alone
		return true
	}
	return t.people.alone(ctx, t.user, t.channel)
}

// speech speaks the language of a view.
func (t *turn) speech(locale string) speech {
	if locale == "" {
		locale = t.language()
	}
	return func(key string) string { return t.say(key, locale) }
}

// isWhisper tells the ids of cards that one person alone sees, and that an answer to a press can change.
func isWhisper(id string) bool { return strings.HasPrefix(id, "~") && !isView(id) }

// viewID is Inbound.Message for a modal with no card behind it: the engine has to know that it was answered somewhere.
func viewID(id string) string { return viewPrefix + id }

func isView(id string) bool { return strings.HasPrefix(id, viewPrefix) }

const viewPrefix = "~view:"
