package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/flows/flow"
)

// A screen shows views in the private chat of the one person who did something.
type screen struct {
	a     *Adapter
	event event
	acked <-chan struct{}
	stop  func() // ends the typing sign
	sent  bool   // something was shown
}

// Show edits the message that s replaces, where it is still there; else it sends new ones.
func (on *screen) Show(ctx context.Context, s flow.Shown) (string, error) {
	on.stop()
	select {
	case <-on.acked: // a click is answered first, then the card changes
	case <-time.After(ackTimeout / 5):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if s.Erase && on.event.typed != 0 {
		on.a.erase(ctx, on.event)
	}
	drafts := render(s)
	id, err := strconv.Atoi(s.Replace)
	if err != nil || id <= 0 {
		return on.send(ctx, drafts)
	}
	switch err := on.a.edit(ctx, on.event.user, id, drafts[0]); {
	case errors.Is(err, flow.ErrGone):
		return on.send(ctx, drafts)
	case err != nil:
		return "", err
	}
	on.sent = true
	if len(drafts) == 1 {
		return s.Replace, nil
	}
	return on.send(ctx, drafts[1:])
}

func (on *screen) send(ctx context.Context, drafts []draft) (string, error) {
	id, err := on.a.send(ctx, on.event.user, on.event.thread, drafts)
	on.sent = on.sent || err == nil
	return id, err
}

// send sends messages to a chat and returns the id of the last one, which has the buttons.
func (a *Adapter) send(ctx context.Context, to int64, thread int, drafts []draft) (string, error) {
	var sent struct {
		ID int `json:"message_id"`
	}
	for _, d := range drafts {
		params := d.params()
		params.AddNonZero("message_thread_id", thread)
		if err := a.deliver(ctx, to, "sendMessage", params, &sent); err != nil {
			return "", err
		}
	}
	return strconv.Itoa(sent.ID), nil
}

// edit has a message show something else. That it shows that already is as good.
func (a *Adapter) edit(ctx context.Context, to int64, message int, d draft) error {
	params := d.params()
	params["message_id"] = strconv.Itoa(message)
	if err := a.deliver(ctx, to, "editMessageText", params, nil); err != nil && !errors.Is(err, errNotModified) {
		return err
	}
	return nil
}

// erase deletes what somebody typed: a bot may, in a private chat, for 48 hours (Bot API 10.1, deleteMessage). When it does
// not go, he reads his answer all the same.
func (a *Adapter) erase(ctx context.Context, e event) {
	err := a.deliver(ctx, e.user, "deleteMessage", tgbotapi.Params{"message_id": strconv.Itoa(e.typed)}, nil)
	if err != nil && !errors.Is(err, flow.ErrGone) {
		a.Log.Warn("telegram: a message that must not stay could not be deleted", "err", err)
	}
}

// params are those of sendMessage and editMessageText. Links are not previewed: what a shop wrote stays words.
func (d draft) params() tgbotapi.Params {
	params := tgbotapi.Params{"text": d.HTML, "parse_mode": tgbotapi.ModeHTML, "link_preview_options": `{"is_disabled":true}`}
	if len(d.Keyboard) > 0 { // an edit without one takes the old one away
		_ = params.AddInterface("reply_markup", markup{d.Keyboard}) // cannot fail: strings alone
	}
	return params
}

// Poster posts where nobody has asked just now: into the private chats of people, by their ids, and into groups.
func (a *Adapter) Poster() flow.Poster { return poster{a} }

type poster struct{ *Adapter }

// Post implements flow.Poster.
func (p poster) Post(ctx context.Context, room string, s flow.Shown) (string, error) {
	to, err := parseChat(room)
	if err != nil {
		return "", err
	}
	drafts := render(s)
	for _, d := range drafts[:len(drafts)-1] {
		if _, err := p.post(ctx, to, d); err != nil {
			return "", err
		}
	}
	return p.post(ctx, to, drafts[len(drafts)-1])
}

func (p poster) post(ctx context.Context, to int64, d draft) (string, error) {
	if err := p.slow(ctx, to); err != nil {
		return "", err
	}
	return p.send(ctx, to, 0, []draft{d})
}

// Edit implements flow.Poster.
func (p poster) Edit(ctx context.Context, room, message string, s flow.Shown) error {
	to, err := parseChat(room)
	if err != nil {
		return err
	}
	id, err := strconv.Atoi(message)
	if err != nil || id <= 0 {
		return fmt.Errorf("edit message %q: %w", message, flow.ErrGone)
	}
	if err := p.slow(ctx, to); err != nil {
		return err
	}
	return p.edit(ctx, to, id, single(s))
}

// slow keeps notices apart. Answers to people are not held back: a person waits for them, and he sets the pace.
func (a *Adapter) slow(ctx context.Context, to int64) error {
	pace := a.pace
	if to < 0 {
		pace = a.rooms
	}
	return pace.Wait(ctx, strconv.FormatInt(to, 10))
}

// parseChat reads the id of a chat: a user's for his private one, a negative one for a group.
func parseChat(room string) (int64, error) {
	id, err := strconv.ParseInt(room, 10, 64)
	if err != nil || id == 0 {
		return 0, &flow.Unreachable{Why: flow.Left, Err: fmt.Errorf("telegram has no chat %q", room)}
	}
	return id, nil
}
