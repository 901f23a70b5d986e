package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// KindAdmit is the action of requests that let an attendee in.
const KindAdmit = "admit"

// A DoorTicket is what the door sees of a ticket.
type DoorTicket struct {
	Ticket   Ticket
	Purchase Purchase
	By       string  // name of who let the attendee in; empty when nobody has, or he has left the team
	Verdict  Verdict // whether the attendee may be let in now
}

// TicketAtDoor finds a ticket by the code that it shows.
//
// Errors: NotFound, also for a code that was replaced; Denied for anybody but the team; Unavailable.
func (c *Core) TicketAtDoor(ctx context.Context, who Actor, code TicketCode) (DoorTicket, error) {
	if !who.Staff() {
		return DoorTicket{}, &Error{Code: Denied, Key: "error.role"}
	}
	s := c.store.In(ctx)
	t, err := c.byCode(s, who.Account, code)
	if err != nil {
		return DoorTicket{}, noSuchTicket(err)
	}
	d, err := c.atDoor(s, who, t, s.PurchaseByTransaction)
	return d, failed("look at a ticket", err)
}

func noSuchTicket(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return &Error{Code: NotFound, Key: "checkin.unknown_code", Hint: "checkin.unknown_code.hint", Field: "query"}
	}
	return failed("look for a ticket", err)
}

func (c *Core) atDoor(s *store.Store, who Actor, t store.Ticket, load func(string, string, ...string) (store.FullPurchase, error)) (DoorTicket, error) {
	row, err := s.PurchaseByID(t.PurchaseID)
	if err != nil {
		return DoorTicket{}, err
	}
	_, p, err := c.read(load, who, Transaction(row.Transaction))
	if err != nil {
		return DoorTicket{}, err
	}
	d := DoorTicket{Ticket: toTicket(t), Purchase: p}
	if t.EnteredBy != "" {
		if person, err := s.PersonOf(who.Account, t.EnteredBy); err == nil {
			d.By = person.Name
		}
	}
	d.Verdict = mayAdmit(d.Ticket, p, goodTicket(t, p), c.now())
	return d, nil
}

// mayAdmit is the policy at the door. Doors open before the event; a scan on an earlier day is somebody trying the scanner, and
// would use the ticket up.
func mayAdmit(t Ticket, p Purchase, good bool, now time.Time) Verdict {
	switch {
	case !t.Entered.IsZero():
		return blocked("admit.used", Numbers{Date: t.Entered})
	case p.Refunding:
		return blocked("admit.refunding", Numbers{})
	case !admits(p) || !good:
		return blocked("admit.void", Numbers{Status: p.Status})
	case p.Product.Event.IsOver(now):
		return blocked("admit.over", Numbers{Date: p.Product.Event.date()})
	case t.State != TicketConcluded:
		return blocked("admit.unnamed", Numbers{})
	case now.Before(p.Product.Event.Starts.Add(-day)):
		return blocked("admit.early", Numbers{Date: p.Product.Event.Starts})
	}
	return allowed("admit.allowed", Numbers{})
}

// An AdmitInput says who comes in.
type AdmitInput struct {
	Key    string // idempotency key
	Ticket string // its id, as TicketAtDoor found it
}

// Admit lets the attendee of a ticket in, once. Of two doors at the same time one wins, and the other reads when and by whom.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Conflict with the verdict that blocks it; Denied for anybody but the team; Unavailable.
func (c *Core) Admit(ctx context.Context, who Actor, in AdmitInput) (Result, error) {
	// validate
	if !who.Staff() {
		return Result{}, &Error{Code: Denied, Key: "error.role"}
	}
	var result Result
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		t, err := tx.Ticket(who.Account, in.Ticket)
		if err != nil {
			return noSuchTicket(err)
		}

		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindAdmit, Target: t.ID, PurchaseID: t.PurchaseID,
			Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
		first, mine, err := c.claim(tx, req)
		if err != nil || !mine {
			result = first
			return err
		}

		// authorise, on fresh facts: the purchase is locked first, and then the ticket is read again
		d, err := c.atDoor(tx, who, t, tx.LockPurchase)
		if err != nil {
			return err
		}
		if t, err = tx.Ticket(who.Account, t.ID); err != nil {
			return err
		}
		verdict := mayAdmit(toTicket(t), d.Purchase, goodTicket(t, d.Purchase), c.now())
		if err := verdict.Err(); err != nil {
			return err
		}

		// transact, audit, enqueue
		t.EnteredAt, t.EnteredBy = moment(c.now()), who.ID
		if err := tx.UpdateTicket(&t); err != nil {
			return err
		}
		result = Result{State: ResultDone, Tickets: 1, Verdict: verdict}
		if err := c.save(tx, req, order{Order: Order{Transaction: d.Purchase.Transaction}, Verdict: verdict, Result: result}); err != nil {
			return err
		}
		target := string(d.Purchase.Transaction)
		if err := c.audit(tx, who, entry{action: "ticket.entered", target: target, data: auditData{Verdict: &verdict, Request: in.Key, Detail: t.ID}}); err != nil {
			return err
		}
		return refresh(tx, who.Account, subjectOfPurchase(target))
	})
	return result, failed("let somebody in", err)
}
