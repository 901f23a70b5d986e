package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Resend mails a buyer the access to what he bought once more; a bundle goes product by product.
//
//	/resend [transaction]     the team; a buyer chooses among his own purchases
//	/resend product:…         the team: see Members
type Resend struct {
	core *actions.Core
	Target

	Reads   bool   // how the buyer is known in the members area can be read
	Look    string // key of the look from whose card he comes; before that, of the one that he is shown
	Seen    bool   // he comes from its card
	Runs    bool   // some work for many is under way
	Verdict actions.Verdict
	Result  actions.Result
}

// NewResend defines the flow.
func NewResend(core *actions.Core) flow.Def {
	return flow.Def{Name: "resend", Roles: everybody, New: func() flow.Flow { return &Resend{core: core} }, Route: byProduct}
}

// byProduct goes on with the users of a product, where one was given with the command.
func byProduct(values map[string]string) (flow.Launch, bool) {
	return flow.Launch{Flow: "members", Values: map[string]string{"product": values["product"]}}, values["product"] != "" && values["transaction"] == ""
}

// Steps is the flow's table of contents.
func (f *Resend) Steps() []flow.Step {
	rule := func() []flow.Text { return verdict(f.Verdict) }
	f.finders = []flow.Item{flow.Open("by_product", "members", nil)}
	if f.Runs {
		f.finders = append(f.finders, flow.Open("runs", "bulk", nil))
	}
	steps := append([]flow.Step{flow.When(f.Staff, flow.Do("runs", f.runs))}, f.steps(f.core, f.lookUp)...)
	look := f.Reads && !f.Seen
	return append(steps,
		flow.When(f.Verdict.Decision != actions.Allowed, flow.Result("blocked", f.card, openPurchase(f.Transaction)).Body(rule)),
		flow.When(look, flow.Do("look", f.look)),
		flow.When(look, flow.Result("looking", f.card, flow.Open("send", "resend", map[string]string{"transaction": string(f.Transaction), "look": f.Look}).Styled(flow.Primary)).
			Live("access:"+f.Look)),
		flow.When(!f.Seen, flow.Confirm("confirm", f.card)), // the card of the look has shown all that
		flow.Do("resend", f.resend),
		flow.Result("sent", f.sent, flow.Open("email", "email", map[string]string{"transaction": string(f.Transaction)})),
	)
}

// Given remembers whether he comes from the card of a look at the members area.
func (f *Resend) Given(who actions.Actor, values map[string]string) {
	f.Target.Given(who, values)
	f.Look, f.Seen = values["look"], values["look"] != ""
}

func (f *Resend) look(c flow.Call) error {
	f.Look = c.Key
	return f.core.LookForMember(c, c.Who, c.Key, f.Transaction)
}

func (f *Resend) runs(c flow.Call) error {
	open, err := f.core.OpenBulk(c, c.Who)
	f.Runs = len(open) > 0
	return err
}

func (f *Resend) lookUp(c flow.Call) (err error) {
	if err := f.load(c, f.core); err != nil {
		return err
	}
	f.Reads = f.Staff && f.core.ReadsMembers()
	f.Verdict, err = f.core.ResendVerdict(c, c.Who, f.Purchase)
	return err
}

func (f *Resend) resend(c flow.Call) (err error) {
	f.Result, err = f.core.Resend(c, c.Who, actions.ResendInput{Key: c.Key, Transaction: f.Transaction, ReplyTo: c.Identity, Look: f.seen()})
	return err
}

func (f *Resend) card() []flow.Fact {
	return append(brief(f.Purchase, !f.Staff), flow.Card("contents", contents(f.Purchase), "access", access(f.Purchase))...)
}

func (f *Resend) sent() []flow.Fact {
	return flow.Card("email", f.Purchase.Buyer.Email, "mails", flow.T("resend.mails", "count", len(f.Result.Products)),
		"contents", contents(f.Purchase))
}

// seen is the look from whose card he comes.
func (f *Resend) seen() string {
	if !f.Seen {
		return ""
	}
	return f.Look
}
