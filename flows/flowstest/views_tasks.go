package flowstest

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/flows"
)

// longTasks are the cards of what is done by hand, whatever is said of it, and the reminder of a day.
func longTasks(p actions.Purchase, readers ...actions.Actor) []longView {
	var all []longView
	said := actions.Said{Name: longName, At: someday, Note: longNote}
	doubted, unread, looked, cannot, shown := said, said, said, said, said
	doubted.Doubted, unread.Unread, unread.Looks, looked.Looks, cannot.Cannot, shown.Shown = someday, true, 1, 1, true, true
	requests := []actions.Request{
		{State: actions.RequestAssisted}, {State: actions.RequestAssisted, Said: said}, {State: actions.RequestAssisted, Said: looked},
		{State: actions.RequestAssisted, Said: unread}, {State: actions.RequestAssisted, Said: doubted}, {State: actions.RequestAssisted, Said: cannot},
		{State: actions.RequestRefused, Detail: actions.TaskCannot, Said: cannot}, {State: actions.RequestDone, Detail: actions.TaskWord, Said: said},
		{State: actions.RequestDone, Said: shown},
	}
	ops := map[string]actions.Operation{actions.KindRefund: actions.OpRefund, actions.KindEmail: actions.OpChangeEmail, actions.KindPutBack: actions.OpChangeEmail,
		actions.KindCancel: actions.OpCancel, actions.KindReactivate: actions.OpReactivate, actions.KindAccessMail: actions.OpResend, actions.KindCheckInMail: actions.OpCheckIn}
	for _, kind := range sorted(ops) {
		for _, r := range requests {
			r.Action, r.Op, r.Purchase, r.May, r.Next, r.Panel = kind, ops[kind], p, true, someday, hotmart.Guide{}.Panel(ops[kind])
			if r.Op == actions.OpChangeEmail {
				r.OldEmail, r.NewEmail = longEmail, longEmail
			}
			for _, reader := range readers {
				v, _ := flows.ShowRequest(longID+"/subscription/1", r, reader)
				v.Live = "request:" + longID + "/subscription/1"
				all = append(all, longView{View: v}, longView{View: v, shared: reader.Staff()})
			}
		}
	}
	states := []actions.MemberState{{}, {Known: true}, {Known: true, Found: true, Blocked: true}, {Known: true, Found: true, Late: true}, {Known: true, Found: true},
		{Known: true, Found: true, FirstAt: someday}, {Known: true, Found: true, FirstAt: someday, LastAt: someday, Accesses: 1234567}}
	looks := []actions.MemberLook{{}, {Answered: true, Failed: true}, {Answered: true, Sent: 1}}
	for _, s := range states {
		one := actions.MemberOf{Product: longProduct, State: s}
		looks = append(looks, actions.MemberLook{Answered: true, Products: []actions.MemberOf{one, one, one}})
	}
	for _, l := range looks {
		l.Key, l.Purchase = longID+"/look/1", p
		v, _ := flows.ShowAccess(l, true)
		all = append(all, longView{View: v})
	}
	task := actions.Task{Action: actions.KindCheckInMail, Product: p.Product.Name, Buyer: p.Buyer, Since: someday, AskedBy: longName}
	for _, past := range []bool{true, false} {
		for _, n := range []actions.TaskCount{{}, {Open: 1, Oldest: task}, {Open: actions.MaxTasks, Oldest: task}} {
			v, _ := flows.ShowTasks("2026-03-10", past, n)
			all = append(all, longView{View: v, shared: true})
		}
	}
	return all
}
