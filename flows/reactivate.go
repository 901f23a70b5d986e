package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Reactivate takes a cancelled subscription up again, with or without a charge at once. Where the platform asks the subscriber
// it waits for him; the card follows.
//
//	/reactivate [subscription or purchase code]     the team
//	/reactivate product:…                           likewise: see Subscribers
type Reactivate struct {
	core *actions.Core
	Subscribed

	Plain   actions.Verdict // without a charge at once
	Charged actions.Verdict // with one
	How     Renewal
	Days    int // in which the subscriber accepts; 0: the platform does not ask him
	Result  actions.Result
	Request string
}

// A Renewal says whether taking a subscription up again charges at once.
type Renewal string

// The renewals.
const (
	chargeLater Renewal = "later"
	chargeNow   Renewal = "now"
)

// NewReactivate defines the flow.
func NewReactivate(core *actions.Core) flow.Def {
	return flow.Def{Name: "reactivate", Roles: actions.StaffRoles, New: func() flow.Flow { return &Reactivate{core: core} },
		Route: manyOf("reactivate_many")}
}

// Steps is the flow's table of contents.
func (f *Reactivate) Steps() []flow.Step {
	f.finders = []flow.Item{flow.Open("many", "reactivate_many", nil)}
	choice := f.Charged.Decision == actions.Allowed
	asks := f.Days > 0
	rule := func() []flow.Text { return append(verdict(f.verdict()), flow.T("reactivate.asks", "days", f.Days)) }
	direct := func() []flow.Text { return append(verdict(f.verdict()), flow.T("reactivate.goes_on")) }
	return slices.Concat(f.steps(f.core, f.lookUp, actions.SubscriptionCancelled), []flow.Step{
		flow.When(f.Plain.Decision != actions.Allowed, flow.Result("blocked", f.facts, openPurchase(f.Case.Newest.Transaction)).
			Body(func() []flow.Text { return verdict(f.Plain) })),
		flow.When(choice, flow.Form("how", flow.Choice("charge", &f.How, chargeLater, chargeNow)).Card(f.facts).
			Body(func() []flow.Text { return append(verdict(f.Plain), verdict(f.Charged)...) })),
		flow.When(asks, flow.Confirm("confirm", f.facts).Body(rule)),
		flow.When(!asks, flow.Confirm("confirm_now", f.facts).Body(direct)),
		flow.Do("reactivate", f.reactivate),
		flow.When(!asks, flow.Result("begun", f.facts).Live("request:"+f.Request)),
		flow.Result("requested", f.facts).Live("request:" + f.Request),
	})
}

// verdict is the one on what was chosen.
func (f *Reactivate) verdict() actions.Verdict {
	if f.How == chargeNow {
		return f.Charged
	}
	return f.Plain
}

func (f *Reactivate) lookUp(c flow.Call) (err error) {
	if err := f.load(c, f.core); err != nil {
		return err
	}
	if f.Plain, err = f.core.ReactivateVerdict(c, c.Who, f.Case, false); err != nil {
		return err
	}
	f.Charged, err = f.core.ReactivateVerdict(c, c.Who, f.Case, true)
	f.Days = int(f.core.Terms().Acceptance.Hours() / 24)
	return err
}

func (f *Reactivate) reactivate(c flow.Call) (err error) {
	f.Request = c.Key
	f.Result, err = f.core.Reactivate(c, c.Who, actions.ReactivateInput{
		Key: c.Key, Transaction: f.Case.Newest.Transaction, Charge: f.How == chargeNow, ReplyTo: c.Identity,
	})
	return err
}
