package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Reveal shows whoever asks what a card in a room shows masked, and nobody else: it answers in private, for a reason that is
// written down. Buttons of masked cards start it.
type Reveal struct {
	core *actions.Core

	Passed map[string]string // what the card's button passed: a proposal or a purchase
	Reason actions.Reason
	Note   string
	Shown  actions.Revealed `json:",omitzero"` // never stored: the turn that reads it shows it, and ends
}

// NewReveal defines the flow. Of agents the action decides, by policy.
func NewReveal(core *actions.Core) flow.Def {
	return flow.Def{Name: "reveal", Roles: actions.StaffRoles, Unlisted: true, New: func() flow.Flow { return &Reveal{core: core} }}
}

// Given takes what the card is about.
func (f *Reveal) Given(_ actions.Actor, values map[string]string) { f.Passed = values }

// Steps is the flow's table of contents.
func (f *Reveal) Steps() []flow.Step {
	return []flow.Step{
		flow.Form("why",
			flow.Choice("reason", &f.Reason, actions.RevealReasons...),
			flow.Input("note", &f.Note, parseNote).Long()),
		flow.Do("reveal", f.reveal),
		flow.Result("shown", f.card),
	}
}

func (f *Reveal) reveal(c flow.Call) (err error) {
	f.Shown, err = f.core.Reveal(c, c.Who, actions.RevealInput{
		Key: c.Key, Transaction: actions.Transaction(f.Passed["transaction"]), Proposal: f.Passed["proposal"], Reason: f.Reason, Note: f.Note,
	})
	return err
}

func (f *Reveal) card() []flow.Fact {
	r := f.Shown
	return flow.Card("transaction", r.Transaction, "buyer", flow.PersonName(r.Name), "email", r.Email, "new_email", r.NewEmail)
}
