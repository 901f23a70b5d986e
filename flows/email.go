package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Email moves a purchase to another e-mail address. It is the change that attackers want most: the address is typed
// twice, the platform's conditions are checked before anything is asked, and somebody of the team always decides.
//
//	/email [transaction]      the team; a buyer chooses among his own purchases
type Email struct {
	core *actions.Core
	Target

	Verdict actions.Verdict
	Current actions.Email
	New     actions.Email
	Keep    string // the new address as it was when its owner said that it is no slip
	Reason  actions.Reason
	Note    string
	Result  actions.Result
}

// NewEmail defines the flow.
func NewEmail(core *actions.Core) flow.Def {
	return flow.Def{Name: "email", Roles: everybody, New: func() flow.Flow { return &Email{core: core} }}
}

// Steps is the flow's table of contents. A step that verifies the asker (one-time codes) belongs between "typo" and
// "confirm": steps are found by key, so that one may be added while conversations are open.
func (f *Email) Steps() []flow.Step {
	rule := func() []flow.Text { return verdict(f.Verdict) }
	current := flow.Input("current", &f.Current, f.parseCurrent)
	address := []flow.Field{
		flow.Input("new", &f.New, actions.ParseEmail).Twice(),
		flow.Choice("reason", &f.Reason, actions.EmailReasons...),
	}
	if !f.Staff { // the team reads the current address on the card
		address = append([]flow.Field{current}, address...)
	}
	return append(f.steps(f.core, f.lookUp),
		flow.When(f.Verdict.Decision == actions.Blocked, flow.Result("blocked", f.card, openPurchase(f.Transaction)).Body(rule)),
		flow.Form("address", address...).Card(f.about).Body(rule),
		flow.When(f.New.Suggestion() != "", flow.Menu("typo", f.typo,
			flow.Go("use", func() { f.New = f.New.Suggestion() }).Styled(flow.Primary),
			flow.Go("keep", nil))),
		flow.Confirm("confirm", f.card).Body(rule).Danger(),
		flow.Do("change", f.change),
		flow.Result("proposed", f.card).Live("proposal:"+f.Result.Proposal),
	)
}

func (f *Email) lookUp(c flow.Call) (err error) {
	if err := f.load(c, f.core); err != nil {
		return err
	}
	f.Verdict, err = f.core.EmailVerdict(c.Who, f.Purchase)
	return err
}

func (f *Email) change(c flow.Call) (err error) {
	f.Result, err = f.core.ChangeEmail(c, c.Who, actions.EmailInput{
		Key: c.Key, Transaction: f.Transaction, Current: f.Current, New: f.New, Reason: f.Reason, Note: f.Note, ReplyTo: c.Identity,
	})
	return err
}

// parseCurrent tells at once when the address is not the purchase's; the action checks it again.
func (f *Email) parseCurrent(text string) (actions.Email, error) {
	e, err := actions.ParseEmail(text)
	if err == nil && e.Key() != f.Purchase.Buyer.Email.Key() {
		err = &actions.Error{Code: actions.Invalid, Key: "email.current_wrong", Hint: "email.current_wrong.hint"}
	}
	return e, err
}

func (f *Email) about() []flow.Fact {
	p := f.Purchase
	facts := flow.Card("product", p.Product.Name, "transaction", p.Transaction, "status", p.Status)
	if f.Staff {
		facts = append(facts, flow.Card("buyer", flow.PersonName(p.Buyer.Name), "email", p.Buyer.Email)...)
	}
	return facts
}

func (f *Email) card() []flow.Fact {
	return append(f.about(), flow.Card("new_email", f.New, "reason", f.Reason)...)
}

func (f *Email) typo() []flow.Fact {
	return flow.Card("typed", f.New, "suggestion", f.New.Suggestion())
}
