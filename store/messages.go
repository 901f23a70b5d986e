package store

import (
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// A Place is a chat as one of its readers sees it: what everybody there may read, and what only he may.
type Place struct {
	Chat   string
	Reader string // user id
}

// AddMessage inserts a message of the web console.
func (s *Store) AddMessage(m Message) error {
	if err := s.db().Create(&m).Error; err != nil {
		return fmt.Errorf("add message: %w", err)
	}
	return nil
}

// EditMessage replaces the body of a message and counts its revision up, so that every open browser takes the newest.
//
// Errors: ErrNotFound.
func (s *Store) EditMessage(account, id string, body []byte, at time.Time) error {
	res := s.db().Model(&Message{}).Where("account_id = ? AND id = ?", account, id).
		Updates(map[string]any{"body": body, "revision": gorm.Expr("revision + 1"), "updated_at": at})
	if res.Error == nil && res.RowsAffected == 0 {
		res.Error = ErrNotFound
	}
	if res.Error != nil {
		return fmt.Errorf("edit message: %w", res.Error)
	}
	return nil
}

// BeginThread notes that there is a thread below a message, so that every open browser draws it.
//
// Errors: ErrNotFound.
func (s *Store) BeginThread(account, id string, at time.Time) error {
	return updatedOne(s.db().Model(&Message{}).Where("account_id = ? AND id = ?", account, id).
		UpdateColumns(map[string]any{"threaded": true, "revision": gorm.Expr("revision + 1"), "updated_at": at}))
}

// Message returns one message by its id.
//
// Errors: ErrNotFound.
func (s *Store) Message(account, id string) (Message, error) {
	var m Message
	if err := s.db().Where("account_id = ? AND id = ?", account, id).Take(&m).Error; err != nil {
		return Message{}, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}

// Messages returns the newest messages that reader sees in the chat, at most limit, oldest first.
func (s *Store) Messages(account, chat, reader string, limit int) ([]Message, error) {
	var list []Message
	err := s.db().Where("account_id = ? AND chat = ? AND reader IN ('', ?)", account, chat, reader).
		Order("created_at DESC, id DESC").Limit(limit).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	slices.Reverse(list)
	return list, nil
}

// MessagesSince returns what was added or edited at or after since in any of the places, at most limit, in the order in
// which it happened. Reconnecting browsers and other replicas catch up with it.
func (s *Store) MessagesSince(account string, places []Place, since time.Time, limit int) ([]Message, error) {
	if len(places) == 0 {
		return nil, nil
	}
	visible := s.db().Where("chat = ? AND reader IN ('', ?)", places[0].Chat, places[0].Reader)
	for _, p := range places[1:] {
		visible = visible.Or("chat = ? AND reader IN ('', ?)", p.Chat, p.Reader)
	}
	var list []Message
	err := s.db().Where("account_id = ? AND updated_at >= ?", account, since).Where(visible).
		Order("updated_at, id").Limit(limit).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list new messages: %w", err)
	}
	return list, nil
}
