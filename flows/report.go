package flows

import (
	"strconv"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Report shows the numbers of today, a week or a month, of all products or one. The chart comes to the reader's private
// chat as a picture, and the numbers as a table when he wants them.
//
//	/report [today|week|month]   managers, producers, admins
type Report struct {
	core *actions.Core

	Period  actions.ReportPeriod
	Product string
	Shown   actions.Report
	Picture string // id of the file; empty: he has no private chat
	Table   string // id of the file
	Act     string
}

// NewReport defines the flow.
func NewReport(core *actions.Core) flow.Def {
	return flow.Def{Name: "report", Roles: actions.ReportReaders, New: func() flow.Flow { return &Report{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Report) Steps() []flow.Step {
	return []flow.Step{
		flow.Form("what", flow.Choice("period", &f.Period, actions.ReportPeriods...), flow.Input("product", &f.Product, parseNote).Extra()),
		flow.Do("count", f.count),
		flow.Do("draw", f.draw),
		flow.Menu("shown", f.card, flow.Go("table", func() { f.Act = "table" }), flow.Reopen("other", "what", nil)).Body(f.notes),
		flow.Do("send", f.send),
		flow.Result("sent", nil).Live("file:" + f.Table),
	}
}

func (f *Report) count(c flow.Call) (err error) {
	f.Shown, err = f.core.Report(c, c.Who, actions.ReportQuery{Period: f.Period, Product: f.Product})
	return err
}

// draw sends the picture. Who has no private chat reads the numbers without it.
func (f *Report) draw(c flow.Call) (err error) {
	title := flow.T("report.title." + string(f.Period))
	if f.Shown.Product != "" {
		title = flow.T("report.title.product", "period", title, "product", short(f.Shown.Product))
	}
	words := actions.ChartWords{Title: c.Text(title), Sales: c.Text(flow.T("report.sales")), Returns: c.Text(flow.T("report.returns")),
		Cases: c.Text(flow.T("report.cases"))}
	f.Picture, err = f.core.SendReportPicture(c, c.Who, f.Shown, words)
	if err != nil && actions.AsError(err).Code == actions.Conflict {
		f.Picture, err = "", nil
	}
	return err
}

func (f *Report) send(c flow.Call) (err error) {
	f.Table, err = f.core.SendReportTable(c, c.Who, f.Shown)
	return err
}

// notes say where the picture is, and what the numbers leave out.
func (f *Report) notes() []flow.Text {
	notes := []flow.Text{flow.T("report.picture")}
	if f.Picture == "" {
		notes[0] = flow.T("report.no_picture")
	}
	if f.Shown.Partial {
		notes = append(notes, flow.T("report.partial"))
	}
	return notes
}

func (f *Report) card() []flow.Fact { return reportFacts(f.Shown) }

// reportFacts are the numbers that there are; what cannot be a number (a rate of nothing) is left out.
func reportFacts(r actions.Report) []flow.Fact {
	var product any
	if r.Product != "" {
		product = r.Product
	}
	facts := flow.Card("product", product, "period_from", flow.Moment(r.From), "sales", tally(r.Sales),
		"returned", flow.T("report.returned", "refunds", r.Refunds, "chargebacks", r.Chargebacks))
	if r.Rate >= 0 {
		rate := flow.T("report.rate", "rate", percent(r.Rate))
		if r.RateBefore >= 0 {
			rate = flow.T("report.rate_before", "rate", percent(r.Rate), "before", percent(r.RateBefore))
		}
		facts = append(facts, flow.Card("return_rate", rate)...)
	}
	for _, m := range r.Refunded {
		facts = append(facts, flow.Card("refunded", m)...)
	}
	var reasons []flow.Text
	for _, x := range r.Reasons {
		reasons = append(reasons, flow.T("report.reason", "reason", x.Reason, "count", x.Count))
	}
	facts = append(facts, flow.Card("reasons", reasons, "resends", tally(r.Resends))...)
	if r.SelfService >= 0 {
		facts = append(facts, flow.Card("self_service", flow.T("report.self_service", "rate", percent(r.SelfService), "alone", r.Alone, "count", r.Done))...)
	}
	if r.RepeatRate >= 0 {
		facts = append(facts, flow.Card("repeated", flow.T("report.repeated", "rate", percent(r.RepeatRate), "repeated", r.Repeated, "count", r.Contacts))...)
	}
	facts = append(append(facts, reportedCases(r.Cases)...), feedbackFacts(r.Feedback)...)
	return append(facts, flow.Card("spread", spread(r.Feedback), "by_product", judged(r.Judged))...)
}

// feedbackFacts are what buyers said.
func feedbackFacts(f actions.FeedbackSummary) []flow.Fact {
	var facts []flow.Fact
	if f.Given > 0 {
		facts = flow.Card("score", flow.T("report.score", "average", hundredths(f.Average), "count", f.Given))
	}
	if f.Praise+f.Suggestions+f.Complaints > 0 {
		facts = append(facts, flow.Card("said", flow.T("report.said", "praise", f.Praise, "suggestions", f.Suggestions, "complaints", f.Complaints))...)
	}
	return facts
}

// tally is a count that is shown also when it is 0.
func tally(n int) flow.Text { return flow.T("report.number", "count", n) }

// percent writes tenths of a percent; hundredths writes a mean. Both have a point in English and a comma elsewhere.
func percent(tenths int) flow.Text {
	return flow.T("report.percent", "whole", strconv.Itoa(tenths/10), "tenths", strconv.Itoa(tenths%10))
}

func hundredths(n int) flow.Text {
	n = (n + 5) / 10 // 4.96 is 5.0
	return flow.T("report.mean", "whole", strconv.Itoa(n/10), "tenths", strconv.Itoa(n%10))
}
