package store

import (
	"fmt"
	"time"
)

// A SubscriptionFilter selects subscriptions. Empty fields select nothing away.
type SubscriptionFilter struct {
	Account    string
	Buyers     []string // only these buyers' subscriptions, when OnlyBuyers
	OnlyBuyers bool
	Product    string // id
	Plan       string // whole name
	Statuses   []string
	From, To   time.Time // its status began at or after From, before To
	After      Cursor    // the last subscription of the page before
	Limit      int
}

// A FullSubscription is a subscription with what a list shows of it.
type FullSubscription struct {
	Subscription Subscription
	Buyer        Buyer
	Product      Product
	Transaction  string // of its newest charge; empty: none is on record
	Amount       int64  // of that charge
	Currency     string
}

// FindSubscriptions lists subscriptions, those whose status changed last first.
func (s *Store) FindSubscriptions(f SubscriptionFilter) ([]FullSubscription, error) {
	var w conditions
	w.add("s.account_id = ?", f.Account)
	if f.OnlyBuyers {
		if len(f.Buyers) == 0 {
			return nil, nil
		}
		w.add("s.buyer_id IN ?", f.Buyers)
	}
	if f.Product != "" {
		w.add("s.product_id = ?", f.Product)
	}
	if f.Plan != "" {
		w.add("s.plan = ?", f.Plan)
	}
	if len(f.Statuses) > 0 {
		w.add("s.status IN ?", f.Statuses)
	}
	if !f.From.IsZero() {
		w.add("s.status_at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		w.add("s.status_at < ?", f.To.UTC())
	}
	if f.After.ID != "" {
		w.add("(s.status_at, s.id) < (?, ?)", f.After.At, f.After.ID)
	}
	return s.fullSubscriptions(w, "s.status_at DESC, s.id DESC", f.Limit)
}

// fullSubscriptions lists subscriptions with what a list shows of them.
func (s *Store) fullSubscriptions(w conditions, order string, limit int) ([]FullSubscription, error) {
	// The charge of a renewal has the subscriber's own price, which a plan does not tell.
	all, err := read[FullSubscription](s, min(limit, 50), "SELECT "+s.columns(Subscription{}, "s")+","+s.columns(Buyer{}, "b")+","+s.columns(Product{}, "d")+
		`, coalesce(p."transaction", ''), coalesce(p.amount, 0), coalesce(p.currency, '')
		FROM subscriptions s JOIN buyers b ON b.id = s.buyer_id JOIN products d ON d.id = s.product_id
		LEFT JOIN purchases p ON p.id = (SELECT c.id FROM purchases c WHERE c.account_id = s.account_id AND c.subscription_id = s.id
			AND c.subscription_id <> '' AND c.buyer_id = s.buyer_id ORDER BY c.recurrence DESC, c.ordered_at DESC, c.id DESC LIMIT 1)
		WHERE `+w.sql()+" ORDER BY "+order+" LIMIT ?", append(w.args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("subscriptions: %w", err)
	}
	return all, nil
}
