package actions_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// chronicle writes entries by hand: what somebody did to what, with a note.
func (w *world) chronicle(actor, name, action, target, note string) {
	w.t.Helper()
	w.must(w.store.Tx(w.t.Context(), func(tx *store.Store) error {
		return tx.Audit(store.AuditEntry{AccountID: shop, At: w.clock(), Actor: actor, ActorName: name, AskedBy: actor, Action: action, Target: target, Note: note})
	}))
}

func (w *world) audited(who actions.Actor, q actions.AuditQuery) string {
	w.t.Helper()
	page, err := w.core.SearchAudit(w.t.Context(), who, q)
	w.must(err)
	var all []string
	for _, e := range page.Entries {
		all = append(all, e.Action+" "+e.Target)
	}
	return strings.Join(all, ", ")
}

func TestSearchAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chronicle("p-ana", "ana", "refund.requested", "HP1", "não gostou")
	w.chronicle("p-leo", "leo", "email.proposed", "HP2", "typo")
	w.pass(48 * time.Hour)
	w.chronicle(w.marina.ID, "Marina Duarte", "refund.requested", "HP2", "x")
	w.chronicle("system", "", "purchase.approved", "HP3", "")
	w.chronicle("p-ana", "ana", "future.thing", "HP3", "")
	w.must(w.store.RemovePerson("p-ana"))
	for name, c := range map[string]struct {
		q    actions.AuditQuery
		want string
	}{
		"who has left":    {actions.AuditQuery{Person: "Aná"}, "future.thing HP3, refund.requested HP1"},
		"a buyer":         {actions.AuditQuery{Person: "dua mar"}, "refund.requested HP2"},
		"the program":     {actions.AuditQuery{Person: "system"}, "purchase.approved HP3"},
		"a purchase":      {actions.AuditQuery{Target: " hp2 "}, "refund.requested HP2, email.proposed HP2"},
		"an area":         {actions.AuditQuery{Area: actions.AreaMoney}, "refund.requested HP2, refund.requested HP1"},
		"the rest":        {actions.AuditQuery{Area: actions.AreaOther}, "future.thing HP3"},
		"an empty area":   {actions.AuditQuery{Area: actions.AreaAccess}, ""},
		"words of a note": {actions.AuditQuery{Text: "NAO gos"}, "refund.requested HP1"},
		"a day":           {actions.AuditQuery{From: start, To: start.Add(time.Hour)}, "email.proposed HP2, refund.requested HP1"},
		"person and area": {actions.AuditQuery{Person: "ana", Area: actions.AreaMoney}, "refund.requested HP1"},
	} {
		if got := w.audited(w.rui, c.q); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	page, err := w.core.SearchAudit(t.Context(), w.bia, actions.AuditQuery{Limit: 2})
	w.must(err)
	if len(page.Entries) != 2 || page.Next != page.Entries[1].Seq {
		t.Errorf("%+v", page)
	}
	if _, err := w.core.SearchAudit(t.Context(), w.rui, actions.AuditQuery{Person: "zz"}); actions.AsError(err).Key != "audit.nobody" {
		t.Errorf("nobody: %v", err)
	}
	for _, who := range []actions.Actor{w.ana, w.leo, w.marina, {}} {
		_, err := w.core.SearchAudit(t.Context(), who, actions.AuditQuery{})
		_, err2 := w.core.ExportAudit(t.Context(), who, actions.AuditExportInput{Form: actions.ExportCSV})
		_, err3 := w.core.VerifyAudit(t.Context(), who)
		for _, err := range []error{err, err2, err3} {
			if e := actions.AsError(err); e == nil || e.Code != actions.Denied {
				t.Errorf("%s reads the log: %v", who.ID, err)
			}
		}
	}
}

// TestTextIsSearchedWithinBounds: a search for words stops after many entries, says where, and goes on from there.
func TestTextIsSearchedWithinBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chronicle("p-ana", "ana", "refund.requested", "HP1", "needle")
	for range 21 {
		w.must(w.store.Tx(t.Context(), func(tx *store.Store) error {
			for i := range 1000 {
				if err := tx.Audit(store.AuditEntry{AccountID: shop, At: w.clock(), Actor: "system", Action: "purchase.approved", Target: fmt.Sprint("HP", i)}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	q := actions.AuditQuery{Text: "needle"}
	page, err := w.core.SearchAudit(t.Context(), w.rui, q)
	w.must(err)
	if len(page.Entries) != 0 || page.Next == 0 {
		t.Fatalf("%d entries, next %d", len(page.Entries), page.Next)
	}
	q.Before = page.Next
	page, err = w.core.SearchAudit(t.Context(), w.rui, q)
	w.must(err)
	if len(page.Entries) != 1 || page.Next != 0 {
		t.Errorf("%d entries, next %d", len(page.Entries), page.Next)
	}
}

// exported returns the file of an export.
func (w *world) exported(who actions.Actor, form string) []byte {
	w.t.Helper()
	x, err := w.core.ExportAudit(w.t.Context(), who, actions.AuditExportInput{Form: form})
	w.must(err)
	_, body, err := w.core.OpenFile(w.t.Context(), x.File)
	w.must(err)
	return body
}

// TestExportHoldsNoFormulas writes what a spreadsheet would compute wherever somebody can write, and reads the table as a
// spreadsheet does: no cell begins as a formula, whatever it takes for a separator.
func TestExportHoldsNoFormulas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	evil := []string{`=HYPERLINK("http://evil.example";"x")`, "+1+1", "-2+3", "@SUM(1+1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "x;=cmd|' /C calc'!A0", "a,=1", "a\n=1", `"=1`, "\u00a0@x", "\u202e=1"}
	for _, text := range evil {
		w.chronicle(w.marina.ID, text, "refund.requested", text, text)
	}
	body := string(w.exported(w.rui, actions.ExportCSV))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	w.must(err)
	if len(rows) != len(evil)+1 || !strings.HasPrefix(body, "\ufeff") {
		t.Fatalf("%d rows", len(rows))
	}
	for _, separator := range []string{",", ";", "\t", "|"} {
		for _, row := range rows {
			for _, cell := range row {
				for _, line := range strings.FieldsFunc(cell, func(r rune) bool { return r == '\n' || r == '\r' }) {
					for _, part := range strings.Split(line, separator) {
						if part = strings.TrimLeft(part, " \u00a0\"\t"); part != "" && strings.ContainsAny(part[:1], "=+-@") || strings.HasPrefix(part, "＝") {
							t.Errorf("separated by %q, %q begins a formula in %q", separator, part, cell)
						}
					}
				}
			}
		}
	}
}

// TestExportIsRevealedForAReason: whole names go out where policy allows it, to who may, with both on record.
func TestExportIsRevealedForAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chronicle(w.marina.ID, "Marina Duarte", "refund.requested", "HP1", "write to marina.duarte@example.com, please")
	in := actions.AuditExportInput{Form: actions.ExportCSV, Reveal: &actions.RevealExportInput{Key: "k1", Reason: actions.LegalDuty, Note: "letter 12"}}
	_, err := w.core.ExportAudit(t.Context(), w.rui, in)
	wantError(t, err, actions.Denied, "reveal.no_export")
	core := w.replica(func(p *actions.Policy) { p.Reveal.InExport = true })
	if !core.MayRevealExports(t.Context(), w.rui) || core.MayRevealExports(t.Context(), w.ana) || core.MayRevealExports(t.Context(), w.marina) || w.core.MayRevealExports(t.Context(), w.rui) {
		t.Error("offered to the wrong people")
	}
	nothing := in
	nothing.Reveal = &actions.RevealExportInput{Key: "k0"}
	_, err = core.ExportAudit(t.Context(), w.rui, nothing)
	wantError(t, err, actions.Invalid, "error.reason")
	x, err := core.ExportAudit(t.Context(), w.rui, in)
	w.must(err)
	_, body, err := core.OpenFile(t.Context(), x.File)
	w.must(err)
	for _, whole := range []string{"Marina Duarte", "marina.duarte@example.com"} {
		if !strings.Contains(string(body), whole) {
			t.Errorf("no %q in it:\n%s", whole, body)
		}
	}
	if got := w.audited(w.rui, actions.AuditQuery{Area: actions.AreaData}); got != "audit.exported audit, export.revealed audit" {
		t.Errorf("on record: %s", got)
	}
}

// TestExportIsMasked: buyers are initials and addresses have dots, colleagues keep their names, and the export is on record.
func TestExportIsMasked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chronicle(w.marina.ID, "Marina Duarte", "refund.requested", "HP1", "write to marina.duarte@example.com, please")
	w.chronicle("p-leo", "leo", "refund.approved", "HP1", "ok")
	for _, form := range []string{actions.ExportCSV, actions.ExportJSON} {
		body := string(w.exported(w.rui, form))
		for _, secret := range []string{"Marina", "Duarte", "marina.duarte"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s: %q is in it:\n%s", form, secret, body)
			}
		}
		for _, known := range []string{"M. D.", "leo", "refund.approved", "@e"} {
			if !strings.Contains(body, known) {
				t.Errorf("%s: no %q in it:\n%s", form, known, body)
			}
		}
	}
	if body := w.exported(w.rui, actions.ExportJSON); !json.Valid(body) {
		t.Error("no JSON")
	}
	if got := w.audited(w.rui, actions.AuditQuery{Area: actions.AreaData}); got != "audit.exported audit, audit.exported audit, audit.exported audit" {
		t.Errorf("on record: %s", got)
	}
}

func TestExportOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chronicle("p-leo", "leo", "refund.approved", "HP1", "ok")
	for want, q := range map[string]actions.AuditQuery{"audit.nothing": {Target: "HP9"}, "audit.nobody": {Person: "zz"}} {
		if _, err := w.core.ExportAudit(t.Context(), w.rui, actions.AuditExportInput{Query: q, Form: actions.ExportCSV}); actions.AsError(err) == nil || actions.AsError(err).Key != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := w.core.ExportAudit(t.Context(), w.rui, actions.AuditExportInput{Form: "exe"}); actions.AsError(err) == nil || actions.AsError(err).Code != actions.Invalid {
		t.Errorf("an unknown form: %v", err)
	}
	if got := w.audited(w.rui, actions.AuditQuery{Area: actions.AreaData}); got != "" {
		t.Errorf("on record though nothing left: %s", got)
	}
}

func TestVerifyInChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 8 {
		w.chronicle("p-leo", "leo", "refund.approved", fmt.Sprint("HP", i), "ok")
	}
	check, err := w.core.VerifyAudit(t.Context(), w.rui)
	w.must(err)
	if check.Entries != 8 || check.After != 0 || len(check.Problems) != 0 || len(check.Head) != 64 {
		t.Errorf("%+v", check)
	}
	entries, err := w.store.In(t.Context()).AuditEntries(shop, 1, 7)
	w.must(err)
	for i := range entries {
		entries[i].Note = "never"
	}
	w.must(w.store.EraseBuyer(store.BuyerFile{Buyer: store.Buyer{ID: "nobody"}, Audit: entries}, w.clock())) // writes over them, and says so nowhere
	check, err = w.core.VerifyAudit(t.Context(), w.rui)
	w.must(err)
	if len(check.Problems) != 5 || !check.More || check.Problems[0] != (actions.AuditProblem{Seq: 2, Kind: "changed"}) {
		t.Errorf("%+v", check)
	}
	if got := w.audited(w.rui, actions.AuditQuery{Area: actions.AreaData}); got != "audit.verified audit, audit.verified audit" {
		t.Errorf("on record: %s", got)
	}
}
