package store

import (
	"fmt"
	"time"
)

// LockRequest returns the request with that key and has whoever carries it out next wait for this transaction.
func (s *Store) LockRequest(key string) (Request, error) {
	var all []Request
	if err := s.locked(s.db().Where(&Request{Key: key}, "Key")).Limit(1).Find(&all).Error; err != nil {
		return Request{}, fmt.Errorf("request: %w", err)
	}
	if len(all) == 0 {
		return Request{}, ErrNotFound
	}
	return all[0], nil
}

// maxRequests bounds what one look back reads; a limit of policy is far below.
const maxRequests = 20_000

// RequestsBy lists what an actor asked for since an instant, oldest first.
func (s *Store) RequestsBy(account, actor, action string, since time.Time) ([]Request, error) {
	var all []Request
	err := s.db().Where("account_id = ? AND actor = ? AND action = ? AND created_at >= ?", account, actor, action, since).
		Order("created_at").Limit(maxRequests).Find(&all).Error
	return all, err
}

// RequestsOn lists what was asked for on a target after an instant, oldest first.
func (s *Store) RequestsOn(account, target, action string, after time.Time) ([]Request, error) {
	var all []Request
	err := s.db().Where("account_id = ? AND target = ? AND action = ? AND created_at > ?", account, target, action, after).
		Order("created_at").Limit(maxRequests).Find(&all).Error
	return all, err
}
