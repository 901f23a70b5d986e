package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Email moves a purchase to another e-mail address. It is the change that attackers want most: the address is typed
// twice, the platform's conditions are checked before anything is asked, and a buyer shows by codes that he reads both
// mailboxes. Who has lost the old one shows by his document that he is the buyer, and somebody of the team decides; so
// somebody does when the team asks.
//
//	/email [transaction]      the team; a buyer chooses among his own purchases
type Email struct {
	core *actions.Core
	Target
	EmailProof

	Verdict actions.Verdict
	Current actions.Email
	New     actions.Email
	Keep    string // the new address as it was when its owner said that it is no slip
	Reason  actions.Reason
	Note    string
	Result  actions.Result
	Request string
}

// NewEmail defines the flow.
func NewEmail(core *actions.Core) flow.Def {
	return flow.Def{Name: "email", Roles: everybody, New: func() flow.Flow { return &Email{core: core} }}
}

// Steps is the flow's table of contents. Going back keeps what was typed; a code is asked for again when what it agreed to
// has changed.
func (f *Email) Steps() []flow.Step {
	f.ways = []flow.Item{flow.Go("lost", f.lose)} // beside the code with which a stranger becomes known
	rule := func() []flow.Text { return verdict(f.rule()) }
	blocked := f.rule().Decision == actions.Blocked
	return slices.Concat(f.steps(f.core, f.lookUp), f.documented(), []flow.Step{
		flow.When(blocked, flow.Result("blocked", f.card, f.toPurchase()...).Body(rule)),
		flow.Form("address", f.address()...).Card(f.about).Body(rule),
		flow.When(f.New.Suggestion() != "", flow.Menu("typo", f.typo,
			flow.Go("use", func() { f.New = f.New.Suggestion() }).Styled(flow.Primary),
			flow.Go("keep", nil))),
		flow.Confirm("confirm", f.card).Body(rule).Danger(),
	}, f.mailed(), []flow.Step{
		flow.Do("change", f.change),
		flow.When(f.Result.State == actions.ResultProposed,
			flow.Result("proposed", f.card).Live("proposal:"+f.Result.Proposal)),
		flow.When(f.Result.State != actions.ResultProposed,
			flow.Result("requested", f.card).Live("request:"+f.Request)),
	})
}

// address asks where the purchase is to go. Whoever came by a document alone is not asked which address it has: the answer
// would tell him whether he guessed it.
func (f *Email) address() []flow.Field {
	current := flow.Input("current", &f.Current, f.parseCurrent)
	reason := flow.Choice("reason", &f.Reason, actions.EmailReasons...)
	address := flow.Input("new", &f.New, actions.ParseEmail).Twice()
	switch {
	case f.Staff: // the team reads the current address on the card
		return []flow.Field{address, reason}
	case f.Stranger:
		return []flow.Field{address}
	}
	return []flow.Field{current, address, reason}
}

func (f *Email) lookUp(c flow.Call) (err error) {
	if err := f.load(c, f.core); err != nil {
		return err
	}
	if f.ByCodes, err = f.core.EmailNeedsCodes(c, c.Who); err != nil {
		return err
	}
	f.Verdict, err = f.core.EmailVerdict(c, c.Who, f.Purchase)
	return err
}

// rule is what the policy says of the way that was chosen.
func (f *Email) rule() actions.Verdict {
	if f.byDocument() && f.Checked.ID != "" {
		return f.Checked.Verdict
	}
	return f.Verdict
}

func (f *Email) change(c flow.Call) (err error) {
	in := actions.EmailInput{
		Key: c.Key, Transaction: f.Transaction, Current: f.Current, New: f.New, Reason: f.Reason, Note: f.Note, ReplyTo: c.Identity,
		OldCode: f.OldCode.ID, NewCode: f.NewCode.ID,
	}
	if f.byDocument() {
		in.OldCode, in.Document = "", f.Checked.ID
	}
	if in.Reason == "" {
		in.Reason = actions.LostAccess
	}
	f.Request = c.Key
	f.Result, err = f.core.ChangeEmail(c, c.Who, in)
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

// toPurchase is the way to the whole purchase, for whoever may see it.
func (f *Email) toPurchase() []flow.Item {
	if f.Stranger {
		return nil
	}
	return []flow.Item{openPurchase(f.Transaction)}
}
