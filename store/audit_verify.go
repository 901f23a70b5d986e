package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// An AuditReport is what checking an account's chain found.
type AuditReport struct {
	Account  string
	Entries  int64  // that were read
	After    int64  // number of the entry behind which they begin; 0: all
	Erased   int64  // of them, those that privacy had something taken from, as an entry says
	Head     string // hash of the end; equal heads are equal logs
	Problems []AuditProblem
	More     bool // there are more problems than are listed

	erased map[int64]bool
}

// OK reports whether nothing is wrong.
func (r AuditReport) OK() bool { return len(r.Problems) == 0 }

// An AuditProblem is one place where the chain is broken.
type AuditProblem struct {
	Seq  int64
	What string // changed, missing, unlinked, beyond the end, cut off
}

// String is for the operator's terminal.
func (p AuditProblem) String() string { return fmt.Sprintf("entry %d: %s", p.Seq, p.What) }

// Kind is the word for what is wrong: changed, missing, unlinked, beyond or cut.
func (p AuditProblem) Kind() string {
	kind, _, _ := strings.Cut(p.What, " ")
	return strings.TrimSuffix(kind, ":")
}

// What can be wrong with an entry.
const (
	auditChanged  = "changed: its hash does not fit its content"
	auditMissing  = "missing"
	auditUnlinked = "unlinked: it does not follow the entry before it"
	auditBeyond   = "beyond the recorded end of the log"
	auditCutOff   = "cut off: the recorded end of the log is another"
)

const (
	auditPage        = 1000 // entries in memory at once
	auditMaxProblems = 100
)

// VerifyAudit reads an account's chain in pages, to the end that it has at the start, and reports every place where an
// entry was changed, removed, inserted, moved, or cut off at the end. Entries that are written meanwhile are left out.
func (s *Store) VerifyAudit(ctx context.Context, account string) (AuditReport, error) {
	return s.verifyAudit(ctx, account, 0)
}

// VerifyNewestAudit does the same with the newest entries alone, so that it is done in a moment: that what comes before
// them is as it was, it does not say.
func (s *Store) VerifyNewestAudit(ctx context.Context, account string, newest int64) (AuditReport, error) {
	return s.verifyAudit(ctx, account, newest)
}

func (s *Store) verifyAudit(ctx context.Context, account string, newest int64) (AuditReport, error) {
	s = s.In(ctx)
	report := AuditReport{Account: account}
	head, err := s.AuditHead(account)
	if err != nil {
		return report, fmt.Errorf("verify audit: %w", err)
	}
	report.Head = head.Hash
	if report.erased, err = s.erasedEntries(account); err != nil {
		return report, fmt.Errorf("verify audit: %w", err)
	}
	var before AuditEntry // the one in front of those that are looked at
	if newest > 0 && head.Seq > newest {
		report.After = head.Seq - newest
		found, err := s.AuditEntries(account, report.After-1, 1)
		if err != nil {
			return report, fmt.Errorf("verify audit: %w", err)
		}
		if len(found) == 1 && found[0].Seq == report.After {
			before = found[0]
		} else { // it is reported as missing by the next one
			before.Seq = report.After - 1
		}
	}
	last, err := s.verifyTo(head, before, &report)
	if err != nil {
		return report, fmt.Errorf("verify audit: %w", err)
	}
	if last.Seq < head.Seq || last.Hash != head.Hash {
		report.add(last.Seq, auditCutOff)
	}
	beyond, err := s.beyond(head)
	if err != nil {
		return report, fmt.Errorf("verify audit: %w", err)
	}
	if beyond > 0 {
		report.add(beyond, auditBeyond)
	}
	return report, nil
}

// verifyTo checks the entries behind one up to the head and returns the last of them.
func (s *Store) verifyTo(head AuditHead, before AuditEntry, report *AuditReport) (last AuditEntry, err error) {
	last = before
	for last.Seq < head.Seq {
		page, err := s.AuditEntries(head.AccountID, last.Seq, auditPage)
		if err != nil || len(page) == 0 {
			return last, err
		}
		for _, e := range page {
			if e.Seq > head.Seq {
				return last, nil
			}
			report.check(last, e)
			last = e
		}
	}
	return last, nil
}

// beyond returns the Seq of the first entry that stands behind the chain's end, even as it is by now; 0 when none does.
func (s *Store) beyond(head AuditHead) (int64, error) {
	next, err := s.AuditEntries(head.AccountID, head.Seq, 1)
	if err != nil || len(next) == 0 {
		return 0, err
	}
	now, err := s.AuditHead(head.AccountID) // an entry and the new end are committed together
	if err != nil || next[0].Seq <= now.Seq {
		return 0, err
	}
	return next[0].Seq, nil
}

// check compares an entry with the one before it and with its own hash.
func (r *AuditReport) check(before, e AuditEntry) {
	r.Entries++
	if e.Hash != e.hash() && r.erased[e.Seq] {
		r.Erased++
	}
	switch {
	case e.Hash != e.hash() && !r.erased[e.Seq]:
		r.add(e.Seq, auditChanged)
	case e.Seq != before.Seq+1:
		r.add(before.Seq+1, auditMissing)
	case e.Prev != before.Hash:
		r.add(e.Seq, auditUnlinked)
	}
}

func (r *AuditReport) add(seq int64, what string) {
	if len(r.Problems) == auditMaxProblems {
		r.More = true
		return
	}
	r.Problems = append(r.Problems, AuditProblem{Seq: seq, What: what})
}

// AuditErased is the action of the entry that says from which earlier ones something personal was taken. It is part of the
// chain as all others are: what was erased is known, and nothing else may differ.
const AuditErased = "privacy.erased"

// erasedEntries are the numbers of the entries that were changed to erase what is personal. Their hashes stay what they
// were, so the chain holds; what they cover cannot be checked any more.
func (s *Store) erasedEntries(account string) (map[int64]bool, error) {
	all := map[int64]bool{}
	var list []AuditEntry
	if err := s.db().Where("account_id = ? AND action = ?", account, AuditErased).Order("seq").Find(&list).Error; err != nil {
		return nil, err
	}
	for _, e := range list {
		var data struct {
			Erased []int64 `json:"erased"`
		}
		if err := json.Unmarshal(e.Data, &data); err != nil {
			continue // changed: it is reported by its hash
		}
		for _, seq := range data.Erased {
			if seq < e.Seq {
				all[seq] = true
			}
		}
	}
	return all, nil
}
