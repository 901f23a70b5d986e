package store

import (
	"slices"
	"strings"
)

// Evidence is what is on record about one purchase beside the purchase itself, each list oldest first.
type Evidence struct {
	Proposals []Proposal
	Requests  []Request
	Mails     []Mail
	Audit     []AuditEntry
}

// EvidenceOf gathers what is on record about a purchase: at most limit of each kind, the newest.
func (s *Store) EvidenceOf(p Purchase, limit int) (Evidence, error) {
	var e Evidence
	err := s.db().Where("purchase_id = ?", p.ID).Order("created_at DESC, id DESC").Limit(limit).Find(&e.Proposals).Error
	if err != nil {
		return e, err
	}
	targets := []string{p.Transaction}
	for _, proposal := range e.Proposals {
		targets = append(targets, proposal.ID)
	}
	err = s.db().Where("account_id = ? AND target IN ?", p.AccountID, targets).Order(`created_at DESC, "key" DESC`).Limit(limit).Find(&e.Requests).Error
	if err != nil {
		return e, err
	}
	causes := []string{} // the keys of mails begin with what they were written for
	for _, r := range e.Requests {
		causes = append(causes, r.Key)
	}
	for _, proposal := range e.Proposals {
		causes = append(causes, "proposal/"+proposal.ID)
	}
	slices.Sort(causes)
	for _, cause := range slices.Compact(causes) {
		var list []Mail
		where, values := s.prefix(`"key"`), bounds(cause+"/")
		err := s.db().Where("account_id = ?", p.AccountID).Where(where, values...).Order("id").Limit(limit).Find(&list).Error
		if err != nil {
			return e, err
		}
		e.Mails = append(e.Mails, list...)
	}
	slices.SortFunc(e.Mails, func(a, b Mail) int { return strings.Compare(a.ID, b.ID) })
	e.Mails = slices.CompactFunc(e.Mails, func(a, b Mail) bool { return a.ID == b.ID })
	e.Mails = e.Mails[max(0, len(e.Mails)-limit):]
	if e.Audit, err = s.SearchAudit(AuditFilter{Account: p.AccountID, Targets: targets[:min(len(targets), arms)], Limit: limit}); err != nil {
		return e, err
	}
	slices.Reverse(e.Proposals)
	slices.Reverse(e.Requests)
	slices.Reverse(e.Audit)
	return e, nil
}
