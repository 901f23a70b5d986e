package store

import "fmt"

// openTasks are the requests that somebody of the team carries out by hand. The index of the same name holds them in the
// order of Tasks.
const openTasks = "account_id = ? AND state = 'assisted'"

// Tasks lists them, the oldest first, those behind a place in that order.
func (s *Store) Tasks(account string, after Cursor, limit int) ([]Request, error) {
	q := s.db().Where(openTasks, account)
	if !after.At.IsZero() {
		q = q.Where(`(created_at, "key") > (?, ?)`, after.At.UTC(), after.ID)
	}
	var all []Request
	if err := q.Order(`created_at, "key"`).Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	return all, nil
}

// CountTasks counts them, up to a number.
func (s *Store) CountTasks(account string, most int) (int, error) {
	var n int64
	err := s.db().Raw("SELECT count(*) FROM (SELECT 1 FROM requests WHERE "+openTasks+" LIMIT ?) t", account, most).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count tasks: %w", err)
	}
	return int(n), nil
}
