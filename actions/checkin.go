package actions

import (
	"context"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// KindCheckIn is the action of requests that mailed the links by which attendees are named.
const KindCheckIn = "checkin"

// A CheckInInput says whose check-in is mailed.
type CheckInInput struct {
	Key         string // idempotency key
	Transaction Transaction
	Ticket      string // one ticket's id; empty: all of the purchase that wait for their attendee
	Again       bool   // when none waits, the finished tickets are mailed
	ReplyTo     string // identity that asked; may be empty
}

// Tickets lists the tickets of a purchase by their numbers, those that are not good any more left out.
//
// Errors: NotFound; Unavailable.
func (c *Core) Tickets(ctx context.Context, who Actor, t Transaction) ([]Ticket, error) {
	s := c.store.In(ctx)
	_, p, err := c.read(s.PurchaseByTransaction, who, t)
	if err != nil {
		return nil, failed("load a purchase", err)
	}
	rows, err := c.goodTickets(s, p)
	all := make([]Ticket, len(rows))
	for i, r := range rows {
		all[i] = toTicket(r)
	}
	return all, failed("list tickets", err)
}

func (c *Core) goodTickets(s *store.Store, p Purchase) ([]store.Ticket, error) {
	if p.Product.Kind != "event" {
		return nil, nil
	}
	purchase, err := s.PurchaseByID(p.ID)
	if err != nil {
		return nil, err
	}
	rows, err := s.TicketsOf(purchase.AccountID, p.ID)
	return slices.DeleteFunc(rows, func(t store.Ticket) bool { return !goodTicket(t, p) }), err
}

// CheckInVerdict says what SendCheckIn would do now, without doing it, about a purchase as it was just read. ticket and again
// are as in CheckInInput.
//
// Errors: NotFound; Denied for jobs; Unavailable.
func (c *Core) CheckInVerdict(ctx context.Context, who Actor, p Purchase, ticket string, again bool) (Verdict, error) {
	if err := mayJudge(who, p); err != nil {
		return Verdict{}, err
	}
	v, _, err := c.checkInVerdict(c.store.In(ctx), who, p, ticket, again)
	return v, failed("judge a check-in", err)
}

// SendCheckIn mails a buyer the link under which he says who comes to an event, to the purchase's address: one mail, however
// many tickets he holds. For tickets that are complete it is the way to the tickets themselves.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Conflict with the verdict that blocks it; Denied for jobs; Unavailable.
func (c *Core) SendCheckIn(ctx context.Context, who Actor, in CheckInInput) (Result, error) {
	// validate
	if err := mayAct(who); err != nil {
		return Result{}, err
	}
	var result Result
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindCheckIn, Target: string(in.Transaction),
			Actor: who.ID, AskedBy: who.ID, State: string(RequestRecorded), ReplyTo: in.ReplyTo}
		first, mine, err := c.claim(tx, req)
		if err != nil || !mine {
			result = first
			return err
		}

		// authorise, on fresh facts
		full, p, err := c.read(tx.LockPurchase, who, in.Transaction)
		if err != nil {
			return err
		}
		verdict, chosen, err := c.checkInVerdict(tx, who, p, in.Ticket, in.Again)
		if err != nil {
			return err
		}
		if err := verdict.Err(); err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		result = Result{State: ResultDone, Tickets: len(chosen), Verdict: verdict}
		shop, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		if err := c.mailCheckIn(tx, shop, in.Key, p, chosen, false); err != nil {
			return err
		}
		req.PurchaseID, req.State = full.Purchase.ID, string(RequestDone)
		if err := c.save(tx, req, order{Order: Order{Transaction: p.Transaction}, ByBuyer: !who.Staff(), Verdict: verdict, Result: result}); err != nil {
			return err
		}
		data := auditData{Verdict: &verdict, Request: in.Key, Count: len(chosen), Detail: in.Ticket}
		if err := c.audit(tx, who, entry{action: "checkin.sent", target: string(p.Transaction), data: data}); err != nil {
			return err
		}
		return refresh(tx, who.Account, subjectOfPurchase(string(p.Transaction)))
	})
	return result, failed("send a check-in", err)
}

// checkInMail is the template of the mail with the link to tickets that wait for a name, and the end of its key.
const checkInMail = "checkin"

// mailCheckIn writes the mail about tickets of a purchase: that of one ticket leads to it, that of several to all of them.
func (c *Core) mailCheckIn(tx *store.Store, shop store.Account, key string, p Purchase, tickets []store.Ticket, mass bool) error {
	ids, open := make([]string, len(tickets)), 0
	for i, t := range tickets {
		ids[i] = t.ID
		if TicketState(t.State) != TicketConcluded {
			open++
		}
	}
	values := mailValues(p)
	values.Event, values.Tickets, values.TicketLink = p.Product.Event, len(tickets), ticketsLink(p)
	if len(tickets) == 1 {
		values.TicketLink = ticketLink(p, tickets[0].ID)
	}
	template := checkInMail
	if open == 0 {
		template = "ticket"
	}
	end := template
	if c.ticketDesk != nil { // the links are the platform's, read when the mail is sent
		template, end, values.TicketLink = checkInThereMail, checkInMail, ""
	}
	l := letter{key: key + "/" + end, template: template, to: p.Buyer.Email, buyer: p.Buyer, values: values, mass: mass}
	if err := c.write(tx, shop, l); err != nil {
		return err
	}
	return tx.TicketsSent(ids, c.now())
}

// checkInVerdict judges, and returns the tickets that are meant.
func (c *Core) checkInVerdict(s *store.Store, who Actor, p Purchase, ticket string, again bool) (Verdict, []store.Ticket, error) {
	all, err := c.goodTickets(s, p)
	if err != nil {
		return Verdict{}, nil, err
	}
	there := c.ticketDesk != nil // where nothing of ours is needed, and finished tickets are the platform's to send
	again = again && !there
	facts := checkInCase{purchase: p, all: len(all), page: there || c.hasPages(), secret: there || c.vault.Ready()}
	chosen := slices.DeleteFunc(all, func(t store.Ticket) bool {
		if ticket != "" {
			return t.ID != ticket
		}
		return !again && TicketState(t.State) == TicketConcluded
	})
	facts.chosen = len(chosen)
	if ticket != "" && len(chosen) == 0 {
		return Verdict{}, nil, &Error{Code: NotFound, Key: "checkin.ticket_gone", Hint: "error.start_again"}
	}
	if !who.Staff() {
		if facts.sent, err = c.accessSent(s, who, p); err != nil {
			return Verdict{}, nil, err
		}
	}
	policy, err := c.policyFor(s, who)
	return mayCheckIn(who, facts, policy, c.now()), chosen, err
}

// hasPages reports whether there are pages that a mail could lead to.
func (c *Core) hasPages() bool {
	return c.vault.Ready() && c.publicURL != nil && strings.TrimSpace(c.publicURL()) != ""
}
