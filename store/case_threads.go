package store

import (
	"fmt"
	"time"
)

// AddCaseEvent records what happened in a case, behind all that happened before. Whoever calls it holds the case's lock.
func (s *Store) AddCaseEvent(e CaseEvent) error {
	last, err := s.lastCaseEvent(e.CaseID)
	if err != nil {
		return err
	}
	e.Seq = last + 1
	return s.db().Create(&e).Error
}

func (s *Store) lastCaseEvent(c string) (int64, error) {
	var all []CaseEvent
	if err := s.db().Where("case_id = ?", c).Order("seq DESC").Limit(1).Find(&all).Error; err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0].Seq, nil
}

// CaseEvents lists what happened in a case after an event, in that order.
func (s *Store) CaseEvents(c string, after int64, limit int) ([]CaseEvent, error) {
	var all []CaseEvent
	if err := s.db().Where("case_id = ? AND seq > ?", c, after).Order("seq").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("events of a case: %w", err)
	}
	return all, nil
}

// CaseEvent returns one event. ErrNotFound: there is none.
func (s *Store) CaseEvent(account, id string) (CaseEvent, error) {
	var e CaseEvent
	err := s.db().Where("account_id = ? AND id = ?", account, id).Take(&e).Error
	return e, err
}

// CardBelow returns the card of a room that a message shows. ErrNotFound: the message is none.
func (s *Store) CardBelow(account, platform, message string) (Card, error) {
	var all []Card
	err := s.db().Where("account_id = ? AND platform = ? AND message = ?", account, platform, message).Order("created_at DESC, id").Limit(1).Find(&all).Error
	if err != nil {
		return Card{}, fmt.Errorf("card of a message: %w", err)
	}
	if len(all) == 0 || !all[0].Shared {
		return Card{}, ErrNotFound
	}
	return all[0], nil
}

// HoldThread has one job at a time write below a card, and reports whether that is the caller until then.
func (s *Store) HoldThread(card string, now, until time.Time) (bool, error) {
	res := s.db().Model(&Card{}).Where("id = ? AND (busy_until IS NULL OR busy_until <= ?)", card, now.UTC()).UpdateColumn("busy_until", until.UTC())
	return res.RowsAffected == 1, res.Error
}

// ThreadPosted notes how far the thread below a card stands; done lets the next job write there.
func (s *Store) ThreadPosted(card string, seq int64, done bool) error {
	values := map[string]any{"posted": seq}
	if done {
		values["busy_until"] = nil
	}
	return s.db().Model(&Card{}).Where("id = ?", card).UpdateColumns(values).Error
}

// NotedBelow reports whether somebody of the team has ever written a note below a card.
func (s *Store) NotedBelow(account, author string) (bool, error) {
	var all []CaseMessage
	err := s.db().Select("id").Where("account_id = ? AND author = ? AND via = 'thread'", account, author).Limit(1).Find(&all).Error
	return len(all) > 0, err
}
