package store

import (
	"slices"
	"time"

	"gorm.io/gorm"
)

// An AuditFilter says which entries of the audit log to find. Empty fields leave nothing out; all that are set must match.
type AuditFilter struct {
	Account  string
	Actors   []string  // ids of those who did it: any of them
	Actions  []string  // whole: any of them
	Targets  []string  // whole: any of them
	From, To time.Time // at or after From, before To
	Before   int64     // Seq below; 0: the newest first
	Limit    int
}

// arms is how many conditions on one column are looked up one after the other; callers give fewer.
const arms = 100

// SearchAudit returns entries, the newest first. Each look-up is along an index, whose order is that of the answer: of
// several targets, actors or actions each gives its newest, and the newest of these are it.
func (s *Store) SearchAudit(f AuditFilter) ([]AuditEntry, error) {
	low, high, some, err := s.auditSpan(f)
	if err != nil || !some {
		return nil, err
	}
	// Without statistics SQLite takes the numbers' index, which is the longer way to what is rare.
	base := func(along string) *gorm.DB {
		q := s.db()
		if along != "" && s.Dialect() != onPostgres {
			q = q.Table("audit_entries INDEXED BY " + along)
		}
		q = q.Where("account_id = ?", f.Account)
		if f.Before > 0 {
			q = q.Where("seq < ?", f.Before)
		}
		if !f.From.IsZero() {
			q = q.Where("seq >= ? AND at >= ?", low, f.From)
		}
		if !f.To.IsZero() {
			q = q.Where("seq <= ? AND at < ?", high, f.To)
		}
		return q
	}
	queries := []*gorm.DB{base("")}
	switch {
	case len(f.Targets) > 0:
		queries = nil
		for _, target := range f.Targets[:min(len(f.Targets), arms)] {
			q := base("audit_entries_by_target").Where("target = ?", target)
			if len(f.Actors) > 0 {
				q = q.Where("actor IN ?", f.Actors)
			}
			if len(f.Actions) > 0 {
				q = q.Where("action IN ?", f.Actions)
			}
			queries = append(queries, q)
		}
	case len(f.Actors) > 0:
		queries = nil
		for _, actor := range f.Actors[:min(len(f.Actors), arms)] {
			q := base("audit_entries_by_actor").Where("actor = ?", actor)
			if len(f.Actions) > 0 {
				q = q.Where("action IN ?", f.Actions)
			}
			queries = append(queries, q)
		}
	case len(f.Actions) > 0:
		queries = nil
		for _, action := range f.Actions[:min(len(f.Actions), arms)] {
			queries = append(queries, base("audit_entries_by_action").Where("action = ?", action))
		}
	}
	var all []AuditEntry
	for _, q := range queries {
		var list []AuditEntry
		if err := q.Order("seq DESC").Limit(f.Limit).Find(&list).Error; err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b AuditEntry) int { return int(b.Seq - a.Seq) })
	return all[:min(len(all), f.Limit)], nil
}

// skew is by how many entries the times of different replicas may be out of order.
const skew = 1000

// auditSpan is the range of numbers that a period has, and some more on either side; some is false when it has none.
func (s *Store) auditSpan(f AuditFilter) (low, high int64, some bool, err error) {
	find := func(to *int64, where string, at time.Time, order string) (bool, error) {
		if at.IsZero() {
			return true, nil
		}
		var list []AuditEntry
		err := s.db().Select("seq").Where("account_id = ? AND "+where, f.Account, at).Order(order).Limit(1).Find(&list).Error
		if err != nil || len(list) == 0 {
			return false, err
		}
		*to = list[0].Seq
		return true, nil
	}
	if some, err = find(&low, "at >= ?", f.From, "at, seq"); err != nil || !some {
		return 0, 0, false, err
	}
	some, err = find(&high, "at < ?", f.To, "at DESC, seq DESC")
	return low - skew, high + skew, some, err
}

// AuditActions lists the actions that an account's log has, by name: one look-up for each.
func (s *Store) AuditActions(account string) ([]string, error) {
	const query = `WITH RECURSIVE known(action) AS (
			SELECT min(action) FROM audit_entries WHERE account_id = ?
			UNION ALL
			SELECT (SELECT min(e.action) FROM audit_entries e WHERE e.account_id = ? AND e.action > known.action) FROM known WHERE known.action IS NOT NULL
		) SELECT action FROM known WHERE action IS NOT NULL`
	var all []string
	err := s.db().Raw(query, account, account).Scan(&all).Error
	return all, err
}

// Everybody lists all who are or were of the team.
func (s *Store) Everybody(account string) ([]Person, error) {
	var all []Person
	err := s.db().Where("account_id = ?", account).Order("name, id").Limit(10 * maxTeam).Find(&all).Error
	return all, err
}

// IdentitiesOfBuyers lists the ids of the chat users that are linked to buyers.
func (s *Store) IdentitiesOfBuyers(buyers []string, limit int) ([]string, error) {
	var all []string
	err := s.db().Model(&IdentityBuyer{}).Where("buyer_id IN ?", buyers).Order("identity_id").Limit(limit).Pluck("identity_id", &all).Error
	return all, err
}
