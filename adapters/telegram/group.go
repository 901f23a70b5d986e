package telegram

import (
	"context"
	"errors"
	"slices"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// probeTimeout is how long a press in a group waits to be told where its answer goes.
const probeTimeout = 3 * time.Second

// follows prepares the answer to a press on a group's card, which goes to the private chat of who pressed. It returns
// false, with nothing done, when the bot may not write there: then the press opens that chat, to be started.
func (a *Adapter) follows(ctx context.Context, e event) bool {
	probe, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	err := a.deliver(probe, e.user, "sendChatAction", tgbotapi.Params{"action": "typing"}, nil)
	var unreachable *flow.Unreachable
	if errors.As(err, &unreachable) {
		link, err := a.link(ctx, "start")
		if err != nil {
			a.Log.Warn("telegram: no link to the private chat", "err", err)
		}
		a.answer(ctx, e.press, tgbotapi.Params{"url": link})
		return false
	}
	text := chat.UTF16.Clamp(a.text("chat.answered_privately", e.in.Locale), maxToast)
	a.answer(ctx, e.press, tgbotapi.Params{"text": text})
	return true
}

// pointToPrivate answers a command in a group by a button that leads to the private chat, and by nothing else.
func (a *Adapter) pointToPrivate(ctx context.Context, e event) {
	c, _ := e.in.Input.(flow.Command)
	link, err := a.link(ctx, c.Word)
	if err != nil {
		a.Log.Warn("telegram: no link to the private chat", "err", err)
		return
	}
	there := draft{
		HTML:     escape(a.text("chat.private_text", e.in.Locale)),
		Keyboard: [][]button{{{Text: label(a.text("chat.private", e.in.Locale)), URL: link}}},
	}
	params := there.params()
	params.AddNonZero("message_thread_id", e.thread)
	_ = params.AddInterface("reply_parameters", map[string]any{"message_id": e.reply, "allow_sending_without_reply": true}) // cannot fail: numbers and booleans
	if err := a.deliver(ctx, e.group, "sendMessage", params, nil); err != nil {
		a.Log.Info("telegram: a group cannot be answered", "err", err)
	}
}

// link leads to the private chat and starts a command there: nothing that somebody else could use.
func (a *Adapter) link(ctx context.Context, word string) (string, error) {
	me, err := a.Username(ctx)
	if err != nil {
		return "", err
	}
	if !slices.Contains(a.words, word) {
		word = "start"
	}
	return "https://t.me/" + me + "?start=" + linked + word, nil
}
