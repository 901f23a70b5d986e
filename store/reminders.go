package store

import "time"

// ProposalsToRemindOf lists open proposals of an account, claims or all others, that end within a span from now and have had fewer
// than n reminders.
func (s *Store) ProposalsToRemindOf(account string, now time.Time, within time.Duration, n int, claims bool, limit int) ([]Proposal, error) {
	var all []Proposal
	kind := "kind <> 'claim'"
	if claims {
		kind = "kind = 'claim'"
	}
	err := s.db().Where(kind).Where("account_id = ? AND status = 'open' AND reminded < ? AND expires_at > ? AND expires_at <= ?", account, n, now, now.Add(within)).
		Order("expires_at, id").Limit(limit).Find(&all).Error
	return all, err
}

// RemindOf counts the nth reminder of an open proposal. ErrConflict: somebody was faster, or has decided.
func (s *Store) RemindOf(proposal string, n int) error {
	return one(s.db().Model(&Proposal{}).Where("id = ? AND status = 'open' AND reminded < ?", proposal, n).UpdateColumn("reminded", n))
}
