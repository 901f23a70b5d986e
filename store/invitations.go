package store

import "time"

// AddInvitation records an invitation.
func (s *Store) AddInvitation(i Invitation) error { return s.db().Create(&i).Error }

// InvitationBy returns the invitation whose code has one of these hashes, and keeps it from changing until the transaction
// ends. ErrNotFound: there is none.
func (s *Store) InvitationBy(account string, hashes []string) (Invitation, error) {
	var i Invitation
	err := s.locked(s.db().Where("account_id = ? AND code_hash IN ?", account, hashes)).Take(&i).Error
	return i, err
}

// Invitation returns an invitation and keeps it from changing until the transaction ends. ErrNotFound: there is none.
func (s *Store) Invitation(account, id string) (Invitation, error) {
	var i Invitation
	err := s.locked(s.db().Where("account_id = ? AND id = ?", account, id)).Take(&i).Error
	return i, err
}

// OpenInvitations lists the invitations that can still be used, the one that ends first in front.
func (s *Store) OpenInvitations(account string, now time.Time, limit int) ([]Invitation, error) {
	var all []Invitation
	err := s.db().Where("account_id = ? AND expires_at > ? AND used_at IS NULL AND voided_at IS NULL", account, now).
		Order("expires_at, id").Limit(limit).Find(&all).Error
	return all, err
}

// SaveInvitation writes what became of an invitation.
func (s *Store) SaveInvitation(i Invitation) error {
	return one(s.db().Model(&Invitation{}).Where("id = ?", i.ID).
		Select("used_at", "used_by", "voided_at").UpdateColumns(&i))
}

// VoidInvitations takes back the open invitations of a person: those that link him another chat user.
func (s *Store) VoidInvitations(person string, at time.Time) error {
	return s.db().Model(&Invitation{}).Where("person_id = ? AND used_at IS NULL AND voided_at IS NULL", person).
		UpdateColumn("voided_at", at).Error
}
