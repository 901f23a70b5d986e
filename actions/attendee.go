package actions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/aftersale/aftersale/store"
)

// KindAttendee is the action of requests that named who comes with a ticket.
const KindAttendee = "attendee"

// maxRenamed is how often a day one ticket gets another attendee: whoever has its link must not keep the buyer's mailbox busy.
const maxRenamed = 5

const (
	maxAttendeeName     = 120 // characters
	maxAttendeeDocument = 40
)

// An AttendeeInput is what the form of a ticket's page says, as it was typed. What is empty stays as it is, but for a ticket that
// is complete, where name and address are needed.
type AttendeeInput struct {
	Name     string
	Email    string
	Document string // of whatever country; nobody has to give one
	Forget   bool   // the document is dropped
}

// SaveAttendee names who comes with the ticket behind a link. With name and address it is complete and has a code for the door;
// a code from before is good for nothing any more. Saving the same again does nothing.
//
// The buyer is told when his last ticket becomes complete, and each time that one changes hands after that.
//
// Errors: NotFound as TicketPage, and for a link to several tickets; Invalid with its Field (name, email, document); Conflict
// when the ticket is not good, was used, or was changed too often today; Unavailable.
func (c *Core) SaveAttendee(ctx context.Context, words string, in AttendeeInput) (TicketPage, error) {
	// validate
	email, err := in.check()
	if err != nil {
		return TicketPage{}, err
	}
	var page TicketPage
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		l, err := c.followTickets(tx, words)
		if err != nil {
			return err
		}
		if l.ticket == "" {
			return noLink()
		}

		// authorise, on fresh facts: the purchase is locked first, and then the ticket is read
		system := systemActor(l.account)
		_, p, err := c.read(tx.LockPurchase, system, l.purchase.Transaction)
		if err != nil {
			return err
		}
		t, err := tx.Ticket(l.account, l.ticket)
		if err != nil {
			return err
		}
		if err := mayName(t, p, c.now()); err != nil {
			return err
		}

		// repeated?
		next, err := c.named(t, in, email)
		if err != nil {
			return err
		}
		if next == nil {
			page, err = c.ticketPage(tx, words)
			return err
		}
		if err := c.notTooOften(tx, l.account, t.ID); err != nil {
			return err
		}

		// transact, audit, enqueue
		key := fmt.Sprintf("%s/%s/%d", KindAttendee, t.ID, t.Revision)
		if err := c.name(tx, system, key, p, next); err != nil {
			return err
		}
		page, err = c.ticketPage(tx, words)
		return err
	})
	return page, failed("name an attendee", err)
}

// A NameInput says in a chat who comes with a ticket.
type NameInput struct {
	Key         string // idempotency key
	Transaction Transaction
	Ticket      string // its id
	Attendee    AttendeeInput
}

// NameAttendee names who comes with a ticket, as SaveAttendee does: the team for whoever cannot, or a buyer in his own chat. It
// reports whether anything changed.
//
// Repeating a Key does nothing.
//
// Errors: NotFound; Invalid with its Field (name, email); Conflict as SaveAttendee; Denied for jobs; Unavailable.
func (c *Core) NameAttendee(ctx context.Context, who Actor, in NameInput) (bool, error) {
	// validate
	if err := mayAct(who); err != nil {
		return false, err
	}
	email, err := in.Attendee.check()
	if err != nil {
		return false, err
	}
	changed := false
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		// authorise, on fresh facts
		_, p, err := c.read(tx.LockPurchase, who, in.Transaction)
		if err != nil {
			return err
		}
		t, err := tx.Ticket(who.Account, in.Ticket)
		if errors.Is(err, store.ErrNotFound) || err == nil && t.PurchaseID != p.ID {
			return &Error{Code: NotFound, Key: "checkin.ticket_gone", Hint: "error.start_again"}
		}
		if err != nil {
			return err
		}

		// repeated?
		if was, err := tx.Request(in.Key); err == nil && was.Target == t.ID && was.Actor == who.ID {
			changed = true
			return nil
		}
		if err := mayName(t, p, c.now()); err != nil {
			return err
		}
		next, err := c.named(t, in.Attendee, email)
		if err != nil || next == nil {
			return err
		}
		if err := c.notTooOften(tx, who.Account, t.ID); err != nil {
			return err
		}

		// transact, audit, enqueue
		changed = true
		return c.name(tx, who, in.Key, p, next)
	})
	return changed, failed("name an attendee", err)
}

// check cleans what was typed, and refuses what nobody is called.
func (in *AttendeeInput) check() (Email, error) {
	in.Name, in.Document = oneLine(in.Name), oneLine(in.Document)
	switch {
	case len([]rune(in.Name)) > maxAttendeeName:
		return "", &Error{Code: Invalid, Key: "error.too_long", Args: map[string]any{"max": maxAttendeeName}, Field: "name"}
	case in.Name != "" && !strings.ContainsFunc(in.Name, unicode.IsLetter):
		return "", &Error{Code: Invalid, Key: "attendee.no_name", Field: "name"}
	case len([]rune(in.Document)) > maxAttendeeDocument:
		return "", &Error{Code: Invalid, Key: "error.too_long", Args: map[string]any{"max": maxAttendeeDocument}, Field: "document"}
	}
	if strings.TrimSpace(in.Email) == "" {
		return "", nil
	}
	email, err := ParseEmail(in.Email)
	if err != nil {
		e := *AsError(err)
		e.Field = "email"
		return "", &e
	}
	return email, nil
}

// oneLine is text without what pretends to be other text.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.C, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// mayName is the policy for naming who comes: any time before the ticket is used, while it is good.
func mayName(t store.Ticket, p Purchase, now time.Time) error {
	switch {
	case !admits(p) || !goodTicket(t, p):
		return &Error{Code: Conflict, Key: "attendee.void"}
	case p.Product.Event.IsOver(now):
		return &Error{Code: Conflict, Key: "attendee.over"}
	case t.EnteredAt != nil:
		return &Error{Code: Conflict, Key: "attendee.used"}
	}
	return nil
}

// named is a ticket with another attendee; nil when nothing changes.
func (c *Core) named(t store.Ticket, in AttendeeInput, email Email) (*store.Ticket, error) {
	was := TicketState(t.State)
	if was == TicketConcluded && in.Name == "" {
		return nil, &Error{Code: Invalid, Key: "attendee.name_needed", Field: "name"}
	}
	if was == TicketConcluded && email == "" {
		return nil, &Error{Code: Invalid, Key: "attendee.email_needed", Field: "email"}
	}
	next := t
	if in.Name != "" {
		next.Name = in.Name
	}
	if email != "" {
		next.Email, next.EmailKey = string(email), email.Key()
	}
	changed := next.Name != t.Name || next.Email != t.Email
	document, _ := c.vault.Open(useTicketDocument, t.ID, t.Document) // sealed with a secret that is gone: as good as none
	wanted := string(document)
	switch {
	case in.Forget:
		wanted = ""
	case in.Document != "":
		wanted = in.Document
	}
	if wanted != string(document) {
		changed, next.Document = true, nil
	}
	if wanted != string(document) && wanted != "" {
		var err error
		if next.Document, err = c.vault.Seal(useTicketDocument, t.ID, []byte(wanted)); err != nil {
			return nil, err
		}
	}
	if !changed {
		return nil, nil
	}
	next.FilledAt = moment(c.now())
	switch {
	case next.Name == "" || next.Email == "":
		next.State = string(TicketPartial)
	case was != TicketConcluded || next.Name != t.Name || next.Email != t.Email:
		next.State = string(TicketConcluded)
		return &next, c.renew(&next)
	}
	return &next, nil
}

func (c *Core) notTooOften(tx *store.Store, account, ticket string) error {
	list, err := tx.RequestsOn(account, ticket, KindAttendee, c.now().Add(-day))
	if err == nil && len(list) >= maxRenamed {
		err = &Error{Code: Conflict, Key: "attendee.too_often", Args: map[string]any{"count": len(list)}}
	}
	return err
}

// name records the new attendee, and tells the buyer when there is news for him.
func (c *Core) name(tx *store.Store, who Actor, key string, p Purchase, t *store.Ticket) error {
	req := store.Request{Key: key, AccountID: who.Account, Action: KindAttendee, Target: t.ID, PurchaseID: p.ID, Actor: who.ID, AskedBy: who.ID,
		State: string(RequestDone)}
	if _, mine, err := c.claim(tx, req); err != nil || !mine {
		return err
	}
	if err := tx.UpdateTicket(t); err != nil {
		return err
	}
	if err := c.audit(tx, who, entry{action: "ticket.named", target: string(p.Transaction), data: auditData{Request: key, Detail: t.ID}}); err != nil {
		return err
	}
	if err := refresh(tx, who.Account, subjectOfPurchase(string(p.Transaction))); err != nil {
		return err
	}
	all, err := c.goodTickets(tx, p)
	if err != nil || slices.ContainsFunc(all, func(t store.Ticket) bool { return TicketState(t.State) != TicketConcluded }) {
		return err
	}
	shop, err := tx.Account(who.Account)
	if err != nil || !c.hasPages() {
		return err // there is nothing to lead to
	}
	return c.mailCheckIn(tx, shop, key, p, all, false)
}
