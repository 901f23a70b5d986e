package main

import (
	"math/rand/v2"
	"sync"
)

// send makes a gesture until it is answered. When the bot died over it, either the platform delivers it again, or the
// person repeats it, which is another delivery. A text is not typed again: it might answer the next question.
func (p *crashPerson) send(g crashGesture) bool {
	g.ID = newID()
	for {
		line, ok := p.talk(crashCall{Gesture: &g})
		switch {
		case p.ctx.Err() != nil:
			return false
		case ok && line.Failed != "":
			p.fail("the gesture failed: "+line.Failed, p.last)
			return false
		case ok && line.Shown != nil:
			p.last, p.message = *line.Shown, line.Message
			return true
		case ok && g.Command == nil: // taken before a crash, and the answer was lost: look how things stand
			g = p.look(g)
			g.ID = newID()
		case ok, g.Typed == nil && p.random.IntN(2) == 0:
			g.ID = newID()
		}
	}
}

// look is a press on an old button, which changes nothing and shows how things stand; [Help] in case it is not so old.
func (p *crashPerson) look(g crashGesture) crashGesture {
	if help := p.press(p.last, "help"); help != nil {
		return *help
	}
	return g // a card in a room has none, and may be pressed again
}

// sendTwice is a double press: two deliveries at once. What did something is what he goes on from.
func (p *crashPerson) sendTwice(g crashGesture) bool {
	other := *p
	other.random = rand.New(rand.NewPCG(p.random.Uint64(), 0))
	var mine, others bool
	both(func() { mine = p.send(g) }, func() { others = other.send(g) })
	if p.last.Problem != "" && other.last.Problem == "" {
		p.last, p.message = other.last, other.message
	}
	return mine && others
}

// both has two people do something at once.
func both(a, b func()) {
	var done sync.WaitGroup
	done.Go(a)
	done.Go(b)
	done.Wait()
}
