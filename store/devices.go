package store

import (
	"errors"
	"fmt"
	"time"
)

// A Device is a chat user who has proved to be a buyer.
type Device struct {
	Identity Identity
	Link     IdentityBuyer
	Email    string // of the buyer
}

// DevicesOf lists the chat users who have proved since an instant to be one of these buyers, those who did first first.
func (s *Store) DevicesOf(buyers []string, since time.Time) ([]Device, error) {
	all, err := read[Device](s, 4, "SELECT "+s.columns(Identity{}, "i")+","+s.columns(IdentityBuyer{}, "l")+`, b.email FROM identity_buyers l
		JOIN identities i ON i.id = l.identity_id JOIN buyers b ON b.id = l.buyer_id
		WHERE l.buyer_id IN ? AND l.proved_at >= ? AND i.person_id = '' ORDER BY l.created_at, i.id, l.buyer_id LIMIT ?`, buyers, since, maxLinks)
	if err != nil {
		return nil, fmt.Errorf("devices: %w", err)
	}
	return all, nil
}

// CloseFor ends all that a chat user has begun: his conversations, with their answers, and his codes.
func (s *Store) CloseFor(i Identity, at time.Time) error {
	_, talks := s.exec(`UPDATE conversations SET open = ?, blob = NULL, revision = revision + 1
		WHERE account_id = ? AND platform = ? AND user_id = ? AND open`, false, i.AccountID, i.Platform, i.UserID)
	_, codes := s.exec("UPDATE one_time_codes SET voided_at = ? WHERE identity_id = ? AND voided_at IS NULL", at, i.ID)
	return errors.Join(talks, codes)
}
