package actions

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/actions/ics"
)

// usualLength is how long an event lasts of which only the beginning is known.
const usualLength = 2 * time.Hour

// TicketCalendar returns the event behind a link as a calendar file, without what lets anybody in.
//
// Errors: NotFound as TicketPage, and when the tickets are not good or it is not known when the event begins; Unavailable.
func (c *Core) TicketCalendar(ctx context.Context, words string) ([]byte, error) {
	l, err := c.followTickets(c.store.In(ctx), words)
	if err != nil {
		return nil, failed("show a calendar", err)
	}
	p := l.purchase
	e := p.Product.Event
	if e.Starts.IsZero() || !admits(p) {
		return nil, noLink()
	}
	account, err := c.store.In(ctx).Account(l.account)
	if err != nil {
		return nil, failed("show a calendar", err)
	}
	end := e.Ends
	if end.IsZero() {
		end = e.Starts.Add(usualLength)
	}
	zone := e.Timezone
	if zone == "" {
		zone = account.Timezone
	}
	return ics.File(ics.Event{UID: p.ID + "@aftersale", Stamp: c.now(), Starts: e.Starts, Ends: end, Timezone: zone,
		Summary: p.Product.Name, Location: e.Place, Organizer: account.Name}), nil
}
