package flowstest

import (
	"context"
	"fmt"

	"github.com/aftersale/aftersale/actions"
)

// ticketDesk gives out the tickets of given.yaml: by address the state of each, or "refunded".
type ticketDesk map[string][]string

// TicketsOf implements actions.TicketDesk.
func (d ticketDesk) TicketsOf(_ context.Context, _, _ string, buyer actions.Email) ([]actions.RemoteTicket, error) {
	var all []actions.RemoteTicket
	for i, state := range d[string(buyer)] {
		t := actions.RemoteTicket{ID: fmt.Sprint(i), CheckIn: actions.TicketState(state), Valid: true, CheckInURL: fmt.Sprintf("https://platform.example/check-in/%d", i)}
		if state == "refunded" {
			t.CheckIn, t.Valid = actions.TicketPending, false
		}
		all = append(all, t)
	}
	return all, nil
}

// tickets is the desk, where there is one.
func (g given) tickets() actions.TicketDesk {
	if g.Desk == nil {
		return nil
	}
	return ticketDesk(g.Desk)
}
