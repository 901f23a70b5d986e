package flows

import (
	"slices"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Refund gives one buyer the full price back: at once where policy allows it, else as a proposal that somebody else
// decides.
//
//	/refund [transaction]     the team; a buyer chooses among his own purchases
type Refund struct {
	core *actions.Core
	Target

	Verdict actions.Verdict
	ByCode  bool // he enters a code before it is done
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
	rule := func() []flow.Text { return verdict(f.Verdict) }
	return slices.Concat(f.steps(f.core, f.lookUp), []flow.Step{
		flow.When(f.Verdict.Decision == actions.Blocked, flow.Result("blocked", f.card, openPurchase(f.Transaction)).Body(rule)),
		flow.Form("why",
			flow.Choice("reason", &f.Reason, f.reasons()...),
			flow.Input("note", &f.Note, parseNote).Optional().Long()).Card(f.about).Body(rule),
		flow.Confirm("confirm", f.card).Body(rule).Danger(),
	}, f.agree(f.core, f.ByCode, actions.CodeRefund, &f.Transaction), []flow.Step{
		flow.Do("refund", f.refund),
		flow.When(f.Result.State == actions.ResultProposed,
			flow.Result("proposed", f.card).Live("proposal:"+f.Result.Proposal)),
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
	f.Verdict, err = f.core.RefundVerdict(c, c.Who, f.Purchase)
	return err
}

func (f *Refund) refund(c flow.Call) (err error) {
	f.Request = c.Key
	f.Result, err = f.core.Refund(c, c.Who, actions.RefundInput{
		Key: c.Key, Transaction: f.Transaction, Reason: f.Reason, Note: f.Note, ReplyTo: c.Identity, Proof: f.Sent.ID,
	})
	return err
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

func parseNote(text string) (string, error) { return strings.TrimSpace(text), nil }

// openPurchase is the button that shows the whole purchase.
func openPurchase(t actions.Transaction) flow.Item {
	return flow.Open("open", "find", map[string]string{"query": string(t)})
}
