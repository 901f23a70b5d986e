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
		all = append(all, &flows.Members{Many: flows.Many{Run: run}, Found: p.Product, ProductList: flows.ProductList{Products: []actions.Product{p.Product, p.Product}, Further: "x"}, Runs: true,
			Rows: []flows.Row{row, row, row, row, row}, Next: "n", Earlier: []string{""}, Picked: []string{string(p.Transaction)}},
			&flows.Bulk{Many: flows.Many{Run: run}, Runs: []actions.BulkRun{run, run}})
		for _, kind := range []string{actions.KindCancel, actions.KindReactivate} {
			many := longSubscribers(p, longSubscriptionRun(p, kind, state))
			if kind == actions.KindCancel {
				all = append(all, &flows.CancelMany{Subscribers: many})
				continue
			}
			all = append(all, &flows.ReactivateMany{Subscribers: many})
		}
	}
	return all
}

// longSubscriptionRun is a run that does something to subscriptions.
func longSubscriptionRun(p actions.Purchase, kind string, state actions.BulkState) actions.BulkRun {
	run := longRun(p, state)
	run.Kind, run.Contents = kind, nil
	run.Filter = actions.BulkFilter{Product: longID, Search: longName, Plan: longProduct, Standing: actions.SubscriptionActive, Charge: actions.ChargeGivenBack, From: someday, To: someday}
	run.DueFrom, run.DueTo = someday, someday.AddDate(0, 1, 0)
	if kind == actions.KindReactivate {
		run.Sums = []actions.Money{p.Price, {Minor: 123456789, Currency: "EUR"}, {Minor: 123456789, Currency: "USD"}}
	}
	run.Why = []actions.BulkReason{{Rule: kind + ".under_way", Count: 1234567}, {Rule: kind + ".not_supported", Count: 1234567}}
	run.Failures = []actions.BulkReason{{Rule: "outcome.refused.no_subscription", Count: 1000}, {Rule: actions.NotAccepted, Count: 1000}}
	run.Untold = []actions.BulkReason{{Rule: "mail.refused", Count: 1000}, {Rule: "mail.unavailable", Count: 1000}}
	return run
}

func longSubscribers(p actions.Purchase, run actions.BulkRun) flows.Subscribers {
	row := flows.SubscriptionRow{Code: p.Transaction, Product: longProduct, Plan: longProduct, Buyer: longName, Status: actions.SubscriptionActive}
	return flows.Subscribers{Many: flows.Many{Run: run}, Found: p.Product, Products: []actions.Product{p.Product, p.Product}, Further: "x", Runs: true,
		Plans: []string{longProduct, "a"}, Rows: []flows.SubscriptionRow{row, row, row, row, row}, Next: "n", Earlier: []string{""}, Picked: []string{string(p.Transaction)}}
}

// longBulkCards are the live cards of work for many in every state, for whoever started it and for a room; and those of the
// request for it.
func longBulkCards(p actions.Purchase) []longView {
	var all []longView
	reader := actions.Actor{ID: "m", Role: actions.Manager}
	for _, state := range []actions.BulkState{actions.BulkCollecting, actions.BulkReady, actions.BulkProposed, actions.BulkChecking, actions.BulkRunning, actions.BulkPaused,
		actions.BulkStopping, actions.BulkStopped, actions.BulkDone, actions.BulkDropped} {
		v, _ := flows.ShowBulk(longRun(p, state), reader)
		v.Live = "bulk:" + longID
		all = append(all, longView{View: v}, longView{View: v, shared: true})
		for _, kind := range []string{actions.KindCancel, actions.KindReactivate} {
			v, _ := flows.ShowBulk(longSubscriptionRun(p, kind, state), reader)
			v.Live = "bulk:" + longID
			all = append(all, longView{View: v})
		}
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
