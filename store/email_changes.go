package store

import (
	"fmt"
	"time"
)

// AddEmailChange records that a purchase has another address.
func (s *Store) AddEmailChange(c EmailChange) error { return s.db().Create(&c).Error }

// EmailChange returns one change. ErrNotFound: there is none.
func (s *Store) EmailChange(id string) (EmailChange, error) {
	var c EmailChange
	err := s.db().Where("id = ?", id).Take(&c).Error
	return c, err
}

// LockEmailChange returns one change and has whoever wants to put it back next wait for this transaction.
func (s *Store) LockEmailChange(id string) (EmailChange, error) {
	var c EmailChange
	err := s.locked(s.db().Where("id = ?", id)).Take(&c).Error
	return c, err
}

// maxChanges bounds how often one purchase gets another address; policy allows a handful.
const maxChanges = 1000

// EmailChangesFrom lists the changes of a purchase from one on that were not put back, newest first.
func (s *Store) EmailChangesFrom(c EmailChange) ([]EmailChange, error) {
	var all []EmailChange
	err := s.db().Where("purchase_id = ? AND created_at >= ? AND reverted_at IS NULL", c.PurchaseID, c.CreatedAt).
		Order("created_at DESC, id DESC").Limit(maxChanges).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("changes of an e-mail: %w", err)
	}
	return all, nil
}

// ForgetEmailChanges drops changes from before an instant, at most limit of them, and returns how many.
func (s *Store) ForgetEmailChanges(before time.Time, limit int) (int, error) {
	old := s.db().Model(&EmailChange{}).Select("id").Where("created_at < ?", before).Limit(limit)
	result := s.db().Where("id IN (?)", old).Delete(&EmailChange{})
	return int(result.RowsAffected), result.Error
}

// EmailReverted records that a change was put back, on behalf of whom the change by was made to.
func (s *Store) EmailReverted(id, by string, at time.Time) error {
	return one(s.db().Model(&EmailChange{}).Where("id = ? AND reverted_at IS NULL", id).
		UpdateColumns(map[string]any{"reverted_at": at, "reverted_by": by}))
}

// EmailRevertedSince reports whether a change of a purchase was put back after an instant.
func (s *Store) EmailRevertedSince(purchase string, since time.Time) (bool, error) {
	var n int64
	err := s.db().Model(&EmailChange{}).Where("purchase_id = ? AND reverted_at >= ?", purchase, since).Count(&n).Error
	return n > 0, err
}

// MoveSubscription gives a subscription to another buyer.
func (s *Store) MoveSubscription(id, buyer string, at time.Time) error {
	return one(s.db().Model(&Subscription{}).Where("id = ?", id).UpdateColumns(map[string]any{"buyer_id": buyer, "updated_at": at}))
}

// WaitingRequests lists the keys of the requests on a target that were recorded and not begun, oldest first.
func (s *Store) WaitingRequests(account, target string) ([]string, error) {
	var all []Request
	err := s.db().Where("account_id = ? AND target = ? AND state = 'recorded'", account, target).
		Order("created_at").Limit(maxChanges).Find(&all).Error
	keys := make([]string, len(all))
	for i, r := range all {
		keys[i] = r.Key
	}
	return keys, err
}

// AddDocumentCheck records a try.
func (s *Store) AddDocumentCheck(c DocumentCheck) error { return s.db().Create(&c).Error }

// LockDocumentCheck returns a try and keeps it from being used until the transaction ends. ErrNotFound: there is none.
func (s *Store) LockDocumentCheck(id string) (DocumentCheck, error) {
	var c DocumentCheck
	err := s.locked(s.db().Where("id = ?", id)).Take(&c).Error
	return c, err
}

// DocumentUsed records that what a document has shown was acted on. ErrNotFound: it was before.
func (s *Store) DocumentUsed(id string, at time.Time) error {
	return one(s.db().Model(&DocumentCheck{}).Where("id = ? AND used_at IS NULL", id).UpdateColumn("used_at", at))
}

// CountDocumentChecks counts the tries since an instant: about one purchase, and of one chat user.
func (s *Store) CountDocumentChecks(account, purchaseKey, identity string, since time.Time) (purchase, person int64, err error) {
	if err = s.db().Model(&DocumentCheck{}).Where("account_id = ? AND purchase_key = ? AND created_at > ?", account, purchaseKey, since).
		Count(&purchase).Error; err != nil {
		return 0, 0, err
	}
	err = s.db().Model(&DocumentCheck{}).Where("identity_id = ? AND created_at > ?", identity, since).Count(&person).Error
	return purchase, person, err
}

// ForgetDocumentChecks drops tries older than an instant, at most limit of them, and returns how many.
func (s *Store) ForgetDocumentChecks(before time.Time, limit int) (int, error) {
	old := s.db().Model(&DocumentCheck{}).Select("id").Where("created_at < ?", before).Limit(limit)
	result := s.db().Where("id IN (?)", old).Delete(&DocumentCheck{})
	return int(result.RowsAffected), result.Error
}
