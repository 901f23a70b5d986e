package flows

import (
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Refunds is the queue of what waits for a decision: approve it, with a note if there is something to say, or deny it with a
// reason that the asker reads. Approving may take a code of an authenticator app.
//
//	/refunds                  managers, producers, admins
type Refunds struct {
	core *actions.Core

	StepUp
	Passed   map[string]string // what a card's button passed: the proposal, and what was pressed
	Cursor   string
	Next     string
	Waiting  []Waiting
	ID       string
	Item     actions.Proposal
	Decision string
	Noted    bool // an approval has a note for the team
	Reason   string
	Decided  actions.Proposal
}

// A Waiting is a proposal in the list.
type Waiting struct {
	ID      string
	Kind    string
	Buyer   string
	Product string
	Price   actions.Money
	Expires time.Time
	Work    string `json:",omitzero"` // of a run: its kind
	Count   int    `json:",omitzero"` // and for how many it is
}

// What can be decided.
const (
	approve = "approve"
	deny    = "deny"
)

// NewRefunds defines the flow.
func NewRefunds(core *actions.Core) flow.Def {
	return flow.Def{Name: "refunds", Roles: actions.Deciders, New: func() flow.Flow { return &Refunds{core: core} }}
}

// Given takes the proposal and the decision from the card that was pressed.
func (f *Refunds) Given(_ actions.Actor, values map[string]string) {
	f.Passed, f.ID, f.Decision = values, values["proposal"], values["decision"]
}

// Steps is the flow's table of contents.
func (f *Refunds) Steps() []flow.Step {
	queue := f.Passed["proposal"] == ""
	open := f.Item.Status == actions.ProposalOpen
	rebuilt := f.Decided.Status == actions.ProposalRebuilt
	rule := func() []flow.Text { return verdict(f.Item.Verdict)[:1] }
	pick := flow.Form("pick", flow.Pick("proposal", &f.ID, f.options()...))
	if f.Next != "" {
		pick = pick.With(flow.Reopen("more", "list", func() { f.Cursor = f.Next }))
	}
	deciding := []flow.Step{
		flow.When(queue, flow.Do("list", f.list)),
		flow.When(queue && len(f.Waiting) == 0, flow.Result("empty", nil)),
		flow.When(queue, pick),
		flow.Do("load", f.load),
		flow.When(!open, flow.Result("closed", f.card)),
		flow.When(f.Passed["decision"] == "", flow.Form("decide", flow.Choice("decision", &f.Decision, approve, deny)).Card(f.card).Body(rule)),
		flow.When(f.Decision == deny, flow.Form("why", flow.Input("reason", &f.Reason, parseNote).Long()).Card(f.card).Body(f.denying)),
		flow.When(f.Decision != deny, flow.Confirm("confirm", f.card).Body(rule).Danger().With(flow.Go("with_note", func() { f.Noted = true }))),
		flow.When(f.Decision != deny && f.Noted, flow.Form("note", flow.Input("note", &f.Reason, parseNote).Long().Optional()).Card(f.card)),
	}
	deciding = append(deciding, f.StepUp.steps(f.core, f.Decision != deny, f.Item.ID)...)
	return append(deciding,
		flow.Do("carry_out", f.decide),
		flow.When(rebuilt, flow.Menu("rebuilt", f.card, flow.Reopen("look", "load", func() { f.ID = f.Decided.ReplacedBy; f.Decided = actions.Proposal{} }))),
		flow.When(f.Decided.Status == actions.ProposalApproved, flow.Result("approved", f.card).Live("proposal:"+f.Decided.ID)),
		flow.When(f.Decided.Status == actions.ProposalWithdrawn, flow.Result("withdrawn", f.card).Body(func() []flow.Text { return because(f.Decided) })),
		flow.Result("denied", f.card),
	)
}

// denying says what it means to deny: a claim is decided on the platform.
func (f *Refunds) denying() []flow.Text {
	if f.Item.Kind != actions.ProposalClaim {
		return nil
	}
	return []flow.Text{flow.T("refunds.why.claim", "date", flow.Moment(f.Item.ExpiresAt))}
}

func (f *Refunds) list(c flow.Call) error {
	page, err := f.core.Proposals(c, c.Who, f.Cursor, listed)
	if err != nil {
		return err
	}
	f.Waiting, f.Next = nil, page.Next
	for _, p := range page.Proposals {
		w := Waiting{ID: p.ID, Kind: p.Kind, Buyer: p.Purchase.Buyer.Name, Product: p.Purchase.Product.Name, Price: p.Amount, Expires: p.ExpiresAt}
		if p.Bulk != nil {
			w.Product, w.Work, w.Count = p.Bulk.Product.Name, p.Bulk.Kind, p.BulkCount
		}
		f.Waiting = append(f.Waiting, w)
	}
	return nil
}

func (f *Refunds) options() []flow.Option {
	list := make([]flow.Option, len(f.Waiting))
	for i, w := range f.Waiting {
		list[i] = flow.Option{Value: w.ID, Label: flow.T("option.proposal."+w.Kind, "buyer", flow.PersonName(short(w.Buyer)),
			"product", short(w.Product), "price", w.Price, "until", w.Expires, "what", workOf(w.Work), "count", w.Count)}
	}
	return list
}

// workOf is what a run does; nothing for anything else.
func workOf(kind string) any {
	if kind == "" {
		return nil
	}
	return flow.T("bulk.kind." + kind)
}

func (f *Refunds) load(c flow.Call) (err error) {
	if f.Item, err = f.core.Proposal(c, c.Who, f.ID); err != nil || f.Item.Status != actions.ProposalOpen {
		return err
	}
	return f.core.MayDecide(c, c.Who, f.ID)
}

func (f *Refunds) decide(c flow.Call) (err error) {
	code := f.Factor
	f.Factor = "" // it is good once
	f.Decided, err = f.core.Decide(c, c.Who, actions.DecideInput{
		Key: c.Key, Proposal: f.Item.ID, Approve: f.Decision != deny, Reason: f.Reason, Factor: code,
	})
	return err
}

func (f *Refunds) card() []flow.Fact {
	p := f.Item
	if f.Decided.ID != "" {
		p = f.Decided
	}
	return proposalFacts(p, actions.Manager)
}
