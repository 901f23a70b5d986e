package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func aCase(id string, number int64, status string, due time.Duration) store.Case {
	return store.Case{ID: id, AccountID: "a", Number: number, BuyerID: "b" + id, IdentityID: "i" + id, Topic: "other", Source: "chat", Status: status,
		OpenedAt: noon, LastAt: noon, DueAt: noon.Add(due)}
}

func TestQueuesOfCases(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, account := range []string{"a", "a", "other"} {
			n, err := s.NextCase(account)
			if want := []int64{1001, 1002, 1001}[i]; err != nil || n != want {
				t.Errorf("the number of a case of %s is %d, not %d: %v", account, n, want, err)
			}
		}
		mine := aCase("4", 1004, "team", -time.Hour)
		mine.Assignee = "ana"
		foreign := aCase("9", 1009, "team", 0)
		foreign.AccountID = "b"
		for _, c := range []store.Case{aCase("1", 1001, "team", time.Hour), aCase("2", 1002, "buyer", 0), aCase("3", 1003, "closed", 0), mine, foreign,
			aCase("5", 1005, "team", time.Hour), aCase("6", 1006, "snoozed", 0)} {
			if err := s.AddCase(c); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.AddCase(aCase("7", 1001, "team", 0)); err == nil {
			t.Error("two cases have one number")
		}
		ids := func(f store.CaseFilter) []string {
			t.Helper()
			f.Account, f.Limit = "a", 10
			all, err := s.Cases(f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range all {
				got = append(got, c.ID)
			}
			return got
		}
		ana, nobody := "ana", ""
		same(t, ids(store.CaseFilter{Status: "team"}), []string{"4", "1", "5"})
		same(t, ids(store.CaseFilter{Status: "team", After: store.Cursor{At: noon.Add(time.Hour), ID: "1"}}), []string{"5"})
		same(t, ids(store.CaseFilter{Status: "team", DueBy: noon}), []string{"4"})
		same(t, ids(store.CaseFilter{Open: true, Assignee: &ana}), []string{"4"})
		same(t, ids(store.CaseFilter{Open: true, Assignee: &nobody, Newest: true}), []string{"5", "1", "6", "2"})
		counts, err := s.CountCases("a", "ana", noon)
		if err != nil {
			t.Fatal(err)
		}
		same(t, counts, map[string]int{"team": 3, "buyer": 1, "snoozed": 1, "mine": 1, "unassigned": 4, "overdue": 1})

		c, err := s.LockCase("a", "1")
		if err != nil {
			t.Fatal(err)
		}
		older := c
		c.Topic = "access"
		if err := errors.Join(s.UpdateCase(&c)); err != nil || c.Revision != 1 {
			t.Errorf("revision %d: %v", c.Revision, err)
		}
		if err := s.UpdateCase(&older); !errors.Is(err, store.ErrConflict) {
			t.Errorf("written over: %v", err)
		}
		if _, err := s.Case("b", "1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("somebody else's case: %v", err)
		}
		own, err := s.CasesOf("a", []string{"b1", "b2"}, "i3", 0, 10)
		if err != nil || len(own) != 2 || own[0].ID != "2" { // what i3 opened is b3's by now
			t.Errorf("own: %+v, %v", own, err)
		}
	})
}

func TestMessagesOfCases(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, id := range []string{"1", "2", "3"} {
			kind := []string{"buyer", "note", "reply"}[i]
			if err := s.AddCaseMessage(store.CaseMessage{ID: id, AccountID: "a", CaseID: "c", Kind: kind, RequestKey: "k" + id, Body: []byte("x"), CreatedAt: noon}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.AddCaseMessage(store.CaseMessage{ID: "4", AccountID: "a", CaseID: "c", RequestKey: "k1", CreatedAt: noon}); err == nil {
			t.Error("the same was said twice")
		}
		ids := func(kinds []string, before store.Cursor, limit int) string {
			all, err := s.CaseMessages("c", kinds, before, limit)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range all {
				got = append(got, m.ID)
			}
			return strings.Join(got, " ")
		}
		same(t, ids(nil, store.Cursor{}, 2), "3 2")
		same(t, ids(nil, store.Cursor{At: noon, ID: "2"}, 2), "1")
		same(t, ids([]string{"buyer", "reply"}, store.Cursor{}, 9), "3 1")
		if err := s.AddCase(aCase("c", 1001, "team", 0)); err != nil {
			t.Fatal(err)
		}
		first, err := s.FirstCaseMessages([]string{"c", "none"})
		if err != nil || len(first) != 1 || first["c"].ID != "1" {
			t.Errorf("it began with %+v: %v", first, err)
		}
	})
}

// TestQueuesHaveIndexes: what is looked at every minute, and what people wait for, reads no whole table.
func TestQueuesHaveIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ana := "ana"
	for _, sql := range s.Explained(func(s *store.Store) {
		_, _ = s.PromisedCases("a", noon, 10)
		_, _ = s.WaitingCases("a", noon, 10)
		_, _ = s.WakingCases("a", noon, 10)
		_, _ = s.Cases(store.CaseFilter{Account: "a", Status: "team", Limit: 5})
		_, _ = s.Cases(store.CaseFilter{Account: "a", Open: true, Assignee: &ana, Limit: 5})
		_, _ = s.CaseByNumber("a", 1001)
		_, _ = s.CaseMessages("c", nil, store.Cursor{}, 5)
	}) {
		var plan []struct{ Detail string }
		if err := s.DB().Raw("EXPLAIN QUERY PLAN " + sql).Scan(&plan).Error; err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(plan, func(p struct{ Detail string }) bool {
			return strings.HasPrefix(p.Detail, "SCAN") && !strings.Contains(p.Detail, "USING INDEX") || strings.Contains(p.Detail, "TEMP B-TREE")
		}) {
			t.Errorf("%s\n%v", sql, plan)
		}
	}
}
