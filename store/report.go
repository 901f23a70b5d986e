package store

import (
	"fmt"
	"time"
)

// ofProduct is the condition for one product, or none for all; column is that of its id.
func ofProduct(column, product string) (string, []any) {
	if product == "" {
		return "", nil
	}
	return " AND " + column + " = ?", []any{product}
}

// scanned runs a query by GORM, which tests can have explained, and reads its rows by the names of their columns.
func scanned[T any](s *Store, query string, values ...any) ([]T, error) {
	var all []T
	err := s.db().Raw(query, values...).Scan(&all).Error
	return all, err
}

// CountSales counts the purchases that were paid from an instant on and before another.
func (s *Store) CountSales(account, product string, from, to time.Time) (int64, error) {
	more, args := ofProduct("product_id", product)
	all, err := scanned[int64](s, "SELECT count(*) FROM purchases WHERE account_id = ? AND approved_at >= ? AND approved_at < ?"+more,
		append([]any{account, from, to}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("count sales: %w", err)
	}
	return all[0], nil
}

// A ReturnCount is how much came back in one way and currency.
type ReturnCount struct {
	Status   string
	Currency string
	Count    int64
	Amount   int64 // in minor units: full prices; of a part, what was given back so far where it is known
}

// Returns counts what came back from an instant on and before another, by status and currency.
func (s *Store) Returns(account, product string, from, to time.Time) ([]ReturnCount, error) {
	more, args := ofProduct("product_id || ''", product) // by no index of accounts or products: those would read all that ever came back
	return scanned[ReturnCount](s, `SELECT status, currency, count(*) AS count,
		sum(CASE WHEN status = 'partly_refunded' AND refunded > 0 THEN refunded ELSE amount END) AS amount FROM purchases
		WHERE status IN ('refunded', 'partly_refunded', 'chargeback') AND status_at >= ? AND status_at < ? AND account_id || '' = ?`+more+`
		GROUP BY status, currency ORDER BY status, currency LIMIT 1000`, append([]any{from, to, account}, args...)...)
}

// A WorkCount is how often one action was carried out: by buyers themselves, without anybody of the team, or not.
type WorkCount struct {
	Action string
	Alone  int64 // 1: by a buyer without a person; 0: by the team, or decided by it
	Count  int64
}

// WorkDone counts what was carried out from an instant on and before another, of some actions.
func (s *Store) WorkDone(account, product string, actions []string, from, to time.Time) ([]WorkCount, error) {
	join, more, args := "", "", []any(nil)
	if product != "" {
		join, more, args = " JOIN purchases p ON p.id = r.purchase_id", " AND p.product_id = ?", []any{product}
	}
	alone := "CASE WHEN r.key LIKE 'proposal/%' OR EXISTS (SELECT 1 FROM people w WHERE w.id = r.actor) THEN 0 ELSE 1 END"
	all, err := scanned[WorkCount](s, "SELECT r.action, "+alone+" AS alone, count(*) AS count FROM requests r"+join+`
		WHERE r.account_id = ? AND r.action IN ? AND r.created_at >= ? AND r.created_at < ? AND r.state = 'done'`+more+`
		GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 1000`, append([]any{account, actions, from, to}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count what was done: %w", err)
	}
	return all, nil
}

// A Contact is one time that something was asked for about a purchase.
type Contact struct {
	Action    string
	Target    string
	Payload   []byte // JSON of what was asked for
	CreatedAt time.Time
}

// Contacts lists what was asked for from an instant on and before another, of some actions, the newest first. What a
// proposal was carried out by is no second time.
func (s *Store) Contacts(account, product string, actions []string, from, to time.Time, limit int) ([]Contact, error) {
	join, more, args := "", "", []any(nil)
	if product != "" {
		join, more, args = " JOIN purchases p ON p.id = r.purchase_id", " AND p.product_id = ?", []any{product}
	}
	return scanned[Contact](s, "SELECT r.action, r.target, r.payload, r.created_at FROM requests r"+join+`
		WHERE r.account_id = ? AND r.action IN ? AND r.created_at >= ? AND r.created_at < ? AND r.key NOT LIKE 'proposal/%'`+more+`
		ORDER BY r.created_at DESC LIMIT ?`, append(append([]any{account, actions, from, to}, args...), limit)...)
}

// A FeedbackCount is how often a score was given, and in which category.
type FeedbackCount struct {
	Score    int
	Category string
	Count    int64
}

// CountFeedback counts what buyers said from an instant on and before another.
func (s *Store) CountFeedback(account, product string, from, to time.Time) ([]FeedbackCount, error) {
	more, args := ofProduct("product_id", product)
	return scanned[FeedbackCount](s, "SELECT score, category, count(*) AS count FROM feedback WHERE account_id = ? AND created_at >= ? AND created_at < ?"+more+
		" GROUP BY score, category ORDER BY score, category LIMIT 100", append([]any{account, from, to}, args...)...)
}

// ProductNamed finds a product by its code, or by the beginning of its folded name where that is one product's alone.
// ErrNotFound: there is none, or there are several.
func (s *Store) ProductNamed(account, code, folded string) (Product, error) {
	p, err := readOne[Product](s, "SELECT "+s.columns(Product{}, "d")+" FROM products d WHERE d.account_id = ? AND d.code = ?", account, code)
	if err == nil || folded == "" {
		return p, err
	}
	all, err := s.ProductsNamed(account, folded, "", "", 2)
	switch {
	case err != nil:
		return Product{}, err
	case len(all) == 1, len(all) > 1 && all[0].NameKey == folded:
		return all[0], nil
	}
	return Product{}, ErrNotFound
}
