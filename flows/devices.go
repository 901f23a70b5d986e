package flows

import (
	"fmt"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Devices shows a buyer which chats were proved to be his, and sends them away: the one he writes in just so, others with a code.
//
//	/devices                  buyers
type Devices struct {
	core *actions.Core
	Proof

	List   []actions.Device `json:",omitzero"`
	Picked string           // chat user and buyer record, or others and buyer record
	Count  int
}

// othersOf begins the choice of all chats but this one.
const othersOf = "others"

// NewDevices defines the flow.
func NewDevices(core *actions.Core) flow.Def {
	return flow.Def{Name: "devices", Roles: []actions.Role{actions.BuyerRole}, Rare: true, New: func() flow.Flow { return &Devices{core: core} }}
}

// Given finds out whether he has to show who he is.
func (f *Devices) Given(who actions.Actor, _ map[string]string) { f.meet(who) }

// Steps is the flow's table of contents.
func (f *Devices) Steps() []flow.Step {
	others := f.Picked != "" && !f.own()
	return append(f.link(f.core),
		flow.Do("list", f.list),
		flow.Form("pick", flow.Pick("device", &f.Picked, f.options()...)).Card(f.card),
		flow.Confirm("confirm", f.chosen).Danger(),
		flow.When(others, flow.Do("send_agree", f.send)),
		flow.When(others, flow.Form("agree", flow.Input("code", &f.Code, parseCode).Once()).In("proof").
			Card(func() []flow.Fact { return flow.Card("email", f.Sent.To) }).With(flow.Reopen("again", "send_agree", nil))),
		flow.When(others, flow.Do("check_agree", func(c flow.Call) error {
			return f.core.CheckCode(c, c.Who, actions.CheckCodeInput{ID: f.Sent.ID, Purpose: actions.CodeDevices, Code: f.Code})
		})),
		flow.Do("revoke", f.revoke),
		flow.When(others, flow.Result("revoked", nil)),
		flow.Result("left", nil),
	)
}

func (f *Devices) list(c flow.Call) (err error) {
	f.List, err = f.core.Devices(c, c.Who)
	f.List = f.List[:min(len(f.List), mostDevices)]
	return err
}

// mostDevices is how many chats are listed; a person has a few. All others can go at once, listed or not.
const mostDevices = 15

// options are one for each chat, and one for all others, for each mailbox that has more.
func (f *Devices) options() []flow.Option {
	var list []flow.Option
	more, mailboxes := map[string]int{}, map[string]bool{}
	for _, d := range f.List {
		mailboxes[d.Buyer] = true
		if !d.Current {
			more[d.Buyer]++
		}
	}
	for _, d := range f.List {
		list = append(list, flow.Option{Value: d.ID + "/" + d.Buyer, Label: deviceName("option.device", d)})
	}
	for _, d := range f.List {
		if more[d.Buyer] > 1 {
			key := "option.device_others"
			if len(mailboxes) > 1 {
				key = "option.device_others_of"
			}
			list, more[d.Buyer] = append(list, flow.Option{Value: othersOf + "/" + d.Buyer, Label: flow.T(key, "email", d.Address)}), 0
		}
	}
	return list
}

// deviceName says which chat it is, in a button or on a card.
func deviceName(key string, d actions.Device) flow.Text {
	if d.Current {
		key += "_here"
	}
	return flow.T(key, "platform", PlatformName(d.Platform), "user", d.User, "email", d.Address, "since", d.Since, "proved", d.Proved, "until", d.Until)
}

func (f *Devices) card() []flow.Fact { return deviceFacts(f.List) }

// deviceFacts are one line for each chat.
func deviceFacts(all []actions.Device) []flow.Fact {
	lines := make([]flow.Text, len(all))
	for i, d := range all {
		lines[i] = deviceName("devices.line", d)
	}
	return flow.Card("devices", lines)
}

// chosen are the chats that go.
func (f *Devices) chosen() []flow.Fact {
	device, buyer := f.split()
	var going []actions.Device
	for _, d := range f.List {
		if d.Buyer == buyer && (d.ID == device || device == othersOf && !d.Current) {
			going = append(going, d)
		}
	}
	return deviceFacts(going)
}

func (f *Devices) split() (device, buyer string) {
	device, buyer, _ = strings.Cut(f.Picked, "/")
	return device, buyer
}

// own reports whether it is the chat that he writes in.
func (f *Devices) own() bool {
	device, _ := f.split()
	for _, d := range f.List {
		if d.Current && d.ID == device {
			return true
		}
	}
	return false
}

func (f *Devices) send(c flow.Call) (err error) {
	_, buyer := f.split()
	f.Sent, err = f.core.SendCode(c, c.Who, actions.SendCodeInput{Conversation: c.Conversation, Purpose: actions.CodeDevices, Buyer: buyer})
	return err
}

func (f *Devices) revoke(c flow.Call) (err error) {
	device, buyer := f.split()
	if device == othersOf {
		device = ""
	}
	f.Count, err = f.core.Revoke(c, c.Who, actions.RevokeInput{Key: c.Key, Buyer: buyer, Device: device, Proof: f.Sent.ID})
	return err
}

// Chats shows the team which chats were proved to be a buyer's, and sends them away for a reason. The card of a purchase starts it.
type Chats struct {
	core *actions.Core

	Transaction actions.Transaction
	List        []actions.Device `json:",omitzero"`
	Picked      string           // a chat user, or allChats
	Note        string
	Count       int
}

// allChats is the choice of all of them.
const allChats = "all"

// NewChats defines the flow.
func NewChats(core *actions.Core) flow.Def {
	return flow.Def{Name: "chats", Roles: actions.StaffRoles, Unlisted: true, New: func() flow.Flow { return &Chats{core: core} }}
}

// Given takes the purchase from the card that was pressed.
func (f *Chats) Given(_ actions.Actor, values map[string]string) {
	f.Transaction = actions.Transaction(values["transaction"])
}

// Steps is the flow's table of contents.
func (f *Chats) Steps() []flow.Step {
	options := make([]flow.Option, 0, len(f.List)+1)
	for _, d := range f.List {
		options = append(options, flow.Option{Value: d.ID, Label: deviceName("option.device", d)})
	}
	options = append(options, flow.Option{Value: allChats, Label: flow.T("option.device_all", "count", len(f.List))})
	card := func() []flow.Fact { return append(flow.Card("transaction", f.Transaction), deviceFacts(f.List)...) }
	return []flow.Step{
		flow.Do("list", f.list),
		flow.When(len(f.List) == 0, flow.Result("none", nil, openPurchase(f.Transaction))),
		flow.Form("pick", flow.Pick("device", &f.Picked, options...), flow.Input("note", &f.Note, parseNote).Long()).Card(card),
		flow.Confirm("confirm", f.chosen).Danger(),
		flow.Do("revoke", f.revoke),
		flow.Result("revoked", func() []flow.Fact { return flow.Card("transaction", f.Transaction, "revoked", fmt.Sprint(f.Count)) }, openPurchase(f.Transaction)),
	}
}

func (f *Chats) list(c flow.Call) (err error) {
	f.List, err = f.core.DevicesOf(c, c.Who, f.Transaction)
	f.List = f.List[:min(len(f.List), mostDevices)]
	return err
}

// chosen are the chats that go, and why.
func (f *Chats) chosen() []flow.Fact {
	var going []actions.Device
	for _, d := range f.List {
		if f.Picked == allChats || f.Picked == d.ID {
			going = append(going, d)
		}
	}
	return append(deviceFacts(going), flow.Card("note", f.Note)...)
}

func (f *Chats) revoke(c flow.Call) (err error) {
	device := f.Picked
	if device == allChats {
		device = ""
	}
	f.Count, err = f.core.Revoke(c, c.Who, actions.RevokeInput{Key: c.Key, Transaction: f.Transaction, Device: device, Note: f.Note})
	return err
}
