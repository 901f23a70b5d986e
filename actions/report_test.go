package actions_test

import (
	"bytes"
	"encoding/csv"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestReportCounts: sales by when they were paid, returns by when they came back, all cut at midnights of the account's zone.
func TestReportCounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		midnight := time.Date(2026, 3, 10, 3, 0, 0, 0, time.UTC) // in São Paulo
		sold := func(code string, at time.Time, change ...func(*store.Purchase)) {
			w.bought(code, w.marina, append([]func(*store.Purchase){func(p *store.Purchase) { p.ApprovedAt, p.StatusAt = &at, at }}, change...)...)
		}
		back := func(status actions.Status, at time.Time) func(*store.Purchase) {
			return func(p *store.Purchase) { p.Status, p.StatusAt = string(status), at }
		}
		sold("HP1", midnight)
		sold("HP2", midnight.Add(-time.Second)) // yesterday
		sold("HP3", midnight.Add(time.Hour), back(actions.Refunded, midnight.Add(2*time.Hour)))
		sold("HP4", midnight.AddDate(0, 0, -3), back(actions.Chargeback, midnight.Add(time.Hour)))
		sold("HP5", midnight.AddDate(0, 0, -3), func(p *store.Purchase) { p.ProductID = "ebook" }, back(actions.PartlyRefunded, midnight.AddDate(0, 0, -1)))
		sold("HP6", midnight.AddDate(0, 0, -10), back(actions.Refunded, midnight.AddDate(0, 0, -9)))
		report := func(period actions.ReportPeriod, product string) actions.Report {
			t.Helper()
			r, err := w.core.Report(t.Context(), w.rui, actions.ReportQuery{Period: period, Product: product})
			w.must(err)
			sales, returns := 0, 0
			for _, b := range r.Bars {
				sales, returns = sales+b.Sales, returns+b.Returns
			}
			if sales != r.Sales || returns != r.Refunds+r.Chargebacks {
				t.Errorf("%s: the bars have %d and %d, the report %d and %d", period, sales, returns, r.Sales, r.Refunds+r.Chargebacks)
			}
			return r
		}
		today := report(actions.ReportToday, "")
		equal(t, "today", []int{today.Sales, today.Refunds, today.Chargebacks, today.Rate, today.RateBefore, len(today.Bars)}, []int{2, 1, 1, 1000, 1000, 13})
		equal(t, "paid back", today.Refunded, []actions.Money{{Minor: 97_00, Currency: "BRL"}})
		equal(t, "began", today.From, midnight)
		week := report(actions.ReportWeek, "")
		equal(t, "week", []int{week.Sales, week.Refunds, week.Chargebacks, week.Rate, week.RateBefore, len(week.Bars)}, []int{5, 2, 1, 600, 1000, 7})
		one := report(actions.ReportWeek, "rece")
		equal(t, "one product", []int{one.Sales, one.Refunds, one.Rate, one.RateBefore}, []int{1, 1, 1000, -1})
		equal(t, "its name", []string{one.Product, report(actions.ReportMonth, "4100005").Product}, []string{"Receitas", "Receitas"})
		_, err := w.core.Report(t.Context(), w.rui, actions.ReportQuery{Period: "week", Product: "nothing"})
		wantError(t, err, actions.NotFound, "report.no_product")
	})
}

// TestReportOfWork: what buyers did alone, what the team did for them, and who came again.
func TestReportOfWork(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		resend := func(key string, who actions.Actor, code actions.Transaction) {
			t.Helper()
			_, err := w.core.Resend(ctx, who, actions.ResendInput{Key: key, Transaction: code})
			w.must(err)
		}
		one, two := w.bought("HP1", w.marina), w.bought("HP2", w.paulo)
		resend("k1", w.marina, one)
		w.pass(48 * time.Hour)
		resend("k2", w.ana, one) // again, within seven days
		resend("k3", w.ana, two)
		w.pass(8 * 24 * time.Hour)
		resend("k4", w.ana, two) // too late to be again
		r, err := w.core.Report(ctx, w.bia, actions.ReportQuery{Period: actions.ReportMonth})
		w.must(err)
		equal(t, "work", []int{r.Resends, r.Done, r.Alone, r.SelfService, r.Contacts, r.Repeated, r.RepeatRate}, []int{4, 4, 1, 250, 2, 1, 500})
		w.refund(w.ana, "k5", w.bought("HP3", w.paulo))
		w.work()
		r, err = w.core.Report(ctx, w.bia, actions.ReportQuery{Period: actions.ReportToday})
		w.must(err)
		equal(t, "reasons", r.Reasons, []actions.ReasonCount{{Reason: actions.NotExpected, Count: 1}})
		equal(t, "today", []int{r.Resends, r.Done, r.Repeated}, []int{1, 2, 0})
	})
}

// TestWhoReadsReports, and what their files are.
func TestWhoReadsReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, who := range []actions.Actor{w.ana, w.marina} {
		_, err := w.core.Report(t.Context(), who, actions.ReportQuery{Period: actions.ReportToday})
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.SendReportTable(t.Context(), who, actions.Report{})
		wantError(t, err, actions.Denied, "error.role")
	}
	w.bought("HP1", w.marina)
	r, err := w.core.Report(t.Context(), w.rui, actions.ReportQuery{Period: actions.ReportWeek})
	w.must(err)
	id, err := w.core.SendReportPicture(t.Context(), w.rui, r, actions.ChartWords{Title: "Últimos 7 dias", Sales: "Vendas", Returns: "Devoluções"})
	w.must(err)
	_, body, err := w.core.OpenFile(t.Context(), id)
	w.must(err)
	if _, err := png.Decode(bytes.NewReader(body)); err != nil {
		t.Errorf("the picture: %v", err)
	}
	id, err = w.core.SendReportTable(t.Context(), w.rui, r)
	w.must(err)
	_, body, err = w.core.OpenFile(t.Context(), id)
	w.must(err)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff")))).ReadAll()
	w.must(err)
	if text := string(body); !strings.Contains(text, "\r\nsales,1,\r\n") || strings.Contains(text, "arina") || len(rows) < 20 {
		t.Errorf("the table:\n%s", text)
	}
}
