package hotmart

import (
	"errors"
	"net/url"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// The guarantees that a product may have here, in days (help centre 360034552751: 7 to 30, which the API page extends to 60).
const (
	leastWarranty = 7
	mostWarranty  = 60
)

// productRead makes an event of a product of the shop.
func productRead(item productItem, asOf time.Time) (actions.SaleEvent, error) {
	if item.ID == "" || item.ID == "0" {
		return actions.SaleEvent{}, errors.New("product: id is missing")
	}
	e, err := readEvent(kindProduct, item, asOf)
	e.Product = listedOf(item)
	return e, err
}

// listedOf reads a product of the shop. A guarantee that could be none is left out: that of each sale is in the sale.
func listedOf(item productItem) *actions.Listed {
	l := &actions.Listed{Code: string(item.ID), Name: string(item.Name), Kind: formats[upper(item.Format)]}
	if bool(item.Subscription) && l.Kind != "event" && l.Kind != "bundle" {
		l.Kind = "membership" // as its sales say
	}
	if days := int(item.Warranty); days >= leastWarranty && days <= mostWarranty {
		l.GuaranteeDays = days
	}
	return l
}

// ticketStates are the words of checkin_status: how much is known of who comes, and not who came.
var ticketStates = map[string]actions.TicketState{
	"PENDING":   actions.TicketPending,
	"PARTIAL":   actions.TicketPartial,
	"CONCLUDED": actions.TicketConcluded,
}

// validTickets are the words of ticket_status of tickets that admit somebody. A ticket that was paid back can still say that its
// check-in is pending.
var validTickets = map[string]bool{"SOLD": true, "INVITE": true}

// ticketOf reads a ticket. What its QR code says admits whoever shows it, and is not read.
func ticketOf(item participantItem) (actions.RemoteTicket, error) {
	t := item.Ticket
	if t.ID == "" {
		return actions.RemoteTicket{}, errors.New("ticket: eticket.id is missing")
	}
	ticket := actions.RemoteTicket{ID: string(t.ID), CheckIn: ticketStates[upper(t.CheckIn)], Valid: validTickets[upper(t.Status)],
		Blocked: bool(t.Blocked), CheckInURL: webAddress(string(t.CheckInURL)), Attendee: string(item.Participant.Name)}
	ticket.Email, _ = actions.ParseEmail(string(item.Participant.Email))
	return ticket, nil
}

// webAddress is an address that a mail may lead to: https, and nothing that hides where it goes. Empty: it is none.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(text) > 500 {
		return ""
	}
	return u.String()
}
