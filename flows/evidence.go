package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Evidence hands over all that is on record about one purchase, for a dispute.
// The button of a purchase starts it, for managers, producers and admins.
type Evidence struct {
	core *actions.Core
	Target
	Masked bool
	File   string
}

// NewEvidence defines the flow.
func NewEvidence(core *actions.Core) flow.Def {
	return flow.Def{Name: "evidence", Roles: actions.Deciders, Unlisted: true, New: func() flow.Flow { return &Evidence{core: core} }}
}

// Given remembers who asks.
func (f *Evidence) Given(who actions.Actor, values map[string]string) {
	f.Target.Given(who, values)
	f.Masked = !who.Is(actions.Producer)
}

// Steps is the flow's table of contents.
func (f *Evidence) Steps() []flow.Step {
	return append(f.steps(f.core, func(c flow.Call) error { return f.load(c, f.core) }),
		flow.Confirm("confirm", f.card).Body(f.body),
		flow.Do("pack", f.pack),
		flow.Result("packed", f.card).Live("file:"+f.File),
	)
}

func (f *Evidence) card() []flow.Fact { return brief(f.Purchase, false) }

// body says what is in it, and how much of it this reader gets.
func (f *Evidence) body() []flow.Text {
	if f.Masked {
		return []flow.Text{flow.T("evidence.what"), flow.T("evidence.masked")}
	}
	return []flow.Text{flow.T("evidence.what"), flow.T("evidence.whole")}
}

func (f *Evidence) pack(c flow.Call) (err error) {
	f.File, err = f.core.SendEvidence(c, c.Who, actions.EvidenceInput{Transaction: f.Purchase.Transaction,
		Page: func(e actions.Evidence) ([]byte, error) { return evidencePage(e, c.Who.Locale, c.Text) }})
	return err
}
