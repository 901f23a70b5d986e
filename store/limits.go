package store

import (
	"fmt"
	"time"
)

// CountTurn counts a turn of a chat user in a minute and returns how many he has had in it. One statement, so that replicas
// count together; whoever counts the same user next waits for this transaction.
func (s *Store) CountTurn(account, platform, user string, minute int64) (int64, error) {
	type row struct{ Turns int64 }
	all, err := read[row](s, 1, `INSERT INTO turn_counts (account_id, platform, user_id, minute, turns) VALUES (?, ?, ?, ?, 1)
		ON CONFLICT (account_id, platform, user_id) DO UPDATE SET
		turns = CASE WHEN turn_counts.minute = excluded.minute THEN turn_counts.turns + 1 ELSE 1 END, minute = excluded.minute
		RETURNING turns`, account, platform, user, minute)
	if err != nil {
		return 0, fmt.Errorf("count a turn: %w", err)
	}
	return all[0].Turns, nil
}

// ForgetTurns drops the counts of those who have not been seen since a minute, at most limit of them, and returns how many.
func (s *Store) ForgetTurns(before int64, limit int) (int, error) {
	n, err := s.exec(`DELETE FROM turn_counts WHERE (account_id, platform, user_id) IN
		(SELECT account_id, platform, user_id FROM turn_counts WHERE minute < ? LIMIT ?)`, before, limit)
	return int(n), err
}

// LockBuyers returns a buyer, others that are named, and those whom his chat users have proved to be too, and has whoever acts
// on any of them next wait for this transaction, so that limits per buyer hold. They are taken in order: two who want the
// same never wait for each other.
func (s *Store) LockBuyers(buyer string, others ...string) ([]string, error) {
	type row struct{ ID string }
	query := `SELECT b.id FROM buyers b WHERE b.id = ? OR b.id IN ? OR b.id IN (SELECT o.buyer_id FROM identity_buyers l
		JOIN identity_buyers o ON o.identity_id = l.identity_id WHERE l.buyer_id = ?) ORDER BY b.id LIMIT 200`
	if s.Dialect() == onPostgres {
		query += " FOR " + forChange
	}
	all, err := read[row](s, 2, query, buyer, others, buyer)
	if err != nil {
		return nil, fmt.Errorf("lock buyers: %w", err)
	}
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return ids, nil
}

// OwnRefunds counts the refunds that buyers asked for since an instant and got without a person, those under way included,
// except on one purchase.
func (s *Store) OwnRefunds(account string, buyers []string, except string, since time.Time) (int64, error) {
	type row struct{ N int64 }
	// What was approved is a request of the person who decided.
	r, err := readOne[row](s, `SELECT count(*) FROM purchases p JOIN requests r ON r.account_id = p.account_id AND r.target = p."transaction"
		WHERE p.account_id = ? AND p.buyer_id IN ? AND p.id <> ? AND r.action = 'refund' AND r.created_at >= ?
		AND r.state NOT IN ('refused', 'proposed') AND r.payload IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM people w WHERE w.id = r.actor)`, account, buyers, except, since)
	return r.N, err
}

// AccessMails counts the mails about access to an address since an instant, those about tickets included.
func (s *Store) AccessMails(account, recipient string, since time.Time) (int64, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, `SELECT count(*) FROM mails m WHERE m.account_id = ? AND m.template IN ('access', 'checkin', 'ticket') AND m.recipient = ? AND m.created_at > ?`,
		account, recipient, since)
	return r.N, err
}

// AskedByBuyers counts the requests of one kind since an instant that nobody of the team made.
func (s *Store) AskedByBuyers(account, action string, since time.Time) (int64, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, `SELECT count(*) FROM requests r WHERE r.account_id = ? AND r.action = ? AND r.created_at > ? AND r.state = 'done'
		AND NOT EXISTS (SELECT 1 FROM people w WHERE w.id = r.actor)`, account, action, since)
	return r.N, err
}
