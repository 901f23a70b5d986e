package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A SubscriptionCase is a subscription with all that is looked at before something is done to it.
type SubscriptionCase struct {
	Subscription Subscription
	Buyer        Buyer    // the subscriber: whose its newest charge may be no more
	Newest       Purchase // its newest charge, whose price is the subscriber's own
	First        Purchase `json:",omitzero"` // its first, which alone the guarantee covers; zero when not on record
	// Asked is what the subscriber is asked while a reactivation waits for him; else zero.
	Asked Reactivation `json:",omitzero"`
}

// Subscription finds a subscription by the subscriber's code or by that of any of its charges. A purchase that is none comes
// back as Newest, without a subscription. A buyer gets the same answer for somebody else's as for one that does not exist.
//
// Errors: NotFound; Unavailable.
func (c *Core) Subscription(ctx context.Context, who Actor, code Transaction) (SubscriptionCase, error) {
	found, err := c.subscription(c.store.In(ctx), who, code)
	return found, failed("load a subscription", err)
}

func (c *Core) subscription(s *store.Store, who Actor, code Transaction) (SubscriptionCase, error) {
	sub := store.Subscription{}
	full, p, err := c.read(s.PurchaseByTransaction, who, code)
	switch {
	case err == nil && p.Subscription == nil:
		return SubscriptionCase{Buyer: p.Buyer, Newest: p}, nil
	case err == nil:
		sub = full.Subscription
	case AsError(err).Code != NotFound:
		return SubscriptionCase{}, err
	default:
		if sub, err = s.SubscriptionByCode(who.Account, string(code)); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				err = noSubscription(code)
			}
			return SubscriptionCase{}, err
		}
	}
	return c.subscriptionCase(s, who, sub, code)
}

// subscriptionCase gathers the rest, for whoever may see it.
func (c *Core) subscriptionCase(s *store.Store, who Actor, sub store.Subscription, code Transaction) (SubscriptionCase, error) {
	if !maySee(who, sub.BuyerID) {
		return SubscriptionCase{}, noSubscription(code)
	}
	first, newest, err := s.Charges(sub)
	if errors.Is(err, store.ErrNotFound) { // told of, but never paid: there is nothing that could be acted on
		err = noSubscription(code)
	}
	if err != nil {
		return SubscriptionCase{}, err
	}
	found := SubscriptionCase{Subscription: toSubscription(sub), Newest: toPurchase(newest)}
	found.Buyer = found.Newest.Buyer
	if first.Purchase.ID != "" {
		found.First = toPurchase(first)
	}
	if sub.WaitsUntil != nil && sub.UnderWay != "" {
		found.Asked, err = c.showReactivation(s, sub.UnderWay)
	}
	return found, err
}

func noSubscription(code Transaction) error {
	return &Error{Code: NotFound, Key: "subscription.not_found", Hint: "subscription.not_found.hint",
		Args: map[string]any{"transaction": code}, Field: "subscription"}
}

// A SubscriptionRow is a subscription in a list.
type SubscriptionRow struct {
	Subscription Subscription
	Buyer        Buyer
	Product      Product
	Price        Money       // of its newest charge
	Transaction  Transaction // of that charge; empty when none is on record
}

// A SubscriptionPage is a part of a list of subscriptions.
type SubscriptionPage struct {
	Rows []SubscriptionRow
	Next string // cursor of the next page; empty on the last
}

// A SubscriptionFilter says which subscriptions to list. Empty fields leave nothing out.
type SubscriptionFilter struct {
	Product  string // id
	Plan     string // whole name
	Statuses []SubscriptionStatus
	From, To time.Time // its status began at or after From, before To
	Cursor   string    // Next of the page before; empty for the first
	Limit    int       // 10 when 0, at most 50
}

// Subscriptions lists subscriptions, those whose status changed last first: a buyer's own, and all for the team.
//
// Errors: Invalid for a cursor that is none; Denied for jobs; Unavailable.
func (c *Core) Subscriptions(ctx context.Context, who Actor, f SubscriptionFilter) (SubscriptionPage, error) {
	if err := mayAct(who); err != nil {
		return SubscriptionPage{}, err
	}
	from, err := parseCursor(f.Cursor)
	if err != nil {
		return SubscriptionPage{}, err
	}
	size := Filter{Limit: f.Limit}.size()
	query := f.query(who, from, size+1)
	found, err := c.store.In(ctx).FindSubscriptions(query)
	if err != nil {
		return SubscriptionPage{}, failed("list subscriptions", err)
	}
	var page SubscriptionPage
	for i, row := range found {
		if i == size {
			last := found[i-1].Subscription
			page.Next = cursor{At: last.StatusAt, ID: last.ID}.String()
			break
		}
		page.Rows = append(page.Rows, toSubscriptionRow(row))
	}
	return page, nil
}

func toSubscriptionRow(row store.FullSubscription) SubscriptionRow {
	return SubscriptionRow{
		Subscription: toSubscription(row.Subscription), Product: toProduct(row.Product), Price: Money{Minor: row.Amount, Currency: row.Currency},
		Buyer:       Buyer{ID: row.Buyer.ID, Name: row.Buyer.Name, Email: Email(row.Buyer.Email), Locale: row.Buyer.Locale},
		Transaction: Transaction(row.Transaction)}
}

func (f SubscriptionFilter) query(who Actor, from cursor, limit int) store.SubscriptionFilter {
	q := store.SubscriptionFilter{Account: who.Account, OnlyBuyers: !who.Staff(), Buyers: who.Buyers, Product: f.Product, Plan: f.Plan,
		From: f.From, To: f.To, After: store.Cursor{At: from.At, ID: from.ID}, Limit: limit}
	for _, s := range f.Statuses {
		q.Statuses = append(q.Statuses, string(s))
	}
	return q
}
