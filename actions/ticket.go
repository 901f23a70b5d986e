package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
)

// An Event is when and where an in-person event takes place; what is not known is zero.
type Event struct {
	Starts   time.Time `json:",omitzero"`
	Ends     time.Time `json:",omitzero"`
	Timezone string    `json:",omitzero"` // IANA name, of the place; empty: the account's
	Place    string    `json:",omitzero"` // as it is written on tickets
}

// IsZero reports whether nothing is known of the event.
func (e Event) IsZero() bool {
	return e.Starts.IsZero() && e.Ends.IsZero() && e.Timezone == "" && e.Place == ""
}

// over is the instant after which nobody is let in any more: the end, or a day after the beginning. Zero when it is not known
// when the event is.
func (e Event) over() time.Time {
	switch {
	case !e.Ends.IsZero():
		return e.Ends
	case !e.Starts.IsZero():
		return e.Starts.Add(day)
	}
	return time.Time{}
}

// date is what people call the event by: when it begins, as far as known.
func (e Event) date() time.Time {
	if !e.Starts.IsZero() {
		return e.Starts
	}
	return e.Ends
}

// IsOver reports whether the event is known to have ended.
func (e Event) IsOver(now time.Time) bool {
	end := e.over()
	return !end.IsZero() && now.After(end)
}

// A TicketState says how much is known of who will come: it is not presence at the door.
type TicketState string

// The states.
const (
	TicketPending   TicketState = "pending"   // nothing
	TicketPartial   TicketState = "partial"   // begun: name or address is missing
	TicketConcluded TicketState = "concluded" // complete: there is a code for the door
)

// TicketStates lists the states in the order in which a ticket goes through them.
var TicketStates = []TicketState{TicketPending, TicketPartial, TicketConcluded}

// A Ticket lets one person into an event.
type Ticket struct {
	ID      string
	Number  int // of the purchase's tickets, from 1
	State   TicketState
	Name    string    `json:",omitzero"` // of the attendee
	Email   Email     `json:",omitzero"` // likewise
	SentAt  time.Time `json:",omitzero"` // check-in mail sent last; zero when never by us
	Entered time.Time `json:",omitzero"` // let in; zero when not yet
}

// TicketCounts are the tickets of a purchase or an event, by state.
type TicketCounts struct {
	Pending   int `json:",omitzero"`
	Partial   int `json:",omitzero"`
	Concluded int `json:",omitzero"`
	Entered   int `json:",omitzero"` // of all: people who are in
}

// All is how many there are.
func (c TicketCounts) All() int { return c.Pending + c.Partial + c.Concluded }

// Open is how many wait for their attendee's data.
func (c TicketCounts) Open() int { return c.Pending + c.Partial }

// State is that of all tickets together: pending while nothing is known of anybody, concluded when nothing is missing.
func (c TicketCounts) State() TicketState {
	switch {
	case c.Open() == 0:
		return TicketConcluded
	case c.Partial == 0 && c.Concluded == 0:
		return TicketPending
	}
	return TicketPartial
}

// countTickets sums up what the store has counted.
func countTickets(rows []store.TicketCount) TicketCounts {
	var c TicketCounts
	for _, r := range rows {
		switch TicketState(r.State) {
		case TicketPending:
			c.Pending += r.Count
		case TicketPartial:
			c.Partial += r.Count
		case TicketConcluded:
			c.Concluded += r.Count
		}
		c.Entered += r.Entered
	}
	return c
}

// admitting are the statuses of a purchase whose tickets are good. While a refund is claimed they are not: whoever has been
// let in cannot give the evening back.
var admitting = []string{string(Approved), string(Complete), string(PartlyRefunded)}

// admits reports whether the tickets of a purchase are good. It is asked each time, and stands nowhere: a refund that arrives
// makes them void, and a claim that is withdrawn makes them good again.
func admits(p Purchase) bool {
	return p.Status.Kept() && !p.Refunding
}

// useTicketDocument is what an attendee's document is sealed for.
const useTicketDocument = "ticket_document"

// goodTicket reports whether a ticket is one of those that were bought: the platform may have told a smaller number later.
func goodTicket(t store.Ticket, p Purchase) bool { return t.Number == 1 || t.Number <= p.Quantity }

func toTicket(t store.Ticket) Ticket {
	return Ticket{ID: t.ID, Number: t.Number, State: TicketState(t.State), Name: t.Name, Email: Email(t.Email),
		SentAt: value(t.SentAt), Entered: value(t.EnteredAt)}
}
