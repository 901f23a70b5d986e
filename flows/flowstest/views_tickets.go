package flowstest

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
)

// longCheckIns are the ways through the check-in, with the longest values.
func longCheckIns(about flows.Target, rule actions.Verdict) []*flows.CheckIn {
	p := about.Purchase
	allowed := actions.Verdict{Decision: actions.Allowed, Rule: "checkin.allowed"}
	row := flows.TicketRow{Transaction: p.Transaction, Product: longProduct, Buyer: longName, Tickets: p.Tickets}
	rows := []flows.TicketRow{row, row, row, row, row}
	event := actions.EventTickets{Product: p.Product, Tickets: p.Tickets}
	events := []actions.EventTickets{event, event, event, event, event, event}
	var tickets []actions.Ticket
	for i, state := range actions.TicketStates {
		tickets = append(tickets, actions.Ticket{ID: longID + "-" + string(rune('1'+i)), Number: i + 1, State: state, SentAt: someday})
	}
	tickets[2].Name, tickets[2].Email = longName, longEmail
	used := tickets[2]
	used.Entered = someday
	tickets = append(tickets, used)
	for range 20 {
		tickets = append(tickets, used)
	}
	about.Transaction = ""
	found := about
	found.Transaction = p.Transaction
	all := []*flows.CheckIn{
		{Target: about, Events: events, From: 0},
		{Target: about, Events: events, From: 5},
		{Target: about, Events: events, Event: p.Product.ID, Searching: true, List: rows, Earlier: []string{""}},
		{Target: about, Events: events, Event: p.Product.ID},
		{Target: about, Query: longName},
		{Target: about, Query: longName, List: rows},
		{Target: found, Tickets: tickets, Verdict: allowed},
		{Target: found, Tickets: tickets, Ticket: tickets[0].ID, Verdict: allowed},
		{Target: found, Tickets: tickets, Again: true, Verdict: allowed},
		{Target: found, Tickets: tickets, Verdict: rule},
		{Target: found, Tickets: tickets, Verdict: actions.Verdict{Decision: actions.Blocked, Rule: "checkin.concluded"}},
	}
	for _, v := range []actions.Verdict{{Decision: actions.Allowed, Rule: "admit.allowed"}, {Decision: actions.Blocked, Rule: "admit.void"}} {
		all = append(all, &flows.CheckIn{Target: about, Door: actions.DoorTicket{Ticket: used, Purchase: p, By: longName, Verdict: v}})
	}
	for _, f := range all { // steps that are not reached are drawn too
		if f.Verdict.Rule == "" {
			f.Verdict = allowed
		}
		if f.Door.Verdict.Rule == "" {
			f.Door.Verdict = actions.Verdict{Decision: actions.Blocked, Rule: "admit.used"}
		}
	}
	return all
}
