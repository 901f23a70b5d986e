package flows

import (
	"context"
	"strconv"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// DigestCard is what buyers said in a week, in the rooms where decisions are made.
func DigestCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "digest", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		d, err := core.FeedbackDigest(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowDigest(d)
		return v, launches, nil
	}}
}

// ShowDigest is what that card says, and what its buttons launch.
func ShowDigest(d actions.FeedbackDigest) (flow.View, map[string]flow.Launch) {
	items := []entrance{enter("read", "feedback", "wanted", everyCategory).styled(flow.Primary), enter("complaints", "feedback", "wanted", string(actions.Complaint)),
		enter("report", "report", "period", string(actions.ReportWeek))}
	facts := append(feedbackFacts(d.Said), flow.Card("spread", spread(d.Said), "by_product", judged(d.Products),
		"newest_complaints", quoted(d.Complaints), "newest_praise", quoted(d.Praises))...)
	return flow.View{Token: flow.Token{Of: "digest:" + d.Week}, Flow: "digest", Step: "week", Kind: "card",
		Title: flow.T("digest.title", "from", d.From, "to", d.To.AddDate(0, 0, -1)), Facts: facts, Buttons: buttons("digest", items)}, launchesOf(items)
}

// spread is how often each score was given; nil when none was.
func spread(f actions.FeedbackSummary) any {
	if f.Given == 0 {
		return nil
	}
	return flow.T("digest.spread", "one", f.Scores[1], "two", f.Scores[2], "three", f.Scores[3], "four", f.Scores[4], "five", f.Scores[5])
}

// judged says how each product was judged, and what has changed.
func judged(all []actions.ProductFeedback) []flow.Text {
	var lines []flow.Text
	for _, p := range all {
		if p.Product == "" {
			continue
		}
		key, change := "digest.product", p.Average-p.Before
		switch {
		case p.Before == 0:
		case change >= 5: // what is shown is rounded to tenths
			key = "digest.product_up"
		case change <= -5:
			key, change = "digest.product_down", -change
		default:
			key = "digest.product_same"
		}
		lines = append(lines, flow.T(key, "product", p.Product, "average", hundredths(p.Average), "count", p.Given, "change", hundredths(change)))
	}
	return lines
}

// quoted are some words of buyers; names are initials in rooms.
func quoted(all []actions.Feedback) []flow.Text {
	lines := make([]flow.Text, len(all))
	for i, x := range all {
		lines[i] = flow.T("digest.said", "score", strconv.Itoa(x.Score), "product", x.Product, "who", whoSaid(x), "comment", x.Comment)
	}
	return lines
}
