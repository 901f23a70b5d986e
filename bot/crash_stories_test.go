package main

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Prices around the policy's limits: what a buyer gets by himself, what an agent gives alone, what needs two.
const (
	cheap     = 79_00
	middling  = 297_00
	expensive = 897_00
)

// populate has everybody begin. All know what they do next from nothing but what they see.
func (r *crashRun) populate() {
	var deciders []*crashPerson
	for i, who := range crashTeam() {
		p := r.person(who, uint64(100+i))
		if who.role == actions.Agent {
			r.people.Go(func() { p.forever(p.agentStory) })
			continue
		}
		deciders = append(deciders, p)
	}
	for i := range 4 { // as many buyers at a time, each new to the shop
		p := r.person(crashWho{role: actions.BuyerRole, platform: onTelegram}, uint64(200+i))
		r.people.Go(func() { p.forever(p.buyerStory) })
	}
	r.people.Go(func() { deciders[0].forever(func() bool { return deciders[0].decideNext(nil) }) })
	r.people.Go(func() { deciders[1].forever(func() bool { return deciders[1].decideNext(deciders[2]) }) })
}

// forever tells one story after the other until the test closes.
func (p *crashPerson) forever(story func() bool) {
	for p.ctx.Err() == nil && !p.closing() {
		if !story() {
			return
		}
	}
}

func (r *crashRun) closing() bool {
	select {
	case <-r.closed:
		return true
	default:
		return false
	}
}

// agentStory is a case of the support desk: one more sale, and its buyer wrote to the team.
func (p *crashPerson) agentStory() bool {
	switch n := p.random.IntN(100); {
	case n < 35:
		s, ok := p.sale("bread", middling, crashWho{})
		return ok && p.refund(s)
	case n < 55:
		s, ok := p.sale("cake", expensive, crashWho{})
		return ok && p.refund(s) && p.meanwhile(s)
	case n < 80:
		s, ok := p.sale([]string{crashBundle, "pie"}[n%2], middling, crashWho{})
		return ok && p.resend(s)
	default:
		s, ok := p.sale("pie", cheap, crashWho{})
		return ok && p.changeEmail(s)
	}
}

// buyerStory is a buyer who helps himself.
func (p *crashPerson) buyerStory() bool {
	p.user = ""
	buys := func(product string, price int64) (crashSale, bool) {
		s, ok := p.sale(product, price, p.crashWhoOrNobody())
		p.user = s.buyer.user
		return s, ok
	}
	switch n := p.random.IntN(100); {
	case n < 30:
		s, ok := buys("bread", cheap)
		return ok && p.refund(s)
	case n < 45: // the first is his by policy, the second a person decides
		a, ok := buys("bread", cheap)
		if !ok || !p.refund(a) {
			return false
		}
		b, ok := buys("cake", cheap)
		return ok && p.refund(b) && p.meanwhile(b)
	case n < 60:
		s, ok := buys("cake", middling)
		return ok && p.refund(s) && p.meanwhile(s)
	case n < 80:
		s, ok := buys([]string{crashBundle, "pie"}[n%2], cheap)
		return ok && p.resend(s)
	default:
		s, ok := buys("pie", middling)
		return ok && p.changeEmail(s)
	}
}

// crashWhoOrNobody is the buyer that the person is, if he has bought already.
func (p *crashPerson) crashWhoOrNobody() crashWho {
	if p.user == "" {
		return crashWho{}
	}
	return p.crashWho
}

// about is the command that starts a flow on a sale: the team names it, a buyer chooses among his own.
func (p *crashPerson) about(word string, s crashSale) crashGesture {
	if p.role == actions.BuyerRole {
		return p.types(word, "")
	}
	return p.types(word, s.transaction)
}

func (p *crashPerson) refund(s crashSale) bool {
	w := crashWish{answers: map[string]string{"transaction": s.transaction, "reason": "charged_twice"}, twice: p.random.IntN(3) == 0}
	v, ok := p.play(p.about("refund", s), w)
	return ok && p.told("refund", s, v)
}

func (p *crashPerson) changeEmail(s crashSale) bool {
	w := crashWish{twice: p.random.IntN(3) == 0, answers: map[string]string{
		"transaction": s.transaction, "current": s.email, "new": "new." + s.email, "reason": "typo"}}
	v, ok := p.play(p.about("email", s), w)
	return ok && p.told("email", s, v)
}

// told keeps what somebody was told of a write. A repeated press is answered with the card of what it brought.
func (p *crashPerson) told(action string, s crashSale, v flow.Shown) bool {
	if !strings.HasPrefix(v.Live, "request:") && !strings.HasPrefix(v.Live, "proposal:") {
		p.fail(action+" of "+s.transaction+" ended otherwise", v)
		return false
	}
	p.receipt(crashReceipt{action: action, transaction: s.transaction, subject: v.Live, who: p.crashWho})
	return true
}

func (p *crashPerson) resend(s crashSale) bool {
	w := crashWish{answers: map[string]string{"transaction": s.transaction}, twice: p.random.IntN(3) == 0}
	v, ok := p.play(p.about("resend", s), w)
	if ok && v.Step != "sent" && v.Problem == "" { // a repeated press is told that all is over
		p.fail("resend of "+s.transaction+" ended otherwise", v)
		return false
	}
	if ok {
		p.receipt(crashReceipt{action: "resend", transaction: s.transaction, who: p.crashWho})
	}
	return ok
}

// meanwhile sometimes changes what a proposal was built on before anybody decides.
func (p *crashPerson) meanwhile(s crashSale) bool {
	switch p.random.IntN(6) {
	case 0:
		return p.happens(s, actions.Complete)
	case 1:
		return p.happens(s, actions.Chargeback)
	}
	return true
}
