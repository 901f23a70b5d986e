package flows

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// BulkCard is the live card of work for many: where it was started from, and in the team's rooms when somebody else had to
// agree. Its buttons steer it, wherever it is pressed.
func BulkCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "bulk", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		r, err := core.Bulk(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowBulk(r, reader)
		return v, launches, nil
	}}
}

// ShowBulk is what the card of a run says to a reader, and what its buttons launch.
func ShowBulk(r actions.BulkRun, reader actions.Actor) (flow.View, map[string]flow.Launch) {
	v := flow.View{
		Token: flow.Token{Of: subjectOfRun(r.ID), Revision: r.Revision}, Flow: "bulk", Step: string(r.State), Kind: "card", Ended: r.State.Ended(),
		Title: flow.T("bulk.card."+string(r.State), "what", kindOf(r), "count", r.Total, "who", r.ChangedBy), Facts: runFacts(r),
	}
	launches := map[string]flow.Launch{}
	for _, do := range steers(r) {
		if do == continueRun && reader.ID != r.AskedBy { // who counted starts it
			continue
		}
		style := flow.Plain
		switch do {
		case actions.StopBulk:
			style = flow.Danger
		case continueRun, actions.ResumeBulk, retryRun:
			style = flow.Primary
		}
		v.Buttons = append(v.Buttons, flow.Button{Name: do, Label: flow.T("bulk.do." + do), Style: style})
		launches[do] = flow.Launch{Flow: "bulk", Values: map[string]string{"run": r.ID, "do": do}}
	}
	return v, launches
}

func kindOf(r actions.BulkRun) flow.Text { return flow.T("bulk.kind." + r.Kind) }

// runFacts is a run as every card shows it: for whom, how far, how fast, who is left out and why.
func runFacts(r actions.BulkRun) []flow.Fact {
	facts := flow.Card("work", kindOf(r), "product", r.Product.Name, "chosen", chosen(r), "bundle", bundle(r))
	if r.State == actions.BulkCollecting {
		return facts
	}
	facts = append(facts, flow.Card("recipients", recipients(r.Kind, r.Total), "left_out", reasons(r.Why, "bulk.left_out"))...)
	facts = append(facts, consequences(r)...)
	if !r.StartedAt.IsZero() {
		facts = append(facts, flow.Card("progress", progress(r), "failed", reasons(r.Failures, "bulk.failed_for"), "waits_for", reasons(r.Waits, "bulk.waits"),
			"untold", reasons(r.Untold, "bulk.waits"),
			"speed", speed(r), "time_left", timeLeft(r))...)
	}
	return append(facts, flow.Card("asked_by", r.AskedByName, "reason", r.Reason)...)
}

// chosen says by what the recipients were chosen.
func chosen(r actions.BulkRun) []flow.Text {
	var all []flow.Text
	f := r.Filter
	switch {
	case f.Retry != "":
		return []flow.Text{flow.T("bulk.chosen.failed")}
	case len(f.Targets) > 0:
		return []flow.Text{flow.T("bulk.chosen.picked", "count", len(f.Targets))}
	}
	switch {
	case f.Search != "":
		all = append(all, flow.T("bulk.chosen.search", "text", flow.PersonName(f.Search)))
	case f.Searched:
		all = append(all, flow.T("bulk.chosen.searched"))
	}
	if f.Status != "" {
		all = append(all, flow.T("bulk.chosen.status", "status", f.Status))
	}
	switch {
	case ofSubscription(r.Kind):
		all = append(all, chosenSubscriptions(f)...)
	case !f.From.IsZero() && !f.To.IsZero():
		all = append(all, flow.T("bulk.chosen.between", "from", f.From, "to", f.To.Add(-1)))
	case !f.From.IsZero():
		all = append(all, flow.T("bulk.chosen.since", "from", f.From))
	}
	if f.Opened != "" {
		all = append(all, flow.T("bulk.chosen.opened."+f.Opened))
	}
	switch {
	case len(all) > 0:
	case r.Kind == actions.KindCheckIn:
		all = append(all, flow.T("bulk.chosen.pending"))
	case ofSubscription(r.Kind):
		all = append(all, flow.T("bulk.chosen.every."+r.Kind))
	default:
		all = append(all, flow.T("bulk.chosen.all"))
	}
	return all
}

// bundle says that each product in it goes by itself.
func bundle(r actions.BulkRun) any {
	if len(r.Contents) == 0 {
		return nil
	}
	return flow.T("bulk.bundle", "contents", r.Contents)
}

func reasons(list []actions.BulkReason, key string) []flow.Text {
	var all []flow.Text
	for _, n := range list {
		all = append(all, flow.T(key, "count", n.Count, "why", flow.T("bulk.rule."+n.Rule)))
	}
	return all
}

// barLength is how many signs the bar of progress has.
const barLength = 10

func progress(r actions.BulkRun) flow.Text {
	percent := 100
	if r.Total > 0 {
		percent = r.Over() * 100 / r.Total
	}
	full := percent * barLength / 100
	bar := strings.Repeat("█", full) + strings.Repeat("░", barLength-full)
	return flow.T("bulk.progress", "bar", bar, "percent", percent, "done", r.Done, "total", r.Total, "left", r.Total-r.Over())
}

func speed(r actions.BulkRun) any {
	if r.PerMinute == 0 {
		return nil
	}
	return flow.T("bulk.speed", "count", r.PerMinute)
}

// timeLeft rounds up: nobody minds what is done before it was said to be.
func timeLeft(r actions.BulkRun) any {
	const hour = 60
	minutes := int(r.Left.Minutes()) + 1
	switch {
	case r.PerMinute == 0 || r.Over() >= r.Total:
		return nil
	case minutes < 2*hour:
		return flow.T("bulk.minutes", "count", minutes)
	}
	return flow.T("bulk.hours", "count", (minutes+hour-1)/hour)
}
