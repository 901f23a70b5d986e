package actions

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// An EventTickets is an event with its good tickets.
type EventTickets struct {
	Product Product
	Tickets TicketCounts
}

// maxEvents is how many events are looked at; those that begin last go first. Shops have dozens.
const maxEvents = 200

// Events lists the shop's events with their tickets: those to come first, the next one first; behind them those whose time is
// not known, and those that are over, the last one first.
//
// Errors: Denied for anybody but the team; Unavailable.
func (c *Core) Events(ctx context.Context, who Actor) ([]EventTickets, error) {
	if !who.Staff() {
		return nil, &Error{Code: Denied, Key: "error.role"}
	}
	s := c.store.In(ctx)
	products, err := s.Events(who.Account, maxEvents)
	if err != nil {
		return nil, failed("list events", err)
	}
	all, ids := make([]EventTickets, len(products)), make([]string, len(products))
	for i, p := range products {
		all[i].Product, ids[i] = toProduct(p), p.ID
	}
	counts, err := s.TicketCounts(who.Account, ids, admitting)
	if err != nil {
		return nil, failed("count tickets", err)
	}
	of := map[string][]store.TicketCount{}
	for _, n := range counts {
		of[n.Of] = append(of[n.Of], n)
	}
	for i := range all {
		all[i].Tickets = countTickets(of[all[i].Product.ID])
	}
	now := c.now()
	slices.SortStableFunc(all, func(a, b EventTickets) int { return byEvent(a.Product.Event, b.Product.Event, now) })
	return all, nil
}

func byEvent(a, b Event, now time.Time) int {
	rank := func(e Event) int {
		switch {
		case e.IsOver(now):
			return 2
		case e.Starts.IsZero():
			return 1
		}
		return 0
	}
	switch ra, rb := rank(a), rank(b); {
	case ra != rb:
		return cmp.Compare(ra, rb)
	case ra == 2:
		return b.Starts.Compare(a.Starts)
	}
	return a.Starts.Compare(b.Starts)
}
