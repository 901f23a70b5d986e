package store

import (
	"fmt"
	"time"
)

// A SubscribedFilter says which subscriptions of a product are meant. Empty fields leave nothing out.
type SubscribedFilter struct {
	Account  string
	Product  string
	Plan     string // whole name
	Statuses []string
	Charges  []string  // statuses of the newest charge
	From, To time.Time // its status began at or after From, before To
	Search   PurchaseFilter
	Below    string   // id of the last subscription of the page before; empty for the first
	Codes    []string // these alone, of whatever product when that is empty
	Limit    int
}

// A Subscribed is a subscription with what it takes to judge what may be done to it.
type Subscribed struct {
	Subscription Subscription
	Email        string // of the subscriber
	Transaction  string // of its newest charge
	Charge       string // status of that
	Amount       int64
	Currency     string
	ApprovedAt   *time.Time
	First        string // status of its first charge; empty when that is not on record
}

// Subscribed lists subscriptions that were ever charged, by their ids downwards: an order in which none is passed over while
// statuses change.
func (s *Store) Subscribed(f SubscribedFilter) ([]Subscribed, error) {
	var w conditions
	w.add("s.account_id = ?", f.Account)
	if f.Product != "" {
		w.add("s.product_id = ?", f.Product)
	}
	if len(f.Codes) > 0 {
		w.add("s.code IN ?", f.Codes)
	}
	if f.Plan != "" {
		w.add("s.plan = ?", f.Plan)
	}
	if len(f.Statuses) > 0 {
		w.add("s.status IN ?", f.Statuses)
	}
	if len(f.Charges) > 0 {
		w.add("p.status IN ?", f.Charges)
	}
	if !f.From.IsZero() {
		w.add("s.status_at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		w.add("s.status_at < ?", f.To.UTC())
	}
	if f.Below != "" {
		w.add("s.id < ?", f.Below)
	}
	f.Search.Account = f.Account
	buyers, all, err := s.byBuyer(f.Search, &w)
	if err != nil || !all && len(buyers) == 0 {
		return nil, err
	}
	if !all {
		w.add("s.buyer_id IN ?", buyers)
	}
	charge := func(column, where, order string) string {
		return "(SELECT c." + column + ` FROM purchases c WHERE c.account_id = s.account_id AND c.subscription_id = s.id AND c.subscription_id <> ''
			AND c.buyer_id = s.buyer_id` + where + " ORDER BY " + order + " LIMIT 1)"
	}
	found, err := read[Subscribed](s, min(f.Limit, MaxBatch), "SELECT "+s.columns(Subscription{}, "s")+`, b.email, p."transaction", p.status, p.amount, p.currency, p.approved_at,
		coalesce(`+charge("status", " AND c.recurrence <= 1", "c.recurrence, c.ordered_at, c.id")+`, '')
		FROM subscriptions s JOIN buyers b ON b.id = s.buyer_id
		JOIN purchases p ON p.id = `+charge("id", "", "c.recurrence DESC, c.ordered_at DESC, c.id DESC")+`
		WHERE `+w.sql()+" ORDER BY s.id DESC LIMIT ?", append(w.args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("subscriptions of a product: %w", err)
	}
	return found, nil
}

// SubscriptionsWhole returns subscriptions as lists show them, by their codes; those that are not there are left out.
func (s *Store) SubscriptionsWhole(account string, codes []string) (map[string]FullSubscription, error) {
	found := make(map[string]FullSubscription, len(codes))
	if len(codes) == 0 {
		return found, nil
	}
	all, err := s.fullSubscriptions(conditions{parts: []string{"s.account_id = ? AND s.code IN ?"}, args: []any{account, codes}}, "s.id", len(codes))
	for _, one := range all {
		found[one.Subscription.Code] = one
	}
	return found, err
}

// ProductsSubscribed lists the products that somebody has subscribed to, by their names.
func (s *Store) ProductsSubscribed(account, prefix, code, after string, limit int) ([]Product, error) {
	var all []Product
	db := s.db().Where("account_id = ? AND name_key > ?", account, after).
		Where("EXISTS (SELECT 1 FROM subscriptions x WHERE x.account_id = products.account_id AND x.product_id = products.id)")
	if prefix != "" {
		db = db.Where("("+s.prefix("name_key")+" OR code = ?)", append(bounds(prefix), code)...)
	}
	err := db.Order("name_key, id").Limit(limit).Find(&all).Error
	return all, err
}

// SubscriptionPlans lists the names of a product's plans, by step from one to the next: as fast with a million subscribers as
// with ten.
func (s *Store) SubscriptionPlans(account, product string, limit int) ([]string, error) {
	type row struct{ Plan string }
	const next = "SELECT min(s.plan) FROM subscriptions s WHERE s.account_id = ? AND s.product_id = ? AND s.plan > "
	found, err := read[row](s, limit, "WITH RECURSIVE v(plan) AS ("+next+"'' UNION ALL SELECT ("+next+"v.plan) FROM v WHERE v.plan IS NOT NULL)"+
		" SELECT v.plan FROM v WHERE v.plan IS NOT NULL ORDER BY v.plan LIMIT ?", account, product, account, product, limit)
	if err != nil {
		return nil, fmt.Errorf("plans of a product: %w", err)
	}
	plans := make([]string, len(found))
	for i, r := range found {
		plans[i] = r.Plan
	}
	return plans, nil
}
