package telegram

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
)

// manyPending is how many updates may wait before somebody should look why.
const manyPending = 50

// Check tells `doctor` what works and what to do about the rest. It changes nothing, and it does not poll: that would
// disturb a bot that runs.
func (a *Adapter) Check(ctx context.Context, publicURL string) []chat.Finding {
	me, err := a.Username(ctx)
	if err != nil {
		return []chat.Finding{{State: chat.Fail, Check: "telegram token", Text: advise(err).Error()}}
	}
	found := []chat.Finding{{State: chat.OK, Check: "telegram token", Text: "the bot is https://t.me/" + me}}
	found = append(found, a.checkWebhook(ctx, publicURL)...)
	return append(found, a.checkCommandsSet(ctx))
}

func (a *Adapter) checkWebhook(ctx context.Context, publicURL string) []chat.Finding {
	finding := func(state, text string) chat.Finding {
		return chat.Finding{State: state, Check: "telegram webhook", Text: text}
	}
	info, err := a.webhookInfo(ctx)
	if err != nil {
		return []chat.Finding{finding(chat.Fail, advise(err).Error())}
	}
	var found []chat.Finding
	if a.Mode == Polling {
		if info.URL == "" {
			found = append(found, finding(chat.OK, "none is set, as polling wants it"))
		} else {
			found = append(found, finding(chat.Warn, "one is set: "+info.URL+"; another program may use this bot. `serve` takes it away at its start, `setup telegram` does so now"))
		}
		return append(found, a.pending(info)...)
	}
	want, err := a.publicWebhook(publicURL)
	switch {
	case err != nil:
		found = append(found, finding(chat.Fail, err.Error()))
	case info.URL == "":
		found = append(found, finding(chat.Fail, "none is set: run `aftersale setup telegram`"))
	case info.URL != want:
		found = append(found, finding(chat.Fail, fmt.Sprintf("it is %s and should be %s: run `aftersale setup telegram`", info.URL, want)))
	case !slices.Equal(info.Allowed, allowedUpdates):
		found = append(found, finding(chat.Warn, "it brings other updates than this bot reads: run `aftersale setup telegram`"))
	default:
		found = append(found, finding(chat.OK, info.URL))
	}
	if info.LastError != "" {
		at := time.Unix(info.LastErrorAt, 0).UTC().Format(time.DateTime)
		text := fmt.Sprintf("the last delivery that failed, at %s UTC: %s.", at, a.api.redact.String(info.LastError))
		found = append(found, finding(chat.Warn, text+" With 401 the secret has changed: run `aftersale setup telegram`; else check that public_url leads here"))
	}
	return append(found, a.pending(info)...)
}

func (a *Adapter) pending(info webhookInfo) []chat.Finding {
	if info.Pending < manyPending {
		return nil
	}
	return []chat.Finding{{State: chat.Warn, Check: "telegram updates", Text: fmt.Sprintf("%d wait to be read: is `aftersale serve` running?", info.Pending)}}
}

func (a *Adapter) checkCommandsSet(ctx context.Context) chat.Finding {
	f := chat.Finding{State: chat.OK, Check: "telegram commands", Text: "they are set in every language"}
	for _, l := range a.languages() {
		have, err := a.commands(ctx, allPrivate, l)
		if err != nil {
			return chat.Finding{State: chat.Fail, Check: f.Check, Text: err.Error()}
		}
		if !slices.Equal(have, a.list(l.locale, false)) {
			f.State, f.Text = chat.Warn, "the list of "+l.name()+" is not this version's: run `aftersale setup telegram`"
			return f
		}
	}
	return f
}
