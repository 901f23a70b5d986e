package flows

import (
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A Subscribed is the subscription that a flow is about, and how it is found: the team types its code or that of one of its
// charges, or comes from a card; a buyer chooses among his own.
type Subscribed struct {
	Proof
	Staff  bool
	Cursor string
	Next   string
	Rows   []SubscriptionRow   `json:",omitzero"`
	Which  actions.Transaction // the subscriber's code, or that of a charge
	Case   actions.SubscriptionCase
	At     time.Time // when Case was read

	finders []flow.Item // other ways for the team to go on than by a code
}

// A SubscriptionRow is a subscription in a list: what its button says.
type SubscriptionRow struct {
	Code    actions.Transaction
	Product string
	Plan    string
	Buyer   string
	Status  actions.SubscriptionStatus
}

// Given remembers who asks.
func (s *Subscribed) Given(who actions.Actor, _ map[string]string) {
	s.Staff = who.Staff()
	s.meet(who)
}

// steps asks for the subscription, of which buyers are offered those in some statuses; load reads it, with what the flow needs
// to know of it.
func (s *Subscribed) steps(core *actions.Core, load func(flow.Call) error, statuses ...actions.SubscriptionStatus) []flow.Step {
	code := flow.Input("subscription", &s.Which, actions.ParseTransaction)
	own := flow.Or(flow.Pick("subscription", &s.Which, subscriptionOptions(s.Rows, true)...), &s.Which, actions.ParseTransaction)
	pick := flow.Form("pick", own)
	if s.Next != "" {
		pick = pick.With(flow.Reopen("more", "mine", func() { s.Cursor = s.Next }))
	}
	return append(s.link(core),
		flow.When(s.Staff, flow.Form("find", code).With(s.finders...)),
		flow.When(!s.Staff, flow.Do("mine", func(c flow.Call) error { return s.mine(c, core, statuses) })),
		flow.When(!s.Staff && len(s.Rows) == 0, flow.Result("none", nil)),
		flow.When(!s.Staff, pick),
		flow.Do("look_up", load),
	)
}

func (s *Subscribed) mine(c flow.Call, core *actions.Core, statuses []actions.SubscriptionStatus) error {
	page, err := core.Subscriptions(c, c.Who, actions.SubscriptionFilter{Statuses: statuses, Cursor: s.Cursor, Limit: listed})
	if err != nil {
		return err
	}
	s.Rows, s.Next = subscriptionRows(page.Rows), page.Next
	return nil
}

func (s *Subscribed) load(c flow.Call, core *actions.Core) (err error) {
	s.At = c.Now
	s.Case, err = core.Subscription(c, c.Who, s.Which)
	return err
}

func subscriptionRows(found []actions.SubscriptionRow) []SubscriptionRow {
	all := make([]SubscriptionRow, len(found))
	for i, r := range found {
		all[i] = SubscriptionRow{actions.Transaction(r.Subscription.Code), r.Product.Name, r.Subscription.Plan, r.Buyer.Name, r.Subscription.Status}
	}
	return all
}

// subscriptionOptions are the buttons of a list. A buyer's own need not say whose they are.
func subscriptionOptions(all []SubscriptionRow, own bool) []flow.Option {
	list := make([]flow.Option, len(all))
	for i, r := range all {
		key := "option.subscription"
		if own {
			key = "option.own_subscription"
		}
		list[i] = flow.Option{Value: string(r.Code), Label: flow.T(key, "product", short(r.Product), "plan", short(r.Plan),
			"buyer", flow.PersonName(short(r.Buyer)), "status", r.Status)}
	}
	return list
}

// facts are a subscription as every card shows it. A buyer need not be told who he is.
func (s *Subscribed) facts() []flow.Fact {
	p := s.Case.Newest
	facts := flow.Card("product", p.Product.Name)
	if s.Staff {
		facts = append(facts, flow.Card("buyer", flow.PersonName(s.Case.Buyer.Name), "email", s.Case.Buyer.Email)...)
	}
	return append(facts, flow.Card("subscription", subscription(p), "subscriber", s.Case.Subscription.Code, "price", p.Price,
		"payment", payment(p))...)
}

// ofSubscription reports whether a request is about a subscription and not about one purchase.
func ofSubscription(action string) bool {
	return action == actions.KindCancel || action == actions.KindChargeDay || action == actions.KindReactivate
}

// subscriptionOutcome is what the card of a request about a subscription says beyond the purchase.
func subscriptionOutcome(r actions.Request) []flow.Fact {
	s := r.Purchase.Subscription
	facts := flow.Card("subscription", subscription(r.Purchase), "subscriber", s.Code)
	switch {
	case r.Action == actions.KindChargeDay:
		return append(facts, flow.Card("charge_day", r.ChargeDay)...)
	case r.Action == actions.KindReactivate && r.State == actions.RequestNeedsBuyer:
		return append(facts, flow.Card("charged_now", r.Charge, "accept_until", flow.Moment(r.Until))...)
	case r.Action == actions.KindReactivate:
		return append(facts, flow.Card("charged_now", r.Charge)...)
	}
	return facts
}
