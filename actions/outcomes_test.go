package actions_test

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
)

// outcomes are the ways in which a refund of HP100 by ana can go.
var outcomes = []struct {
	name   string
	script []actionstest.Step
	blind  int
	first  actions.RequestState
	detail string
	last   []any // state, status, refunding, access
	mails  []string
	audit  []string // after the request
	acted  int
	calls  int
}{
	{name: "done", first: actions.RequestDone,
		last:  []any{"done", "refunded", false, false},
		mails: []string{"refund_done marina.duarte@example.com"},
		audit: []string{"system refund.done (asked by p-ana)"}, acted: 1, calls: 1},
	{name: "requested", script: []actionstest.Step{actionstest.Requested}, first: actions.RequestRequested,
		last:  []any{"requested", "approved", true, true},
		mails: []string{"refund_requested marina.duarte@example.com"},
		audit: []string{"system refund.waiting (asked by p-ana)"}, calls: 1},
	{name: "needs buyer", script: []actionstest.Step{actionstest.NeedsBuyer}, first: actions.RequestNeedsBuyer,
		last:  []any{"needs_buyer", "approved", true, true},
		mails: []string{"refund_requested marina.duarte@example.com"},
		audit: []string{"system refund.needs_buyer (asked by p-ana)"}, calls: 1},
	{name: "assisted", script: []actionstest.Step{actionstest.Assisted("outcome.assisted.refund")}, first: actions.RequestAssisted,
		detail: "outcome.assisted.refund",
		last:   []any{"assisted", "approved", true, true},
		audit:  []string{"system refund.assisted (asked by p-ana)"}, calls: 1},
	{name: "refused", script: []actionstest.Step{actionstest.Refused("outcome.refused.not_refundable")}, first: actions.RequestRefused,
		detail: "outcome.refused.not_refundable",
		last:   []any{"refused", "approved", false, true},
		audit:  []string{"system refund.refused (asked by p-ana)"}, calls: 1},
	{name: "time-out after it acted", script: []actionstest.Step{actionstest.TimeoutAfter}, first: actions.RequestUnknown,
		detail: "outcome.unknown.reading",
		last:   []any{"done", "refunded", false, false},
		mails:  []string{"refund_done marina.duarte@example.com"},
		audit:  []string{"system refund.unknown (asked by p-ana)", "system refund.done (asked by p-ana)"}, acted: 1, calls: 1},
	{name: "time-out before it acted", script: []actionstest.Step{actionstest.TimeoutBefore}, first: actions.RequestUnknown,
		detail: "outcome.unknown.reading",
		last:   []any{"done", "refunded", false, false},
		mails:  []string{"refund_done marina.duarte@example.com"},
		audit:  []string{"system refund.unknown (asked by p-ana)", "system refund.done (asked by p-ana)"}, acted: 1, calls: 2},
	{name: "time-outs, blind in between", script: []actionstest.Step{actionstest.TimeoutAfter}, blind: 2, first: actions.RequestUnknown,
		detail: "outcome.unknown.reading",
		last:   []any{"done", "refunded", false, false},
		mails:  []string{"refund_done marina.duarte@example.com"},
		audit:  []string{"system refund.unknown (asked by p-ana)", "system refund.done (asked by p-ana)"}, acted: 1, calls: 1},
	{name: "time-out, then refused", script: []actionstest.Step{actionstest.TimeoutBefore, actionstest.Refused("outcome.refused.not_refundable")},
		first: actions.RequestUnknown, detail: "outcome.unknown.reading",
		last:  []any{"refused", "approved", false, true},
		audit: []string{"system refund.unknown (asked by p-ana)", "system refund.refused (asked by p-ana)"}, calls: 2},
}
