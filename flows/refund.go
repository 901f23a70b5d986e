package flows

import (
	"slices"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
)

// Refund gives one buyer back what he paid, or the team a part of it where the platform can: at once where policy allows it,
// else as a proposal that somebody else decides.
//
//	/refund [transaction]     the team; a buyer chooses among his own purchases
type Refund struct {
	core *actions.Core
	Target

	Verdict actions.Verdict // on all that is left
	Parts   bool            // a part can be given back
	Partly  bool            // and is to be
	Amount  actions.Money   `json:",omitzero"` // the part
	OnPart  actions.Verdict `json:",omitzero"`
	ByCode  bool            // he enters a code before it is done
	Reason  actions.Reason
	Note    string
	Result  actions.Result
	Request string
}

// NewRefund defines the flow.
func NewRefund(core *actions.Core) flow.Def {
	return flow.Def{Name: "refund", Roles: everybody, New: func() flow.Flow { return &Refund{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Refund) Steps() []flow.Step {
	rule := func() []flow.Text { return verdict(f.verdict()) }
	why := flow.Form("why",
		flow.Choice("reason", &f.Reason, f.reasons()...),
		flow.Input("note", &f.Note, parseNote).Optional().Long()).Card(f.about).Body(rule)
	switch {
	case f.Partly:
		why = why.With(flow.Reopen("whole", "part", func() { f.Partly = false }))
	case f.Parts:
		why = why.With(flow.Reopen("part", "part", func() { f.Partly = true }))
	}
	partly := func(s flow.Step) flow.Step { return flow.When(f.Partly, s) }
	rest := !f.Partly && given(f.Purchase) != nil // the last part, with which access ends
	return slices.Concat(f.steps(f.core, f.lookUp), []flow.Step{
		flow.When(f.Verdict.Decision == actions.Blocked, flow.Result("blocked", f.card, openPurchase(f.Transaction)).Body(rule)),
		partly(flow.Form("part", flow.Input("amount", &f.Amount, f.parsePart)).Card(f.about)),
		partly(flow.Do("weigh", f.weigh)),
		flow.When(f.Partly && f.OnPart.Decision == actions.Blocked, flow.Result("blocked_part", f.partCard, openPurchase(f.Transaction)).Body(rule)),
		why,
		partly(flow.Confirm("confirm_part", f.partCard).Body(rule).Danger()),
		flow.When(rest, flow.Confirm("confirm_rest", f.partCard).Body(rule).Danger()),
		flow.When(!f.Partly && !rest, flow.Confirm("confirm", f.card).Body(rule).Danger()),
	}, f.agree(f.core, f.ByCode, actions.CodeRefund, &f.Transaction), []flow.Step{
		flow.Do("refund", f.refund),
		flow.When(f.Result.State == actions.ResultProposed,
			flow.Result("proposed", f.proposed).Live("proposal:"+f.Result.Proposal)),
		flow.When(f.Partly || rest, flow.Result("requested_part", f.partCard).Live("request:"+f.Request)),
		flow.When(f.Result.State != actions.ResultProposed,
			flow.Result("requested", f.card).Live("request:"+f.Request)),
	})
}

func (f *Refund) lookUp(c flow.Call) (err error) {
	if err := f.load(c, f.core); err != nil {
		return err
	}
	if f.ByCode, err = f.core.RefundNeedsCode(c, c.Who); err != nil {
		return err
	}
	f.Parts = f.core.CanRefundPart(c.Who, f.Purchase)
	f.Verdict, err = f.core.RefundVerdict(c, c.Who, f.Purchase)
	return err
}

// weigh judges the part, which may be more than one person gives back alone, as the whole would be.
func (f *Refund) weigh(c flow.Call) (err error) {
	f.OnPart, err = f.core.RefundPartVerdict(c, c.Who, f.Purchase, f.Amount)
	return err
}

// verdict is the one on what was chosen.
func (f *Refund) verdict() actions.Verdict {
	if f.Partly && f.OnPart.Decision != "" {
		return f.OnPart
	}
	return f.Verdict
}

// parsePart takes an amount that is less than what is left.
func (f *Refund) parsePart(text string) (actions.Money, error) {
	left := f.Purchase.Left()
	wrong := &actions.Error{Code: actions.Invalid, Key: "refund.amount_wrong", Args: map[string]any{"max": left}}
	plain, err := parseAmount(text)
	if err != nil {
		return actions.Money{}, wrong
	}
	var a actions.Amount
	if err := a.UnmarshalText([]byte(plain)); err != nil {
		return actions.Money{}, wrong
	}
	m := a.In(left.Currency)
	if m.Minor <= 0 || m.Minor >= left.Minor || format.Digits(left.Currency) == 0 && a%100 != 0 {
		return actions.Money{}, wrong
	}
	return m, nil
}

func (f *Refund) refund(c flow.Call) (err error) {
	f.Request = c.Key
	f.Result, err = f.core.Refund(c, c.Who, actions.RefundInput{
		Key: c.Key, Transaction: f.Transaction, Amount: f.part(), Reason: f.Reason, Note: f.Note, ReplyTo: c.Identity, Proof: f.Sent.ID,
	})
	return err
}

// part is what is to be given back, when it is not all that is left.
func (f *Refund) part() actions.Money {
	if !f.Partly {
		return actions.Money{}
	}
	return f.Amount
}

// reasons are those that make sense to the person who is asked: nobody reports his own fraud.
func (f *Refund) reasons() []actions.Reason {
	if f.Staff {
		return actions.RefundReasons
	}
	return slices.DeleteFunc(slices.Clone(actions.RefundReasons), func(r actions.Reason) bool { return r == actions.Fraud })
}

func (f *Refund) about() []flow.Fact {
	return append(brief(f.Purchase, !f.Staff), flow.Card("payment", payment(f.Purchase), "guarantee", guarantee(f.Purchase, f.At))...)
}

func (f *Refund) card() []flow.Fact {
	return append(f.about(), flow.Card("reason", f.Reason, "note", f.Note)...)
}

// proposed is what somebody else decides on.
func (f *Refund) proposed() []flow.Fact {
	if f.Partly || given(f.Purchase) != nil {
		return f.partCard()
	}
	return f.card()
}

// partCard is card with how much of the price it is about.
func (f *Refund) partCard() []flow.Fact {
	amount := f.Amount
	if !f.Partly {
		amount = f.Purchase.Left()
	}
	facts := append(f.about(), flow.Fact{Name: "amount", Value: amount})
	return append(facts, flow.Card("reason", f.Reason, "note", f.Note)...)
}

func parseNote(text string) (string, error) { return strings.TrimSpace(text), nil }

// openPurchase is the button that shows the whole purchase.
func openPurchase(t actions.Transaction) flow.Item {
	return flow.Open("open", "find", map[string]string{"query": string(t)})
}
