package pages

import (
	"context"
	"net/http"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

type ticketsCore interface {
	TicketPage(ctx context.Context, words string) (actions.TicketPage, error)
	SaveAttendee(ctx context.Context, words string, in actions.AttendeeInput) (actions.TicketPage, error)
	TicketCalendar(ctx context.Context, words string) ([]byte, error)
}

// calendarFile is what stands behind the address of a page with tickets for its event as a calendar file.
const calendarFile = "/event.ics"

// ticketsPage shows all tickets of a purchase; each has a page of its own, whose address can be passed on.
func ticketsPage(core ticketsCore) page {
	return page{
		path: "tickets/{words}",
		look: func(v *visit) error {
			t, err := core.TicketPage(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			return v.draw(t.Locale, func(to *view) {
				if to.event(t) {
					to.tickets(v, t)
				}
			})
		},
	}
}

// event shows what all pages with tickets have in common, and reports whether the tickets are good.
func (v *view) event(t actions.TicketPage) bool {
	v.layout = "ticket.html"
	v.reader.Timezone, v.Shop, v.SupportEmail = t.Timezone, t.Shop, t.SupportEmail
	v.fact("event", t.Product.Name)
	if t.State != actions.TicketsGood {
		v.say("page.tickets." + string(t.State))
		v.Data = ticketData{}
		return false
	}
	v.fact("event_at", flow.Moment(t.Product.Event.Starts))
	v.fact("event_place", t.Product.Event.Place)
	return true
}

// ticketData is what a page with tickets has beyond others.
type ticketData struct {
	Tickets  []ticketPart // of a page with several
	Code     string       // what the door reads, and its picture
	CodeName string
	QR       qr
	Links    []link
}

type ticketPart struct {
	Title, State string
	Open         link
}

func (v *view) tickets(from *visit, t actions.TicketPage) {
	v.Title, v.Body = v.text("page.tickets.title"), v.text("page.tickets.ready")
	data := ticketData{Links: v.calendar(from, t)}
	for _, one := range t.Tickets {
		key := "page.tickets.open"
		if one.State != actions.TicketConcluded {
			key, v.Body = "page.tickets.fill", v.text("page.tickets.body")
		}
		data.Tickets = append(data.Tickets, ticketPart{Title: v.text("page.tickets.number", "number", one.Number), State: v.ticketState(one),
			Open: link{v.text(key, "number", one.Number), from.to(actions.TicketPath + one.Words)}})
	}
	v.Data = data
}

// ticketState says in a line how a ticket stands.
func (v *view) ticketState(t actions.PageTicket) string {
	switch {
	case !t.Entered.IsZero():
		return v.text("page.tickets.used", "name", flow.PersonName(t.Name), "at", flow.Moment(t.Entered))
	case t.Name != "":
		return v.text("page.tickets.named", "name", flow.PersonName(t.Name), "state", t.State)
	}
	return v.text("page.value", "value", t.State)
}

// calendar leads to the event as a file, where it is known when it is.
func (v *view) calendar(from *visit, t actions.TicketPage) []link {
	if t.Product.Event.Starts.IsZero() {
		return nil
	}
	return []link{{v.text("page.tickets.calendar"), from.r.URL.Path + calendarFile}}
}

// calendarPage hands the event over as a file; which is "tickets" or "ticket".
func calendarPage(core ticketsCore, which string) page {
	return page{
		path: which + "/{words}" + calendarFile,
		look: func(v *visit) error {
			file, err := core.TicketCalendar(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
			v.w.Header().Set("Content-Disposition", `attachment; filename="event.ics"`)
			v.w.WriteHeader(http.StatusOK)
			_, _ = v.w.Write(file) // the browser has gone if it fails
			return nil
		},
	}
}
