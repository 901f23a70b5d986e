package store

import (
	"fmt"
	"time"
)

// AddFeedback records what a buyer said, unless he has said something about the same thing, and reports whether it did.
func (s *Store) AddFeedback(f Feedback) (bool, error) { return s.addNew(&f) }

// A SaidFeedback is what a buyer said, with who and about what.
type SaidFeedback struct {
	Feedback
	Product string
	Buyer   string // name; empty: not known
}

// FeedbackPage lists what buyers said, the newest first, behind a row. Empty filters leave nothing out.
func (s *Store) FeedbackPage(account, product, category string, after Cursor, limit int) ([]SaidFeedback, error) {
	where, args := "f.account_id = ?", []any{account}
	add := func(condition string, more ...any) { where, args = where+" AND "+condition, append(args, more...) }
	if product != "" {
		add("f.product_id = ?", product)
	}
	if category != "" {
		add("f.category = ?", category)
	}
	if after.ID != "" {
		add("(f.created_at, f.id) < (?, ?)", after.At, after.ID)
	}
	var all []SaidFeedback
	err := s.db().Raw(`SELECT f.*, coalesce(d.name, '') AS product, coalesce(b.name, '') AS buyer FROM feedback f
		LEFT JOIN products d ON d.id = f.product_id LEFT JOIN buyers b ON b.id = f.buyer_id
		WHERE `+where+" ORDER BY f.created_at DESC, f.id DESC LIMIT ?", append(args, limit)...).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list feedback: %w", err)
	}
	return all, nil
}

// A ProductScore is how often one product was given a score, and the sum of the scores.
type ProductScore struct {
	ProductID string
	Product   string // name; empty: about no product
	Count     int64
	Sum       int64
}

// ScoresByProduct adds up the scores of each product from an instant on and before another, the most frequent first.
func (s *Store) ScoresByProduct(account string, from, to time.Time, limit int) ([]ProductScore, error) {
	all, err := scanned[ProductScore](s, `SELECT f.product_id, coalesce(d.name, '') AS product, count(*) AS count, sum(f.score) AS sum
		FROM feedback f LEFT JOIN products d ON d.id = f.product_id
		WHERE f.account_id = ? AND f.created_at >= ? AND f.created_at < ? AND f.score > 0
		GROUP BY f.product_id, d.name ORDER BY count(*) DESC, f.product_id LIMIT ?`, account, from, to, limit)
	if err != nil {
		return nil, fmt.Errorf("scores by product: %w", err)
	}
	return all, nil
}

// HasDigest reports whether a week's digest was made.
func (s *Store) HasDigest(account, week string) (bool, error) {
	all, err := scanned[string](s, "SELECT week FROM feedback_digests WHERE account_id = ? AND week = ? ORDER BY week LIMIT 1", account, week)
	return len(all) > 0, err
}

// AddDigest records that a week's digest is made, and reports whether nobody else has made it.
func (s *Store) AddDigest(d FeedbackDigest) (bool, error) { return s.addNew(&d) }
