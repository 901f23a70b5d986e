package actions_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// lived is a buyer who did everything: asked, was denied, got a refund, had access sent again, proved who she is.
func lived(w *world) (actions.Transaction, actions.Actor) {
	w.t.Helper()
	code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.Amount = 29700 })
	other := w.bought("HP200", w.marina, func(p *store.Purchase) { p.Amount = 5000 })
	ctx := w.t.Context()
	asked, err := w.core.Refund(ctx, w.marina, actions.RefundInput{Key: "k1", Transaction: code, Reason: actions.OtherReason, Note: "My phone is 11 98765-4321", ReplyTo: w.marina.Identity, Proof: w.proof(w.marina, code)})
	w.must(err)
	_, err = w.core.Decide(ctx, w.rui, actions.DecideInput{Key: "k2", Proposal: asked.Proposal, Reason: "Dear Marina, no."})
	w.must(err)
	_, err = w.core.Refund(ctx, w.marina, actions.RefundInput{Key: "k3", Transaction: other, Reason: actions.OtherReason, Note: "Marina again", ReplyTo: w.marina.Identity, Proof: w.proof(w.marina, other)})
	w.must(err)
	_, err = w.resend(w.ana, "k4", code)
	w.must(err)
	_, err = w.core.OpenCase(ctx, w.marina, actions.OpenCaseInput{Key: "k5", Topic: actions.TopicAccess, Text: "Marina here, my CPF is in the mail", Transaction: code})
	w.must(err)
	who := w.stranger("new-phone")
	sent, err := w.sendCode(who, "HP100")
	w.must(err)
	w.must(w.enter(who, sent.ID, w.lastCode()))
	first, err := w.store.AddInbound(store.InboundEvent{AccountID: shop, Source: "hotmart", ID: "e1", Kind: "PURCHASE_APPROVED", Result: "applied",
		Payload: []byte(`{"buyer":{"email":"Marina.Duarte@example.com"}}`), At: start, CreatedAt: start})
	if err != nil || !first {
		w.t.Fatalf("a delivery: %v, %v", first, err)
	}
	return code, who
}

// onRaw runs a test on both databases, with a way around the store.
func onRaw(t *testing.T, test func(t *testing.T, s *store.Store, raw *sql.DB)) {
	t.Helper()
	for driver, url := range map[string]func(*testing.T) string{
		"sqlite": func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "x.db") },
		"pgx":    func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			s, err := store.Open(t.Context(), store.Options{URL: at})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			raw, err := sql.Open(driver, strings.TrimPrefix(at, "sqlite:"))
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			test(t, s, raw)
		})
	}
}

// dump is every table but the job engine's, as text.
func dump(t *testing.T, s *store.Store, raw *sql.DB) string {
	t.Helper()
	names := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'river%' AND name NOT LIKE 'sqlite%'"
	if s.Dialect() != "sqlite" {
		names = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name NOT LIKE 'river%'"
	}
	var text strings.Builder
	for _, name := range column(t, raw, names) {
		rows, err := raw.Query(`SELECT * FROM "` + name[0] + `"`)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s: %q\n", name[0], cells(t, rows))
	}
	return text.String()
}

func column(t *testing.T, raw *sql.DB, query string) [][]string {
	t.Helper()
	rows, err := raw.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	return cells(t, rows)
}

func cells(t *testing.T, rows *sql.Rows) [][]string {
	t.Helper()
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		row, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		var line []string
		for _, v := range row {
			line = append(line, v.String)
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestErase(t *testing.T) {
	t.Parallel()
	onRaw(t, func(t *testing.T, s *store.Store, raw *sql.DB) {
		w := worldOn(t, s)
		code, who := lived(w)
		out, err := w.core.ExportBuyer(t.Context(), shop, " Marina.Duarte@EXAMPLE.com")
		w.must(err)
		var lists map[string][]map[string]any
		w.must(json.Unmarshal(out, &lists))
		for table, want := range map[string]int{"buyers": 1, "purchases": 2, "proposals": 1, "requests": 4, "identities": 2, "one_time_codes": 3, "inbound_events": 1} {
			if got := len(lists[table]); got != want {
				t.Errorf("%d %s are exported, want %d", got, table, want)
			}
		}
		if len(lists["mails"]) < 3 || len(lists["audit_entries"]) < 5 || strings.Contains(string(out), `"code_hash": "`+"0") {
			t.Errorf("exported %d mails, %d entries", len(lists["mails"]), len(lists["audit_entries"]))
		}
		before := w.purchase(code)

		done, err := w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		if done.Purchases != 2 || done.Deliveries != 1 || done.Mails < 3 || done.Entries < 3 {
			t.Errorf("erased: %+v", done)
		}
		for _, trace := range []string{"Marina", "arina.duarte", "Duarte", "98765", "new-phone"} {
			if text := dump(t, s, raw); strings.Contains(text, trace) {
				at := strings.Index(text, trace)
				t.Errorf("%q is still there: …%s…", trace, text[max(0, at-80):min(len(text), at+80)])
			}
		}
		after := w.purchase(code)
		equal(t, "the books", []any{after.Price, after.Status, after.OrderedAt, after.Product.Name}, []any{before.Price, before.Status, before.OrderedAt, before.Product.Name})
		report, err := s.VerifyAudit(t.Context(), shop)
		if err != nil || !report.OK() || report.Erased != int64(done.Entries) {
			t.Errorf("the audit log: %+v, %v", report, err)
		}
		if again := w.actor("telegram", who.ID); len(again.Buyers) != 0 {
			t.Error("an erased chat is still known")
		}
		if _, err := w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com"); key(err) != "privacy.nobody" {
			t.Errorf("erased twice: %v", err)
		}
	})
}

// TestErasedEntriesAreNoExcuse changes an entry that was not erased, and one that was written after.
func TestErasedEntriesAreNoExcuse(t *testing.T) {
	t.Parallel()
	onRaw(t, func(t *testing.T, s *store.Store, raw *sql.DB) {
		w := worldOn(t, s)
		lived(w)
		_, err := w.resend(w.ana, "k9", w.bought("HP300", w.paulo))
		w.must(err)
		_, err = w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		_, err = raw.Exec("UPDATE audit_entries SET note = 'x' WHERE target = 'HP300'")
		w.must(err)
		report, err := s.VerifyAudit(t.Context(), shop)
		if err != nil || report.OK() || len(report.Problems) != 1 {
			t.Errorf("a changed entry is not noticed: %+v, %v", report, err)
		}
	})
}

func TestEraseWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.Amount = 29700 })
	asked, err := w.core.Refund(t.Context(), w.marina, actions.RefundInput{Key: "k1", Transaction: code, Reason: actions.OtherReason, Proof: w.proof(w.marina, code)})
	w.must(err)
	if _, err := w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com"); key(err) != "privacy.under_way" {
		t.Errorf("with an open proposal: %v", err)
	}
	_, err = w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "k2", Proposal: asked.Proposal, Approve: true})
	w.must(err)
	if _, err := w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com"); key(err) != "privacy.under_way" {
		t.Errorf("before the refund was sent: %v", err)
	}
	w.work()
	if _, err := w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com"); err != nil {
		t.Errorf("when all is done: %v", err)
	}
	for name, email := range map[string]actions.Email{"privacy.nobody": "nobody@example.com", "email.invalid": "nonsense"} {
		if _, err := w.core.ExportBuyer(t.Context(), shop, email); key(err) != name {
			t.Errorf("%s: %v", email, err)
		}
	}
}
