package store

import (
	"errors"
	"fmt"
	"time"
)

// PagesEnded returns how often the links to a buyer's pages were ended.
func (s *Store) PagesEnded(buyer string) (int, error) {
	end, err := readOne[PageEnd](s, "SELECT "+s.columns(PageEnd{}, "e")+" FROM page_ends e WHERE e.buyer_id = ?", buyer)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return end.Times, err
}

// EndPages ends all links to a buyer's pages that were made until now.
func (s *Store) EndPages(account, buyer string, at time.Time) error {
	_, err := s.exec(`INSERT INTO page_ends (buyer_id, account_id, times, ended_at) VALUES (?, ?, 1, ?)
		ON CONFLICT (buyer_id) DO UPDATE SET times = page_ends.times + 1, ended_at = excluded.ended_at`, buyer, account, at)
	return err
}

// maxDecided bounds what was ever asked for and decided about the purchases of one page.
const maxDecided = 500

// ProposalsAbout lists the proposals of a kind about some purchases, the newest first.
func (s *Store) ProposalsAbout(kind string, purchases []string) ([]Proposal, error) {
	all, err := read[Proposal](s, len(purchases), "SELECT "+s.columns(Proposal{}, "p")+` FROM proposals p
		WHERE p.purchase_id IN ? AND p.kind = ? ORDER BY p.created_at DESC, p.id DESC LIMIT ?`, purchases, kind, maxDecided)
	if err != nil {
		return nil, fmt.Errorf("proposals about purchases: %w", err)
	}
	return all, nil
}

// RequestsAbout lists what was asked for on some targets, the newest first.
func (s *Store) RequestsAbout(account, action string, targets []string) ([]Request, error) {
	all, err := read[Request](s, len(targets), "SELECT "+s.columns(Request{}, "r")+` FROM requests r
		WHERE r.account_id = ? AND r.target IN ? AND r.action = ? ORDER BY r.created_at DESC, r."key" DESC LIMIT ?`, account, targets, action, maxDecided)
	if err != nil {
		return nil, fmt.Errorf("requests about purchases: %w", err)
	}
	return all, nil
}
