package store

import (
	"time"

	"gorm.io/gorm/clause"
)

// Claim records a request unless its key is taken, and reports whether it did. While another transaction that claimed
// the key is running, it waits for its end.
func (s *Store) Claim(r Request) (bool, error) {
	res := s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
	return res.RowsAffected == 1, res.Error
}

// Request returns the request with that key; ErrNotFound when there is none.
func (s *Store) Request(key string) (Request, error) {
	var r Request
	err := s.db().Where(&Request{Key: key}, "Key").Take(&r).Error
	return r, err
}

// SaveRequest writes what became of a request: purchase, state, detail, attempts and payload. ErrNotFound when it was never claimed.
func (s *Store) SaveRequest(r Request) error {
	res := s.db().Model(&Request{}).Where(&Request{Key: r.Key}, "Key").
		Select("PurchaseID", "State", "Detail", "Attempts", "Payload", "UpdatedAt").Updates(r)
	return updatedOne(res)
}

// RequestsIn returns requests of a state that were last touched before a time, oldest first.
func (s *Store) RequestsIn(state string, before time.Time, limit int) ([]Request, error) {
	var list []Request
	err := s.db().Where("state = ? AND updated_at < ?", state, before.UTC()).Order("updated_at").Limit(limit).Find(&list).Error
	return list, err
}
