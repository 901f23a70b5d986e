package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// PlatformMail has the commerce platform send its own mail: by its API, or by somebody of the team in its panel. Cards start it.
type PlatformMail struct {
	core *actions.Core

	Transaction actions.Transaction
	Op          actions.Operation
	Purchase    actions.Purchase `json:",omitzero"`
	Request     string
}

// NewPlatformMail defines the flow.
func NewPlatformMail(core *actions.Core) flow.Def {
	return unlisted("platform_mail", actions.StaffRoles, func() flow.Flow { return &PlatformMail{core: core} })
}

// Given takes from the card which mail it is about.
func (f *PlatformMail) Given(_ actions.Actor, values map[string]string) {
	f.Transaction, f.Op = actions.Transaction(values["transaction"]), actions.Operation(values["op"])
}

// Steps is the flow's table of contents.
func (f *PlatformMail) Steps() []flow.Step {
	about := func() []flow.Text {
		switch f.Op {
		case actions.OpCheckIn:
			return []flow.Text{flow.T("platform_mail.about_checkin")}
		case actions.OpReceipt:
			return []flow.Text{flow.T("platform_mail.about_receipt")}
		}
		return []flow.Text{flow.T("platform_mail.about_access")}
	}
	return []flow.Step{
		flow.Do("load", f.load),
		flow.Confirm("confirm", f.card).Body(about),
		flow.Do("ask", f.ask),
		flow.Result("asked", f.card).Live("request:" + f.Request),
	}
}

func (f *PlatformMail) load(c flow.Call) (err error) {
	f.Purchase, err = f.core.Purchase(c, c.Who, f.Transaction)
	return err
}

func (f *PlatformMail) ask(c flow.Call) error {
	f.Request = c.Key
	_, err := f.core.AskPlatformMail(c, c.Who, actions.PlatformMailInput{Key: c.Key, Transaction: f.Transaction, Op: f.Op, ReplyTo: c.Identity})
	return err
}

func (f *PlatformMail) card() []flow.Fact {
	return append(brief(f.Purchase, false), flow.Card("contents", contents(f.Purchase))...)
}
