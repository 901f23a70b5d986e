package discord

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// A stage is how far the answer to an interaction has come.
type stage int

const (
	open     stage = iota // nothing was answered: a modal can still open
	promised              // "thinking…" stands there, for an edit to fill
	held                  // the pressed card stands there with nothing to press, for an edit to replace it
	answered              // more can follow
	closed                // Discord takes no answer any more
)

// An exchange is one interaction and its answer. It is the flow.Screen of whoever did it.
//
// Exactly one first answer is due within three seconds. The flows mostly have theirs by then, and it is the first; where
// they have not, it is promised, and what they show later is an edit or a follow-up, within the fifteen minutes that the
// interaction's token lasts. After that, and where Discord did not take the first answer in time, the person is written
// to in the private chat.
type exchange struct {
	*Adapter
	i     interaction
	in    flow.Inbound
	first responder

	timer *time.Timer
	mu    sync.Mutex // guards all below, and the order of answers
	stage stage
	shown bool
	live  bool // what is shown will be edited: where it stands has to be known
}

// A responder gives the first answer to an interaction.
type responder interface {
	// respond gives it and returns the id of the message that it made, where that is known.
	respond(ctx context.Context, answer callback) (string, error)
	// none ends the wait for one that will not come.
	none()
}

// begin starts the time in which the first answer is due.
func (a *Adapter) begin(i interaction, in flow.Inbound, first responder) *exchange {
	x := &exchange{Adapter: a, i: i, in: in, first: first}
	x.timer = time.AfterFunc(a.deferAfter, x.putOff)
	return x
}

// run hands the gesture to the flows. The answer is finished whatever becomes of them.
func (x *exchange) run(ctx context.Context) {
	err := errPanicked
	defer func() { x.finish(ctx, err) }()
	err = x.o.Desk.Handle(ctx, x.in, x)
}

var errPanicked = errors.New("the turn panicked")

// own reports whether the message that was pressed is for this person alone, so that it may be written over.
func (x *exchange) own() bool {
	return x.in.Message != "" && (!x.in.Shared || x.i.Message.whispered())
}

// putOff promises the answer: time is running out.
func (x *exchange) putOff() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.stage != open {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), respondWithin)
	defer cancel()
	answer, next := callback{Type: answerLater, Data: map[string]int{"flags": x.flags()}}, promised
	if x.own() {
		// The buttons go dark: it was heard, and a second press would change nothing.
		answer, next = callback{Type: answerUpdateLater}, held
		if rows := x.i.Message.Components; len(rows) > 0 {
			answer = callback{Type: answerUpdate, Data: map[string]any{"components": disabled(rows)}}
		}
	}
	x.stage = next
	if _, err := x.first.respond(ctx, answer); err != nil {
		x.stage = closed
		x.log("answer not promised", err)
	}
}

// flags of a new message: in a shared place it is for the person alone.
func (x *exchange) flags() int {
	if x.in.Shared {
		return flagEphemeral
	}
	return 0
}

// finish ends the exchange: with an apology if the flows could not show what they did, and with nothing where they had
// nothing to say, as to a repeated delivery.
func (x *exchange) finish(ctx context.Context, failed error) {
	x.timer.Stop()
	x.mu.Lock()
	defer x.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if failed != nil {
		x.log("interaction not shown", failed)
		if x.shown {
			x.first.none()
			return // what is to be seen is seen; the rest is for the log
		}
		if _, err := x.place(ctx, false, drawing{plain(x.text("chat.failed", x.in.Locale))}); err != nil {
			x.log("the apology was not shown either", err)
		}
		x.first.none()
		return
	}
	if x.shown {
		return
	}
	var err error
	switch {
	case x.stage == open && x.i.Message != nil:
		_, err = x.first.respond(ctx, callback{Type: answerUpdateLater})
	case x.stage == promised:
		err = x.settled(ctx, func() error { return x.api.dropFirst(ctx, x.i) })
	case x.stage == held:
		err = x.release(ctx)
	}
	x.first.none()
	if err != nil {
		x.log("interaction not acknowledged", err)
	}
}

// release makes the held card what it was, if it is still dark: another delivery of the same press may have written over
// it, and what that put there stays.
func (x *exchange) release(ctx context.Context) error {
	rows := x.i.Message.Components
	if len(rows) == 0 {
		return nil
	}
	var now sent
	err := x.settled(ctx, func() (err error) {
		now, err = x.api.first(ctx, x.i)
		return err
	})
	if err != nil || !isDark(now.Components) {
		return err
	}
	_, err = x.api.editFirst(ctx, x.i, map[string]any{"components": rows})
	return err
}

func (x *exchange) log(what string, err error) {
	x.o.Log.Error(what, "err", x.api.redact.Error(err))
}
