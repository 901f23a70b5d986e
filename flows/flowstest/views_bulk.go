package flowstest

import (
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

// bulkReasons are some of the reasons for which somebody is left out.
var bulkReasons = []actions.BulkReason{{Rule: "resend.status", Count: 1234567}, {Rule: "resend.subscription_over", Count: 1234567}, {Rule: "bulk.same_person", Count: 1234567}}

func longRun(p actions.Purchase, state actions.BulkState) actions.BulkRun {
	return actions.BulkRun{ID: longID, Kind: actions.KindResend, State: state, Product: p.Product, Contents: []string{longProduct, longProduct},
		Filter: actions.BulkFilter{Product: longID, Search: longName, Status: actions.Approved, From: someday, To: someday, Opened: actions.NeverOpened},
		Reason: longNote, AskedBy: "m", AskedByName: longColleague, ChangedBy: longColleague, Total: 1234567, LeftOut: 1234567, Done: 600000, Failed: 1000, Working: 60,
		Why: bulkReasons, Failures: []actions.BulkReason{{Rule: "mail.refused", Count: 500}, {Rule: "mail.unavailable", Count: 500}},
		Waits:     []actions.BulkReason{{Rule: "needs_buyer", Count: 3}, {Rule: "requested", Count: 3}, {Rule: "assisted", Count: 3}},
		Verdict:   actions.Verdict{Decision: actions.NeedsApproval, Rule: "bulk.many", Numbers: actions.Numbers{Count: 1234567, Limit: 50}},
		Typed:     true,
		PerMinute: 1000, Left: 20 * time.Hour, CreatedAt: someday, StartedAt: someday, Revision: 12}
}

// longBulk are the flows of work for many.
func longBulk(p actions.Purchase) []flow.Flow {
	row := flows.Row{Transaction: p.Transaction, Product: longProduct, Buyer: longName, Price: p.Price, Status: p.Status, At: someday}
	var all []flow.Flow
	for _, state := range []actions.BulkState{actions.BulkReady, actions.BulkRunning, actions.BulkPaused, actions.BulkDone} {
		run := longRun(p, state)
		all = append(all, &flows.Members{Many: flows.Many{Run: run}, Found: p.Product, Products: []actions.Product{p.Product, p.Product}, Further: "x", Runs: true,
			Rows: []flows.Row{row, row, row, row, row}, Next: "n", Earlier: []string{""}, Picked: []string{string(p.Transaction)}},
			&flows.Bulk{Many: flows.Many{Run: run}, Runs: []actions.BulkRun{run, run}})
	}
	return all
}

// longBulkCards are the live cards of work for many in every state, for whoever started it and for a room; and those of the
// request for it.
func longBulkCards(p actions.Purchase) []longView {
	var all []longView
	reader := actions.Actor{ID: "m", Role: actions.Manager}
	for _, state := range []actions.BulkState{actions.BulkCollecting, actions.BulkReady, actions.BulkProposed, actions.BulkRunning, actions.BulkPaused,
		actions.BulkStopping, actions.BulkStopped, actions.BulkDone, actions.BulkDropped} {
		v, _ := flows.ShowBulk(longRun(p, state), reader)
		v.Live = "bulk:" + longID
		all = append(all, longView{View: v}, longView{View: v, shared: true})
	}
	for _, status := range []actions.ProposalStatus{actions.ProposalOpen, actions.ProposalApproved, actions.ProposalDenied, actions.ProposalExpired,
		actions.ProposalRebuilt, actions.ProposalWithdrawn} {
		run := longRun(p, actions.BulkProposed)
		proposal := longProposal(actions.Purchase{}, run.Verdict, actions.ProposalBulk, status)
		proposal.Bulk, proposal.BulkCount, proposal.Outcome = &run, run.Total, ""
		if proposal.Why != "" {
			proposal.Why = "verdict.bulk.nobody"
		}
		v, _ := flows.ShowProposal(proposal, reader)
		v.Live = "proposal:" + longID
		again, _ := flows.ShowReminder(proposal, 1, reader)
		all = append(all, longView{View: v}, longView{View: v, shared: true}, longView{View: again, shared: true})
	}
	return all
}
