package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestSearchAudit looks for entries in every way and compares with what a walk over all of them finds.
func TestSearchAudit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var all []store.AuditEntry
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			for i := range 60 {
				e := entry([]string{"a", "b"}[i/50], fmt.Sprint("HP", i%5))
				e.Actor, e.Action, e.At = fmt.Sprint("p", i%3), []string{"refund.requested", "refund.done", "email.changed", "language.changed"}[i%4], noon.Add(time.Duration(i)*time.Hour)
				if err := tx.Audit(e); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			all, err = s.AuditEntries("a", 0, 100)
		}
		if err != nil {
			t.Fatal(err)
		}
		in := func(list []string, v string) bool {
			return len(list) == 0 || strings.Contains(" "+strings.Join(list, " ")+" ", " "+v+" ")
		}
		for name, f := range map[string]store.AuditFilter{
			"all":              {},
			"one person":       {Actors: []string{"p1"}},
			"two people":       {Actors: []string{"p1", "p2"}},
			"actions":          {Actions: []string{"refund.requested", "email.changed"}},
			"person, action":   {Actors: []string{"p0", "p2"}, Actions: []string{"refund.done"}},
			"target":           {Targets: []string{"HP1"}},
			"targets, person":  {Targets: []string{"HP1", "HP2"}, Actors: []string{"p1"}},
			"all of it":        {Targets: []string{"HP1"}, Actors: []string{"p1", "p0"}, Actions: []string{"refund.done", "language.changed"}, From: noon, To: noon.Add(45 * time.Hour)},
			"period":           {From: noon.Add(10 * time.Hour), To: noon.Add(20 * time.Hour)},
			"from":             {From: noon.Add(40 * time.Hour)},
			"to":               {To: noon.Add(3 * time.Hour)},
			"before it began":  {To: noon},
			"the future":       {From: noon.Add(1000 * time.Hour)},
			"nobody":           {Actors: []string{"p9"}},
			"another's person": {Targets: []string{"HP1"}, Actors: []string{"p9"}},
		} {
			var want, got []int64
			for i := len(all) - 1; i >= 0; i-- {
				e := all[i]
				if in(f.Actors, e.Actor) && in(f.Actions, e.Action) && in(f.Targets, e.Target) &&
					(f.From.IsZero() || !e.At.Before(f.From)) && (f.To.IsZero() || e.At.Before(f.To)) {
					want = append(want, e.Seq)
				}
			}
			f.Account, f.Limit = "a", 7
			for pages := 0; pages < 20; pages++ {
				page, err := s.SearchAudit(f)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, e := range page {
					got = append(got, e.Seq)
				}
				if len(page) < f.Limit {
					break
				}
				f.Before = page[len(page)-1].Seq
			}
			same(t, got, want)
		}
		actions, err := s.AuditActions("a")
		if err != nil {
			t.Fatal(err)
		}
		same(t, actions, []string{"email.changed", "language.changed", "refund.done", "refund.requested"})
		if none, err := s.AuditActions("c"); err != nil || len(none) > 0 {
			t.Errorf("%v, %v", none, err)
		}
	})
}

// TestAuditIsSearchedAlongIndexes has the database explain each look-up: none reads the whole log.
func TestAuditIsSearchedAlongIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	audit(t, s, entry("a", "HP1"))
	later := noon.Add(time.Hour)
	for along, f := range map[string]store.AuditFilter{
		"sqlite_autoindex_audit_entries_1 (account_id=? AND seq<?)":               {},
		"audit_entries_by_actor (account_id=? AND actor=? AND seq<?)":             {Actors: []string{"p"}, Actions: []string{"x"}},
		"audit_entries_by_action (account_id=? AND action=? AND seq>? AND seq<?)": {Actions: []string{"x"}, From: noon, To: later},
		"audit_entries_by_target (account_id=? AND target=? AND seq>? AND seq<?)": {Targets: []string{"x"}, Actors: []string{"p"}, From: noon, To: later},
		"sqlite_autoindex_audit_entries_1 (account_id=? AND seq>? AND seq<?)":     {From: noon, To: later},
	} {
		f.Account, f.Before, f.Limit = "a", 9, 7
		var said []string
		for _, query := range s.Explained(func(s *store.Store) { _, _ = s.SearchAudit(f) }) {
			var plan []struct{ Detail string }
			if err := s.DB().Raw("EXPLAIN QUERY PLAN " + query).Scan(&plan).Error; err != nil {
				t.Fatal(err)
			}
			said = append(said, fmt.Sprint(plan))
		}
		whole := strings.Join(said, "\n")
		if !strings.Contains(whole, along) || strings.Contains(whole, "SCAN") || strings.Contains(whole, "TEMP B-TREE") {
			t.Errorf("%+v: %s\nwant %s", f, whole, along)
		}
	}
}

// TestVerifyNewestAudit looks at the end of a log alone.
func TestVerifyNewestAudit(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for i := range 10 {
		audit(t, s, entry("a", fmt.Sprint("HP", i)))
	}
	check := func(newest int64, entries, after int64, want ...string) {
		t.Helper()
		r, err := s.VerifyNewestAudit(t.Context(), "a", newest)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range r.Problems {
			got = append(got, fmt.Sprint(p.Seq, " ", p.Kind()))
		}
		if r.Entries != entries || r.After != after || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("newest %d: %d entries after %d, %v; want %d after %d, %v", newest, r.Entries, r.After, got, entries, after, want)
		}
	}
	check(4, 4, 6)
	check(10, 10, 0)
	check(100, 10, 0)
	exec := func(sql string) {
		t.Helper()
		if err := s.DB().Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
	exec("UPDATE audit_entries SET note = 'x' WHERE seq = 3") // not looked at
	check(4, 4, 6)
	exec("DELETE FROM audit_entries WHERE seq = 6") // the one in front of them
	check(4, 4, 6, "6 missing")
	exec("UPDATE audit_entries SET note = 'x' WHERE seq = 8")
	exec("DELETE FROM audit_entries WHERE seq = 10")
	check(4, 3, 6, "6 missing", "8 changed", "9 cut")
}

// TestWhatVerifyingCannotSee: whoever cuts off the end and sets the recorded end back leaves a log that is whole. A head
// that was written down elsewhere shows it.
func TestWhatVerifyingCannotSee(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	audit(t, s, entry("a", "HP1"), entry("a", "HP2"), entry("a", "HP3"))
	noted, err := s.AuditHead("a")
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"DELETE FROM audit_entries WHERE seq = 3",
		"UPDATE audit_heads SET seq = 2, hash = (SELECT hash FROM audit_entries WHERE seq = 2)"} {
		if err := s.DB().Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.VerifyAudit(t.Context(), "a")
	if err != nil || !r.OK() {
		t.Fatalf("the log is not whole: %v, %v", r.Problems, err)
	}
	if r.Head == noted.Hash {
		t.Error("not even the head tells")
	}
}
