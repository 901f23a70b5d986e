package flows

import (
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A TicketRow is a purchase in a list of those who come to an event: what its button says.
type TicketRow struct {
	Transaction actions.Transaction
	Product     string
	Buyer       string
	Tickets     actions.TicketCounts
}

func ticketRows(purchases []actions.Purchase) []TicketRow {
	all := make([]TicketRow, len(purchases))
	for i, p := range purchases {
		all[i] = TicketRow{p.Transaction, p.Product.Name, p.Buyer.Name, p.Tickets}
	}
	return all
}

// options are the buttons of the list: for the team who it is, for a buyer what.
func (f *CheckIn) options() []flow.Option {
	list := make([]flow.Option, len(f.List))
	for i, r := range f.List {
		key := "option.participant"
		switch {
		case f.Staff && f.Event == "":
			key = "option.participant_of"
		case !f.Staff && r.Tickets.Open() == 0:
			key = "option.own_tickets_ready"
		case !f.Staff:
			key = "option.own_tickets"
		}
		list[i] = flow.Option{Value: string(r.Transaction), Label: flow.T(key, "product", short(r.Product),
			"buyer", flow.PersonName(short(r.Buyer)), "count", r.Tickets.All(), "open", r.Tickets.Open())}
	}
	return list
}

// eventOptions are the buttons of a list of events.
func eventOptions(events []actions.EventTickets) []flow.Option {
	list := make([]flow.Option, len(events))
	for i, e := range events {
		key := "option.event"
		if e.Product.Event.Starts.IsZero() {
			key = "option.event_undated"
		}
		list[i] = flow.Option{Value: e.Product.ID, Label: flow.T(key, "product", short(e.Product.Name),
			"at", begins(e.Product), "count", e.Tickets.Open())}
	}
	return list
}

// ticketOptions are all that wait for a name together, where there are several, and each ticket.
func (f *CheckIn) ticketOptions() []flow.Option {
	var list []flow.Option
	if open := f.Purchase.Tickets.Open(); open > 1 && f.Verdict.Decision == actions.Allowed {
		list = append(list, flow.Option{Value: allOpen, Label: flow.T("option.tickets_open", "count", open)})
	}
	for _, t := range f.Tickets[:min(len(f.Tickets), mostTickets)] {
		key := "option.ticket"
		if t.Name != "" {
			key = "option.ticket_named"
		}
		list = append(list, flow.Option{Value: t.ID, Label: flow.T(key, "number", t.Number, "state", t.State, "name", flow.PersonName(short(t.Name)))})
	}
	return list
}

// mostTickets is how many are listed; who holds more does not choose one of them here.
const mostTickets = 15

func begins(p actions.Product) flow.LocalTime { return there(p, p.Event.Starts) }

// there is an instant as the clocks show it where an event is.
func there(p actions.Product, at time.Time) flow.LocalTime {
	return flow.LocalTime{At: at, Zone: p.Event.Timezone}
}

// takesPlace is when and where the event of a purchase is.
func takesPlace(p actions.Product) []flow.Fact {
	return flow.Card("event_at", begins(p), "event_place", p.Event.Place)
}

// about is the purchase with its event.
func (f *CheckIn) about() []flow.Fact {
	return append(brief(f.Purchase, !f.Staff), takesPlace(f.Purchase.Product)...)
}

// card is the purchase with its tickets, and chosen with those that the mail will be about.
func (f *CheckIn) card() []flow.Fact   { return append(f.about(), f.lines(f.Tickets)...) }
func (f *CheckIn) chosen() []flow.Fact { return append(f.about(), f.lines(f.meant())...) }

// named is the ticket whose attendee was said here.
func (f *CheckIn) named() []flow.Fact {
	for _, t := range f.Tickets {
		if t.ID == f.Ticket {
			return append(f.about(), f.lines([]actions.Ticket{t})...)
		}
	}
	return f.about()
}

func (f *CheckIn) sent() []flow.Fact {
	return append(flow.Card("email", f.Purchase.Buyer.Email, "product", f.Purchase.Product.Name), f.lines(f.meant())...)
}

// lines are one for each ticket.
func (f *CheckIn) lines(tickets []actions.Ticket) []flow.Fact {
	var lines []flow.Text
	for i, t := range tickets {
		if i == mostTickets {
			lines = append(lines, flow.T("ticket.more", "count", len(tickets)-i))
			break
		}
		key := "ticket.line"
		switch {
		case !t.Entered.IsZero():
			key = "ticket.line_in"
		case t.Name != "":
			key = "ticket.line_named"
		case !t.SentAt.IsZero():
			key = "ticket.line_sent"
		}
		lines = append(lines, flow.T(key, "number", t.Number, "state", t.State, "name", flow.PersonName(t.Name), "at", there(f.Purchase.Product, t.Entered), "sent", t.SentAt))
	}
	return flow.Card("tickets", lines)
}

// eventCard is the event that was chosen.
func (f *CheckIn) eventCard() []flow.Fact {
	for _, e := range f.Events {
		if e.Product.ID == f.Event {
			return append(append(flow.Card("event", e.Product.Name), takesPlace(e.Product)...), flow.Card("tickets", counted(e.Tickets))...)
		}
	}
	return nil
}

// door is what is compared with whoever stands there.
func (f *CheckIn) door() []flow.Fact {
	d := f.Door
	facts := flow.Card("event", d.Purchase.Product.Name)
	facts = append(facts, takesPlace(d.Purchase.Product)...)
	facts = append(facts, flow.Card("attendee", personOrNone(d.Ticket.Name), "ticket", flow.T("ticket.of", "number", d.Ticket.Number, "count", d.Purchase.Quantity),
		"buyer", flow.PersonName(d.Purchase.Buyer.Name), "transaction", d.Purchase.Transaction, "entered", there(d.Purchase.Product, d.Ticket.Entered), "let_in_by", d.By)...)
	return facts
}

// personOrNone is a name, if there is one.
func personOrNone(name string) any {
	if name == "" {
		return nil
	}
	return flow.PersonName(name)
}

// counted says how many tickets there are, and how they stand; nothing where there are none.
func counted(c actions.TicketCounts) []flow.Text {
	if c.All() == 0 {
		return nil
	}
	lines := []flow.Text{flow.T("purchase.tickets", "count", c.All())}
	for _, l := range []struct {
		key string
		n   int
	}{{"ticket.count.pending", c.Pending}, {"ticket.count.partial", c.Partial}, {"ticket.count.concluded", c.Concluded}, {"ticket.count.entered", c.Entered}} {
		if l.n > 0 {
			lines = append(lines, flow.T(l.key, "count", l.n))
		}
	}
	return lines
}
