package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// ReportReaders are the roles that see reports: managers, and those who own the shop or run it.
var ReportReaders = Deciders

// A ReportPeriod is what a report is about, in the account's zone. docs/reports.md has all definitions.
type ReportPeriod string

// The periods: each ends with today, so that two of a length can be compared.
const (
	ReportToday ReportPeriod = "today"
	ReportWeek  ReportPeriod = "week"  // seven days
	ReportMonth ReportPeriod = "month" // thirty days
)

// ReportPeriods lists them in the order in which they are offered.
var ReportPeriods = []ReportPeriod{ReportToday, ReportWeek, ReportMonth}

var reportDays = map[ReportPeriod]int{ReportToday: 1, ReportWeek: 7, ReportMonth: 30}

// reportActions are those requests that answer a buyer's need.
var reportActions = []string{KindRefund, KindEmail, KindResend, KindCheckIn, "cancel", "reactivate"}

// maxContacts is how many requests one report reads for reasons and repeat contacts.
const maxContacts = 50_000

// A ReportQuery says which report is wanted.
type ReportQuery struct {
	Period  ReportPeriod
	Product string // code of a product, or the beginning of the name of one; empty: all
}

// A Report is the numbers of a period. Rates and shares are tenths of a percent, -1 where there is nothing to divide by.
type Report struct {
	Period      ReportPeriod
	From, To    time.Time // UTC; To is the first instant after it
	Product     string    // name; empty: all
	Sales       int
	Refunds     int
	Chargebacks int
	Rate        int // of refunds and chargebacks among sales
	RateBefore  int // in the period of the same length before
	Refunded    []Money
	Reasons     []ReasonCount // the most frequent first
	Resends     int
	Done        int // what buyers asked for and got
	Alone       int // of it, without anybody of the team
	SelfService int
	Contacts    int // purchases about which something was asked for
	Repeated    int // of them, again within seven days
	RepeatRate  int
	Partial     bool // reasons and repeats are of the newest requests alone
	Feedback    FeedbackSummary
	Judged      []ProductFeedback // how products were judged, those with most answers first
	Cases       CaseSummary
	Bars        []ReportBar
}

// A ReasonCount is how often something was the reason of a refund.
type ReasonCount struct {
	Reason Reason
	Count  int
}

// A FeedbackSummary is what buyers said in a period.
type FeedbackSummary struct {
	Scores      [6]int // how often each score was given; [0] is not used
	Given       int    // scores
	Average     int    // in hundredths; 0 when there are none
	Praise      int
	Suggestions int
	Complaints  int
}

// A ReportBar is one bar of the chart: an hour of today, or a day.
type ReportBar struct {
	From    time.Time
	Sales   int
	Returns int // refunds and chargebacks
	Cases   int // opened
}

// Report counts a period.
//
// Errors: Invalid (period); NotFound with Field "product"; Denied for who is no ReportReader; Unavailable.
func (c *Core) Report(ctx context.Context, who Actor, q ReportQuery) (Report, error) {
	days, known := reportDays[q.Period]
	switch {
	case !who.Is(ReportReaders...):
		return Report{}, &Error{Code: Denied, Key: "error.role"}
	case !known:
		return Report{}, &Error{Code: Invalid, Key: "error.not_an_option", Field: "period"}
	}
	s := c.store.In(ctx)
	r := Report{Period: q.Period, To: c.now().Add(time.Microsecond)} // what happens now counts
	r.From = daysBefore(r.To, who.Timezone, days-1)
	product, err := c.productNamed(s, who.Account, q.Product)
	if err != nil {
		return Report{}, failed("find a product", err)
	}
	r.Product = product.Name
	set, err := c.settingsOf(s, who)
	if err != nil {
		return Report{}, failed("count a report", err)
	}
	n := counting{s: s, account: who.Account, product: product.ID}
	err = errors.Join(n.money(&r), n.work(&r), n.contacts(&r), n.feedback(&r), n.cases(&r, set.Hours, who.Timezone), n.bars(&r, who.Timezone))
	before := Report{From: daysBefore(r.From.Add(-time.Second), who.Timezone, days-1), To: r.From}
	err = errors.Join(err, n.money(&before))
	r.RateBefore = before.Rate
	return r, failed("count a report", err)
}

// productNamed finds a product by its code or the beginning of its name; none is meant by no text.
func (c *Core) productNamed(s *store.Store, account, text string) (store.Product, error) {
	if text = strings.TrimSpace(text); text == "" {
		return store.Product{}, nil
	}
	p, err := s.ProductNamed(account, text, store.Fold(text))
	if errors.Is(err, store.ErrNotFound) {
		return p, &Error{Code: NotFound, Key: "report.no_product", Args: map[string]any{"product": text}, Field: "product"}
	}
	return p, err
}

// daysBefore is the midnight that begins the day which is n days before that of an instant.
func daysBefore(t time.Time, zone string, n int) time.Time {
	where := zoneOf(zone)
	y, m, d := t.In(where).Date()
	return time.Date(y, m, d-n, 0, 0, 0, 0, where).UTC()
}

// share is how much of a whole something is, in tenths of a percent; -1 of nothing.
func share(part, whole int) int {
	if whole == 0 {
		return -1
	}
	return (part*1000 + whole/2) / whole
}

// counting counts for one account, and one product or all.
type counting struct {
	s       *store.Store
	account string
	product string // id; empty: all
}

// money counts sales and what came back.
func (n counting) money(r *Report) error {
	sales, err := n.s.CountSales(n.account, n.product, r.From, r.To)
	if err != nil {
		return err
	}
	returns, err := n.s.Returns(n.account, n.product, r.From, r.To)
	r.Sales = int(sales)
	for _, x := range returns {
		switch Status(x.Status) {
		case Chargeback:
			r.Chargebacks += int(x.Count)
		case Refunded:
			r.Refunds += int(x.Count)
			r.Refunded = append(r.Refunded, Money{Minor: x.Amount, Currency: x.Currency})
		default:
			r.Refunds += int(x.Count) // how much of a part came back is not known
		}
	}
	r.Rate = share(r.Refunds+r.Chargebacks, r.Sales)
	return err
}

// work counts what was carried out, and by whom.
func (n counting) work(r *Report) error {
	done, err := n.s.WorkDone(n.account, n.product, reportActions, r.From, r.To)
	for _, d := range done {
		r.Done += int(d.Count)
		if d.Alone == 1 {
			r.Alone += int(d.Count)
		}
		if d.Action == KindResend {
			r.Resends += int(d.Count)
		}
	}
	r.SelfService = share(r.Alone, r.Done)
	return err
}

// repeatWithin is how soon a second contact about a purchase is a repeated one.
const repeatWithin = 7 * 24 * time.Hour

// contacts counts reasons, and the purchases about which somebody came again. Who came shortly before the period and again
// in it came again.
func (n counting) contacts(r *Report) error {
	list, err := n.s.Contacts(n.account, n.product, reportActions, r.From.Add(-repeatWithin), r.To, maxContacts)
	if err != nil {
		return err
	}
	r.Partial = len(list) == maxContacts
	later, counted, again := map[string]time.Time{}, map[string]bool{}, map[string]bool{}
	reasons := map[Reason]int{}
	for _, x := range list { // the newest first
		inside := !x.CreatedAt.Before(r.From)
		if next, ok := later[x.Target]; ok && !next.Before(r.From) && next.Sub(x.CreatedAt) <= repeatWithin {
			again[x.Target] = true
		}
		if inside {
			counted[x.Target] = true
			if x.Action == KindRefund {
				if o, err := parseOrder(x.Payload); err == nil && o.Reason != "" {
					reasons[o.Reason]++
				}
			}
		}
		later[x.Target] = x.CreatedAt
	}
	r.Contacts, r.Repeated = len(counted), len(again)
	r.RepeatRate = share(r.Repeated, r.Contacts)
	for _, reason := range RefundReasons {
		if reasons[reason] > 0 {
			r.Reasons = append(r.Reasons, ReasonCount{reason, reasons[reason]})
		}
	}
	slices.SortStableFunc(r.Reasons, func(a, b ReasonCount) int { return b.Count - a.Count })
	return nil
}

// feedback counts what buyers said.
func (n counting) feedback(r *Report) error {
	rows, err := n.s.CountFeedback(n.account, n.product, r.From, r.To)
	r.Feedback = summed(rows)
	if err != nil || n.product != "" {
		return err
	}
	r.Judged, err = productScores(n.s, n.account, r.From.Add(r.From.Sub(r.To)), r.From, r.To)
	return err
}

func summed(rows []store.FeedbackCount) FeedbackSummary {
	var f FeedbackSummary
	sum := 0
	for _, x := range rows {
		count := int(x.Count)
		if x.Score >= 1 && x.Score <= 5 {
			f.Scores[x.Score] += count
			f.Given += count
			sum += x.Score * count
		}
		switch x.Category {
		case "praise":
			f.Praise += count
		case "suggestion":
			f.Suggestions += count
		case "complaint":
			f.Complaints += count
		}
	}
	if f.Given > 0 {
		f.Average = (sum*100 + f.Given/2) / f.Given
	}
	return f
}

// bars counts each hour of today, or each day.
func (n counting) bars(r *Report, zone string) error {
	where := zoneOf(zone)
	for from := r.From; from.Before(r.To); {
		local := from.In(where)
		to := time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, where).UTC()
		if r.Period == ReportToday {
			to = from.Add(time.Hour)
		}
		if to.After(r.To) {
			to = r.To
		}
		one := Report{From: from, To: to}
		if err := n.money(&one); err != nil {
			return err
		}
		cases, err := n.opened(from, to)
		if err != nil {
			return err
		}
		r.Bars = append(r.Bars, ReportBar{From: from, Sales: one.Sales, Returns: one.Refunds + one.Chargebacks, Cases: cases})
		from = to
	}
	return nil
}
