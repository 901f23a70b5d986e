package store

import (
	"fmt"
	"time"
)

// A GivenBack is how much of one product came back in a span of time.
type GivenBack struct {
	AccountID, ProductID string
	Refunds, Chargebacks int64
}

// GivenBack counts refunds and chargebacks by product, of all accounts, from an instant on and before another; only
// products of which at least that many came back.
func (s *Store) GivenBack(from, to time.Time, least int64) ([]GivenBack, error) {
	all, err := read[GivenBack](s, 0, `SELECT account_id, product_id, sum(CASE WHEN status = 'chargeback' THEN 0 ELSE 1 END),
		sum(CASE WHEN status = 'chargeback' THEN 1 ELSE 0 END) FROM purchases
		WHERE status IN ('refunded', 'partly_refunded', 'chargeback') AND status_at >= ? AND status_at < ?
		GROUP BY account_id, product_id HAVING count(*) >= ? ORDER BY account_id, product_id LIMIT 1000`, from, to, least)
	if err != nil {
		return nil, fmt.Errorf("what was given back: %w", err)
	}
	return all, nil
}

// GivenBackOf counts the refunds and chargebacks of one product from an instant on and before another.
func (s *Store) GivenBackOf(account, product string, from, to time.Time) (int64, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, `SELECT count(*) FROM purchases WHERE status IN ('refunded', 'partly_refunded', 'chargeback')
		AND status_at >= ? AND status_at < ? AND account_id = ? AND product_id = ?`, from, to, account, product)
	return r.N, err
}

// AddAlarm records an alarm unless the product has one for that day, and reports whether it did.
func (s *Store) AddAlarm(a ProductAlarm) (bool, error) { return s.addNew(&a) }

// Alarm returns an alarm. ErrNotFound: there is none.
func (s *Store) Alarm(account, id string) (ProductAlarm, error) {
	return readOne[ProductAlarm](s, "SELECT "+s.columns(ProductAlarm{}, "a")+" FROM product_alarms a WHERE a.account_id = ? AND a.id = ?", account, id)
}

// Product returns a product. ErrNotFound: there is none.
func (s *Store) Product(account, id string) (Product, error) {
	return readOne[Product](s, "SELECT "+s.columns(Product{}, "d")+" FROM products d WHERE d.account_id = ? AND d.id = ?", account, id)
}
