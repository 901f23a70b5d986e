package discord

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aftersale/aftersale/flows/flow"
)

// maxDirects is how many private chats are remembered; they can all be looked up again.
const maxDirects = 10_000

// directs are the channels of private chats by the user's id.
type directs struct {
	mu       sync.Mutex
	channels map[string]string
}

func (d *directs) get(user string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.channels[user]
}

func (d *directs) put(user, channel string) {
	if user == "" || channel == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.channels == nil || len(d.channels) >= maxDirects {
		d.channels = map[string]string{}
	}
	d.channels[user] = channel
}

// poster shows views where nobody has asked just now. A chat is a channel's id, or "@" and a user's.
type poster struct{ *Adapter }

// Poster returns what posts into channels and private chats.
func (a *Adapter) Poster() flow.Poster { return poster{a} }

// channel finds the channel of a chat.
func (a *Adapter) channel(ctx context.Context, chat string) (string, error) {
	user, private := strings.CutPrefix(chat, direct)
	if !private {
		return chat, nil
	}
	if known := a.directs.get(user); known != "" {
		return known, nil
	}
	channel, err := a.api.direct(ctx, user)
	if err != nil {
		return "", err
	}
	a.directs.put(user, channel)
	return channel, nil
}

// Post sends a view into a chat; a long one in several messages, of which the last has the buttons.
func (p poster) Post(ctx context.Context, chat string, s flow.Shown) (string, error) {
	id, err := p.post(ctx, chat, render(s, p.menuWords(s.Locale)))
	if err != nil {
		return "", fmt.Errorf("post to discord: %w", delivery(err))
	}
	return id, nil
}

func (a *Adapter) post(ctx context.Context, chat string, all drawing) (id string, err error) {
	channel, err := a.channel(ctx, chat)
	if err != nil {
		return "", err
	}
	for _, m := range all {
		// A call that is repeated because its answer was lost finds its own message again by the nonce. A job that is
		// repeated has another nonce: a doubled card is the lesser evil, a lost one the greater.
		m.Nonce, m.EnforceNonce = nonce(a.o.NewID()), true
		if id, err = a.api.post(ctx, channel, m); err != nil {
			return "", err
		}
	}
	return id, nil
}

// nonce is an id as Discord takes it: at most 25 characters. The end of a ULID is its random part.
func nonce(id string) string { return id[max(0, len(id)-25):] }

// Edit replaces what a message shows.
func (p poster) Edit(ctx context.Context, chat, message string, s flow.Shown) error {
	if message == "" || strings.HasPrefix(message, whisper) {
		return fmt.Errorf("edit in discord: %w", flow.ErrGone)
	}
	channel, err := p.channel(ctx, chat)
	if err == nil {
		err = p.api.edit(ctx, channel, message, renderOne(s, p.menuWords(s.Locale)))
	}
	switch {
	case err == nil:
		return nil
	case refused(err, codeUnknownMessage, codeNotTheAuthor):
		return fmt.Errorf("edit in discord: %w: %w", flow.ErrGone, err)
	}
	return fmt.Errorf("edit in discord: %w", delivery(err))
}
