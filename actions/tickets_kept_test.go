package actions_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestTicketsInAPrivacyExport: what is kept of a buyer's tickets and of those that name him goes out and is erased; nobody gets
// in with the copy.
func TestTicketsInAPrivacyExport(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		his, hers := w.tickets("HP100", w.paulo, 1), w.tickets("HP200", w.marina, 2)
		own := w.names(hers, 1, "Otto Braun")
		_, err := w.core.SaveAttendee(t.Context(), own.Words, actions.AttendeeInput{Name: "Otto Braun", Email: "otto@example.net", Document: "X 1234567"})
		w.must(err)
		guest := w.names(his, 1, "Marina Duarte")
		_, err = w.core.SaveAttendee(t.Context(), guest.Words, actions.AttendeeInput{Name: "Marina Duarte", Email: "Marina.Duarte@example.com"})
		w.must(err)
		w.work()
		code := func(id string) actions.TicketCode {
			page, err := w.core.TicketPage(t.Context(), map[string]string{"own": own.Words, "guest": guest.Words}[id])
			w.must(err)
			return page.Tickets[0].Code
		}
		codes := []actions.TicketCode{code("own"), code("guest")}

		out, err := w.core.ExportBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		for _, want := range []string{"Otto Braun", "otto@example.net", `"X 1234567"`, "buy-HP100-1"} {
			if !bytes.Contains(out, []byte(want)) {
				t.Errorf("the file lacks %s", want)
			}
		}
		for _, c := range codes {
			if bytes.Contains(out, []byte(c)) || bytes.Contains(out, []byte(c.Shown())) {
				t.Error("the file lets somebody in")
			}
		}
		_, err = w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		for _, c := range []actions.Transaction{his, hers} {
			for _, ticket := range w.ticketsOf(c) {
				if ticket.Name != "" || ticket.Email != "" {
					t.Errorf("%s still has %s", ticket.ID, ticket.Name)
				}
			}
		}
		for _, c := range codes {
			_, err := w.core.TicketAtDoor(t.Context(), w.ana, c)
			wantError(t, err, actions.NotFound, "checkin.unknown_code")
		}
	})
}

// TestAttendeesAreForgotten after the event, not before it, however early they were named.
func TestAttendeesAreForgotten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		hall := w.tickets("HP100", w.marina, 1)
		w.names(hall, 1, "Marina Duarte")
		core := actions.New(actions.Options{Store: s, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID,
			Retention: actions.Retention{Attendees: 30}})
		retain := func() string {
			t.Helper()
			w.must(core.Retain(t.Context(), shop))
			return w.ticketsOf(hall)[0].Name
		}
		w.pass(60 * 24 * time.Hour)
		equal(t, "before the event", retain(), "Marina Duarte")
		w.pass(dinner.AddDate(0, 0, 29).Sub(w.clock()))
		equal(t, "soon after it", retain(), "Marina Duarte")
		w.pass(3 * 24 * time.Hour)
		equal(t, "later", retain(), "")
		equal(t, "that somebody was named", w.purchase(hall).Tickets, actions.TicketCounts{Concluded: 1})
	})
}

// TestTicketsOutliveTheSecret: a ticket that was printed under one secret lets in under the next.
func TestTicketsOutliveTheSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.tickets("HP100", w.marina, 1)
	ticket := w.names(code, 1, "Marina Duarte")
	both, _ := w.under(newSecret, []byte("the secret of a shop in a test  "))
	r, err := both.RotateKeys(t.Context(), shop, nil)
	w.must(err)
	if r.Sealed != 1 || r.Lost != 0 {
		t.Errorf("sealed anew: %+v", r)
	}
	now, _ := w.under(newSecret)
	d, err := now.TicketAtDoor(t.Context(), w.ana, ticket.Code)
	w.must(err)
	equal(t, "at the door", d.Ticket.Name, "Marina Duarte")
	if strings.Contains(ticket.Words, "marina") {
		t.Errorf("the link tells who: %s", ticket.Words)
	}
}
