package store

import "fmt"

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
