package slack

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/flows/flow"
)

// A poster speaks where nobody has asked just now.
type poster struct{ *Adapter }

// Post posts to a channel by its id or to a person by his. The message's id holds the channel.
func (p poster) Post(ctx context.Context, chat string, v flow.Shown) (string, error) {
	id := ""
	for _, m := range draw(v, p.speech(v.Locale)) {
		err := p.api.posts.Wait(ctx, chat)
		if err == nil {
			id, err = p.api.post(ctx, chat, "", m)
		}
		if err != nil {
			return "", unreachable(err)
		}
	}
	return id, nil
}

// Edit writes over a message that Post or a Screen has made. What one person alone sees cannot be edited.
func (p poster) Edit(ctx context.Context, _, id string, v flow.Shown) error {
	channel, _, ok := splitID(id)
	if !ok {
		return flow.ErrGone
	}
	if err := p.api.posts.Wait(ctx, channel); err != nil {
		return err
	}
	parts := draw(v, p.speech(v.Locale))
	last := parts[len(parts)-1]
	if len(parts) > 1 { // one message was edited, one it stays: the beginning, and what can be pressed
		last = message{text: parts[0].text, blocks: append(parts[0].blocks[:len(parts[0].blocks):len(parts[0].blocks)], controls(last.blocks)...)}
	}
	err := p.api.update(ctx, id, last)
	if is(err, uneditable...) {
		return errors.Join(flow.ErrGone, err)
	}
	return unreachable(err)
}

// controls are the blocks with something to press.
func controls(blocks []slack.Block) []slack.Block {
	var all []slack.Block
	for _, b := range blocks {
		if b.BlockType() == slack.MBTAction {
			all = append(all, b)
		}
	}
	return all
}

func (p poster) speech(locale string) speech {
	return func(key string) string { return p.say(key, locale) }
}

// uneditable are refusals of chat.update that stay (docs.slack.dev, reference/methods/chat.update, read 2026-07).
var uneditable = []string{"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found", "message_not_owned_by_app"}

// unreachable tells chats that cannot be written to from failures that pass.
func unreachable(err error) error {
	why := ""
	switch code(err) {
	case "channel_not_found", "not_in_channel", "is_archived", "channel_is_archived", "restricted_action", "restricted_action_read_only_channel":
		why = flow.Left
	case "user_not_found", "user_disabled", "user_not_visible", "users_not_found", "user_is_bot", "user_is_restricted":
		why = flow.Blocked
	case "cannot_dm_bot", "messages_tab_disabled", "access_denied", "im_not_allowed":
		why = flow.Closed
	default:
		return err
	}
	return &flow.Unreachable{Why: why, Err: err}
}
