package store

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// PutListEvents records what happened, and returns which of it was not known, in the order given. What may happen once has
// the earliest time that was told.
func (s *Store) PutListEvents(all []ListEvent) ([]bool, error) {
	fresh := make([]bool, 0, len(all))
	for part := range slices.Chunk(all, MaxBatch) {
		added, err := s.addListEvents(part)
		if err != nil {
			return nil, fmt.Errorf("record what happened: %w", err)
		}
		for _, e := range part {
			key := listEventKey{e.Subject, e.Event, e.Nth}
			fresh = append(fresh, added[key])
			if added[key] {
				delete(added, key) // the same twice in one batch is new once
			}
			if e.Nth != "" {
				continue
			}
			if _, err := s.exec(`UPDATE list_events SET at = ? WHERE account_id = ? AND subject = ? AND event = ? AND nth = '' AND at > ?`,
				e.At, e.AccountID, e.Subject, e.Event, e.At); err != nil {
				return nil, fmt.Errorf("date what happened: %w", err)
			}
		}
	}
	return fresh, nil
}

type listEventKey struct{ Subject, Event, Nth string }

func (s *Store) addListEvents(all []ListEvent) (map[listEventKey]bool, error) {
	var values []any
	for _, e := range all {
		values = append(values, e.AccountID, e.Subject, e.Event, e.Nth, e.BuyerID, e.PurchaseID, e.SubscriptionID, e.ProductID, e.At, e.CreatedAt)
	}
	row := "(?,?,?,?,?,?,?,?,?,?)"
	added, err := read[listEventKey](s, len(all), `INSERT INTO list_events
		(account_id, subject, event, nth, buyer_id, purchase_id, subscription_id, product_id, at, created_at) VALUES `+
		row+strings.Repeat(","+row, len(all)-1)+" ON CONFLICT DO NOTHING RETURNING subject, event, nth", values...)
	if err != nil {
		return nil, err
	}
	keys := make(map[listEventKey]bool, len(added))
	for _, k := range added {
		keys[k] = true
	}
	return keys, nil
}

// A ListFact is something that happened, with all that the conditions of rules are about.
type ListFact struct {
	Subject, Event, Nth string
	At                  time.Time
	BuyerID             string
	PurchaseID          string
	ProductID           string
	Status              string // of the purchase now; empty: it is about none
	Payment             string
	Amount              int64
	Currency            string
	ApprovedAt          *time.Time
	Plan                string
	SubscriptionStatus  string // now; empty: it is about none
	Locale              string // of the buyer
}

const (
	ofPurchases = `SELECT e.subject, e.event, e.nth, e.at, p.buyer_id, p.id, p.product_id, p.status, p.payment_type, p.amount, p.currency,
		p.approved_at, coalesce(s.plan, ''), coalesce(s.status, ''), b.locale
		FROM list_events e JOIN purchases p ON p.id = e.purchase_id JOIN buyers b ON b.id = p.buyer_id
		LEFT JOIN subscriptions s ON s.id = p.subscription_id WHERE e.purchase_id <> ''`
	ofSubscriptions = `SELECT e.subject, e.event, e.nth, e.at, s.buyer_id, '', s.product_id, '', '', 0, '',
		NULL, s.plan, s.status, b.locale
		FROM list_events e JOIN subscriptions s ON s.id = e.subscription_id JOIN buyers b ON b.id = s.buyer_id WHERE e.subscription_id <> ''`
	ofBuyers = `SELECT e.subject, e.event, e.nth, e.at, e.buyer_id, '', e.product_id, '', '', 0, '', NULL, '', '', b.locale
		FROM list_events e JOIN buyers b ON b.id = e.buyer_id WHERE e.buyer_id <> ''`
)

// ListFacts returns all that happened to some buyers, their purchases and their subscriptions, as these are now.
func (s *Store) ListFacts(account string, buyers []string) ([]ListFact, error) {
	var all []ListFact
	for _, q := range []string{ofPurchases + " AND p.account_id = ? AND p.buyer_id IN ?", ofSubscriptions + " AND s.account_id = ? AND s.buyer_id IN ?",
		ofBuyers + " AND e.account_id = ? AND e.buyer_id IN ?"} {
		some, err := read[ListFact](s, len(buyers), q+" ORDER BY e.at, e.subject, e.event, e.nth LIMIT ?", account, buyers, maxFacts)
		if err != nil {
			return nil, fmt.Errorf("what happened to buyers: %w", err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// RecentFacts returns to whom something happened from an instant on, newest first.
func (s *Store) RecentFacts(account, event string, from time.Time, limit int) ([]ListFact, error) {
	var all []ListFact
	for _, q := range []string{ofPurchases, ofSubscriptions, ofBuyers} {
		some, err := read[ListFact](s, 100, q+" AND e.account_id = ? AND e.event = ? AND e.at >= ? ORDER BY e.at DESC, e.subject, e.nth LIMIT ?",
			account, event, from, limit)
		if err != nil {
			return nil, fmt.Errorf("what happened lately: %w", err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// FactOf returns one thing that happened, as its purchase, subscription or buyer is now. ErrNotFound: it is not known.
func (s *Store) FactOf(account, subject, event, nth string) (ListFact, error) {
	for _, q := range []string{ofPurchases, ofSubscriptions, ofBuyers} {
		all, err := read[ListFact](s, 1, q+" AND e.account_id = ? AND e.subject = ? AND e.event = ? AND e.nth = ? LIMIT 1", account, subject, event, nth)
		if err != nil || len(all) > 0 {
			if err != nil {
				return ListFact{}, fmt.Errorf("what happened: %w", err)
			}
			return all[0], nil
		}
	}
	return ListFact{}, ErrNotFound
}

// ForgetListEvents drops what was recorded before an instant, where no rule is old enough to be about it.
func (s *Store) ForgetListEvents(before time.Time, limit int) (int, error) {
	type row struct{ Account, Subject, Event, Nth string }
	over, err := read[row](s, limit, forgetListEvents, before.UTC(), limit)
	if err != nil {
		return 0, fmt.Errorf("find what happened long ago: %w", err)
	}
	for _, r := range over {
		if _, err := s.exec("DELETE FROM list_events WHERE account_id = ? AND subject = ? AND event = ? AND nth = ?", r.Account, r.Subject, r.Event, r.Nth); err != nil {
			return 0, fmt.Errorf("forget what happened: %w", err)
		}
	}
	return len(over), nil
}

const forgetListEvents = `SELECT e.account_id, e.subject, e.event, e.nth FROM list_events e WHERE e.created_at < ?
	AND coalesce(e.at < (SELECT min(r.since) FROM list_rules r WHERE r.account_id = e.account_id AND r.event = e.event), TRUE)
	ORDER BY e.created_at LIMIT ?`
