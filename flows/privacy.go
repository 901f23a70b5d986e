package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Privacy gives a buyer all that is kept of him, or erases it. Either takes a code of its own, mailed for that alone: a chat
// that somebody else holds must neither read nor end what is there.
//
//	/privacy                  buyers
type Privacy struct {
	core *actions.Core
	Proof

	Records []actions.OwnRecord `json:",omitzero"`
	Record  string
	Wish    Wish
	Means   actions.ErasePreview `json:",omitzero"`
	File    string
}

// A Wish is what somebody wants done with his data.
type Wish string

// The wishes.
const (
	WishExport Wish = "export"
	WishErase  Wish = "erase"
)

// NewPrivacy defines the flow.
func NewPrivacy(core *actions.Core) flow.Def {
	return flow.Def{Name: "privacy", Roles: []actions.Role{actions.BuyerRole}, Rare: true, New: func() flow.Flow { return &Privacy{core: core} }}
}

// Given finds out whether he has to show who he is.
func (f *Privacy) Given(who actions.Actor, _ map[string]string) { f.meet(who) }

// Steps is the flow's table of contents.
func (f *Privacy) Steps() []flow.Step {
	export, erase := f.Wish == WishExport, f.Wish == WishErase
	card := func() []flow.Fact { return flow.Card("email", f.email()) }
	return slices.Concat(f.link(f.core), []flow.Step{
		flow.Do("records", f.records),
		flow.When(len(f.Records) > 1, flow.Form("whose", flow.Pick("record", &f.Record, f.options()...))),
		flow.Form("what", flow.Choice("wish", &f.Wish, WishExport, WishErase)).Card(card),
		flow.When(erase, flow.Do("look", f.look)),
		flow.When(erase && f.Means.UnderWay > 0, flow.Result("under_way", card)),
		flow.When(erase, flow.Confirm("confirm", card).Body(f.meaning).Danger()),
		flow.When(erase && f.costs(), flow.Confirm("sure", card).Body(f.loss).Danger()),
	}, f.code(), []flow.Step{
		flow.When(export, flow.Do("export", f.export)),
		flow.When(export, flow.Result("exported", card).Live("file:"+f.File)),
		flow.When(erase, flow.Do("erase", f.erase)),
		flow.Result("erased", nil),
	})
}

// code are the steps after which he has agreed to exactly this.
func (f *Privacy) code() []flow.Step {
	purpose := actions.CodeExport
	if f.Wish == WishErase {
		purpose = actions.CodeErase
	}
	return []flow.Step{
		flow.Do("send_agree", func(c flow.Call) (err error) {
			f.Sent, err = f.core.SendCode(c, c.Who, actions.SendCodeInput{Conversation: c.Conversation, Purpose: purpose, Buyer: f.Record})
			return err
		}),
		flow.Form("agree", flow.Input("code", &f.Code, parseCode).Once()).In("proof").
			Card(func() []flow.Fact { return flow.Card("email", f.Sent.To) }).With(flow.Reopen("again", "send_agree", nil)),
		flow.Do("check_agree", func(c flow.Call) error {
			return f.core.CheckCode(c, c.Who, actions.CheckCodeInput{ID: f.Sent.ID, Purpose: purpose, Code: f.Code})
		}),
	}
}

func (f *Privacy) records(c flow.Call) (err error) {
	f.Records, err = f.core.OwnRecords(c, c.Who)
	if len(f.Records) == 1 {
		f.Record = f.Records[0].ID
	}
	return err
}

func (f *Privacy) options() []flow.Option {
	list := make([]flow.Option, len(f.Records))
	for i, r := range f.Records {
		list[i] = flow.Option{Value: r.ID, Label: flow.T("option.own_record", "email", r.Email)}
	}
	return list
}

// email is the address that it is about.
func (f *Privacy) email() actions.Email {
	for _, r := range f.Records {
		if r.ID == f.Record {
			return r.Email
		}
	}
	return ""
}

func (f *Privacy) look(c flow.Call) (err error) {
	f.Means, err = f.core.PreviewErase(c, c.Who, f.Record)
	return err
}

// costs reports whether erasing takes something from him that he may want first.
func (f *Privacy) costs() bool { return f.Means.Guarantees > 0 || f.Means.Subscriptions > 0 }

// meaning says what goes and what stays.
func (f *Privacy) meaning() []flow.Text {
	return []flow.Text{flow.T("privacy.goes"), flow.T("privacy.stays", "count", f.Means.Purchases), flow.T("privacy.elsewhere")}
}

// loss says what nobody here can do for him afterwards.
func (f *Privacy) loss() []flow.Text {
	var lines []flow.Text
	if n := f.Means.Guarantees; n > 0 {
		lines = append(lines, flow.T("privacy.guarantees", "count", n))
	}
	if n := f.Means.Subscriptions; n > 0 {
		lines = append(lines, flow.T("privacy.subscriptions", "count", n))
	}
	return lines
}

func (f *Privacy) export(c flow.Call) (err error) {
	f.File, err = f.core.ExportOwn(c, c.Who, actions.OwnInput{Buyer: f.Record, Proof: f.Sent.ID})
	return err
}

func (f *Privacy) erase(c flow.Call) error {
	_, err := f.core.EraseOwn(c, c.Who, actions.OwnInput{Buyer: f.Record, Proof: f.Sent.ID})
	return err
}
