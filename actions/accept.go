package actions

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// linkAccept lets a subscriber accept that his subscription goes on.
const linkAccept linkPurpose = "accept"

// A ReactivationState says what the subscriber can still do about a reactivation.
type ReactivationState string

// The states.
const (
	ReactivationOpen     ReactivationState = "open"
	ReactivationAccepted ReactivationState = "accepted" // he has, and it is being done
	ReactivationDone     ReactivationState = "done"     // the subscription goes on
	ReactivationOver     ReactivationState = "over"     // his time is over, it is another's subscription, or it came to nothing
)

// A Reactivation is what a subscriber is asked, as he may see it.
type Reactivation struct {
	State        ReactivationState
	Shop         string
	SupportEmail string
	Locale       string // of his mails
	Timezone     string
	Product      string
	Plan         string
	Price        Money
	Charge       bool      // Price is charged at once
	Next         time.Time // the next charge, if he accepts now
	Until        time.Time // how long he can
}

// acceptURL is where the reader of a mail accepts a reactivation; empty when there is no public address.
func (c *Core) acceptURL(request string, until time.Time) string {
	if request == "" {
		return ""
	}
	subject := base64.RawURLEncoding.EncodeToString([]byte(request))
	return c.pageURL(AcceptPath, func() string { return c.signLink(linkAccept, subject, until) })
}

// Reactivation returns what the words of a link ask. It changes nothing: mail scanners open links.
//
// Errors: NotFound for words that we did not sign; Unavailable.
func (c *Core) Reactivation(ctx context.Context, words string) (Reactivation, error) {
	key, err := c.reactivationOf(words)
	if err != nil {
		return Reactivation{}, err
	}
	shown, err := c.showReactivation(c.store.In(ctx), key)
	return shown, failed("show a reactivation", err)
}

// AcceptReactivation has a subscription go on, as its subscriber wants who has the link that was mailed to him. It is good
// once. Too late, or for what is over, it does nothing and says so.
//
// Errors: NotFound for words that we did not sign; Unavailable.
func (c *Core) AcceptReactivation(ctx context.Context, words string) (Reactivation, error) {
	key, err := c.reactivationOf(words)
	if err != nil {
		return Reactivation{}, err
	}
	var shown Reactivation
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		if shown, err = c.showReactivation(tx, key); err != nil || shown.State != ReactivationOpen {
			return err
		}
		if err := c.agree(tx, nil, key); err != nil {
			return err
		}
		shown, err = c.showReactivation(tx, key)
		return err
	})
	return shown, failed("accept a reactivation", err)
}

// An AcceptInput is a subscriber's word in a chat.
type AcceptInput struct {
	Transaction Transaction // of one of the subscription's charges: SubscriptionCase.Newest
	Proof       string      // the code that he entered for CodeAccept
}

// AcceptNeedsCode reports whether this actor proves by a code for CodeAccept that he wants it, now.
//
// Errors: Unavailable.
func (c *Core) AcceptNeedsCode(ctx context.Context, who Actor) (bool, error) {
	return c.CancelNeedsCode(ctx, who)
}

// AcceptOwn has the asker's own subscription go on, as its reactivation asks him. Saying it twice does nothing more. It returns
// the key of the reactivation.
//
// Errors: NotFound; Conflict when he is not asked, or too late; Denied for all but the subscriber, and without the code;
// Unavailable.
func (c *Core) AcceptOwn(ctx context.Context, who Actor, in AcceptInput) (key string, err error) {
	if !who.Is(BuyerRole) {
		return "", &Error{Code: Denied, Key: "error.role"}
	}
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		full, p, err := c.read(tx.LockPurchase, who, in.Transaction)
		if err != nil {
			return err
		}
		if full.Subscription.ID == "" || !who.Owns(full.Subscription.BuyerID) {
			return noSubscription(in.Transaction)
		}
		if key = full.Subscription.UnderWay; key == "" {
			return notAsked()
		}
		shown, err := c.showReactivation(tx, key)
		switch {
		case err != nil:
			return err
		case shown.State == ReactivationAccepted || shown.State == ReactivationDone:
			return nil
		case shown.State != ReactivationOpen:
			return notAsked()
		}
		byCode, err := c.AcceptNeedsCode(tx.Context(), who)
		if err != nil {
			return err
		}
		if byCode {
			if err := c.agreed(tx, who, in.Proof, CodeAccept, p); err != nil {
				return err
			}
		}
		return c.agree(tx, &who, key)
	})
	return key, failed("accept a reactivation", err)
}

func notAsked() error { return &Error{Code: Conflict, Key: "accept.over", Hint: "accept.over.hint"} }

// reactivationOf is the request that the words of a link name.
func (c *Core) reactivationOf(words string) (string, error) {
	subject, _, ok := c.openLink(linkAccept, words, true)
	key, err := base64.RawURLEncoding.DecodeString(subject)
	if !ok || err != nil {
		return "", noLink()
	}
	return string(key), nil
}

// showReactivation is how a reactivation stands to its subscriber.
func (c *Core) showReactivation(s *store.Store, key string) (Reactivation, error) {
	req, err := s.Request(key)
	if errors.Is(err, store.ErrNotFound) || err == nil && req.Action != KindReactivate {
		return Reactivation{}, noLink()
	}
	if err != nil {
		return Reactivation{}, err
	}
	o, err := parseOrder(req.Payload)
	if err != nil {
		return Reactivation{}, err
	}
	account, err := s.Account(req.AccountID)
	if err != nil {
		return Reactivation{}, err
	}
	full, err := s.PurchaseByTransaction(req.AccountID, req.Target)
	if err != nil {
		return Reactivation{}, err
	}
	p, sub := toPurchase(full), toSubscription(full.Subscription)
	shown := Reactivation{State: c.reactivationState(req, o, full.Subscription), Shop: account.Name, SupportEmail: account.SupportEmail,
		Timezone: account.Timezone, Locale: firstLocale(p.Buyer.Locale, account.Locale), Product: p.Product.Name, Plan: sub.Plan,
		Price: p.Price, Charge: o.Order.Charge, Until: o.Until, Next: sub.NextChargeAt}
	if p.Product.SupportEmail != "" {
		shown.SupportEmail = p.Product.SupportEmail
	}
	if shown.State != ReactivationDone {
		shown.Next = sub.NextAfter(p.ApprovedAt, o.Order.Charge, c.now(), format.Zone(account.Timezone))
	}
	return shown, nil
}

func (c *Core) reactivationState(req store.Request, o order, sub store.Subscription) ReactivationState {
	switch state := RequestState(req.State); {
	case state == RequestDone:
		return ReactivationDone
	case sub.BuyerID != o.Subscriber || state != RequestNeedsBuyer:
		return ReactivationOver
	case !o.Agreed.IsZero():
		return ReactivationAccepted
	case c.now().After(o.Until):
		return ReactivationOver
	}
	return ReactivationOpen
}

// agree writes the subscriber's yes down and has a job carry it out. who is nil for whoever has the link from his mailbox.
func (c *Core) agree(tx *store.Store, who *Actor, key string) error {
	req, err := tx.LockRequest(key)
	if err != nil {
		return err
	}
	o, err := parseOrder(req.Payload)
	if err != nil || !o.Agreed.IsZero() || RequestState(req.State) != RequestNeedsBuyer {
		return err
	}
	by := mailboxActor(req.AccountID)
	if who != nil {
		by = *who
	}
	o.Agreed = c.now()
	if err := c.save(tx, req, o); err != nil {
		return err
	}
	data := o.auditData(key)
	data.Verdict = nil
	if err := c.audit(tx, by, entry{action: "reactivate.accepted", target: req.Target, data: data}); err != nil {
		return err
	}
	if err := enqueue(tx, JobRequest, key+"@accepted", Work{Key: key}); err != nil {
		return err
	}
	return refresh(tx, req.AccountID, subjectOfRequest(key), subjectOfPurchase(req.Target))
}

// asks reports whether a platform leaves it to us to ask the subscriber.
func (c *Core) asks() bool { return c.commerce.Can(OpAccept) == ByAPI }
