package actions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func reveal(key string, t actions.Transaction) actions.RevealInput {
	return actions.RevealInput{Key: key, Transaction: t, Reason: actions.CheckIdentity, Note: "case 12"}
}

// TestRevealIsWrittenDown: who may sees name and addresses, and the log says who did, why, and which fields; never the values.
func TestRevealIsWrittenDown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		p := w.bought("HP100", w.marina)
		for range 2 { // the second is a repetition
			got, err := w.core.Reveal(t.Context(), w.rui, reveal("k1", p))
			w.must(err)
			if got.Name != "Marina Duarte" || string(got.Email) != "marina.duarte@example.com" || got.NewEmail != "" {
				t.Errorf("revealed: %+v", got)
			}
		}
		asked, err := w.core.ChangeEmail(t.Context(), w.ana, actions.EmailInput{Key: "e1", Transaction: p, New: "marina@new.example", Reason: actions.Typo})
		w.must(err)
		in := reveal("k2", "")
		in.Proposal = asked.Proposal
		got, err := w.core.Reveal(t.Context(), w.bia, in)
		w.must(err)
		if string(got.NewEmail) != "marina@new.example" || got.Transaction != p {
			t.Errorf("revealed of a proposal: %+v", got)
		}
		equal(t, "audit", w.audit(p), []string{"p-rui buyer.revealed", "p-ana email.proposed", "p-bia buyer.revealed"})
		entries, err := w.store.AuditEntries(shop, 0, 100)
		w.must(err)
		for _, e := range entries {
			if text := string(e.Data) + e.Note; strings.Contains(text, "marina@") || strings.Contains(text, "Duarte") {
				t.Errorf("the log holds what was revealed: %s", text)
			}
		}
		if last := string(entries[len(entries)-1].Data); !strings.Contains(last, "name, email, new_email") || !strings.Contains(last, "check_identity") {
			t.Errorf("the log does not say what was revealed, or why: %s", last)
		}
	})
}

// TestWhoMayReveal: those who decide, agents by policy, with a reason and in words, so many times a day.
func TestWhoMayReveal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) { p.Reveal.PerDay = 2 })
	p := w.bought("HP100", w.marina)
	n := 0
	try := func(who actions.Actor, in actions.RevealInput, want string) {
		t.Helper()
		n++
		in.Key = fmt.Sprint("k", n)
		if got, err := w.core.Reveal(t.Context(), who, in); key(err) != want || err != nil && got != (actions.Revealed{}) {
			t.Errorf("%s: %v, want %s; shown %+v", who.ID, err, want, got)
		}
	}
	try(w.ana, reveal("", p), "reveal.role")
	try(w.marina, reveal("", p), "reveal.role")
	noNote, noReason := reveal("", p), reveal("", p)
	noNote.Note, noReason.Reason = " ", actions.Fraud
	try(w.rui, noNote, "reveal.note_missing")
	try(w.rui, noReason, "error.reason")
	try(w.rui, reveal("", "HP999"), "purchase.not_found")
	try(w.rui, reveal("", p), "<nil>")
	try(w.rui, reveal("", p), "<nil>")
	try(w.rui, reveal("", p), "reveal.daily_limit")
	try(w.bia, reveal("", p), "<nil>")
	w.pass(24 * time.Hour)
	try(w.rui, reveal("", p), "<nil>")
	agents := w.replica(func(p *actions.Policy) { p.Reveal.Agents = true })
	if _, err := agents.Reveal(t.Context(), w.ana, reveal("by-policy", p)); err != nil {
		t.Errorf("an agent whom policy lets: %v", err)
	}
}

// TestExportsAreMaskedUnlessRevealed: a list goes out whole only where policy allows such, to who may reveal, and is written down.
func TestExportsAreMaskedUnlessRevealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := actions.RevealExportInput{Key: "k1", What: "purchases", Rows: 12, Reason: actions.LegalDuty, Note: "letter"}
	wantError(t, w.core.RevealExport(t.Context(), w.rui, in), actions.Denied, "reveal.no_export")
	core := w.replica(func(p *actions.Policy) { p.Reveal.InExport, p.Reveal.PerDay = true, 1 })
	wantError(t, core.RevealExport(t.Context(), w.ana, in), actions.Denied, "reveal.role")
	w.must(core.RevealExport(t.Context(), w.rui, in))
	w.must(core.RevealExport(t.Context(), w.rui, in)) // the same again
	in.Key = "k2"
	wantError(t, core.RevealExport(t.Context(), w.rui, in), actions.Denied, "reveal.daily_limit")
	equal(t, "audit", w.audit("purchases"), []string{"p-rui export.revealed"})
	if got := actions.MaskedName("Marina da Silva"); got != "M. S." {
		t.Errorf("a masked name: %s", got)
	}
}
