package store

import (
	"errors"
	"time"

	"gorm.io/gorm/clause"
)

// SecondFactorOf returns somebody's authenticator app. ErrNotFound: he never began to set one up.
func (s *Store) SecondFactorOf(person string) (SecondFactor, error) {
	var f SecondFactor
	err := s.db().Where("person_id = ?", person).Take(&f).Error
	return f, err
}

// LockSecondFactor is SecondFactorOf, and has whoever tries a code of the same person next wait for this transaction.
func (s *Store) LockSecondFactor(person string) (SecondFactor, error) {
	var f SecondFactor
	err := s.locked(s.db().Where("person_id = ?", person)).Take(&f).Error
	return f, err
}

// SaveSecondFactor writes somebody's authenticator app, new or changed.
func (s *Store) SaveSecondFactor(f SecondFactor) error {
	return s.db().Clauses(clause.OnConflict{UpdateAll: true}).Create(&f).Error
}

// DropSecondFactor forgets somebody's authenticator app and his recovery codes; none is no error.
func (s *Store) DropSecondFactor(person string) error {
	return errors.Join(
		s.db().Where("person_id = ?", person).Delete(&RecoveryCode{}).Error,
		s.db().Where("person_id = ?", person).Delete(&SecondFactor{}).Error)
}

// SecondFactors tells which of these people have an authenticator app in force.
func (s *Store) SecondFactors(people []string) (map[string]bool, error) {
	var ids []string
	err := s.db().Model(&SecondFactor{}).Where("person_id IN ? AND since IS NOT NULL", people).Limit(maxTeam).Pluck("person_id", &ids).Error
	found := make(map[string]bool, len(ids))
	for _, id := range ids {
		found[id] = true
	}
	return found, err
}

// ReplaceRecoveryCodes gives somebody these codes in place of the ones before.
func (s *Store) ReplaceRecoveryCodes(person string, codes []RecoveryCode) error {
	if err := s.db().Where("person_id = ?", person).Delete(&RecoveryCode{}).Error; err != nil {
		return err
	}
	return s.db().Create(&codes).Error
}

// UseRecoveryCode uses a code up that has one of these hashes, and reports whether there was one.
func (s *Store) UseRecoveryCode(person string, hashes []string, at time.Time) (bool, error) {
	res := s.db().Model(&RecoveryCode{}).Where("person_id = ? AND code_hash IN ? AND used_at IS NULL", person, hashes).
		UpdateColumn("used_at", at)
	return res.RowsAffected > 0, res.Error
}

// RecoveryCodesLeft counts the codes that somebody has not used.
func (s *Store) RecoveryCodesLeft(person string) (int, error) {
	var n int64
	err := s.db().Model(&RecoveryCode{}).Where("person_id = ? AND used_at IS NULL", person).Count(&n).Error
	return int(n), err
}
