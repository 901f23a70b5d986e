package main

import (
	"slices"

	"github.com/aftersale/aftersale/flows/flow"
)

// talk makes a call to the bot that runs, or to the next one that does; false: it died without an answer.
func (r *crashRun) talk(c crashCall) (crashLine, bool) {
	select {
	case <-r.pace.C:
	case <-r.ctx.Done():
		return crashLine{}, false
	}
	r.mu.Lock()
	b, changed := r.bot, r.changed
	r.mu.Unlock()
	if b == nil {
		select {
		case <-changed:
		case <-r.ctx.Done():
		}
		return crashLine{}, false
	}
	line, ok := b.call(c)
	if !ok {
		r.mu.Lock()
		if r.bot == b {
			r.bot = nil
		}
		r.mu.Unlock()
	}
	return line, ok
}

// hear keeps what chats show. It is called in the order in which a process said it.
func (r *crashRun) hear(line crashLine) {
	if line.Fault != "" {
		r.t.Error(line.Fault)
	}
	shown := line.Shown
	if shown == nil {
		shown = line.Post
	}
	if shown == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.messages[line.Message]
	r.messages[line.Message] = *shown
	if line.Post != nil && !known && toDecide(*shown) && slices.Contains([]string{crashRoom(onSlack), crashRoom(onDiscord)}, line.Chat) {
		r.posted = append(r.posted, crashCard{line.Chat, line.Message, *shown})
		select {
		case r.news <- struct{}{}:
		default: // somebody looks already
		}
	}
	if token, err := flow.ParseToken(shown.Token); err == nil {
		if _, _, live := token.Subject(); !live {
			r.seen[token.Of] = max(r.seen[token.Of], token.Revision)
		}
	}
}

// toDecide reports whether a card is of a proposal: an alarm stands in the same room, and nobody decides it.
func toDecide(v flow.Shown) bool {
	token, err := flow.ParseToken(v.Token)
	if err != nil {
		return false
	}
	kind, _, _ := token.Subject()
	return kind == "proposal"
}
