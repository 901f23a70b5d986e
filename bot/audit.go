package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// auditCommand looks at the audit log; nothing changes it.
type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Recompute the chain of hashes and report every entry that was changed, removed or added."`
	Export auditExport `cmd:"" help:"Write all entries to standard output, one JSON object per line."`
}

type auditVerify struct {
	configFlags
}

// Help is the end of the command's --help.
func (auditVerify) Help() string {
	return "The last line of a clean log is its head: keep it elsewhere, and equal heads are equal logs.\n\n" +
		"Example:\n  aftersale audit verify"
}

// Run checks the whole chain.
func (c auditVerify) Run(p *program) error {
	_, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := s.VerifyAudit(p.ctx, accountID)
	if err != nil {
		return err
	}
	for _, problem := range report.Problems {
		fmt.Fprintln(p.stdout, problem)
	}
	if report.More {
		fmt.Fprintln(p.stdout, "and more")
	}
	if !report.OK() {
		return errors.New("the audit log is not what was written")
	}
	fmt.Fprintf(p.stdout, "%s, all as they were written.\n", entries(report.Entries))
	if report.Erased > 0 {
		fmt.Fprintf(p.stdout, "%s had something personal erased, as later ones say.\n", entries(report.Erased))
	}
	if report.Head != "" {
		fmt.Fprintf(p.stdout, "head %s\n", report.Head)
	}
	return nil
}

type auditExport struct {
	configFlags
}

// Help is the end of the command's --help.
func (auditExport) Help() string { return "Example:\n  aftersale audit export > audit.jsonl" }

// An exportedEntry is one line of the export. It has all columns that the hash covers.
type exportedEntry struct {
	Seq       int64           `json:"seq"`
	At        time.Time       `json:"at"`
	Actor     string          `json:"actor"`
	ActorName string          `json:"actor_name"`
	AskedBy   string          `json:"asked_by,omitempty"`
	Action    string          `json:"action"`
	Target    string          `json:"target"`
	Note      string          `json:"note,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
	Prev      string          `json:"prev"`
	Hash      string          `json:"hash"`
}

// exportPage is how many entries are in memory at once.
const exportPage = 1000

// Run writes the log out.
func (c auditExport) Run(p *program) error {
	_, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	out := json.NewEncoder(p.stdout)
	var after int64
	for {
		page, err := s.In(p.ctx).AuditEntries(accountID, after, exportPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			line := exportedEntry{
				Seq: e.Seq, At: e.At.UTC(), Actor: e.Actor, ActorName: e.ActorName, AskedBy: e.AskedBy, Action: e.Action,
				Target: e.Target, Note: e.Note, Data: e.Data, Prev: e.Prev, Hash: e.Hash,
			}
			if err := out.Encode(line); err != nil {
				return fmt.Errorf("write the audit log: %w", err)
			}
			after = e.Seq
		}
		if len(page) < exportPage {
			return nil
		}
	}
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
