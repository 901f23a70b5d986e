package telegram

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/adapters/chat"
)

// restless is how soon the next poll follows one that brought nothing but updates that are at work already.
const restless = 250 * time.Millisecond

// flushTimeout is how long the last confirmation may take when the adapter stops.
const flushTimeout = 2 * time.Second

// poll asks for updates until ctx ends. An update is confirmed, by an offset behind it, when it was handled and not
// before: what a crash interrupts comes again. Telegram sends all that is not confirmed with every poll, so one slow turn
// holds back nobody else.
func (a *Adapter) poll(ctx context.Context, w *window) error {
	if err := a.leaveWebhook(ctx); err != nil {
		return err
	}
	for failures := 0; ctx.Err() == nil; {
		offset := w.offset()
		batch, err := a.fetch(ctx, offset, failures > 0)
		switch {
		case ctx.Err() != nil:
		case err == nil:
			failures = 0
			a.ready(nil)
			w.confirmed(offset)
			if fresh := a.dispatch(w, batch); fresh == 0 && len(batch) > 0 {
				w.wait(ctx, restless)
			}
		case revoked(err):
			a.ready(err)
			return err
		default:
			a.ready(err)
			a.complain(err, failures)
			a.pause(ctx, a.patience(err, failures))
			failures++
		}
	}
	return ctx.Err()
}

// flush confirms what was handled since the last poll, so that the next start is not told it again.
func (a *Adapter) flush(ctx context.Context, w *window) {
	offset := w.offset()
	if offset == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	params := tgbotapi.Params{"offset": strconv.FormatInt(offset, 10), "limit": "1", "timeout": "0"}
	_ = params.AddInterface("allowed_updates", allowedUpdates) // cannot fail: strings alone
	if err := a.api.call(ctx, "getUpdates", params, nil); err != nil {
		a.Log.Info("telegram: the last updates are not confirmed; they come again and are recognised", "err", err)
	}
}

// fetch is one poll. After a failure it does not wait for something to happen: that it works again is news.
func (a *Adapter) fetch(ctx context.Context, offset int64, failed bool) ([]json.RawMessage, error) {
	wait := pollTimeout
	if failed {
		wait = 0
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(wait)*time.Second+callTimeout)
	defer cancel()
	params := tgbotapi.Params{"limit": strconv.Itoa(pollLimit), "timeout": strconv.Itoa(wait)}
	params.AddNonZero64("offset", offset)
	if err := params.AddInterface("allowed_updates", allowedUpdates); err != nil {
		return nil, err
	}
	var batch []json.RawMessage
	return batch, a.api.call(ctx, "getUpdates", params, &batch)
}

// dispatch starts turns for the updates that are new, and returns how many it started. When there is too much to do the
// rest comes with a later poll.
func (a *Adapter) dispatch(w *window, batch []json.RawMessage) (fresh int) {
	for _, raw := range batch {
		var u struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(raw, &u); err != nil || !w.begin(u.ID) {
			continue
		}
		if !a.accept(raw, func() { w.end(u.ID) }) {
			w.forget(u.ID)
			return fresh
		}
		fresh++
	}
	return fresh
}

// patience is the pause after a failed poll.
func (a *Adapter) patience(err error, failures int) time.Duration {
	if refused := refusal(err); refused != nil && refused.RetryAfter > 0 {
		return time.Duration(refused.RetryAfter) * time.Second
	}
	return chat.Backoff(failures)
}

// complain says what to do about a failure; once, until it works again.
func (a *Adapter) complain(err error, failures int) {
	refused := refusal(err)
	switch {
	case failures > 0:
		a.Log.Debug("telegram: still no updates", "err", err)
	case refused != nil && refused.Code == 409 && says(err, "webhook"):
		a.Log.Error("telegram: another program has set a webhook for this bot, so it cannot be polled: stop that program, or use mode webhook", "err", err)
	case refused != nil && refused.Code == 409:
		a.Log.Error("telegram: another program polls with this bot's token: stop it, or use mode webhook for several replicas", "err", err)
	default:
		a.Log.Warn("telegram: no updates, trying again", "err", err)
	}
}

// leaveWebhook takes the webhook away, once: with one there is no polling. What waits for delivery stays.
func (a *Adapter) leaveWebhook(ctx context.Context) error {
	for n := 0; ; n++ {
		call, cancel := context.WithTimeout(ctx, callTimeout)
		err := a.api.call(call, "deleteWebhook", nil, nil)
		cancel()
		if err == nil || revoked(err) {
			return err
		}
		a.ready(err)
		a.Log.Warn("telegram: the webhook is not taken away, trying again", "err", err)
		if !a.pause(ctx, a.patience(err, n)) {
			return ctx.Err()
		}
	}
}
