package store

import (
	"fmt"
	"time"
)

// PromisedCases lists the cases of an account whose promise ends at or before an instant, and of which nobody was reminded.
func (s *Store) PromisedCases(account string, by time.Time, limit int) ([]Case, error) {
	return s.clocked("promised_at IS NOT NULL AND reminded_at IS NULL AND promised_at <= ? AND account_id = ?", "promised_at", by, account, limit)
}

// WaitingCases lists the cases of an account that have waited since an instant or longer, and of which no manager was told.
func (s *Store) WaitingCases(account string, since time.Time, limit int) ([]Case, error) {
	return s.clocked("waiting_since IS NOT NULL AND escalated_at IS NULL AND waiting_since <= ? AND account_id = ?", "waiting_since", since, account, limit)
}

// WakingCases lists the snoozed cases of an account whose time has come.
func (s *Store) WakingCases(account string, now time.Time, limit int) ([]Case, error) {
	return s.clocked("status = 'snoozed' AND snoozed_until <= ? AND account_id = ?", "snoozed_until", now, account, limit)
}

func (s *Store) clocked(where, order string, at time.Time, account string, limit int) ([]Case, error) {
	var all []Case
	if err := s.db().Where(where, at.UTC(), account).Order(order + ", id").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("cases that the clock looks at: %w", err)
	}
	return all, nil
}

// AddCaseDeflection records that a flow was taken in the place of a case.
func (s *Store) AddCaseDeflection(d CaseDeflection) error { return s.db().Create(&d).Error }

// ReturnCaseDeflections notes that a chat user, or a buyer in whatever chat, came back with a case on what he had been helped
// with since an instant. Either may be empty.
func (s *Store) ReturnCaseDeflections(account, identity, buyer, topic string, since, at time.Time) error {
	for who, id := range map[string]string{"identity_id = ?": identity, "buyer_id = ?": buyer} {
		if id == "" {
			continue
		}
		err := s.db().Model(&CaseDeflection{}).
			Where("account_id = ? AND "+who+" AND topic = ? AND created_at >= ? AND returned_at IS NULL", account, id, topic, since.UTC()).
			UpdateColumn("returned_at", at.UTC()).Error
		if err != nil {
			return fmt.Errorf("note that somebody came back: %w", err)
		}
	}
	return nil
}

// A DeflectionCount is how often a flow was taken in the place of a case on one topic.
type DeflectionCount struct {
	Topic   string
	Taken   int
	Counted int // of them, those after which nobody came back, and whose week is over
}

// maxTopics bounds the topics of a report.
const maxTopics = 100

// CountDeflections counts by topic what was taken from one instant on and before another. Those after settled may still turn
// out to have been no help.
func (s *Store) CountDeflections(account string, from, to, settled time.Time) ([]DeflectionCount, error) {
	var all []DeflectionCount
	err := s.db().Raw(`SELECT topic, count(*) AS taken, sum(CASE WHEN returned_at IS NULL AND created_at <= ? THEN 1 ELSE 0 END) AS counted
		FROM case_deflections WHERE account_id = ? AND created_at >= ? AND created_at < ? GROUP BY topic ORDER BY topic LIMIT ?`,
		settled.UTC(), account, from.UTC(), to.UTC(), maxTopics).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("count what was taken in the place of cases: %w", err)
	}
	return all, nil
}

// spentCases are closed cases that have their texts still.
const spentCases = "status = 'closed' AND trimmed_at IS NULL AND closed_at < ?"

// ForgetCaseTexts drops what was said in cases that were closed before an instant, at most limit cases, and returns how
// many. That they were there, on what and how long, stays.
func (s *Store) ForgetCaseTexts(before, at time.Time, limit int) (int, error) {
	var ids []string
	err := s.db().Model(&Case{}).Where(spentCases, before.UTC()).Order("closed_at").Limit(limit).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := s.db().Model(&CaseMessage{}).Where("case_id IN ?", ids).UpdateColumns(map[string]any{"body": nil}).Error; err != nil {
		return 0, fmt.Errorf("forget what was said in cases: %w", err)
	}
	if err := s.db().Where("case_id IN ?", ids).Delete(&CaseEvent{}).Error; err != nil {
		return 0, fmt.Errorf("forget what happened in cases: %w", err)
	}
	if err := s.db().Where("case_id IN ?", ids).Delete(&CaseSentFile{}).Error; err != nil {
		return 0, fmt.Errorf("forget which files were sent: %w", err)
	}
	if err := s.db().Where("case_id IN ?", ids).Delete(&CaseFile{}).Error; err != nil {
		return 0, fmt.Errorf("forget the files of cases: %w", err)
	}
	return len(ids), s.db().Model(&Case{}).Where("id IN ?", ids).UpdateColumn("trimmed_at", at.UTC()).Error
}
