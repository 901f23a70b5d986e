package store

import (
	"fmt"
	"time"
)

// firstCase is the number in front of the first case: people take #1 for a mistake.
const firstCase = 1000

// NextCase counts an account's cases, and returns the number of the next one.
func (s *Store) NextCase(account string) (int64, error) {
	c, err := readOne[CaseCounter](s, "INSERT INTO case_counters (account_id, last) VALUES (?, ?)"+
		" ON CONFLICT (account_id) DO UPDATE SET last = case_counters.last + 1 RETURNING account_id, last", account, firstCase+1)
	if err != nil {
		return 0, fmt.Errorf("number of a case: %w", err)
	}
	return c.Last, nil
}

// AddCase records a case.
func (s *Store) AddCase(c Case) error { return s.db().Create(&c).Error }

// Case returns one case. ErrNotFound: there is none.
func (s *Store) Case(account, id string) (Case, error) {
	return s.oneCase(false, "id = ?", account, id)
}

// LockCase returns one case and has whoever wants to change it next wait for this transaction.
func (s *Store) LockCase(account, id string) (Case, error) {
	return s.oneCase(true, "id = ?", account, id)
}

// CaseByNumber returns the case with a number. ErrNotFound: there is none.
func (s *Store) CaseByNumber(account string, number int64) (Case, error) {
	return s.oneCase(false, "number = ?", account, number)
}

func (s *Store) oneCase(lock bool, where, account string, value any) (Case, error) {
	db := s.db().Where("account_id = ? AND "+where, account, value)
	if lock {
		db = s.locked(db)
	}
	var all []Case
	if err := db.Limit(1).Find(&all).Error; err != nil {
		return Case{}, fmt.Errorf("case: %w", err)
	}
	if len(all) == 0 {
		return Case{}, ErrNotFound
	}
	return all[0], nil
}

// UpdateCase writes all of a case and counts its Revision up. ErrConflict: it has changed since it was read.
func (s *Store) UpdateCase(c *Case) error {
	was := c.Revision
	c.Revision++
	err := one(s.db().Model(&Case{}).Where("id = ? AND revision = ?", c.ID, was).Select("*").Omit("id").UpdateColumns(c))
	if err != nil {
		c.Revision = was
	}
	return err
}

// A CaseFilter selects cases. Empty fields select nothing away.
type CaseFilter struct {
	Account  string
	Status   string
	Open     bool    // those that are not closed
	Assignee *string // empty: those that nobody has
	DueBy    time.Time
	After    Cursor // DueAt and id of the last case of the page before
	Newest   bool   // the latest DueAt first, else the earliest
	Limit    int
}

// Cases lists cases in the order of their DueAt.
func (s *Store) Cases(f CaseFilter) ([]Case, error) {
	db := s.db().Where("account_id = ?", f.Account)
	if f.Status != "" {
		db = db.Where("status = ?", f.Status)
	}
	if f.Open {
		db = db.Where("status <> 'closed'")
	}
	if f.Assignee != nil {
		db = db.Where("assignee = ?", *f.Assignee)
	}
	if !f.DueBy.IsZero() {
		db = db.Where("due_at <= ?", f.DueBy.UTC())
	}
	sign, order := ">", "due_at, id"
	if f.Newest {
		sign, order = "<", "due_at DESC, id DESC"
	}
	if f.After.ID != "" {
		db = db.Where("(due_at, id) "+sign+" (?, ?)", f.After.At, f.After.ID)
	}
	var all []Case
	if err := db.Order(order).Limit(f.Limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	return all, nil
}

// CountCases counts the open cases of an account by status, and those that nobody has, that one person has, and that are
// owed an answer by an instant.
func (s *Store) CountCases(account, person string, now time.Time) (map[string]int, error) {
	type count struct {
		Queue string
		N     int
	}
	var all []count
	err := s.db().Raw(`SELECT status AS queue, count(*) AS n FROM cases WHERE account_id = ? AND status IN ('team', 'buyer', 'snoozed') GROUP BY status
		UNION ALL SELECT 'mine', count(*) FROM cases WHERE account_id = ? AND assignee = ? AND status <> 'closed'
		UNION ALL SELECT 'unassigned', count(*) FROM cases WHERE account_id = ? AND assignee = '' AND status <> 'closed'
		UNION ALL SELECT 'overdue', count(*) FROM cases WHERE account_id = ? AND status = 'team' AND due_at <= ? LIMIT 10`,
		account, account, person, account, account, now.UTC()).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	counts := map[string]int{}
	for _, c := range all {
		counts[c.Queue] = c.N
	}
	return counts, nil
}

// CasesOf lists the cases of some buyers, and those that a chat user opened before anybody knew who he is, newest first.
func (s *Store) CasesOf(account string, buyers []string, identity string, before int64, limit int) ([]Case, error) {
	db := s.db().Where("account_id = ?", account)
	switch {
	case identity == "":
		db = db.Where("buyer_id IN ?", buyers)
	case len(buyers) == 0:
		db = db.Where("identity_id = ? AND buyer_id = ''", identity)
	default:
		db = db.Where("buyer_id IN ? OR identity_id = ? AND buyer_id = ''", buyers, identity)
	}
	if before > 0 {
		db = db.Where("number < ?", before)
	}
	var all []Case
	if err := db.Order("number DESC").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("cases of a buyer: %w", err)
	}
	return all, nil
}

// AddCaseMessage records what was said in a case.
func (s *Store) AddCaseMessage(m CaseMessage) error { return s.db().Create(&m).Error }

// CaseMessage returns one message. ErrNotFound: there is none.
func (s *Store) CaseMessage(account, id string) (CaseMessage, error) {
	var m CaseMessage
	err := s.db().Where("account_id = ? AND id = ?", account, id).Take(&m).Error
	return m, err
}

// CaseMessageOf returns the message that a request recorded. ErrNotFound: there is none.
func (s *Store) CaseMessageOf(account, request string) (CaseMessage, error) {
	var m CaseMessage
	err := s.db().Where("account_id = ? AND request_key = ?", account, request).Take(&m).Error
	return m, err
}

// CaseMessages lists the messages of a case, newest first: those of some kinds, or all of them, from before a message.
func (s *Store) CaseMessages(c string, kinds []string, before Cursor, limit int) ([]CaseMessage, error) {
	db := s.db().Where("case_id = ?", c)
	if len(kinds) > 0 {
		db = db.Where("kind IN ?", kinds)
	}
	if before.ID != "" {
		db = db.Where("(created_at, id) < (?, ?)", before.At, before.ID)
	}
	var all []CaseMessage
	if err := db.Order("created_at DESC, id DESC").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("messages of a case: %w", err)
	}
	return all, nil
}

// FirstCaseMessages returns what some cases began with, by the case's id.
func (s *Store) FirstCaseMessages(cases []string) (map[string]CaseMessage, error) {
	if len(cases) == 0 {
		return nil, nil
	}
	var all []CaseMessage
	err := s.db().Where("id IN (SELECT (SELECT m.id FROM case_messages m WHERE m.case_id = c.id ORDER BY m.created_at, m.id LIMIT 1)"+
		" FROM cases c WHERE c.id IN ?)", cases).Limit(len(cases)).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("beginnings of cases: %w", err)
	}
	first := map[string]CaseMessage{}
	for _, m := range all {
		first[m.CaseID] = m
	}
	return first, nil
}
