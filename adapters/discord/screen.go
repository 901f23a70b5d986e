package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// Show implements flow.Screen. A form opens as a modal where Discord lets one open: as the first answer to anything but
// a modal. Elsewhere it is a card with [Answer], and also where the step offers something of its own, which a modal has no
// room for.
func (x *exchange) Show(ctx context.Context, v flow.Shown) (string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	own := slices.ContainsFunc(v.Buttons, func(b flow.ShownButton) bool { return b.Own })
	if x.stage == open && x.i.Type != modalInteraction && fillable(v) && (!own || x.answers(v)) {
		opened, err := x.ask(ctx, v)
		if opened || err != nil {
			return "", err
		}
	}
	same := v.Replace != "" && v.Replace == x.in.Message && x.own()
	x.live = v.Live != ""
	id, err := x.place(ctx, same, render(v, x.menuWords(v.Locale)))
	if err == nil {
		x.shown = true
	}
	if x.in.Shared {
		id = "" // only interactions can edit what one person sees, and only for a while
	}
	return id, err
}

// answers reports whether [Answer] was pressed, which asks for the modal.
func (x *exchange) answers(v flow.Shown) bool {
	return v.Answer != nil && x.in.Input == flow.Gesture(flow.Pressed{Token: v.Answer.Token})
}

// ask opens a modal. opened is false when it is too late for one.
func (x *exchange) ask(ctx context.Context, v flow.Shown) (opened bool, err error) {
	var said []string
	if v.Problem == "" && x.answers(v) {
		said = complaint(x.i.Message)
		if len(v.Fields) >= maxModalParts { // no room for it above the fields
			v.Fields = complained(v.Fields, x.i.Message)
		}
	}
	_, err = x.first.respond(ctx, callback{Type: answerModal, Data: renderModal(v, said, x.menuWords(v.Locale))})
	switch {
	case err == nil:
		x.stage, x.shown = answered, true
		return true, nil
	case refused(err, codeAcknowledged):
		x.stage = answered // by somebody else: the card follows
		return false, nil
	case late(err):
		x.stage = closed
		return false, nil
	}
	return false, err
}

// late reports whether Discord takes no answer to the interaction any more.
func late(err error) bool { return windowClosed(err) || errors.Is(err, errHungUp) }

// place puts messages where they belong now; same says that the first one replaces the message that was pressed. It
// returns the id of the last one.
func (x *exchange) place(ctx context.Context, same bool, all drawing) (string, error) {
	id, rest, err := x.placeFirst(ctx, same, all)
	for _, m := range rest {
		if err != nil {
			break
		}
		id, err = x.follow(ctx, m)
	}
	if err == nil || !late(err) {
		return id, err
	}
	x.stage = closed
	return x.elsewhere(ctx, same, all)
}

// placeFirst puts the first message where it belongs, and returns those that follow it.
func (x *exchange) placeFirst(ctx context.Context, same bool, all drawing) (id string, rest drawing, err error) {
	switch x.stage {
	case open:
		answer := callback{Type: answerMessage, Data: x.fresh(all[0])}
		if same {
			answer = callback{Type: answerUpdate, Data: all[0]}
		}
		x.stage = answered
		id, err = x.first.respond(ctx, answer)
		switch {
		case err == nil && id == "" && len(all) == 1 && x.live:
			id = x.find(ctx, same)
		case status(err) == http.StatusBadRequest && !late(err):
			x.stage = open // Discord did not like this one, and waits for another
		}
		return id, all[1:], err
	case promised:
		x.stage = answered
		id, err = x.fill(ctx, all[0])
		return id, all[1:], err
	case held:
		x.stage = answered
		if same {
			id, err = x.fill(ctx, all[0])
			return id, all[1:], err
		}
		err = x.release(ctx)
		return "", all, err
	case closed:
		id, err = x.elsewhere(ctx, same, all)
		return id, nil, err
	}
	return "", all, nil
}

// fresh is a new message, for the person alone where others read.
func (x *exchange) fresh(m message) message {
	m.Flags |= x.flags()
	return m
}

// find returns the id of the message that the first answer made, where it can be edited later.
func (x *exchange) find(ctx context.Context, same bool) string {
	if same || x.in.Shared {
		return x.in.Message
	}
	var id string
	err := x.settled(ctx, func() (err error) {
		m, err := x.api.first(ctx, x.i)
		id = m.ID
		return err
	})
	if err != nil {
		x.log("the answer's message was not found", err) // it stands there; news about it come as a new one
	}
	return id
}

// follow sends a further message.
func (x *exchange) follow(ctx context.Context, m message) (id string, err error) {
	err = x.settled(ctx, func() (err error) {
		id, err = x.api.follow(ctx, x.i, x.fresh(m))
		return err
	})
	return id, err
}

// fill puts a message where the first answer held its place. Before Discord has read that answer it knows of none; what was
// then written elsewhere would go dark when the answer arrives.
func (x *exchange) fill(ctx context.Context, m message) (id string, err error) {
	err = x.settled(ctx, func() (err error) {
		id, err = x.api.editFirst(ctx, x.i, m)
		return err
	})
	return id, err
}

// settled makes a call that needs the first answer to have arrived. Given as the answer to Discord's own call, it may
// still be on its way: then Discord does not know the interaction yet.
func (x *exchange) settled(ctx context.Context, call func() error) error {
	for pause := 200 * time.Millisecond; ; pause *= 2 {
		err := call()
		if !refused(err, codeUnknownWebhook, codeUnknownMessage) || pause > time.Second || x.o.Mode != ModeHTTP {
			return err
		}
		if x.api.sleep(ctx, pause) != nil {
			return err
		}
	}
}

// elsewhere answers when the interaction cannot be answered any more: in the private chat, where the card that was
// pressed can still be edited if it stands there.
func (x *exchange) elsewhere(ctx context.Context, same bool, all drawing) (string, error) {
	if same && !strings.HasPrefix(x.in.Message, whisper) && len(all) == 1 {
		channel, err := x.channel(ctx, x.in.Chat)
		if err == nil {
			err = x.api.edit(ctx, channel, x.in.Message, all[0])
		}
		if err == nil {
			return x.in.Message, nil
		}
	}
	id, err := x.post(ctx, x.in.Direct, all)
	return id, delivery(err)
}

// A typedScreen answers what was typed in the private chat: below it.
type typedScreen struct {
	*Adapter
	in flow.Inbound
}

// Show implements flow.Screen. There is nothing to open a modal with: a form is a card with [Answer].
func (s typedScreen) Show(ctx context.Context, v flow.Shown) (string, error) {
	id, err := s.post(ctx, s.in.Chat, render(v, s.menuWords(v.Locale)))
	return id, delivery(err)
}
