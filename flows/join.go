package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Join lets somebody into the team who was invited. The code is enough: a link has it, and so has a message that is nothing
// else (see NewStart).
//
//	/join [code]              everybody
type Join struct {
	core *actions.Core

	Code   string
	Joined actions.Joined `json:",omitzero"`
}

// NewJoin defines the flow. Menus do not show it: buyers have no use for it.
func NewJoin(core *actions.Core) flow.Def {
	return flow.Def{Name: "join", Roles: everybody, Quiet: true, Rare: true, New: func() flow.Flow { return &Join{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Join) Steps() []flow.Step {
	return []flow.Step{
		flow.Form("invited", flow.Input("code", &f.Code, parseInvitation).Secret()),
		flow.Do("join", f.join),
		flow.When(f.Joined.Linked, flow.Result("linked", f.card)),
		flow.Result("joined", f.card, flow.Open("commands", "help", nil)),
	}
}

func (f *Join) join(c flow.Call) (err error) {
	if f.Joined, err = f.core.Join(c, c.Who, f.Code); err != nil {
		return err
	}
	who, err := f.core.Again(c, c.Who)
	if err == nil {
		c.Become(who)
	}
	return err
}

func (f *Join) card() []flow.Fact {
	return flow.Card("shop", f.Joined.Shop, "colleague", f.Joined.Name, "role", f.Joined.Role)
}

func parseInvitation(text string) (string, error) {
	code := actions.ParseInvitation(text)
	if code == "" {
		return "", &actions.Error{Code: actions.Invalid, Key: "people.code_wrong"}
	}
	return code, nil
}
