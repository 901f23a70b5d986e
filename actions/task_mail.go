package actions

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/store"
)

// The actions of requests that have the commerce platform send a mail of its own: with the access to a purchase, with its receipt,
// or asking who comes to an event. The shop's own mails are Resend and SendCheckIn, which need nobody.
const (
	KindAccessMail  = "accessmail"
	KindReceipt     = "receipt"
	KindCheckInMail = "checkinmail"
)

// mailKinds are the actions of requests by the operation that they ask for.
var mailKinds = map[Operation]string{OpResend: KindAccessMail, OpReceipt: KindReceipt, OpCheckIn: KindCheckInMail}

// A PlatformMailInput says for which purchase.
type PlatformMailInput struct {
	Key         string // idempotency key
	Transaction Transaction
	Op          Operation // OpResend, OpReceipt or OpCheckIn
	ReplyTo     string    // identity that is told what came of it; may be empty
}

// SendsMail reports whether the platform can be had to send a mail of its own, by its API or by hand.
func (c *Core) SendsMail(op Operation) bool { return op.ofMail() && c.commerce.Can(op) != NoSupport }

// AskPlatformMail has the commerce platform send its own mail once more: by its API where it has one, else by hand, as a task.
// Where nothing can be read of what became of it, it is done by the word of whoever says so.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Denied for anybody but the team; Conflict with the verdict that blocks it, when the platform cannot, or when
// such a mail is being sent already; Unavailable.
func (c *Core) AskPlatformMail(ctx context.Context, who Actor, in PlatformMailInput) (Result, error) {
	// validate
	if !who.Staff() {
		return Result{}, &Error{Code: Denied, Key: "error.role"}
	}
	kind := mailKinds[in.Op]
	if kind == "" {
		return Result{}, &Error{Code: Conflict, Key: "platform_mail.none"}
	}
	var result Result
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: kind, Target: string(in.Transaction), Actor: who.ID,
			AskedBy: who.ID, State: string(RequestRecorded), ReplyTo: in.ReplyTo}
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
		verdict, err := c.platformMailVerdict(tx, who, p, in)
		if err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		account, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		o := order{Order: Order{Key: in.Key, Account: who.Account, Op: in.Op, Transaction: p.Transaction}, Verdict: verdict}
		result, err = c.submit(tx, asking{who: who, account: account, row: full.Purchase, purchase: p, request: req, order: o})
		return err
	})
	return result, failed("ask for a mail of the platform", err)
}

// platformMailVerdict judges; an error blocks it.
func (c *Core) platformMailVerdict(tx *store.Store, who Actor, p Purchase, in PlatformMailInput) (v Verdict, err error) {
	if !c.SendsMail(in.Op) {
		return v, &Error{Code: Conflict, Key: "platform_mail.none"}
	}
	switch in.Op {
	case OpCheckIn:
		v, _, err = c.checkInVerdict(tx, who, p, "", false)
		if v.Rule == "checkin.no_page" { // ours would lead nowhere, and the platform's does not need it
			v = allowed("checkin.allowed", v.Numbers)
		}
	case OpReceipt:
		v = mayReceipt(p)
	default:
		v, err = c.resendVerdict(tx, who, p)
	}
	if err != nil {
		return v, err
	}
	if err := v.Err(); err != nil {
		return v, err
	}
	before, err := tx.RequestsOn(who.Account, string(in.Transaction), mailKinds[in.Op], c.now().AddDate(0, 0, -30))
	for _, r := range before {
		if s := RequestState(r.State); r.Key != in.Key && (s == RequestRecorded || s == RequestSending || s == RequestUnknown || s.waits()) {
			return v, &Error{Code: Conflict, Key: "platform_mail.under_way", Hint: "platform_mail.under_way.hint"}
		}
	}
	return v, err
}

// mayReceipt is the policy for having a receipt sent again: there is one of what is paid, and of what is being paid back none is needed.
func mayReceipt(p Purchase) Verdict {
	switch {
	case !p.Status.Kept():
		return blocked("receipt.status", Numbers{Status: p.Status})
	case p.Refunding:
		return blocked("receipt.refunding", Numbers{})
	}
	return allowed("receipt.allowed", Numbers{})
}

// MayReceipt reports whether somebody can have the platform send its receipt for a purchase, as it was just read, now.
func (c *Core) MayReceipt(who Actor, p Purchase) bool {
	return who.Staff() && c.SendsMail(OpReceipt) && mayReceipt(p).Decision == Allowed
}

// cameSince is when the reader of a platform's mail did what he was asked to in it, since it was asked for; zero when he has
// not. readable says whether that could be read at all.
func (c *Core) cameSince(ctx context.Context, req store.Request, o Order) (at time.Time, readable bool, err error) {
	full, err := c.store.In(ctx).PurchaseByTransaction(req.AccountID, req.Target)
	if err != nil {
		return at, false, err
	}
	p := toPurchase(full)
	if o.Op == OpCheckIn {
		return c.namedSince(ctx, req, p)
	}
	opened := []time.Time{p.OpenedAt}
	for _, a := range p.Access {
		opened = append(opened, a.OpenedAt)
	}
	if c.memberArea != nil {
		for _, product := range accessible(p) {
			m, err := c.memberArea.Member(ctx, req.AccountID, product, p.Buyer.Email)
			if err != nil {
				return at, false, err
			}
			readable = readable || m.Known
			opened = append(opened, m.FirstAt, m.LastAt)
		}
	}
	for _, t := range opened {
		if t.After(req.CreatedAt) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at, readable, nil
}

// namedSince is cameSince for who comes to an event: now, once no ticket waits for a name.
func (c *Core) namedSince(ctx context.Context, req store.Request, p Purchase) (time.Time, bool, error) {
	if c.ticketDesk == nil {
		if p.Tickets.All() > 0 && p.Tickets.Open() == 0 {
			return c.now(), true, nil
		}
		return time.Time{}, false, nil
	}
	tickets, err := c.ticketDesk.TicketsOf(ctx, req.AccountID, p.Product.Code, p.Buyer.Email)
	if err != nil {
		return time.Time{}, false, err
	}
	good, open := 0, 0
	for _, t := range tickets {
		if t.Valid && !t.Blocked {
			good++
			if t.CheckIn != TicketConcluded {
				open++
			}
		}
	}
	if good > 0 && open == 0 {
		return c.now(), true, nil
	}
	return time.Time{}, good > 0, nil
}
