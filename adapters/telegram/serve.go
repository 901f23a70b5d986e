package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/flows/flow"
)

// accept hands an update to a turn and has done called when that is over. It returns false, with done never called, when
// there is too much to do: the update must come again then.
func (a *Adapter) accept(raw json.RawMessage, done func()) bool {
	e, ok := a.read(raw)
	switch {
	case !ok && e.press != "": // of no use, and answered all the same
		return a.turns.Go("", func(ctx context.Context) {
			defer done()
			a.answer(ctx, e.press, tgbotapi.Params{})
		})
	case !ok:
		done()
		return true
	}
	acked := make(chan struct{})
	ok = a.turns.Go(e.key(), func(ctx context.Context) {
		defer done()
		defer func() { <-acked }() // it has a time-out of its own
		a.serve(ctx, e, acked)
	})
	if ok {
		a.ack(e, acked)
	}
	return ok
}

// read decodes an update. What this bot has no use for is left alone.
func (a *Adapter) read(raw json.RawMessage) (event, bool) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		a.Log.Warn("telegram: an update cannot be read, it is left out", "err", err)
		return event{}, false
	}
	a.mu.Lock()
	me := a.me
	a.mu.Unlock()
	return decode(u, me, a.words)
}

// serve takes an event to the flows.
func (a *Adapter) serve(ctx context.Context, e event, acked <-chan struct{}) {
	if e.group != 0 && e.press == "" {
		a.pointToPrivate(ctx, e)
		return
	}
	if e.group != 0 && !a.follows(ctx, e) {
		return
	}
	stop := a.typing(e)
	defer stop()
	on := &screen{a: a, event: e, acked: acked, stop: stop}
	if err := a.fetchFile(ctx, &e); err != nil {
		a.fail(ctx, e, on, err)
		return
	}
	if err := a.Desk.Handle(ctx, e.in, on); err != nil {
		a.fail(ctx, e, on, err)
	}
}

// fail is when the flows could not show what they did. What was done is done; the person can ask again.
func (a *Adapter) fail(ctx context.Context, e event, on *screen, err error) {
	var gone *flow.Unreachable
	if errors.As(err, &gone) {
		a.Log.Info("telegram: somebody cannot be answered", "why", gone.Why, "err", err)
		return
	}
	a.Log.Error("telegram: interaction not shown", "err", err)
	if on.sent {
		return
	}
	sorry := []draft{{HTML: escape(a.text("chat.failed", e.in.Locale))}}
	if _, err := a.send(ctx, e.user, e.thread, sorry); err != nil {
		a.Log.Warn("telegram: nor could that be said", "err", err)
	}
}

// ack answers a press, which stops the button's waiting sign, and closes acked when that is over. It goes out at once,
// whatever the database does. A press in a group is answered when it is known where the answer goes.
func (a *Adapter) ack(e event, acked chan<- struct{}) {
	if e.press == "" || e.group != 0 {
		close(acked)
		return
	}
	a.acks.Go(func() {
		defer close(acked)
		a.answer(a.base, e.press, tgbotapi.Params{})
	})
}

// answer calls answerCallbackQuery. Being late is no reason to stop: the card is edited all the same.
func (a *Adapter) answer(ctx context.Context, press string, params tgbotapi.Params) {
	params["callback_query_id"] = press
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	switch err := a.api.call(ctx, "answerCallbackQuery", params, nil); {
	case err == nil:
	case says(err, "query is too old", "query id is invalid", "query_id_invalid"):
		a.Log.Debug("telegram: a press was answered late", "err", err)
	default:
		a.Log.Warn("telegram: a press was not answered", "err", err)
	}
}

// typing shows that somebody types while the desk works longer than a moment. What it returns ends that; it may be called
// twice.
func (a *Adapter) typing(e event) (stop func()) {
	ctx, cancel := context.WithCancel(a.base)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for wait := a.typingAfter; pause(ctx, wait); wait = typingEvery {
			params := tgbotapi.Params{"action": "typing", "chat_id": strconv.FormatInt(e.user, 10)}
			params.AddNonZero("message_thread_id", e.thread)
			call, end := context.WithTimeout(ctx, 5*time.Second)
			if err := a.api.call(call, "sendChatAction", params, nil); err != nil && ctx.Err() == nil {
				a.Log.Debug("telegram: typing not shown", "err", err)
			}
			end()
		}
	}()
	return func() { cancel(); <-over }
}
