package pages

import (
	"net/http"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// ticketPage is one ticket: the form that says who comes, and the ticket itself once that is known.
func ticketPage(core ticketsCore) page {
	return page{
		path: "ticket/{words}",
		look: func(v *visit) error {
			t, err := core.TicketPage(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			if !t.One {
				return errNoPage
			}
			return v.draw(t.Locale, func(to *view) {
				if !to.event(t) {
					return
				}
				one := t.Tickets[0]
				if one.Code == "" && one.Entered.IsZero() || v.r.URL.Query().Has("change") && one.Entered.IsZero() {
					to.attendee(t, attendeeOf(one))
					return
				}
				to.ticket(v, t)
			})
		},
		press: func(v *visit) error {
			in := actions.AttendeeInput{Name: v.typed("name"), Email: v.typed("email"), Document: v.typed("document")}
			if in.Forget = strings.TrimSpace(in.Document) == "-"; in.Forget {
				in.Document = ""
			}
			_, err := core.SaveAttendee(v.r.Context(), v.words(), in)
			if e := actions.AsError(err); err != nil && (e.Code == actions.Invalid || e.Code == actions.Conflict) {
				return v.mend(core, in, e)
			}
			if err != nil {
				return err
			}
			return v.back()
		},
	}
}

// mend shows the form again with what is wrong about it.
func (v *visit) mend(core ticketsCore, in actions.AttendeeInput, problem *actions.Error) error {
	t, err := core.TicketPage(v.r.Context(), v.words())
	if err != nil {
		return err
	}
	code := http.StatusUnprocessableEntity
	if problem.Code == actions.Conflict {
		code = http.StatusConflict
	}
	v.Pages.draw(v.w, v.r, code, t.Locale, func(to *view) {
		if !to.event(t) {
			return
		}
		to.attendee(t, in)
		why := to.words.Text(flow.Text{Key: problem.Key, Args: problem.Args}, to.reader)
		if problem.Field == "" {
			to.Body, to.More, to.Fields, to.Button = why, nil, nil, ""
			return
		}
		for i := range to.Fields {
			if to.Fields[i].Name == problem.Field {
				to.Fields[i].Problem = why
			}
		}
	})
	return nil
}

func attendeeOf(t actions.PageTicket) actions.AttendeeInput {
	return actions.AttendeeInput{Name: t.Name, Email: string(t.Email)}
}

// attendee asks who comes.
func (v *view) attendee(t actions.TicketPage, in actions.AttendeeInput) {
	one := t.Tickets[0]
	v.say("page.ticket.form")
	switch one.State {
	case actions.TicketPartial:
		v.More = append(v.More, v.text("page.ticket.partial"))
	case actions.TicketConcluded:
		v.More = append(v.More, v.text("page.ticket.renewed"))
	}
	v.fact("ticket", flow.T("ticket.of", "number", one.Number, "count", one.Of))
	hint := v.text("page.ticket.document.hint")
	if one.Document != "" {
		hint = v.text("page.ticket.document.kept", "document", one.Document)
	}
	v.Fields = []field{
		{Name: "name", Type: "text", Complete: "name", Label: v.text("page.ticket.name"), Hint: v.text("page.ticket.name.hint"), Value: in.Name},
		{Name: "email", Type: "email", Complete: "email", Label: v.text("page.ticket.email"), Hint: v.text("page.ticket.email.hint"), Value: in.Email},
		{Name: "document", Type: "text", Label: v.text("page.ticket.document"), Hint: hint, Value: in.Document},
	}
	v.Button = v.text("page.ticket.save")
	v.Data = ticketData{}
}

// ticket is what is shown at the door.
func (v *view) ticket(from *visit, t actions.TicketPage) {
	one := t.Tickets[0]
	v.Title, v.Body = t.Product.Name, v.text("page.ticket.ready")
	v.Facts = v.Facts[1:] // the event is the title
	v.fact("attendee", flow.PersonName(one.Name))
	v.fact("ticket", flow.T("ticket.of", "number", one.Number, "count", one.Of))
	if !one.Entered.IsZero() {
		v.Body = v.text("page.ticket.used", "at", flow.Moment(one.Entered))
		v.Data = ticketData{}
		return
	}
	v.Good = true
	data := ticketData{Code: one.Code.Shown(), CodeName: v.text("page.ticket.code"), Links: v.calendar(from, t)}
	data.QR = qrOf(data.Code)
	data.Links = append(data.Links, link{v.text("page.ticket.change"), from.to(from.r.URL.Path, "change", "1")})
	v.Data = data
}
