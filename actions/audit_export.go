package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// The forms in which the audit log is exported.
const (
	ExportCSV  = "csv"
	ExportJSON = "json"
)

const (
	maxExport  = 20_000
	exportScan = 500_000 // entries that a search for a text looks through
)

// An AuditExport is what was exported.
type AuditExport struct {
	File    string // id: its card is "file:<id>"
	Entries int
}

// An AuditExportInput says which entries go out, and how.
type AuditExportInput struct {
	Query  AuditQuery
	Form   string             // ExportCSV or ExportJSON
	Reveal *RevealExportInput // for whole names and addresses; What and Rows are filled in here
}

// ExportAudit sends what a search finds to the private chat of whoever asks, as a table or as JSON, the newest first. It is
// masked as rooms are: buyers are initials, addresses have dots; unless Reveal says why it should not be (RevealExport). The
// hashes are those of the whole entries. That it was done is an entry of its own.
//
// Errors: Invalid; those of RevealExport; Denied for whoever is no AuditReader; Conflict when it finds nothing, finds too much for one file, or he
// has no private chat; Unavailable.
func (c *Core) ExportAudit(ctx context.Context, who Actor, in AuditExportInput) (AuditExport, error) {
	q, form := in.Query, in.Form
	switch {
	case !who.Is(AuditReaders...):
		return AuditExport{}, &Error{Code: Denied, Key: "error.role"}
	case form != ExportCSV && form != ExportJSON:
		return AuditExport{}, &Error{Code: Invalid, Key: "error.not_an_option", Field: "format"}
	}
	var out AuditExport
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		r, err := c.auditReader(tx, who, q)
		if err != nil {
			return err
		}
		found, next, err := r.search(0, maxExport, exportScan)
		switch {
		case err != nil:
			return err
		case len(found) == 0:
			return &Error{Code: Conflict, Key: "audit.nothing"}
		case next != 0:
			return &Error{Code: Conflict, Key: "audit.too_many", Hint: "file.over_limit_hint", Args: map[string]any{"max": maxExport}}
		}
		entries := make([]AuditEntry, len(found))
		if in.Reveal != nil {
			why := *in.Reveal
			why.What, why.Rows = auditLog, len(found)
			if err := c.RevealExport(tx.Context(), who, why); err != nil {
				return err
			}
		}
		for i, e := range found {
			if entries[i] = r.entry(e); in.Reveal == nil {
				entries[i] = entries[i].masked()
			}
		}
		a, err := c.auditFile(who, entries, form)
		if err != nil {
			return err
		}
		if in.Reveal != nil {
			a.Caption = "file.audit_whole"
		}
		out.Entries = len(entries)
		if out.File, err = c.sendFile(tx, who, a); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "audit.exported", target: auditLog, data: auditData{Count: out.Entries, Detail: exported(q, form)}})
	})
	return out, failed("export the audit log", err)
}

// exported says what was exported, without the names and texts that were searched for.
func exported(q AuditQuery, form string) string {
	said := form
	add := func(name, value string) {
		if value != "" {
			said += " " + name + "=" + value
		}
	}
	add("area", string(q.Area))
	if t, err := ParseTransaction(q.Target); err == nil {
		add("target", string(t))
	}
	if !q.From.IsZero() {
		add("from", q.From.UTC().Format(time.RFC3339))
	}
	if !q.To.IsZero() {
		add("to", q.To.UTC().Format(time.RFC3339))
	}
	if q.Person != "" {
		add("person", "given")
	}
	if q.Text != "" {
		add("text", "given")
	}
	return said
}

// auditFile writes entries as a file, its name by the shop's day.
func (c *Core) auditFile(who Actor, entries []AuditEntry, form string) (attachment, error) {
	zone := format.Zone(who.Timezone)
	a := attachment{Name: "audit-" + c.now().In(zone).Format("2006-01-02-150405") + "." + form, Caption: "file.audit"}
	var err error
	if form == ExportJSON {
		a.MIME = "application/json"
		a.Body, err = json.MarshalIndent(map[string]any{"exported_at": c.now().UTC(), "masked": true, "entries": jsonEntries(entries)}, "", "  ")
		return a, err
	}
	a.MIME = "text/csv"
	header := []string{"number", "time_utc", "time_local", "who", "asked_by", "action", "about", "reason", "note", "amount", "currency",
		"old_email", "new_email", "rule", "detail", "count", "previous_hash", "hash"}
	rows := make([][]string, len(entries))
	for i, e := range entries {
		rows[i] = []string{strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339), e.At.In(zone).Format("2006-01-02 15:04:05 -07:00"),
			e.Actor, e.AskedBy, e.Action, e.About, string(e.Reason), e.Note, amountOf(e.Amount), e.Amount.Currency,
			e.OldEmail, e.NewEmail, e.Verdict.Rule, e.Detail, numberOf(e.Count), e.Prev, e.Hash}
	}
	a.Body, err = csvFile(header, rows)
	return a, err
}

func amountOf(m Money) string {
	if m.Currency == "" {
		return ""
	}
	return format.Plain(m.Minor, m.Currency)
}

func numberOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// jsonEntry is an entry as programs read it.
type jsonEntry struct {
	Seq      int64     `json:"number"`
	At       time.Time `json:"time"`
	Actor    string    `json:"who"`
	AskedBy  string    `json:"asked_by,omitempty"`
	Action   string    `json:"action"`
	Target   string    `json:"about"`
	Reason   Reason    `json:"reason,omitempty"`
	Note     string    `json:"note,omitempty"`
	Amount   Money     `json:"amount,omitzero"`
	OldEmail string    `json:"old_email,omitempty"`
	NewEmail string    `json:"new_email,omitempty"`
	Rule     string    `json:"rule,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	Count    int       `json:"count,omitempty"`
	Prev     string    `json:"previous_hash"`
	Hash     string    `json:"hash"`
}

func jsonEntries(entries []AuditEntry) []jsonEntry {
	all := make([]jsonEntry, len(entries))
	for i, e := range entries {
		all[i] = jsonEntry{e.Seq, e.At, e.Actor, e.AskedBy, e.Action, e.About, e.Reason, e.Note, e.Amount, e.OldEmail, e.NewEmail, e.Verdict.Rule,
			e.Detail, e.Count, e.Prev, e.Hash}
	}
	return all
}

// verifyNewest is how many entries are verified while somebody waits: about a second's work.
const verifyNewest = 50_000

// An AuditCheck is what verifying the log found.
type AuditCheck struct {
	Entries  int64 // that were looked at
	After    int64 // number of the entry behind which they begin; 0: all
	Erased   int64 // of them, those that privacy had something taken from
	Head     string
	Problems []AuditProblem // the first few
	More     bool
}

// An AuditProblem is one place where the chain is broken.
type AuditProblem struct {
	Seq  int64
	Kind string // changed, missing, unlinked, beyond, cut
}

// VerifyAudit recomputes the chain of the audit log: all of it, or its newest entries where it is long. Whoever did it, and
// whether it held, is an entry of its own.
//
// Errors: Denied for whoever is no AuditReader; Unavailable.
func (c *Core) VerifyAudit(ctx context.Context, who Actor) (AuditCheck, error) {
	if !who.Is(AuditReaders...) {
		return AuditCheck{}, &Error{Code: Denied, Key: "error.role"}
	}
	const listed = 5
	var out AuditCheck
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		report, err := tx.VerifyNewestAudit(tx.Context(), who.Account, verifyNewest)
		if err != nil {
			return err
		}
		out = AuditCheck{Entries: report.Entries, After: report.After, Erased: report.Erased, Head: report.Head, More: report.More}
		for _, p := range report.Problems {
			if len(out.Problems) == listed {
				out.More = true
				break
			}
			out.Problems = append(out.Problems, AuditProblem{p.Seq, p.Kind()})
		}
		found := "whole"
		if !report.OK() {
			found = fmt.Sprintf("broken: %d", len(report.Problems))
		}
		return c.audit(tx, who, entry{action: "audit.verified", target: auditLog, data: auditData{Count: int(report.Entries), Detail: found}})
	})
	return out, failed("verify the audit log", err)
}
