package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// CreateProposal records a proposal.
func (s *Store) CreateProposal(p Proposal) error { return s.db().Create(&p).Error }

// Proposal returns one proposal. ErrNotFound: there is none.
func (s *Store) Proposal(account, id string) (Proposal, error) { return s.proposal(false, account, id) }

// LockProposal returns one proposal and has whoever wants to decide it next wait for this transaction.
func (s *Store) LockProposal(account, id string) (Proposal, error) {
	return s.proposal(true, account, id)
}

func (s *Store) proposal(lock bool, account, id string) (Proposal, error) {
	db := s.db().Where("account_id = ? AND id = ?", account, id)
	if lock {
		db = s.locked(db)
	}
	var all []Proposal
	if err := db.Limit(1).Find(&all).Error; err != nil {
		return Proposal{}, fmt.Errorf("proposal: %w", err)
	}
	if len(all) == 0 {
		return Proposal{}, ErrNotFound
	}
	return all[0], nil
}

// CloseProposal ends an open proposal with what p says of it, and counts its Revision up. ErrConflict: it was no longer
// open, or has changed.
func (s *Store) CloseProposal(p *Proposal) error {
	was := p.Revision
	p.Revision++
	err := one(s.db().Model(&Proposal{}).Where("id = ? AND status = 'open' AND revision = ?", p.ID, was).
		Select("status", "decided_by", "decided_by_name", "decided_reason", "decided_at", "replaced_by", "request_key", "revision").
		UpdateColumns(p))
	if err != nil {
		p.Revision = was
	}
	return err
}

// TouchProposal counts the revision of the proposal that a request carries out, as what is shown of it has changed,
// and returns its id; empty when the request carries out none.
func (s *Store) TouchProposal(account, requestKey string) (string, error) {
	var all []Proposal
	if err := s.db().Select("id").Where("account_id = ? AND request_key = ?", account, requestKey).Limit(1).Find(&all).Error; err != nil {
		return "", fmt.Errorf("proposal of a request: %w", err)
	}
	if len(all) == 0 {
		return "", nil
	}
	return all[0].ID, s.db().Exec("UPDATE proposals SET revision = revision + 1 WHERE id = ?", all[0].ID).Error
}

// TouchProposalByID counts the revision of a proposal, as what is shown of it has changed.
func (s *Store) TouchProposalByID(id string) error {
	return s.execOne("UPDATE proposals SET revision = revision + 1 WHERE id = ?", id)
}

// ClaimsOf lists the claims of a purchase, newest first.
func (s *Store) ClaimsOf(purchase string, limit int) ([]Proposal, error) {
	var all []Proposal
	err := s.db().Where("purchase_id = ? AND kind = 'claim'", purchase).Order("created_at DESC, id DESC").Limit(limit).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("claims of a purchase: %w", err)
	}
	return all, nil
}

// A ProposalFilter selects proposals. The zero After starts at the oldest.
type ProposalFilter struct {
	Account string
	AskedBy string // only those; empty: everybody's
	After   Cursor
	Limit   int
}

// OpenProposals lists open proposals, the one that waits longest first.
func (s *Store) OpenProposals(f ProposalFilter) ([]Proposal, error) {
	db := s.db().Where("account_id = ? AND status = 'open'", f.Account)
	if f.AskedBy != "" {
		db = db.Where("asked_by = ?", f.AskedBy)
	}
	if f.After.ID != "" {
		db = db.Where("created_at > ? OR (created_at = ? AND id > ?)", f.After.At, f.After.At, f.After.ID)
	}
	var all []Proposal
	if err := db.Order("created_at, id").Limit(f.Limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("open proposals: %w", err)
	}
	return all, nil
}

// DueProposals lists open proposals of all accounts whose time is over.
func (s *Store) DueProposals(now time.Time, limit int) ([]Proposal, error) {
	var all []Proposal
	err := s.db().Where("status = 'open' AND expires_at <= ?", now).Order("expires_at, id").Limit(limit).Find(&all).Error
	return all, err
}

// ReplaceProposal records which proposal stands for a rebuilt one.
func (s *Store) ReplaceProposal(id, by string) error {
	return one(s.db().Model(&Proposal{}).Where("id = ?", id).UpdateColumn("replaced_by", by))
}

// UndoApproval writes that an approved proposal came to nothing after all: it was withdrawn for a reason, or another stands for it.
func (s *Store) UndoApproval(id, status, reason, by string) error {
	return one(s.db().Model(&Proposal{}).Where("id = ? AND status = 'approved'", id).
		UpdateColumns(map[string]any{"status": status, "decided_reason": reason, "replaced_by": by, "revision": gorm.Expr("revision + 1")}))
}
