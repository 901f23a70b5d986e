package store

import (
	"errors"
	"time"

	"gorm.io/gorm/clause"
)

// AddReset records that a link to set a password is on its way.
func (s *Store) AddReset(r PasswordReset) error { return s.db().Create(&r).Error }

// Reset returns such a link's row. ErrNotFound: there is none.
func (s *Store) Reset(id string) (PasswordReset, error) {
	return readOne[PasswordReset](s, "SELECT "+s.columns(PasswordReset{}, "r")+" FROM password_resets r WHERE r.id = ?", id)
}

// LockReset returns it and keeps it from changing until the transaction ends. ErrNotFound: there is none.
func (s *Store) LockReset(id string) (PasswordReset, error) {
	var r PasswordReset
	err := s.locked(s.db().Where("id = ?", id)).Take(&r).Error
	return r, err
}

// ResetUsed notes that a password was set by a link.
func (s *Store) ResetUsed(id string, at time.Time) error {
	return one(s.db().Model(&PasswordReset{}).Where("id = ? AND used_at IS NULL", id).UpdateColumn("used_at", at))
}

// VoidResets ends the links of a buyer that were not used.
func (s *Store) VoidResets(buyer string, at time.Time) error {
	return s.db().Model(&PasswordReset{}).Where("buyer_id = ? AND used_at IS NULL AND voided_at IS NULL", buyer).UpdateColumn("voided_at", at).Error
}

// ForgetResets drops links older than an instant, at most limit of them, and returns how many.
func (s *Store) ForgetResets(before time.Time, limit int) (int, error) {
	old := s.db().Model(&PasswordReset{}).Select("id").Where("created_at < ?", before).Limit(limit)
	result := s.db().Where("id IN (?)", old).Delete(&PasswordReset{})
	return int(result.RowsAffected), result.Error
}

// PutPassword keeps what a buyer's password is compared with, in the place of an older one.
func (s *Store) PutPassword(p Password) error {
	return s.db().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "buyer_id"}}, UpdateAll: true}).Create(&p).Error
}

// Password returns it; ok is false for a buyer who has none.
func (s *Store) Password(buyer string) (p Password, ok bool, err error) {
	p, err = readOne[Password](s, "SELECT "+s.columns(Password{}, "w")+" FROM passwords w WHERE w.buyer_id = ?", buyer)
	if errors.Is(err, ErrNotFound) {
		return p, false, nil
	}
	return p, err == nil, err
}

// DropPassword has a buyer have none.
func (s *Store) DropPassword(buyer string) error {
	return s.db().Where("buyer_id = ?", buyer).Delete(&Password{}).Error
}
