package store

import (
	"fmt"
	"time"
)

// AddRule records a rule.
func (s *Store) AddRule(r ListRule) error {
	if err := s.db().Create(&r).Error; err != nil {
		return fmt.Errorf("add a rule: %w", err)
	}
	return nil
}

// Rules returns the rules of an account, newest first; all there have ever been when old is set, else those that lists show.
func (s *Store) Rules(account string, old bool, limit int) ([]ListRule, error) {
	query := "SELECT " + s.columns(ListRule{}, "r") + " FROM list_rules r WHERE r.account_id = ?"
	if !old {
		query += " AND NOT r.dropped"
	}
	return read[ListRule](s, 8, query+" ORDER BY r.created_at DESC, r.id DESC LIMIT ?", account, limit)
}

// CountRules counts all rules that there have ever been.
func (s *Store) CountRules(account string) (int64, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, "SELECT count(*) FROM list_rules r WHERE r.account_id = ?", account)
	return r.N, err
}

// Rule returns a rule that is not deleted. ErrNotFound: there is none.
func (s *Store) Rule(account, id string) (ListRule, error) {
	return readOne[ListRule](s, "SELECT "+s.columns(ListRule{}, "r")+
		" FROM list_rules r WHERE r.account_id = ? AND r.id = ? AND NOT r.dropped", account, id)
}

// EndRule ends a rule, and takes it from the lists if dropped is set. What it has done stays.
func (s *Store) EndRule(account, id string, at time.Time, dropped bool) error {
	return s.execOne(`UPDATE list_rules SET until = coalesce(until, ?), dropped = ? WHERE account_id = ? AND id = ? AND NOT dropped`,
		at, dropped, account, id)
}

// EndRulesOf ends the rules about a list or an endpoint, which is gone, and returns how many there were.
func (s *Store) EndRulesOf(account, target string, at time.Time) (int64, error) {
	return s.exec(`UPDATE list_rules SET until = coalesce(until, ?), dropped = ? WHERE account_id = ? AND (list_id = ? OR endpoint_id = ?) AND NOT dropped`,
		at, true, account, target, target)
}
