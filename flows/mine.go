package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Mine gives a buyer the link to the page of his purchases. The card of one of them starts it.
//
// The conversation keeps what the link is made of, and not the link.
type Mine struct {
	core *actions.Core
	Proof

	Links []actions.PageLink `json:",omitzero"`
}

// NewMine defines the flow.
func NewMine(core *actions.Core) flow.Def {
	return flow.Def{Name: "mine", Roles: []actions.Role{actions.BuyerRole}, Unlisted: true, New: func() flow.Flow { return &Mine{core: core} }}
}

// Given finds out whether he has to show who he is.
func (f *Mine) Given(who actions.Actor, _ map[string]string) { f.meet(who) }

// Steps is the flow's table of contents.
func (f *Mine) Steps() []flow.Step {
	return append(f.link(f.core),
		flow.Do("look", func(c flow.Call) (err error) {
			f.Links, err = f.core.MyPages(c, c.Who)
			return err
		}),
		flow.When(len(f.Links) == 0, flow.Result("none", nil)),
		flow.Result("open", f.card),
	)
}

func (f *Mine) card() []flow.Fact {
	lines := make([]flow.Text, 0, len(f.Links))
	for _, l := range f.Links {
		lines = append(lines, flow.T("mine.line", "email", l.Address, "url", f.core.PageURL(l), "until", flow.Moment(l.Until)))
	}
	return flow.Card("pages", lines)
}
