package store

import (
	"fmt"
	"time"
)

// ofCases is what a count of cases reads from: with the purchases that they are about, when one product is meant.
func ofCases(product string) (from, more string, args []any) {
	if product == "" {
		return " FROM cases c", "", nil
	}
	return " FROM cases c JOIN purchases p ON p.id = c.purchase_id", " AND p.product_id = ?", []any{product}
}

// A TopicCount is how many cases are about a topic.
type TopicCount struct {
	Topic string
	Count int64
}

// CountOpened counts by topic the cases that were opened from an instant on and before another.
func (s *Store) CountOpened(account, product string, from, to time.Time) ([]TopicCount, error) {
	cases, more, args := ofCases(product)
	return scanned[TopicCount](s, "SELECT c.topic, count(*) AS count"+cases+" WHERE c.account_id = ? AND c.opened_at >= ? AND c.opened_at < ?"+more+
		fmt.Sprintf(" GROUP BY c.topic ORDER BY c.topic LIMIT %d", maxTopics), append([]any{account, from, to}, args...)...)
}

// CountUnclosed counts the cases that are not closed now.
func (s *Store) CountUnclosed(account, product string) (int64, error) {
	cases, more, args := ofCases(product)
	all, err := scanned[int64](s, "SELECT count(*)"+cases+" WHERE c.account_id = ? AND c.status IN ('team', 'buyer', 'snoozed')"+more,
		append([]any{account}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("count cases that are not closed: %w", err)
	}
	return all[0], nil
}

// CaseTimes are what a report reads of one case. ID and At are its place in the list, for the part behind it.
type CaseTimes struct {
	ID           string
	At           time.Time // opened, or closed, as the list goes
	OpenedAt     time.Time
	FirstReplyAt *time.Time
	BuyerID      string
	IdentityID   string
}

// OpenedCases lists the cases that were opened from an instant on and before another, the newest first.
func (s *Store) OpenedCases(account, product string, from, to time.Time, after Cursor, limit int) ([]CaseTimes, error) {
	return s.caseTimes("c.opened_at", "", account, product, from, to, after, limit)
}

// ClosedCases lists the cases that are closed, and were so from an instant on and before another, the last first. DueAt of a
// closed case is when it was closed: the index of queues has it.
func (s *Store) ClosedCases(account, product string, from, to time.Time, after Cursor, limit int) ([]CaseTimes, error) {
	return s.caseTimes("c.due_at", " AND c.status = 'closed'", account, product, from, to, after, limit)
}

func (s *Store) caseTimes(at, which, account, product string, from, to time.Time, after Cursor, limit int) ([]CaseTimes, error) {
	cases, more, args := ofCases(product)
	args = append([]any{account, from, to}, args...)
	if after.ID != "" {
		more += " AND (" + at + ", c.id) < (?, ?)"
		args = append(args, after.At, after.ID)
	}
	return scanned[CaseTimes](s, "SELECT c.id, "+at+" AS at, c.opened_at, c.first_reply_at, c.buyer_id, c.identity_id"+cases+
		" WHERE c.account_id = ?"+which+" AND "+at+" >= ? AND "+at+" < ?"+more+" ORDER BY "+at+" DESC, c.id DESC LIMIT ?", append(args, limit)...)
}
