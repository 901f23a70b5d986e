package store

import (
	"fmt"

	"gorm.io/gorm/clause"
)

// SubscriptionsByCode returns subscriptions by the commerce platform's codes, for changing them; those that are not
// there are left out.
func (s *Store) SubscriptionsByCode(account string, codes []string) ([]Subscription, error) {
	var all []Subscription
	if len(codes) == 0 {
		return nil, nil
	}
	err := s.locked(s.db().Where("account_id = ? AND code IN ?", account, codes)).Order("code").Find(&all).Error
	return all, err
}

// PutSubscriptions records subscriptions as they are now, new or changed.
//
// Errors: ErrConflict when another one has taken a code meanwhile.
func (s *Store) PutSubscriptions(list []Subscription) error {
	if len(list) == 0 {
		return nil
	}
	err := s.db().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"plan", "status", "status_at", "next_charge_at", "cancelled_at", "updated_at"}),
	}).Create(&list).Error
	if err != nil {
		return fmt.Errorf("put subscriptions: %w", err)
	}
	return nil
}
