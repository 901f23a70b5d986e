package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Cancel ends a subscription. Before that it says what ending it does not do, and offers another charge day, which is all that
// some need.
//
//	/cancel [subscription or purchase code]     the team; a buyer chooses among his own
//	/cancel product:…                           the team: see Subscribers
type Cancel struct {
	core *actions.Core
	Subscribed

	Verdict actions.Verdict
	Another actions.Verdict // about another charge day
	Refund  bool            // the first charge is inside its guarantee
	ByCode  bool            // he enters a code before it is done
	Instead bool            // he takes another charge day
	Day     int
	Result  actions.Result
	Request string
}

// NewCancel defines the flow.
func NewCancel(core *actions.Core) flow.Def {
	return flow.Def{Name: "cancel", Roles: everybody, New: func() flow.Flow { return &Cancel{core: core} }, Route: manyOf("cancel_many")}
}

// Steps is the flow's table of contents.
func (f *Cancel) Steps() []flow.Step {
	f.finders = []flow.Item{flow.Open("many", "cancel_many", nil)}
	another := f.Another.Decision == actions.Allowed
	end := flow.Confirm("confirm", f.facts).Body(f.consequences).Danger()
	if f.Refund {
		end = end.With(flow.Open("refund", "refund", map[string]string{"transaction": string(f.Case.First.Transaction)}))
	}
	steps := slices.Concat(f.steps(f.core, f.lookUp, actions.SubscriptionActive, actions.SubscriptionLate), []flow.Step{
		flow.When(f.Verdict.Decision != actions.Allowed, flow.Result("blocked", f.facts, openPurchase(f.Case.Newest.Transaction)).
			Body(func() []flow.Text { return verdict(f.Verdict) })),
		flow.When(another, flow.Menu("offer", f.facts,
			flow.Go("another_day", func() { f.Instead = true }), flow.Go("end", func() { f.Instead = false })).
			Body(func() []flow.Text { return append([]flow.Text{flow.T("cancel.offer")}, verdict(f.Another)...) })),
	}, f.anotherDay(), []flow.Step{flow.When(!f.Instead, end)})
	return append(append(steps, f.agree(f.core, f.ByCode && !f.Instead, actions.CodeCancel, &f.Case.Newest.Transaction)...),
		flow.Do("cancel", f.cancel),
		flow.Result("requested", f.facts).Live("request:"+f.Request),
	)
}

// anotherDay are the steps of who takes another charge day instead.
func (f *Cancel) anotherDay() []flow.Step {
	return []flow.Step{
		flow.When(f.Instead, flow.Form("day", flow.Input("day", &f.Day, actions.ParseChargeDay)).Card(f.facts).
			Body(func() []flow.Text { return verdict(f.Another) })),
		flow.When(f.Instead, flow.Confirm("confirm_day", f.dayFacts).Body(func() []flow.Text { return verdict(f.Another) })),
		flow.When(f.Instead, flow.Do("change_day", f.changeDay)),
		flow.When(f.Instead, flow.Result("day_changed", f.dayFacts).Live("request:"+f.Request)),
	}
}

func (f *Cancel) lookUp(c flow.Call) (err error) {
	if err := f.load(c, f.core); err != nil {
		return err
	}
	if f.ByCode, err = f.core.CancelNeedsCode(c, c.Who); err != nil {
		return err
	}
	if f.Verdict, err = f.core.CancelVerdict(c, c.Who, f.Case); err != nil {
		return err
	}
	if f.Another, err = f.core.ChargeDayVerdict(c, c.Who, f.Case); err != nil {
		return err
	}
	f.Refund, err = f.refundable(c)
	return err
}

// refundable reports whether the guarantee of the first charge still runs.
func (f *Cancel) refundable(c flow.Call) (bool, error) {
	first := f.Case.First
	if first.ID == "" || !c.Now.Before(first.GuaranteeEnds) {
		return false, nil
	}
	v, err := f.core.RefundVerdict(c, c.Who, first)
	return v.Decision != actions.Blocked, err
}

func (f *Cancel) cancel(c flow.Call) (err error) {
	f.Request = c.Key
	f.Result, err = f.core.Cancel(c, c.Who, actions.CancelInput{
		Key: c.Key, Transaction: f.Case.Newest.Transaction, ReplyTo: c.Identity, Proof: f.Sent.ID,
	})
	return err
}

func (f *Cancel) changeDay(c flow.Call) (err error) {
	f.Request = c.Key
	f.Result, err = f.core.ChangeChargeDay(c, c.Who, actions.ChargeDayInput{
		Key: c.Key, Transaction: f.Case.Newest.Transaction, Day: f.Day, ReplyTo: c.Identity,
	})
	return err
}

// consequences say what ending it does, and what it does not.
func (f *Cancel) consequences() []flow.Text {
	body := append(verdict(f.Verdict), flow.T("cancel.no_refund"))
	if f.Refund {
		body = append(body, flow.T("cancel.refund_instead", "date", f.Case.First.GuaranteeEnds))
	}
	return body
}

func (f *Cancel) dayFacts() []flow.Fact { return append(f.facts(), flow.Card("charge_day", f.Day)...) }
