package main

import "github.com/aftersale/aftersale/flows/flow"

// decideNext decides the next card of the rooms, now and then together with a colleague who may want something else; and
// sometimes the queue instead.
func (p *crashPerson) decideNext(colleague *crashPerson) bool {
	card, ok := p.nextCard()
	switch {
	case !ok:
		select {
		case <-p.news:
		case <-p.closed:
		case <-p.ctx.Done():
		}
		return true
	case p.random.IntN(10) == 0:
		_, ok := p.decideQueued()
		return ok
	case colleague != nil && p.random.IntN(2) == 0:
		var mine, his bool
		both(func() { mine = p.decide(card) }, func() { his = colleague.decide(card) })
		return mine && his
	}
	return p.decide(card)
}

// nextCard takes a card that was posted in a room and not decided yet, as far as the room shows.
func (r *crashRun) nextCard() (crashCard, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.posted) > 0 {
		card := r.posted[0]
		r.posted = r.posted[1:]
		card.shown = r.messages[card.message]
		if !card.shown.Ended {
			return card, true
		}
	}
	return crashCard{}, false
}

// wantsTo is a decision.
func (p *crashPerson) wantsTo() crashWish {
	w := crashWish{button: "approve", answers: map[string]string{"decision": "approve"}, twice: p.random.IntN(3) == 0}
	if p.random.IntN(3) == 0 {
		w.button, w.answers["decision"], w.answers["reason"] = "deny", "deny", "You opened every lesson."
	}
	return w
}

// decide presses on a card in a room.
func (p *crashPerson) decide(card crashCard) bool {
	w := p.wantsTo()
	p.last = card.shown
	g := p.press(card.shown, w.button)
	if g == nil {
		p.fail("a card without a button to "+w.button, card.shown)
		return false
	}
	g.Chat, g.Message, g.Shared = card.chat, card.message, true
	v, ok := p.play(*g, w)
	if ok {
		p.decided(v, card.shown.Live)
	}
	return ok
}

// decideQueued decides the first of the queue; false in empty when there was one.
func (p *crashPerson) decideQueued() (empty, ok bool) {
	v, ok := p.play(p.types("refunds", ""), p.wantsTo())
	if ok && v.Step != "empty" {
		p.decided(v, "")
	}
	return v.Step == "empty", ok
}

// decided keeps how a decision was answered, where that was said.
func (p *crashPerson) decided(v flow.Shown, subject string) {
	if v.Flow == "refunds" && v.Problem == "" && (v.Step == "approved" || v.Step == "denied") {
		p.receipt(crashReceipt{action: "decide", subject: subject, step: v.Step, who: p.crashWho})
	}
}

// clearQueue decides all that is left.
func (r *crashRun) clearQueue() {
	p := r.person(crashTeam()[3], 300)
	for r.ctx.Err() == nil && !r.t.Failed() {
		if empty, ok := p.decideQueued(); empty || !ok {
			return
		}
	}
}
