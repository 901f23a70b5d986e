package flows

import (
	"fmt"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// passwordFlow is the word of Password.
const passwordFlow = "password"

// Password helps a buyer to a new password. Where passwords are kept here, a link is mailed to him; elsewhere he is told how the
// platform gives him one. Nobody says a password in a chat: see unwanted.
//
//	/password                 buyers
//	/password [transaction]   the team, for a buyer: with words to send him, in his language
type Password struct {
	core *actions.Core
	Proof

	Staff       bool
	Transaction actions.Transaction
	Mailboxes   []actions.OwnRecord `json:",omitzero"`
	Buyer       string              // one of them
	Case        actions.PasswordCase
}

// NewPassword defines the flow. It lingers: what somebody types after it is likely his new password.
func NewPassword(core *actions.Core) flow.Def {
	return flow.Def{Name: passwordFlow, Roles: everybody, Lingers: true, New: func() flow.Flow { return &Password{core: core} }}
}

// Given remembers who asks.
func (f *Password) Given(who actions.Actor, _ map[string]string) {
	f.Staff = who.Staff()
	f.meet(who)
}

// Steps is the flow's table of contents.
func (f *Password) Steps() []flow.Step {
	own := !f.Staff
	free := f.Case.Verdict.Decision == actions.Allowed
	mails := free && f.Case.Way == actions.ByAPI
	rule := func() []flow.Text { return verdict(f.Case.Verdict) }
	return append(f.link(f.core),
		flow.When(f.Staff, flow.Form("find", flow.Input("transaction", &f.Transaction, actions.ParseTransaction))),
		flow.When(own, flow.Do("mailboxes", f.mailboxes)),
		flow.When(own && len(f.Mailboxes) > 1, flow.Form("pick", flow.Pick("mailbox", &f.Buyer, f.options()...))),
		flow.Do("look", f.look),
		flow.When(!free && f.Case.Verdict.Numbers.Date.IsZero(), flow.Result("none", f.card).Body(rule)),
		flow.When(!free, flow.Result("wait", f.card).Body(rule)),
		flow.When(mails, flow.Confirm("confirm", f.card)),
		flow.Do("ask", f.ask),
		flow.When(mails && own, flow.Result("mailed", f.card)),
		flow.When(mails, flow.Result("mailed_for", f.paste)),
		flow.When(own, flow.Result("guide", nil).Body(f.guide)),
		flow.Result("guide_for", f.paste),
	)
}

func (f *Password) mailboxes(c flow.Call) (err error) {
	f.Mailboxes, err = f.core.OwnRecords(c, c.Who)
	if len(f.Mailboxes) == 1 {
		f.Buyer = f.Mailboxes[0].ID
	}
	return err
}

func (f *Password) options() []flow.Option {
	list := make([]flow.Option, len(f.Mailboxes))
	for i, m := range f.Mailboxes {
		list[i] = flow.Option{Value: m.ID, Label: flow.T("option.mailbox", "email", m.Email)}
	}
	return list
}

func (f *Password) input(c flow.Call) actions.PasswordInput {
	return actions.PasswordInput{Key: c.Key, Transaction: f.Transaction, Buyer: f.Buyer}
}

func (f *Password) look(c flow.Call) (err error) {
	f.Case, err = f.core.PasswordCase(c, c.Who, f.input(c))
	return err
}

func (f *Password) ask(c flow.Call) error {
	_, err := f.core.AskPassword(c, c.Who, f.input(c))
	return err
}

func (f *Password) card() []flow.Fact {
	b := f.Case.Buyer
	if f.Staff {
		return flow.Card("buyer", flow.PersonName(b.Name), "email", b.Email)
	}
	return flow.Card("email", b.Email)
}

// guide says how the platform gives a new password.
func (f *Password) guide() []flow.Text {
	return []flow.Text{f.said("link"), f.said("rules"), f.said("spam")}
}

// paste is what the team sends to the buyer, in his language.
func (f *Password) paste() []flow.Fact {
	lines := []flow.Text{f.said("link"), f.said("rules"), f.said("spam"), f.said("never")}
	if f.Case.Way == actions.ByAPI {
		lines[0] = f.said("mailed")
	}
	return append(f.card(), flow.Fact{Name: "paste", Value: flow.Spoken{Locale: f.Case.Buyer.Locale, Lines: lines}})
}

// said is one of the sentences of the guidance.
func (f *Password) said(what string) flow.Text {
	gap := f.Case.Gap
	if what == "spam" && gap == 0 {
		what = "spam_any_time"
	}
	return flow.T("password.say."+what, "url", f.Case.URL, "email", f.Case.Buyer.Email.Masked(),
		"min", fmt.Sprint(actions.PasswordMin), "max", fmt.Sprint(actions.PasswordMax), "minutes", int(gap.Minutes()))
}
