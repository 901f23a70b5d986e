package hotmart

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// How many tickets a sale was for. The platform lists tickets by event and buyer, and not by sale, in no order that is documented: so
// an event is counted whole or not at all, one event for each page of the feed. Of the listing nothing is kept but how many a
// buyer holds, and of that only what is more than the one that a sale is for anyway.

// maxTicketPages bounds what is read of one event, and with it the memory: 50,000 tickets.
const maxTicketPages = 100

// ticketsPart reads the tickets of the events on one page of events.
func ticketsPart(ctx context.Context, p *Platform, _ window, token string) (portion, error) {
	got, err := p.events(ctx, token)
	if err != nil {
		return portion{}, err
	}
	told := portion{bad: got.Bad, items: len(got.Items) + len(got.Bad), next: got.Next, void: got.Blank}
	for _, item := range got.Items {
		if upper(item.Format) != formatTickets || item.ID == "" {
			continue
		}
		events, bad, err := p.holdings(ctx, string(item.ID))
		if err != nil {
			if !leavesOut(ctx, err) {
				return portion{}, err
			}
			bad = append(bad, fmt.Errorf("the tickets of event %s were not counted: %w", item.ID, err))
		}
		told.events, told.bad = append(told.events, events...), append(told.bad, bad...)
	}
	return told, nil
}

// leavesOut reports whether an event whose tickets could not be read is left to the next reading, so that it does not hold up all
// that is read: the platform says no or cannot answer, or the page took all the time that it may.
func leavesOut(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return errors.Is(ctx.Err(), context.DeadlineExceeded)
	}
	e := remote.AsError(err)
	if e == nil || e.Unsent {
		return false
	}
	return e.Status >= 400 && e.Status != 401 && e.Status != 429 || e.Odd || e.TooLarge || errors.Is(err, context.DeadlineExceeded)
}

// holdings counts what the buyers of an event hold, from the listing's beginning to its end.
func (p *Platform) holdings(ctx context.Context, event string) (events []actions.SaleEvent, bad []error, err error) {
	for range 1 + maxAgain { // a token can end meanwhile
		if events, bad, err = p.countHoldings(ctx, event); !isStaleToken(err) {
			break
		}
	}
	if isNotFound(err) {
		return nil, nil, nil // no ticket of it was ever sold, or it is no event any more
	}
	return events, bad, err
}

func (p *Platform) countHoldings(ctx context.Context, event string) (events []actions.SaleEvent, bad []error, err error) {
	c := holders{seen: map[string]bool{}, held: map[string]*actions.Holding{}}
	listing, token := participantsOf(event, ""), ""
	listing.size = pageSize
	var asOf time.Time
	for n := range maxTicketPages {
		got, err := pageOf[participantItem](ctx, p, listing, token)
		if err == nil && (len(got.Bad) > 0 || got.Blank && n > 0) {
			err = &remote.Error{Call: listing.name, Status: 200, Odd: true, Description: "a page that is not understood"}
		}
		if err != nil {
			return nil, nil, err
		}
		if n == 0 {
			asOf = got.AsOf
		}
		for _, item := range got.Items {
			if err := c.count(event, item); err != nil {
				bad = append(bad, err)
			}
		}
		if token = got.Next; token == "" {
			events, err = c.events(asOf)
			return events, bad, err
		}
	}
	return nil, nil, &remote.Error{Call: listing.name, Odd: true, TooLarge: true, Description: fmt.Sprintf("more than %d pages", maxTicketPages)}
}

// holders are the buyers of an event, while its tickets are counted.
type holders struct {
	seen map[string]bool             // tickets, by id: the listing moves while it is read
	held map[string]*actions.Holding // by the buyer's address
}

// count adds a ticket, if it was sold and not taken back. One that is blocked was bought all the same; an invitation was not.
func (c holders) count(event string, item participantItem) error {
	ticket, err := ticketOf(item)
	if err != nil {
		return err
	}
	if upper(item.Ticket.Status) != "SOLD" || c.seen[ticket.ID] {
		return nil
	}
	c.seen[ticket.ID] = true
	buyer, err := actions.ParseEmail(string(item.Buyer.Email))
	if err != nil {
		return errors.New("ticket: buyer.email is missing or none")
	}
	if c.held[buyer.Key()] == nil {
		c.held[buyer.Key()] = &actions.Holding{Product: actions.SoldProduct{Code: event, Kind: formats[formatTickets]}, Buyer: actions.SoldTo{Email: buyer}}
	}
	c.held[buyer.Key()].Tickets++
	return nil
}

// events tells who holds more than one ticket.
func (c holders) events(asOf time.Time) ([]actions.SaleEvent, error) {
	var all []actions.SaleEvent
	for _, key := range slices.Sorted(maps.Keys(c.held)) {
		held := c.held[key]
		if held.Tickets < 2 {
			continue
		}
		e, err := readEvent(kindTickets, []any{held.Product.Code, key, held.Tickets}, asOf)
		if err != nil {
			return nil, err
		}
		e.Held, e.Payload = held, nil // the address stays out of what might be kept
		all = append(all, e)
	}
	return all, nil
}
