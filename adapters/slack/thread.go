package slack

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

var _ flow.Threader = poster{}

// PostBelow posts in the thread of a message of a channel. Slack's threads have no names, and begin with their first message
// (docs.slack.dev, reference/methods/chat.postMessage, read 2026-11).
func (p poster) PostBelow(ctx context.Context, channel, message, _ string, v flow.Shown) (string, string, error) {
	_, ts, ok := splitID(message)
	if !ok {
		return "", "", flow.ErrGone
	}
	id := ""
	for _, m := range draw(v, p.speech(v.Locale)) {
		err := p.api.posts.Wait(ctx, channel)
		if err == nil {
			id, err = p.api.post(ctx, channel, ts, m)
		}
		if is(err, noThread...) {
			return "", "", errors.Join(flow.ErrGone, err)
		}
		if err != nil {
			return "", "", unreachable(err)
		}
	}
	return channel, id, nil
}

// noThread are refusals of chat.postMessage that say that nothing can be written below a message.
var noThread = []string{"thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts", "restricted_action_thread_locked",
	"restricted_action_non_threadable_channel"}

// remark reads a message that somebody wrote in the thread of another one, in a channel that the bot is in. Who speaks to the
// bot there by its name is answered as everywhere; see ownVoice.
func remark(e event, text string) (event, bool) {
	if to := mention.FindStringSubmatch(text); to != nil {
		e.mentioned = to[1]
	}
	e.kind = remarkKind
	said := clean(text)
	e.input = flow.Remark{Text: said}
	return e, said != "" || len(e.files) > 0
}

// fileHost is where Slack keeps files (docs.slack.dev, messaging/working-with-files, read 2026-11).
const fileHost = "https://files.slack.com"

// offered puts the files of a remark beside its words. They are fetched with the bot's token when somebody wants them.
func (t *turn) offered() flow.Gesture {
	said, ok := t.input.(flow.Remark)
	if !ok || len(t.files) == 0 {
		return t.input
	}
	said.Files = &chat.Fetcher{Client: t.api.http, Hosts: []string{fileHost, chat.Origin(t.APIURL)}, Token: t.BotToken, Files: t.files,
		Lost: func(err error) { t.Log.Warn("a file in a thread was not fetched", "err", t.api.secrets.Error(err)) }}
	return said
}
