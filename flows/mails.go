package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Mails is which mails a buyer wants: those that a purchase needs are sent whatever he says.
//
//	/mails                    buyers
type Mails struct {
	core *actions.Core
	Proof

	Records []actions.OwnRecord `json:",omitzero"`
	Record  string
	Out     []actions.MailKind `json:",omitzero"`
	Wish    string
}

// What a buyer may wish, before the kind of mail.
const (
	stopMails = "stop_"
	wantMails = "want_"
)

// NewMails defines the flow.
func NewMails(core *actions.Core) flow.Def {
	return flow.Def{Name: "mails", Roles: []actions.Role{actions.BuyerRole}, Rare: true, New: func() flow.Flow { return &Mails{core: core} }}
}

// Given finds out whether he has to show who he is.
func (f *Mails) Given(who actions.Actor, _ map[string]string) { f.meet(who) }

// Steps is the flow's table of contents.
func (f *Mails) Steps() []flow.Step {
	return append(f.link(f.core),
		flow.Do("records", f.records),
		flow.When(len(f.Records) > 1, flow.Form("whose", flow.Pick("record", &f.Record, f.addresses()...))),
		flow.Do("look", f.look),
		flow.Form("what", flow.Choice("wish", &f.Wish, f.wishes()...)).Card(f.card),
		flow.Do("set", f.set),
		flow.When(f.wanted(), flow.Result("wanted", f.card)),
		flow.Result("stopped", f.card),
	)
}

func (f *Mails) records(c flow.Call) (err error) {
	f.Records, err = f.core.OwnRecords(c, c.Who)
	if len(f.Records) == 1 {
		f.Record = f.Records[0].ID
	}
	return err
}

func (f *Mails) addresses() []flow.Option {
	list := make([]flow.Option, len(f.Records))
	for i, r := range f.Records {
		list[i] = flow.Option{Value: r.ID, Label: flow.T("option.own_record", "email", r.Email)}
	}
	return list
}

func (f *Mails) look(c flow.Call) (err error) {
	f.Out, err = f.core.MailWishes(c, c.Who, f.Record)
	return err
}

// wishes are one for each kind: to end it, or to have it again.
func (f *Mails) wishes() []string {
	var all []string
	for _, kind := range actions.MailKinds {
		wish := stopMails
		if slices.Contains(f.Out, kind) {
			wish = wantMails
		}
		all = append(all, wish+string(kind))
	}
	return all
}

func (f *Mails) wanted() bool {
	return len(f.Wish) > len(wantMails) && f.Wish[:len(wantMails)] == wantMails
}

func (f *Mails) set(c flow.Call) error {
	kind := actions.MailKind(f.Wish[len(wantMails):]) // both beginnings are as long
	if _, err := f.core.OptOut(c, c.Who, actions.OptOutInput{Key: c.Key, Buyer: f.Record, Kind: kind, Again: f.wanted()}); err != nil {
		return err
	}
	return f.look(c)
}

func (f *Mails) card() []flow.Fact {
	facts := flow.Card("email", f.email())
	for _, kind := range actions.MailKinds {
		facts = append(facts, flow.Fact{Name: "mail_" + string(kind), Value: !slices.Contains(f.Out, kind)})
	}
	return facts
}

// email is the address that it is about.
func (f *Mails) email() actions.Email {
	for _, r := range f.Records {
		if r.ID == f.Record {
			return r.Email
		}
	}
	return ""
}
