package flowstest

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

// longSubscriptions are the flows about subscriptions.
func longSubscriptions(p actions.Purchase, rule actions.Verdict, staff bool) []flow.Flow {
	row := flows.SubscriptionRow{Code: p.Transaction, Product: longProduct, Plan: longProduct, Buyer: longName, Status: actions.SubscriptionLate}
	about := flows.Subscribed{Staff: staff, Rows: []flows.SubscriptionRow{row, row, row, row, row}, Next: "n", Which: p.Transaction, At: someday,
		Case: actions.SubscriptionCase{Subscription: *p.Subscription, Buyer: p.Buyer, Newest: p, First: p}}
	cancel := flows.Cancel{Subscribed: about, Verdict: rule, Another: actions.Verdict{Decision: actions.Allowed, Rule: "chargeday.next_stays",
		Numbers: actions.Numbers{Date: someday}}, Refund: true, ByCode: true, Day: 31}
	instead := cancel
	instead.Instead = true
	allowed := func(rule string) actions.Verdict {
		return actions.Verdict{Decision: actions.Allowed, Rule: rule, Numbers: actions.Numbers{Date: someday, Amount: p.Price}}
	}
	reactivate := flows.Reactivate{Subscribed: about, Plain: allowed("reactivate.next_month"), Charged: allowed("reactivate.charge"), How: "now"}
	waiting := about
	waiting.Case.Asked = actions.Reactivation{Price: p.Price, Charge: true, Next: someday}
	return []flow.Flow{&cancel, &instead, &reactivate, &flows.Accept{Subscribed: waiting, ByCode: true}}
}
