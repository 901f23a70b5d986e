package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestReportsReadIndexes has the database explain what a report asks: nothing reads a whole table.
func TestReportsReadIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	from, to := noon, noon.Add(time.Hour)
	kinds := []string{"refund", "resend"}
	for along, run := range map[string]func(*store.Store){
		"purchases_by_approval (account_id=? AND approved_at>? AND approved_at<?)":   func(s *store.Store) { _, _ = s.CountSales("a", "", from, to) },
		"COVERING INDEX purchases_by_approval":                                       func(s *store.Store) { _, _ = s.CountSales("a", "p", from, to) },
		"purchases_given_back (status_at>? AND status_at<?)":                         func(s *store.Store) { _, _ = s.Returns("a", "p", from, to) },
		"requests_by_action (account_id=? AND action=? AND created_at>? AND created": func(s *store.Store) { _, _ = s.WorkDone("a", "", kinds, from, to) },
		"requests_by_action (account_id=? AND action=?":                              func(s *store.Store) { _, _ = s.Contacts("a", "p", kinds, from, to, 10) },
		"feedback_by_time (account_id=? AND created_at>? AND created_at<?)":          func(s *store.Store) { _, _ = s.CountFeedback("a", "", from, to) },
		"feedback_by_product (account_id=? AND product_id=? AND created_at>?":        func(s *store.Store) { _, _ = s.CountFeedback("a", "p", from, to) },
		"cases_by_opening (account_id=? AND opened_at>? AND opened_at<?)":            func(s *store.Store) { _, _ = s.CountOpened("a", "", from, to) },
		"cases_by_opening (account_id=? AND opened_at>?":                             func(s *store.Store) { _, _ = s.OpenedCases("a", "p", from, to, store.Cursor{At: to, ID: "x"}, 10) },
		"cases_by_status (account_id=? AND status=? AND due_at>? AND due_at<?)":      func(s *store.Store) { _, _ = s.ClosedCases("a", "", from, to, store.Cursor{}, 10) },
		"cases_by_status (account_id=? AND status=? AND due_at>?":                    func(s *store.Store) { _, _ = s.ClosedCases("a", "p", from, to, store.Cursor{At: to, ID: "x"}, 10) },
		"cases_by_status (account_id=? AND status=?)":                                func(s *store.Store) { _, _ = s.CountUnclosed("a", "p") },
		"case_deflections_by_time (account_id=? AND created_at>?":                    func(s *store.Store) { _, _ = s.CountDeflections("a", from, to, from) },
	} {
		var said []string
		for _, query := range s.Explained(run) {
			var plan []struct{ Detail string }
			if err := s.DB().Raw("EXPLAIN QUERY PLAN " + query).Scan(&plan).Error; err != nil {
				t.Fatal(err)
			}
			said = append(said, fmt.Sprint(plan))
		}
		if whole := strings.Join(said, "\n"); !strings.Contains(whole, along) || strings.Contains(whole, "SCAN ") {
			t.Errorf("%s\nwant %s", whole, along)
		}
	}
}
