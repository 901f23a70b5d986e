package actions

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// ChartWords are the words of a report's picture, in the language of whoever reads it.
type ChartWords struct {
	Title   string
	Sales   string
	Returns string
	Cases   string
}

// SendReportPicture sends the chart of a report to the private chat of whoever asks, and returns the id of the file.
//
// Errors: Denied; Conflict where he has no private chat; Unavailable; Internal.
func (c *Core) SendReportPicture(ctx context.Context, who Actor, r Report, words ChartWords) (string, error) {
	if !who.Is(ReportReaders...) {
		return "", &Error{Code: Denied, Key: "error.role"}
	}
	body, err := r.picture(words, who.Timezone)
	if err != nil {
		return "", failed("draw a report", err)
	}
	return c.sendReport(ctx, who, attachment{Name: c.reportName(r, "png", who.Timezone), MIME: "image/png", Caption: "file.report_chart", Body: body}, "")
}

// SendReportTable sends the numbers of a report as a table to the private chat of whoever asks. It names no buyer.
//
// Errors: as of SendReportPicture.
func (c *Core) SendReportTable(ctx context.Context, who Actor, r Report) (string, error) {
	if !who.Is(ReportReaders...) {
		return "", &Error{Code: Denied, Key: "error.role"}
	}
	body, err := csvFile([]string{"metric", "value", "currency"}, r.rows(who.Timezone))
	if err != nil {
		return "", failed("write a report", err)
	}
	return c.sendReport(ctx, who, attachment{Name: c.reportName(r, "csv", who.Timezone), MIME: "text/csv", Caption: "file.report", Body: body}, "report.exported")
}

// sendReport sends a file and writes down, where there is a word for it, that numbers left the program.
func (c *Core) sendReport(ctx context.Context, who Actor, a attachment, action string) (id string, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err = c.sendFile(tx, who, a); err != nil || action == "" {
			return err
		}
		return c.audit(tx, who, entry{action: action, target: a.Name})
	})
	return id, failed("send a report", err)
}

func (c *Core) reportName(r Report, ending, zone string) string {
	return fmt.Sprintf("report-%s-%s.%s", r.Period, r.To.In(zoneOf(zone)).Format("2006-01-02-1504"), ending)
}

// rows are the numbers of a report for a spreadsheet, by names that do not change with the language.
func (r Report) rows(zone string) [][]string {
	where := zoneOf(zone)
	count := func(name string, n int) []string { return []string{name, strconv.Itoa(n), ""} }
	percent := func(name string, tenths int) []string {
		if tenths < 0 {
			return []string{name, "", ""}
		}
		return []string{name, fmt.Sprintf("%d.%d", tenths/10, tenths%10), ""}
	}
	rows := [][]string{
		{"from", r.From.In(where).Format(time.RFC3339), ""}, {"to", r.To.In(where).Format(time.RFC3339), ""}, {"product", r.Product, ""},
		count("sales", r.Sales), count("refunds", r.Refunds), count("chargebacks", r.Chargebacks),
		percent("return_rate_percent", r.Rate), percent("return_rate_before_percent", r.RateBefore),
	}
	for _, m := range r.Refunded {
		rows = append(rows, []string{"refunded", decimal(m), m.Currency})
	}
	for _, reason := range r.Reasons {
		rows = append(rows, count("reason_"+string(reason.Reason), reason.Count))
	}
	rows = append(rows, count("resends", r.Resends), count("requests_done", r.Done), count("by_buyers_alone", r.Alone),
		percent("self_service_percent", r.SelfService), count("purchases_with_contact", r.Contacts), count("repeated_in_7_days", r.Repeated),
		percent("repeat_rate_percent", r.RepeatRate), count("feedback_scores", r.Feedback.Given))
	for score := 1; score <= 5; score++ {
		rows = append(rows, count("feedback_"+strconv.Itoa(score), r.Feedback.Scores[score]))
	}
	rows = append(rows, count("praise", r.Feedback.Praise), count("suggestions", r.Feedback.Suggestions), count("complaints", r.Feedback.Complaints))
	if r.Feedback.Given > 0 {
		rows = append(rows, []string{"feedback_mean", hundredths(r.Feedback.Average), ""})
	}
	for _, p := range r.Judged {
		rows = append(rows, count("feedback_scores of "+p.Product, p.Given), []string{"feedback_mean of " + p.Product, hundredths(p.Average), ""})
	}
	rows = append(rows, r.Cases.rows(count, percent)...)
	for _, b := range r.Bars {
		at := b.From.In(where).Format("2006-01-02T15:04")
		rows = append(rows, count("sales_"+at, b.Sales), count("returns_"+at, b.Returns), count("cases_"+at, b.Cases))
	}
	return rows
}

// hundredths writes a mean with a point, for machines.
func hundredths(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// rows are the numbers of cases; times are whole minutes of working time.
func (s CaseSummary) rows(count, percent func(string, int) []string) [][]string {
	rows := [][]string{count("cases_opened", s.Opened), count("cases_closed", s.Closed), count("cases_open_now", s.Open)}
	for _, t := range s.Topics {
		rows = append(rows, count("cases_about_"+string(t.Topic), t.Count))
	}
	for _, x := range []struct {
		name string
		Spread
	}{{"first_reply", s.FirstReply}, {"resolution", s.Resolution}} {
		rows = append(rows, count(x.name+"_count", x.Count))
		if x.Count > 0 {
			rows = append(rows, count(x.name+"_median_minutes", int(x.Median.Minutes())), count(x.name+"_p90_minutes", int(x.Ninth.Minutes())))
		}
	}
	return append(rows, count("askers", s.Askers), count("asked_again_in_7_days", s.Again), percent("asked_again_rate_percent", s.AgainRate),
		count("self_service_taken", s.Taken), count("self_service_helped", s.Helped), percent("deflected_percent", s.Deflected))
}

// decimal writes money with a point, for machines.
func decimal(m Money) string {
	digits := format.Digits(m.Currency)
	text := fmt.Sprintf("%0*d", digits+1, m.Minor)
	if digits == 0 {
		return text
	}
	return text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// The size of the picture in pixels: as wide as chats show pictures, and sharp on phones.
const (
	pictureWidth  = 1200
	pictureHeight = 640
)

// The colours: dark on a white ground of its own, so that chats in the dark show the same. They differ in lightness too, for
// who does not tell red from green.
var (
	inkColor     = drawing.ColorFromHex("1f2933")
	salesColor   = drawing.ColorFromHex("9db8d2")
	returnsColor = drawing.ColorFromHex("b3261e")
	casesColor   = drawing.ColorFromHex("c9822b")
)

// picture draws sales, what came back and, where there were any, cases as lines over time, as a PNG.
func (r Report) picture(words ChartWords, zone string) ([]byte, error) {
	where := zoneOf(zone)
	xs := make([]float64, len(r.Bars))
	sales, returns, cases := make([]float64, len(r.Bars)), make([]float64, len(r.Bars)), make([]float64, len(r.Bars))
	top := 1.0
	var ticks []chart.Tick
	layout := "02/01"
	if r.Period == ReportToday {
		layout = "15h"
	}
	every := max(1, (len(r.Bars)+9)/10)
	for i, b := range r.Bars {
		xs[i], sales[i], returns[i], cases[i] = float64(i), float64(b.Sales), float64(b.Returns), float64(b.Cases)
		top = max(top, sales[i], returns[i], cases[i])
		tick := chart.Tick{Value: xs[i]}
		if (len(r.Bars)-1-i)%every == 0 { // the newest one has its label
			tick.Label = b.From.In(where).Format(layout)
		}
		if tick.Label != "" || i == 0 {
			ticks = append(ticks, tick)
		}
	}
	if len(xs) == 1 { // a line needs two ends
		xs, sales, returns, cases = append(xs, 1), append(sales, sales[0]), append(returns, returns[0]), append(cases, cases[0])
		ticks = append(ticks, chart.Tick{Value: 1})
	}
	text := chart.Style{FontColor: inkColor, FontSize: 14}
	line := func(name string, ys []float64, color drawing.Color) chart.Series {
		return chart.ContinuousSeries{Name: name, XValues: xs, YValues: ys, Style: chart.Style{StrokeColor: color, StrokeWidth: 4, DotColor: color, DotWidth: 5}}
	}
	graph := chart.Chart{
		Title: words.Title, TitleStyle: chart.Style{FontColor: inkColor, FontSize: 18}, Width: pictureWidth, Height: pictureHeight,
		Background: chart.Style{FillColor: drawing.ColorWhite, Padding: chart.Box{Top: 130, Left: 40, Right: 40, Bottom: 20}},
		Canvas:     chart.Style{FillColor: drawing.ColorWhite},
		XAxis:      chart.XAxis{Style: text, Ticks: ticks, Range: &chart.ContinuousRange{Min: 0, Max: xs[len(xs)-1]}},
		YAxis: chart.YAxis{Style: text, AxisType: chart.YAxisSecondary, Range: &chart.ContinuousRange{Min: 0, Max: wholeTop(top)}, Ticks: wholeTicks(top),
			GridMajorStyle: chart.Style{StrokeColor: drawing.ColorFromHex("d5dbe1"), StrokeWidth: 1}},
		Series: []chart.Series{line(words.Sales, sales, salesColor), line(words.Returns, returns, returnsColor)},
	}
	if r.Cases.Opened > 0 {
		dashed := line(words.Cases, cases, casesColor).(chart.ContinuousSeries)
		dashed.Style.StrokeDashArray = []float64{12, 8}
		graph.Series = slices.Insert(graph.Series, 1, chart.Series(dashed)) // what came back is drawn above it
	}
	graph.Elements = []chart.Renderable{chart.LegendThin(&graph, chart.Style{FontColor: inkColor, FontSize: 14, FillColor: drawing.ColorWhite, StrokeColor: drawing.ColorWhite})}
	var b bytes.Buffer
	err := graph.Render(chart.PNG, &b)
	return b.Bytes(), err
}

// wholeTicks divides an axis at whole numbers: nobody sells half a course.
func wholeTicks(top float64) []chart.Tick {
	step := wholeTop(top) / 4
	var ticks []chart.Tick
	for i := range 5 {
		v := step * float64(i)
		ticks = append(ticks, chart.Tick{Value: v, Label: strconv.Itoa(int(v))})
	}
	return ticks
}

// wholeTop is the next multiple of four, which four steps divide into whole numbers.
func wholeTop(top float64) float64 { return float64((int(top)+3)/4) * 4 }
