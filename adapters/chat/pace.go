package chat

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/aftersale/aftersale/flows/flow"
)

// maxPaced is how many chats a Pace remembers before it forgets those that have been quiet.
const maxPaced = 10_000

// A Pace keeps messages to one chat apart by what the platform allows, and holds them back as long as it asks to.
type Pace struct {
	// Sleep waits; tests replace it.
	Sleep func(ctx context.Context, d time.Duration) error

	every time.Duration
	burst int
	now   func() time.Time

	mu    sync.Mutex
	chats map[string]*paced
}

type paced struct {
	limit *rate.Limiter
	until time.Time // paused by the platform
	used  time.Time
}

// NewPace allows each chat one message every so often, and burst of them at once after a quiet time.
func NewPace(every time.Duration, burst int, now func() time.Time) *Pace {
	return &Pace{Sleep: Sleep, every: every, burst: max(burst, 1), now: now, chats: map[string]*paced{}}
}

// errPaced is why a Pace says that a chat is busy.
var errPaced = errors.New("too many messages to one chat")

// Wait waits for the chat's turn. It returns *flow.Busy, at once, when that would take longer than MaxWait.
func (p *Pace) Wait(ctx context.Context, chat string) error {
	for {
		d, took := p.take(chat)
		switch {
		case d > MaxWait:
			return &flow.Busy{After: d, Err: errPaced}
		case d > 0:
			if err := p.Sleep(ctx, d); err != nil {
				return err
			}
		}
		if took {
			return nil
		}
	}
}

// take reserves the next place in the chat's pace. It says how long to wait, and whether the place is taken then: a pause
// may be made longer while one waits for its end.
func (p *Pace) take(chat string) (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	c := p.chat(chat, now)
	if pause := c.until.Sub(now); pause > 0 {
		return pause, false
	}
	place := c.limit.ReserveN(now, 1)
	d := place.DelayFrom(now)
	if d > MaxWait {
		place.CancelAt(now)
	}
	return d, true
}

// Pause holds back all messages to a chat for at least d, as the platform has asked.
func (p *Pace) Pause(chat string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if c := p.chat(chat, now); c.until.Before(now.Add(d)) {
		c.until = now.Add(d)
	}
}

func (p *Pace) chat(id string, now time.Time) *paced {
	if len(p.chats) >= maxPaced {
		quiet := time.Duration(p.burst) * p.every
		for id, c := range p.chats {
			if now.Sub(c.used) > quiet && now.After(c.until) {
				delete(p.chats, id)
			}
		}
	}
	c, ok := p.chats[id]
	if !ok {
		c = &paced{limit: rate.NewLimiter(rate.Every(p.every), p.burst)}
		p.chats[id] = c
	}
	c.used = now
	return c
}
