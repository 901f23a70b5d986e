package actions_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// ticketDesk gives out tickets.
type ticketDesk struct {
	tickets []actions.RemoteTicket
	err     error
	asked   []actions.Email
}

func (d *ticketDesk) TicketsOf(_ context.Context, _, _ string, buyer actions.Email) ([]actions.RemoteTicket, error) {
	d.asked = append(d.asked, buyer)
	return d.tickets, d.err
}

const secretPath = "https://platform.example/check-in/"

// atDesk makes a world whose platform gives out the tickets of HP700, an event that marina has bought.
func atDesk(t *testing.T, s *store.Store, states ...actions.TicketState) (*world, *ticketDesk) {
	t.Helper()
	w := worldOn(t, s)
	desk := &ticketDesk{}
	for i, state := range states {
		desk.tickets = append(desk.tickets, actions.RemoteTicket{ID: fmt.Sprint(i), CheckIn: state, Valid: true, CheckInURL: fmt.Sprint(secretPath, i)})
	}
	o := w.options
	o.Tickets, o.PublicURL = desk, nil // our own pages are not needed
	w.core = actions.New(o)
	_, err := w.core.Apply(t.Context(), shop, actions.SaleEvent{Source: "test", ID: "e1", Kind: "SALE", At: start, Sale: &actions.Sale{
		Transaction: "HP700", Status: actions.Approved, RawStatus: "APPROVED", Product: actions.SoldProduct{Code: "4100003", Name: "Feira", Kind: "event"},
		Buyer: actions.SoldTo{Name: "Marina Duarte", Email: "marina.duarte@example.com"}, Price: actions.Money{Minor: 9000, Currency: "BRL"},
		Quantity: 3, Payment: actions.Pix, OrderedAt: start, ApprovedAt: start}})
	w.must(err)
	return w, desk
}

func (w *world) sendsCheckIn(key string) {
	w.t.Helper()
	_, err := w.core.SendCheckIn(w.t.Context(), w.ana, actions.CheckInInput{Key: key, Transaction: "HP700", ReplyTo: "i-ana"})
	w.must(err)
}

// TestCheckInCarriesThePlatformsLinks of the tickets that wait, those that are good alone, and keeps them nowhere.
func TestCheckInCarriesThePlatformsLinks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, desk := atDesk(t, s, actions.TicketPending, actions.TicketConcluded, actions.TicketPartial, actions.TicketPending, actions.TicketPending, actions.TicketPending)
		desk.tickets[3].Valid = false // paid back, and says all the same that it waits
		desk.tickets[4].Blocked = true
		desk.tickets[5].CheckInURL = "javascript:alert(1)"
		desk.err = actionstest.ErrTimeout
		w.sendsCheckIn("c1")
		w.work()
		if n := len(w.mailbox.Sent()); n != 0 {
			t.Fatalf("%d mails left without an answer of the platform", n)
		}
		desk.err = nil
		w.pass(time.Hour)
		w.work()
		sent := w.mailbox.Sent()
		if len(sent) != 1 || sent[0].Template != "checkin_there" || sent[0].To != "marina.duarte@example.com" {
			t.Fatalf("sent %+v", sent)
		}
		if got, want := sent[0].Values.TicketURLs, []string{secretPath + "0", secretPath + "2"}; !slices.Equal(got, want) {
			t.Errorf("links %v, want %v", got, want)
		}
		m, err := w.store.MailByKey(shop, "c1/checkin")
		w.must(err)
		req, err := w.store.Request("c1")
		w.must(err)
		for _, kept := range [][]byte{m.Values, req.Payload} {
			if bytes.Contains(kept, []byte("platform.example/check-in")) {
				t.Errorf("a link is kept: %s", kept)
			}
		}
	})
}

// TestCheckInWithNothingPending is not sent, and whoever asked is told.
func TestCheckInWithNothingPending(t *testing.T) {
	t.Parallel()
	w, _ := atDesk(t, storetest.New(t), actions.TicketConcluded)
	w.sendsCheckIn("c1")
	w.noted()
	w.work()
	if n := len(w.mailbox.Sent()); n != 0 {
		t.Errorf("%d mails", n)
	}
	if r := w.request(w.ana, "c1"); r.State != actions.RequestRefused || r.Detail != "outcome.refused.nothing_pending" {
		t.Errorf("it is %+v", r)
	}
	if told := w.noted(); !slices.Contains(told, "tell i-ana c1") {
		t.Errorf("who asked was not told: %v", told)
	}
	w.pass(48 * time.Hour)
	w.minute()
	w.work()
	if n := len(w.mailbox.Sent()); n != 0 {
		t.Errorf("%d mails later", n)
	}
}

// TestCheckInLinksGoToThePurchasesAddressAlone: between the press and the mail the purchase has moved.
func TestCheckInLinksGoToThePurchasesAddressAlone(t *testing.T) {
	t.Parallel()
	w, desk := atDesk(t, storetest.New(t), actions.TicketPending)
	w.sendsCheckIn("c1")
	w.must(w.store.PutBuyer(store.Buyer{ID: "marina", AccountID: shop, Email: "marina@example.net", EmailKey: "marina@example.net", Name: "Marina", CreatedAt: start}))
	w.work()
	if n := len(w.mailbox.Sent()); n != 0 || len(desk.asked) != 0 {
		t.Errorf("%d mails, asked for %v", n, desk.asked)
	}
}
