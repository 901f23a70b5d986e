package slack

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// What is known of people is forgotten after a day, a failed question sooner; and all of it when it gets too much.
const (
	knownFor  = 24 * time.Hour
	unknown   = 5 * time.Minute
	maxPeople = 10_000
	lookTime  = 2 * time.Second // a name is not worth more
)

// A person is somebody in Slack.
type person struct {
	locale string // such as pt-BR; empty: not known
	name   string
	until  time.Time
}

// people remembers what Slack says of its users: Slack tells nobody's language in what it delivers.
type people struct {
	api *api
	now func() time.Time

	mu      sync.Mutex
	known   map[string]person
	directs map[string]string // user → channel with the bot; it never changes
}

func newPeople(c *api, now func() time.Time) *people {
	return &people{api: c, now: now, known: map[string]person{}, directs: map[string]string{}}
}

// look finds somebody; what Slack does not say stays empty.
func (p *people) look(ctx context.Context, user string) person {
	p.mu.Lock()
	found, ok := p.known[user]
	p.mu.Unlock()
	now := p.now()
	if ok && now.Before(found.until) {
		return found
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	err := p.api.call(ctx, "users.info", func(ctx context.Context) error {
		u, err := p.api.bot.GetUserInfoContext(ctx, user)
		if err == nil {
			found = person{locale: u.Locale, name: nameOf(u), until: now.Add(knownFor)}
		}
		return err
	})
	if err != nil {
		found.until = now.Add(unknown) // what was known yesterday is better than nothing
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxPeople {
		clear(p.known)
	}
	p.known[user] = found
	return found
}

func nameOf(u *slack.User) string {
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if name != "" {
			return name
		}
	}
	return ""
}

// meets remembers the channel in which somebody writes to the bot.
func (p *people) meets(user, channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.directs) >= maxPeople {
		clear(p.directs)
	}
	p.directs[user] = channel
}

// alone reports whether a channel is the one in which the bot and the person write to each other: a direct message
// between two people looks the same in what Slack delivers. In doubt others read it.
func (p *people) alone(ctx context.Context, user, channel string) bool {
	p.mu.Lock()
	direct, ok := p.directs[user]
	p.mu.Unlock()
	if ok {
		return direct == channel
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	direct, err := p.api.direct(ctx, user)
	if err != nil {
		return false
	}
	p.meets(user, direct)
	return direct == channel
}
