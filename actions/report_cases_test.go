package actions_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestReportCountsCases: by topic, by what happened to them in the period, in working time; who came again; what helped.
func TestReportCountsCases(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		tuesday := time.Date(2026, 3, 10, 18, 0, 0, 0, time.UTC) // 15:00 in São Paulo
		at := func(day, hour int) time.Time { return tuesday.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour) }
		bread, ebook := w.bought("HP1", w.marina), w.bought("HP2", w.paulo, func(p *store.Purchase) { p.ProductID = "ebook" })
		n := int64(0)
		put := func(topic actions.Topic, buyer, purchase string, opened time.Time, replied, closed *time.Time) {
			t.Helper()
			n++
			c := store.Case{ID: string(rune('a' + n)), AccountID: shop, Number: n, BuyerID: buyer, PurchaseID: purchase, Topic: string(topic), Source: "chat", Status: "team",
				OpenedAt: opened, DueAt: opened, LastAt: opened, FirstReplyAt: replied, ClosedAt: closed}
			if closed != nil {
				c.Status, c.DueAt = "closed", *closed
			}
			w.must(s.AddCase(c))
		}
		ref := func(t time.Time) *time.Time { return &t }
		full := func(code actions.Transaction) store.FullPurchase {
			p, err := s.PurchaseByTransaction(shop, string(code))
			w.must(err)
			return p
		}
		b, e := full(bread), full(ebook)
		put(actions.TopicAccess, b.Buyer.ID, b.Purchase.ID, at(-6, 0), ref(at(-6, 1)), ref(at(-6, 2)))   // an hour, two hours
		put(actions.TopicAccess, e.Buyer.ID, e.Purchase.ID, at(-5, 2), ref(at(-4, -5)), ref(at(-1, -6))) // 17:00 to 10:00; and over the weekend to 9:00
		put(actions.TopicRefund, b.Buyer.ID, b.Purchase.ID, at(-1, 0), nil, nil)                         // again, no answer yet
		put(actions.TopicOther, "", "", at(-40, 0), ref(at(-39, 0)), ref(at(-2, 0)))                     // opened long ago, closed on a Sunday
		put(actions.TopicOther, e.Buyer.ID, "", at(-8, 0), nil, ref(at(-7, -16)))                        // just before the seven days
		w.pass(tuesday.Sub(w.clock()))
		w.must(w.core.Deflect(ctx, w.marina, actions.DeflectInput{Key: "d", Topic: actions.TopicAccess, Flow: "resend"}))
		report := func(q actions.ReportQuery) actions.Report {
			t.Helper()
			r, err := w.core.Report(ctx, w.rui, q)
			w.must(err)
			bars := 0
			for _, x := range r.Bars {
				bars += x.Cases
			}
			equal(t, "the bars and the whole", bars, r.Cases.Opened)
			return r
		}
		r := report(actions.ReportQuery{Period: actions.ReportWeek}).Cases
		equal(t, "cases", []int{r.Opened, r.Closed, r.Open}, []int{3, 3, 1})
		equal(t, "topics", r.Topics, []actions.TopicCount{{Topic: actions.TopicAccess, Count: 2}, {Topic: actions.TopicRefund, Count: 1}})
		equal(t, "first answers", r.FirstReply, actions.Spread{Count: 2, Median: time.Hour, Ninth: 2 * time.Hour})
		hours := actions.DefaultHours()
		long := hours.Between(at(-40, 0), at(-2, 0), "America/Sao_Paulo")
		equal(t, "solved", r.Resolution, actions.Spread{Count: 3, Median: 10 * time.Hour, Ninth: long})
		equal(t, "again", []int{r.Askers, r.Again, r.AgainRate}, []int{2, 2, 1000}) // one within the period, one since before it
		equal(t, "helped", []int{r.Taken, r.Helped, r.Deflected}, []int{1, 0, -1})
		r = report(actions.ReportQuery{Period: actions.ReportMonth}).Cases
		equal(t, "cases of a month", []int{r.Opened, r.Closed, r.Open, r.Askers, r.Again}, []int{4, 4, 1, 2, 2})
		r = report(actions.ReportQuery{Period: actions.ReportWeek, Product: string(e.Product.Code)}).Cases
		equal(t, "cases of a product", []int{r.Opened, r.Closed, r.Open, r.Taken}, []int{1, 1, 0, 0})

		w.pass(8 * 24 * time.Hour) // whether it helped is known
		whole := report(actions.ReportQuery{Period: actions.ReportMonth})
		equal(t, "deflected", []int{whole.Cases.Taken, whole.Cases.Helped, whole.Cases.Deflected}, []int{1, 1, 200})
		id, err := w.core.SendReportTable(ctx, w.rui, whole)
		w.must(err)
		_, body, err := w.core.OpenFile(ctx, id)
		w.must(err)
		for _, line := range []string{"cases_opened,4,", "cases_about_access,2,", "first_reply_median_minutes,60,", "resolution_count,4,", "deflected_percent,20.0,"} {
			if !strings.Contains(string(body), "\r\n"+line+"\r\n") {
				t.Errorf("the table has no %s:\n%s", line, body)
			}
		}
		id, err = w.core.SendReportPicture(ctx, w.rui, whole, actions.ChartWords{Title: "T", Sales: "S", Returns: "R", Cases: "C"})
		w.must(err)
		_, with, err := w.core.OpenFile(ctx, id)
		w.must(err)
		whole.Cases.Opened = 0
		id, err = w.core.SendReportPicture(ctx, w.rui, whole, actions.ChartWords{Title: "T", Sales: "S", Returns: "R", Cases: "C"})
		w.must(err)
		_, without, err := w.core.OpenFile(ctx, id)
		w.must(err)
		if bytes.Equal(with, without) {
			t.Error("the picture does not show cases")
		}
	})
}

// TestReportReadsCasesInParts: more cases than are read at once are all counted.
func TestReportReadsCasesInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened, closed := w.clock().Add(-3*time.Hour), w.clock().Add(-time.Hour)
	w.must(w.store.Tx(t.Context(), func(tx *store.Store) error {
		for i := range 5200 {
			id := fmt.Sprintf("%05d", i)
			if err := tx.AddCase(store.Case{ID: id, AccountID: shop, Number: int64(i), BuyerID: id, Topic: "access", Status: "closed", OpenedAt: opened,
				DueAt: closed, LastAt: closed, FirstReplyAt: &closed, ClosedAt: &closed}); err != nil {
				return err
			}
		}
		return nil
	}))
	r, err := w.core.Report(t.Context(), w.rui, actions.ReportQuery{Period: actions.ReportWeek})
	w.must(err)
	equal(t, "cases", []int{r.Cases.Opened, r.Cases.Closed, r.Cases.FirstReply.Count, r.Cases.Resolution.Count, r.Cases.Askers}, []int{5200, 5200, 5200, 5200, 5200})
}
