package slack

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/flows/flow"
)

// Show shows a view to whoever caused the event: a form as a modal if one can be opened, all else as a card where the
// event came from, for his eyes only.
func (t *turn) Show(ctx context.Context, v flow.Shown) (string, error) {
	if t.stale(v) {
		return "", &staleForm{v.Token}
	}
	t.drawing.Lock()
	defer t.drawing.Unlock()
	t.shown = true
	if opens(v) {
		if done, err := t.showForm(ctx, v); done || err != nil {
			t.dropNote(ctx)
			return "", err
		}
	}
	if t.kind == shortcutKind && t.channel == "" && t.open(ctx, v, sheetView) {
		return "", nil
	}
	t.acknowledge(nil) // closes a submitted modal
	id, err := t.showCard(ctx, v)
	if err != nil {
		return "", err
	}
	t.pointAt(ctx, v)
	return id, nil
}

// showCard shows a card in the private chat, or in a shared one for one person's eyes.
func (t *turn) showCard(ctx context.Context, v flow.Shown) (string, error) {
	parts := draw(v, t.speech(v.Locale))
	replace := v.Replace != "" && v.Replace == t.in.Message
	if !t.private {
		return "", t.whisperTo(ctx, parts, replace && isWhisper(v.Replace))
	}
	id, err := t.replacePrivately(ctx, parts, v, replace)
	if id != "" || err != nil {
		return id, err
	}
	t.dropNote(ctx)
	return t.postAll(ctx, parts)
}

// replacePrivately writes the card over the one that was pressed, or over the word of patience; "" when there is none.
func (t *turn) replacePrivately(ctx context.Context, parts []message, v flow.Shown, replace bool) (string, error) {
	over := t.note
	switch {
	case replace:
		over = v.Replace
	case len(parts) > 1:
		return "", nil
	}
	if _, _, ok := splitID(over); !ok {
		return "", nil
	}
	err := t.api.update(ctx, over, parts[0])
	switch {
	case is(err, uneditable...):
		return "", nil // it is gone: the card is shown below
	case err != nil:
		return "", err
	}
	if over == t.note {
		t.note = ""
		return over, nil
	}
	t.dropNote(ctx)
	if len(parts) > 1 {
		return t.postAll(ctx, parts[1:])
	}
	return over, nil
}

func (t *turn) postAll(ctx context.Context, parts []message) (id string, err error) {
	for _, m := range parts {
		if id, err = t.api.post(ctx, t.user, t.thread, m); err != nil {
			return "", unreachable(err)
		}
	}
	return id, nil
}

// whisperTo shows messages to one person in a shared chat: by the response address of what he did, else as an ephemeral
// message of the channel, else in his private chat.
func (t *turn) whisperTo(ctx context.Context, parts []message, replace bool) error {
	for i, m := range parts {
		r := reply{ResponseType: "ephemeral", ReplaceOriginal: replace && i == 0, Text: m.text, Blocks: m.blocks}
		if !r.ReplaceOriginal {
			r.ThreadTS = t.thread
		}
		err := errUsedUp
		if t.replies.take(t.responseURL, 1) {
			err = t.api.respond(ctx, t.responseURL, r)
		}
		if errors.Is(err, errUsedUp) {
			err = t.api.whisper(ctx, t.channel, t.thread, t.user, m)
			if code(err) != "" { // not a member, or the channel is gone
				_, err = t.api.post(ctx, t.user, "", m)
			}
		}
		if err != nil {
			return unreachable(err)
		}
	}
	return nil
}

// showHome fills the home tab.
func (t *turn) showHome(ctx context.Context) error {
	v, err := t.Desk.Card(ctx, t.in, flow.HomeSubject)
	if err != nil {
		return err
	}
	return t.api.publishHome(ctx, t.user, home(v, t.speech(v.Locale)))
}
