package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// attempts is how often a call to a chat is tried before whoever wants it is told that it does not go now.
const attempts = 3

// deliver calls a method that writes to a chat. It follows a group that became a supergroup, waits where Telegram asks
// to, and repeats what doubles nothing: all but a message whose answer was lost. That one is an error; a job posts it
// again then, as a doubled card is the lesser evil.
//
// Errors: *flow.Unreachable, *flow.Busy, flow.ErrGone, or a passing one.
func (a *Adapter) deliver(ctx context.Context, to int64, method string, params tgbotapi.Params, out any) error {
	return a.deliverBy(ctx, to, method, params, func() error { return a.try(ctx, method, params, out) })
}

// deliverBy does the same by a call of its own, which reads params again each time.
func (a *Adapter) deliverBy(ctx context.Context, to int64, method string, params tgbotapi.Params, call func() error) error {
	var err error
	for n := range attempts {
		to = a.now(to)
		params["chat_id"] = strconv.FormatInt(to, 10)
		key := params["chat_id"]
		if err := a.hold.Wait(ctx, key); err != nil {
			return err
		}
		if err := a.all.Wait(ctx, ""); err != nil {
			return err
		}
		err = call()
		refused := refusal(err)
		switch {
		case err == nil:
			return nil
		case refused != nil && refused.MigrateToChatID != 0:
			a.follow(to, refused.MigrateToChatID)
		case refused != nil && refused.Code == http.StatusTooManyRequests:
			after := time.Duration(max(refused.RetryAfter, 1)) * time.Second
			a.hold.Pause(key, after)
			if after > chat.MaxWait {
				return &flow.Busy{After: after, Err: err}
			}
		case refused != nil && refused.Code < http.StatusInternalServerError:
			return meaning(err)
		case ctx.Err() != nil || strings.HasPrefix(method, "send") && !neverSent(err):
			return err
		case !a.pause(ctx, time.Duration(n+1)*500*time.Millisecond):
			return err
		}
	}
	if refused := refusal(err); refused != nil && refused.RetryAfter > 0 {
		return &flow.Busy{After: time.Duration(refused.RetryAfter) * time.Second, Err: err}
	}
	return err
}

func (a *Adapter) try(ctx context.Context, method string, params tgbotapi.Params, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return a.heed(a.api.call(ctx, method, params, out))
}

// heed notices when the token has become worthless.
func (a *Adapter) heed(err error) error {
	if refused := refusal(err); refused != nil && refused.Code == http.StatusUnauthorized {
		a.ready(err)
		select {
		case a.dead <- err:
		default: // known already
		}
	}
	return err
}

// now is the chat's id today: groups get another one when they grow.
func (a *Adapter) now(id int64) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	for range 3 {
		next, ok := a.moved[id]
		if !ok {
			break
		}
		id = next
	}
	return id
}

func (a *Adapter) follow(from, to int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if from != to {
		a.moved[from] = to
	}
	a.Log.Info("telegram: a group became a supergroup", "from", from, "to", to)
}

// errNotModified is an edit that would change nothing: it is as it should be.
var errNotModified = errors.New("the message shows that already")

// meaning turns a refusal into what a caller can act on.
func meaning(err error) error {
	unreachable := func(why string) error { return &flow.Unreachable{Why: why, Err: err} }
	switch {
	case says(err, "message is not modified"):
		return fmt.Errorf("%w: %w", errNotModified, err)
	case says(err, "message to edit not found", "message can't be edited", "message_id_invalid", "message identifier is not specified"):
		return fmt.Errorf("%w: %w", flow.ErrGone, err)
	case says(err, "bot was blocked", "user is deactivated", "user_deactivated"):
		return unreachable(flow.Blocked)
	case says(err, "bot was kicked", "bot is not a member", "group chat was deactivated", "group chat was deleted", "not enough rights", "have no rights to send", "chat_write_forbidden", "channel_private", "topic_closed"):
		return unreachable(flow.Left)
	case says(err, "chat not found", "can't initiate conversation", "peer_id_invalid", "chat_id is empty", "user not found"):
		return unreachable(flow.Closed)
	case refusal(err).Code == http.StatusForbidden:
		return unreachable(flow.Closed)
	}
	return err
}
