package store

import (
	"slices"

	"gorm.io/gorm/clause"
)

// SaveMessage writes a message of the web console, new or changed.
func (s *Store) SaveMessage(m Message) error {
	return s.db().Clauses(clause.OnConflict{UpdateAll: true}).Create(&m).Error
}

// Message returns a message by its id; ErrNotFound when there is none.
func (s *Store) Message(id string) (Message, error) {
	var m Message
	err := s.db().Where("id = ?", id).Take(&m).Error
	return m, err
}

// Messages returns the newest messages of a chat that reader may see, oldest of them first.
func (s *Store) Messages(account, chat, reader string, limit int) ([]Message, error) {
	var list []Message
	err := s.db().Where("account_id = ? AND chat = ? AND reader IN ('', ?)", account, chat, reader).
		Order("created_at DESC, id DESC").Limit(limit).Find(&list).Error
	slices.Reverse(list)
	return list, err
}
