package store

import (
	"fmt"
	"time"

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
		DoUpdates: clause.AssignmentColumns([]string{"plan", "status", "status_at", "next_charge_at", "cancelled_at", "charge_day", "read_at", "updated_at"}),
	}).Create(&list).Error
	if err != nil {
		return fmt.Errorf("put subscriptions: %w", err)
	}
	return nil
}

// LockSubscription returns one subscription by the commerce platform's code, and has whoever wants to change it next wait for
// this transaction. ErrNotFound: there is none. A purchase that is locked too is locked first, everywhere.
func (s *Store) LockSubscription(account, code string) (Subscription, error) {
	all, err := s.SubscriptionsByCode(account, []string{code})
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Subscription{}, err
	}
	return all[0], nil
}

// WorkOnSubscription notes which request is under way, and until when the subscriber can accept; empty and nil when none is.
func (s *Store) WorkOnSubscription(id, request string, until *time.Time, at time.Time) error {
	return one(s.db().Model(&Subscription{}).Where("id = ?", id).
		UpdateColumns(map[string]any{"under_way": request, "waits_until": until, "updated_at": at}))
}

// SetChargeDay notes on which day of the month a subscription is charged.
func (s *Store) SetChargeDay(id string, day int, at time.Time) error {
	return one(s.db().Model(&Subscription{}).Where("id = ?", id).UpdateColumns(map[string]any{"charge_day": day, "updated_at": at}))
}

// Charges returns the first and the newest charge of a subscription whose buyer is the subscriber. ErrNotFound: there is
// none. first is zero when it is not on record, or was moved to somebody else.
func (s *Store) Charges(sub Subscription) (first, newest FullPurchase, err error) {
	charge := func(order, where string) ([]FullPurchase, error) {
		return s.purchases(selection{order: order, limit: 1, conditions: conditions{
			parts: []string{"p.account_id = ? AND p.subscription_id = ? AND p.buyer_id = ?" + where}, args: []any{sub.AccountID, sub.ID, sub.BuyerID}}})
	}
	found, err := charge("p.recurrence DESC, p.ordered_at DESC, p.id DESC", "")
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return FullPurchase{}, FullPurchase{}, err
	}
	newest = found[0]
	if found, err = charge("p.recurrence, p.ordered_at, p.id", " AND p.recurrence <= 1"); len(found) > 0 {
		first = found[0]
	}
	return first, newest, err
}

// SubscriptionByCode returns one subscription by the commerce platform's code. ErrNotFound: there is none.
func (s *Store) SubscriptionByCode(account, code string) (Subscription, error) {
	return readOne[Subscription](s, "SELECT "+s.columns(Subscription{}, "s")+" FROM subscriptions s WHERE s.account_id = ? AND s.code = ?", account, code)
}
