package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func entry(account, target string) store.AuditEntry {
	return store.AuditEntry{AccountID: account, At: noon.Add(123456789 * time.Nanosecond), Actor: "ana", ActorName: "Ana", AskedBy: "joao",
		Action: "refund.requested", Target: target, Note: "charged twice", Data: []byte(`{"amount":29700}`)}
}

// audit commits entries, one transaction each.
func audit(t *testing.T, s *store.Store, entries ...store.AuditEntry) {
	t.Helper()
	for _, e := range entries {
		if err := s.Tx(t.Context(), func(tx *store.Store) error { return tx.Audit(e) }); err != nil {
			t.Fatal(err)
		}
	}
}

// verify returns the problems of account "a" as text.
func verify(t *testing.T, s *store.Store) []string {
	t.Helper()
	report, err := s.VerifyAudit(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	var problems []string
	for _, p := range report.Problems {
		problems = append(problems, p.String())
	}
	if report.OK() != (len(problems) == 0) {
		t.Error("OK disagrees with Problems")
	}
	return problems
}

func TestAuditEntriesAreChained(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			return errors.Join(tx.Audit(entry("a", "HP1")), tx.Audit(entry("b", "HP1")), tx.Audit(entry("a", "HP2")))
		})
		if err != nil {
			t.Fatal(err)
		}
		audit(t, s, entry("a", "HP1"))
		got, err := s.AuditEntries("a", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		prev := ""
		for i, e := range got {
			if e.Seq != int64(i+1) || e.Prev != prev || len(e.Hash) != 64 {
				t.Errorf("entry %d: seq %d, prev %q, hash %q", i+1, e.Seq, e.Prev, e.Hash)
			}
			prev = e.Hash
		}
		want := entry("a", "HP2")
		want.At, want.Seq, want.Prev, want.Hash = noon.Add(123456*time.Microsecond), 2, got[0].Hash, got[1].Hash
		same(t, got[1], want)
		same(t, len(got), 3)

		head, err := s.AuditHead("a")
		if err != nil {
			t.Fatal(err)
		}
		same(t, head, store.AuditHead{AccountID: "a", Seq: 3, Hash: prev})
		page, err := s.AuditEntries("a", 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		same(t, page, got[1:2])
		newest, err := s.AuditEntriesOf("a", "HP1", 10)
		if err != nil {
			t.Fatal(err)
		}
		same(t, newest, []store.AuditEntry{got[2], got[0]})
		same(t, verify(t, s), []string(nil))
	})
}

func TestTheHashOfAnEntryNeverChanges(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	audit(t, s, entry("a", "HP1"), entry("a", "HP2"))
	head, err := s.AuditHead("a")
	if err != nil {
		t.Fatal(err)
	}
	// If this fails, every log in the world fails its verification.
	same(t, head.Hash, "2cb115a8b9d7f28ae8cea8741ccb3c1b8c5a44fa7b0d600795f3bd7a51d58391")
}

func TestAnEntryWithoutATransactionOrItsFactsIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	if err := s.Audit(entry("a", "HP1")); err == nil {
		t.Error("accepted outside of a transaction")
	}
	for name, spoil := range map[string]func(*store.AuditEntry){
		"account": func(e *store.AuditEntry) { e.AccountID = "" },
		"action":  func(e *store.AuditEntry) { e.Action = "" },
		"time":    func(e *store.AuditEntry) { e.At = time.Time{} },
	} {
		e := entry("a", "HP1")
		spoil(&e)
		if err := s.Tx(t.Context(), func(tx *store.Store) error { return tx.Audit(e) }); err == nil {
			t.Errorf("accepted without %s", name)
		}
	}
}

func TestSixteenWritersLeaveNoGap(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const writers, each = 16, 12
		broken := errors.New("broken")
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range each {
					err := s.Tx(t.Context(), func(tx *store.Store) error {
						if err := errors.Join(tx.Audit(entry("b", "x")), tx.Audit(entry("a", fmt.Sprint(w, "/", i)))); err != nil {
							return err
						}
						if i%4 == 3 {
							return broken // leaves no gap
						}
						return nil
					})
					if err != nil && !errors.Is(err, broken) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		report, err := s.VerifyAudit(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		same(t, report.Problems, []store.AuditProblem(nil))
		same(t, report.Entries, int64(writers*each*3/4))
	})
}

func TestVerifyingWhileOthersWriteReportsNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, stop := context.WithCancel(t.Context())
		var writer sync.WaitGroup
		writer.Go(func() {
			for ctx.Err() == nil {
				err := s.Tx(ctx, func(tx *store.Store) error { return tx.Audit(entry("a", "x")) })
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
		for range 50 {
			same(t, verify(t, s), []string(nil))
		}
		stop()
		writer.Wait()
	})
}

func TestVerifyFindsEveryTampering(t *testing.T) {
	t.Parallel()
	run := func(sql ...string) func(*gorm.DB) error {
		return func(db *gorm.DB) error {
			for _, one := range sql {
				if err := db.Exec(one).Error; err != nil {
					return err
				}
			}
			return nil
		}
	}
	copied := `INSERT INTO audit_entries SELECT account_id, %s, at, actor, actor_name, asked_by, action, target, note, data, %s, hash FROM audit_entries WHERE seq = %d AND account_id = 'a'`
	cases := map[string]struct {
		tamper func(*gorm.DB) error
		want   string // of the first problem
	}{
		"changed actor":      {run("UPDATE audit_entries SET actor = 'rui' WHERE seq = 3"), "entry 3: changed"},
		"changed name":       {run("UPDATE audit_entries SET actor_name = 'Rui' WHERE seq = 3"), "entry 3: changed"},
		"changed asker":      {run("UPDATE audit_entries SET asked_by = '' WHERE seq = 3"), "entry 3: changed"},
		"changed action":     {run("UPDATE audit_entries SET action = 'x' WHERE seq = 3"), "entry 3: changed"},
		"changed target":     {run("UPDATE audit_entries SET target = 'HP9' WHERE seq = 3"), "entry 3: changed"},
		"changed note":       {run("UPDATE audit_entries SET note = '' WHERE seq = 3"), "entry 3: changed"},
		"changed data":       {run("UPDATE audit_entries SET data = NULL WHERE seq = 3"), "entry 3: changed"},
		"changed time":       {run("UPDATE audit_entries SET at = '2024-01-01 00:00:00+00:00' WHERE seq = 3"), "entry 3: changed"},
		"changed link":       {run("UPDATE audit_entries SET prev = 'x' WHERE seq = 3"), "entry 3: changed"},
		"changed hash":       {run("UPDATE audit_entries SET hash = 'x' WHERE seq = 3"), "entry 3: changed"},
		"text moved over":    {run("UPDATE audit_entries SET actor = 'anaA', actor_name = 'na' WHERE seq = 3"), "entry 3: changed"},
		"removed":            {run("DELETE FROM audit_entries WHERE seq = 3"), "entry 3: missing"},
		"removed first":      {run("DELETE FROM audit_entries WHERE seq = 1"), "entry 1: missing"},
		"removed and closed": {run("DELETE FROM audit_entries WHERE seq = 3", "UPDATE audit_entries SET seq = 3 WHERE seq = 4", "UPDATE audit_entries SET seq = 4 WHERE seq = 5", "UPDATE audit_heads SET seq = 4"), "entry 3: changed"},
		"inserted at end":    {run(fmt.Sprintf(copied, "6", "hash", 5)), "entry 6: beyond the recorded end"},
		"inserted, end set":  {run(fmt.Sprintf(copied, "6", "hash", 5), "UPDATE audit_heads SET seq = 6"), "entry 6: changed"},
		"reordered":          {run("UPDATE audit_entries SET seq = 99 WHERE seq = 2", "UPDATE audit_entries SET seq = 2 WHERE seq = 3", "UPDATE audit_entries SET seq = 3 WHERE seq = 99"), "entry 2: changed"},
		"cut off":            {run("DELETE FROM audit_entries WHERE seq > 3"), "entry 3: cut off"},
		"all cut off":        {run("DELETE FROM audit_entries"), "entry 0: cut off"},
		"end lost":           {run("DELETE FROM audit_heads"), "entry 1: beyond the recorded end"},
		"end's hash":         {run("UPDATE audit_heads SET hash = 'x'"), "entry 5: cut off"},
		"moved to another":   {run("UPDATE audit_entries SET account_id = 'b' WHERE seq = 5"), "entry 4: cut off"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			for i := range 5 {
				audit(t, s, entry("a", fmt.Sprint("HP", i)))
			}
			same(t, verify(t, s), []string(nil))
			if err := c.tamper(s.DB()); err != nil {
				t.Fatal(err)
			}
			got := verify(t, s)
			if len(got) == 0 || !strings.HasPrefix(got[0], c.want) {
				t.Errorf("got %q, want %q first", got, c.want)
			}
		})
	}
}

// A chain that is consistent in itself but has another history: the links tell.
func TestVerifyFindsAForgedPart(t *testing.T) {
	t.Parallel()
	real, forged := storetest.New(t), storetest.New(t)
	for i := range 5 {
		audit(t, real, entry("a", fmt.Sprint("HP", i)))
		audit(t, forged, entry("a", fmt.Sprint("XX", i)))
	}
	theirs, err := forged.AuditEntries("a", 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := real.DB().Exec("DELETE FROM audit_entries WHERE seq = 3").Error; err != nil {
		t.Fatal(err)
	}
	if err := real.DB().Create(&theirs).Error; err != nil {
		t.Fatal(err)
	}
	got := verify(t, real)
	if len(got) != 2 || !strings.HasPrefix(got[0], "entry 3: unlinked") || !strings.HasPrefix(got[1], "entry 4: unlinked") {
		t.Errorf("got %q", got)
	}
}

func TestVerifyReadsALongLogInPages(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		for i := range 2300 {
			if err := tx.Audit(entry("a", fmt.Sprint(i))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, verify(t, s), []string(nil))
	if err := s.DB().Exec("UPDATE audit_entries SET note = 'x' WHERE seq > 1500").Error; err != nil {
		t.Fatal(err)
	}
	report, err := s.VerifyAudit(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Problems) != 100 || !report.More || report.Entries != 2300 || report.Problems[0].Seq != 1501 {
		t.Errorf("got %d problems, more %v, %d entries", len(report.Problems), report.More, report.Entries)
	}
}
