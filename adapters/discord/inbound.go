package discord

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// take receives an interaction, however it came. It returns at once: everything that takes time is a turn.
func (a *Adapter) take(i interaction, first responder) {
	if !a.ours(&i) {
		a.o.Log.Warn("interaction of another application")
		first.none()
		return
	}
	in, ok := decode(i)
	switch {
	case i.GuildID != "" && a.o.GuildID != "" && i.GuildID != a.o.GuildID:
		a.say(i, in, first, "chat.stranger")
		return
	case i.Type == autocompleteInteraction:
		a.suggest(i, first)
		return
	case !ok:
		a.brush(i, first)
		return
	}
	if !in.Shared {
		a.directs.put(in.User, i.ChannelID)
	}
	x := a.begin(i, in, first)
	if !a.turns.Go(in.Chat+" "+in.User, x.run) {
		x.timer.Stop()
		a.say(i, in, first, "chat.busy")
	}
}

// ours reports whether an interaction is of our application. One that does not say so was still signed for it, or sent
// over its connection.
func (a *Adapter) ours(i *interaction) bool {
	if i.ApplicationID == "" {
		i.ApplicationID = a.o.ApplicationID
	}
	return i.ApplicationID == a.o.ApplicationID
}

// say answers one sentence of our own, without the flows.
func (a *Adapter) say(i interaction, in flow.Inbound, first responder, key string) {
	a.later(first, func(ctx context.Context) (callback, bool) {
		if i.Type == autocompleteInteraction {
			return callback{Type: answerChoices, Data: choices{Choices: []choice{}}}, true
		}
		m := plain(a.text(key, in.Locale))
		m.Flags = flagEphemeral
		return callback{Type: answerMessage, Data: m}, true
	})
}

// brush acknowledges what holds nothing to do: Discord would show an error otherwise.
func (a *Adapter) brush(i interaction, first responder) {
	a.later(first, func(context.Context) (callback, bool) {
		return callback{Type: answerUpdateLater}, i.Message != nil
	})
}

// later gives a short answer beside the turns.
func (a *Adapter) later(first responder, answer func(context.Context) (callback, bool)) {
	taken := a.aside.Go(a.o.NewID(), func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, respondWithin)
		defer cancel()
		defer first.none()
		c, ok := answer(ctx)
		if !ok {
			return
		}
		if _, err := first.respond(ctx, c); err != nil && !late(err) {
			a.o.Log.Error("interaction not answered", "err", a.api.redact.Error(err))
		}
	})
	if !taken {
		first.none() // so much at once that Discord tells the person itself
	}
}

// suggest completes an option while it is typed. What is not there in time is no suggestion: typing goes on.
func (a *Adapter) suggest(i interaction, first responder) {
	a.later(first, func(ctx context.Context) (callback, bool) {
		out := choices{Choices: []choice{}}
		typed, ok := decodeTyping(i.Data)
		in := origin(i)
		if !ok || in.User == "" {
			return callback{Type: answerChoices, Data: out}, true
		}
		ctx, cancel := context.WithTimeout(ctx, suggestWithin)
		defer cancel()
		options, err := a.o.Desk.Suggest(ctx, in, typed.word, typed.option, typed.text)
		if err != nil {
			a.o.Log.Warn("no suggestions", "err", a.api.redact.Error(err))
		}
		out.Choices = append(out.Choices, suggestions(options)...)
		return callback{Type: answerChoices, Data: out}, true
	})
}

// suggestions are options as Discord takes them; one whose value does not fit would be another value.
func suggestions(options []flow.ShownOption) []choice {
	var all []choice
	for _, o := range options {
		if o.Value == "" || count.Length(o.Value) > maxCommandText || len(all) == maxOptions {
			continue
		}
		all = append(all, choice{Name: label(o.Label, maxCommandText), Value: o.Value})
	}
	return all
}

// writingAfter is how long an answer to something typed may take before the person sees that it is being written.
const writingAfter = 700 * time.Millisecond

// takeTyped receives a message of a private chat.
func (a *Adapter) takeTyped(m received) {
	in, ok := decodeTyped(m)
	if !ok {
		return
	}
	a.directs.put(in.User, m.ChannelID)
	taken := a.turns.Go(in.Chat+" "+in.User, func(ctx context.Context) {
		done := a.writing(ctx, m.ChannelID)
		err := a.o.Desk.Handle(ctx, in, typedScreen{a, in})
		done()
		if err != nil {
			a.o.Log.Error("interaction not shown", "err", a.api.redact.Error(err))
			a.tell(ctx, in, "chat.failed")
		}
	})
	if !taken {
		a.aside.Go(in.User, func(ctx context.Context) { a.tell(ctx, in, "chat.busy") })
	}
}

// tell says one sentence of our own in the private chat.
func (a *Adapter) tell(ctx context.Context, in flow.Inbound, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if _, err := a.post(ctx, in.Chat, drawing{plain(a.text(key, in.Locale))}); err != nil {
		a.o.Log.Error("message not sent", "err", a.api.redact.Error(err))
	}
}

// writing shows, after a moment, that an answer is being written. The function that it returns ends that.
func (a *Adapter) writing(ctx context.Context, channel string) (done func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if chat.Sleep(ctx, writingAfter) == nil {
			_ = a.api.writing(ctx, channel) // the answer matters, not this
		}
	}()
	return func() { cancel(); <-ended }
}
