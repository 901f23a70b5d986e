package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Accept has a subscriber say yes to a reactivation in a chat, as the link in his mail does too.
//
//	from the purchase     buyers
type Accept struct {
	core *actions.Core
	Subscribed

	ByCode  bool
	Request string
}

// NewAccept defines the flow.
func NewAccept(core *actions.Core) flow.Def {
	return flow.Def{Name: "accept", Roles: []actions.Role{actions.BuyerRole}, Unlisted: true, New: func() flow.Flow { return &Accept{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Accept) Steps() []flow.Step {
	return slices.Concat(f.steps(f.core, f.lookUp, actions.SubscriptionCancelled), []flow.Step{
		flow.When(!f.Case.Subscription.WaitsUntil.After(f.At), flow.Result("over", f.facts)),
		flow.Confirm("confirm", f.asked).Body(func() []flow.Text { return f.terms() }),
	}, f.agree(f.core, f.ByCode, actions.CodeAccept, &f.Case.Newest.Transaction), []flow.Step{
		flow.Do("accept", f.accept),
		flow.Result("accepted", f.facts).Live("request:" + f.Request),
	})
}

func (f *Accept) lookUp(c flow.Call) (err error) {
	if err := f.load(c, f.core); err != nil {
		return err
	}
	f.ByCode, err = f.core.AcceptNeedsCode(c, c.Who)
	return err
}

func (f *Accept) accept(c flow.Call) (err error) {
	f.Request, err = f.core.AcceptOwn(c, c.Who, actions.AcceptInput{Transaction: f.Case.Newest.Transaction, Proof: f.Sent.ID})
	return err
}

func (f *Accept) asked() []flow.Fact {
	return append(f.facts(), flow.Card("accept_until", flow.Moment(f.Case.Subscription.WaitsUntil))...)
}

// terms say what is charged, and when.
func (f *Accept) terms() []flow.Text {
	r := f.Case.Asked
	if r.Charge {
		return []flow.Text{flow.T("accept.charged_now", "price", r.Price, "date", r.Next)}
	}
	return []flow.Text{flow.T("accept.nothing_now", "price", r.Price, "date", r.Next)}
}
