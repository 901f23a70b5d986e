package actions_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// dinner is when the event of these tests begins, in Lisbon.
var dinner = time.Date(2026, 6, 5, 18, 30, 0, 0, time.UTC)

// tickets records a purchase of so many tickets of an event.
func (w *world) tickets(transaction string, buyer actions.Actor, n int, change ...func(*store.Purchase)) actions.Transaction {
	w.t.Helper()
	end := dinner.Add(3 * time.Hour)
	w.must(w.store.PutProducts([]store.Product{{ID: "event", AccountID: shop, Code: "4100003", Name: "Jantar em Lisboa", NameKey: "jantar em lisboa", Kind: "event",
		StartsAt: &dinner, EndsAt: &end, Timezone: "Europe/Lisbon", Place: "Rua do Pão, 12", CreatedAt: start}}))
	code := w.bought(transaction, buyer, append([]func(*store.Purchase){func(p *store.Purchase) { p.ProductID, p.Quantity = "event", n }}, change...)...)
	_, err := w.store.IssueTickets(shop, []string{"buy-" + transaction}, start)
	w.must(err)
	return code
}

func (w *world) checkIn(who actions.Actor, key string, t actions.Transaction, ticket string) (actions.Result, error) {
	return w.core.SendCheckIn(w.t.Context(), who, actions.CheckInInput{Key: key, Transaction: t, Ticket: ticket})
}

// ticketsOf lists the tickets of a purchase.
func (w *world) ticketsOf(t actions.Transaction) []actions.Ticket {
	w.t.Helper()
	all, err := w.core.Tickets(w.t.Context(), w.ana, t)
	w.must(err)
	return all
}

// link returns the words of the link that was mailed last about tickets.
func (w *world) link() string {
	w.t.Helper()
	w.work()
	sent := w.mailbox.Sent()
	for i := len(sent) - 1; i >= 0; i-- {
		if url := sent[i].Values.TicketURL; url != "" {
			return url[strings.LastIndexByte(url, '/')+1:]
		}
	}
	w.t.Fatal("no link about tickets was mailed")
	return ""
}

// names has somebody come with a ticket, and returns it.
func (w *world) names(code actions.Transaction, number int, name string) actions.PageTicket {
	w.t.Helper()
	ticket := w.ticketsOf(code)[number-1].ID
	_, err := w.checkIn(w.ana, fmt.Sprint("names ", ticket, name), code, ticket)
	w.must(err)
	page, err := w.core.SaveAttendee(w.t.Context(), w.link(), actions.AttendeeInput{Name: name, Email: "guest@example.com"})
	w.must(err)
	return page.Tickets[0]
}

func TestOneMailForAllTickets(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.tickets("HP100", w.marina, 3)
		equal(t, "tickets", w.purchase(code).Tickets, actions.TicketCounts{Pending: 3})
		result, err := w.checkIn(w.ana, "k1", code, "")
		w.must(err)
		again, err := w.checkIn(w.ana, "k1", code, "")
		w.must(err)
		equal(t, "the same key again", again, result)
		w.work()
		sent := w.mailbox.Sent()
		if len(sent) != 1 {
			t.Fatalf("%d mails", len(sent))
		}
		m := sent[0]
		equal(t, "mail", []any{m.Template, string(m.To), m.Values.Tickets, m.Values.Event.Starts, m.Values.Event.Timezone, m.Values.Event.Place},
			[]any{"checkin", "marina.duarte@example.com", 3, dinner, "Europe/Lisbon", "Rua do Pão, 12"})
		if !strings.HasPrefix(m.Values.TicketURL, "https://support.example/b/tickets/p") {
			t.Errorf("the link is %s", m.Values.TicketURL)
		}
		for _, ticket := range w.ticketsOf(code) {
			if !ticket.SentAt.Equal(start) {
				t.Errorf("ticket %d: sent %v", ticket.Number, ticket.SentAt)
			}
		}
		equal(t, "audit", w.audit(code), []string{"p-ana checkin.sent"})

		_, err = w.checkIn(w.ana, "k2", code, "buy-HP100-2")
		w.must(err)
		w.work()
		if url := w.mailbox.Sent()[1].Values.TicketURL; !strings.HasPrefix(url, "https://support.example/b/ticket/t") || w.mailbox.Sent()[1].Values.Tickets != 1 {
			t.Errorf("the link to one ticket is %s", url)
		}
		_, err = w.checkIn(w.ana, "k3", code, "buy-HP200-1")
		wantError(t, err, actions.NotFound, "checkin.ticket_gone")
	})
}

func TestCheckInIsNoMailCannon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.tickets("HP100", w.marina, 2)
	for i := range 2 {
		_, err := w.checkIn(w.marina, fmt.Sprint("k", i), code, "")
		w.must(err)
		w.pass(time.Minute)
	}
	_, err := w.resend(w.marina, "r1", code)
	w.must(err) // access mails and check-in mails are one count
	_, err = w.checkIn(w.marina, "k3", code, "")
	wantError(t, err, actions.Conflict, "verdict.checkin.daily_limit")
	_, err = w.resend(w.marina, "r2", code)
	wantError(t, err, actions.Conflict, "verdict.resend.daily_limit")
	_, err = w.checkIn(w.ana, "k4", code, "")
	w.must(err) // the team's own
	for i := range 9 {
		_, err = w.checkIn(w.marina, fmt.Sprint("other", i), w.tickets(fmt.Sprint("HP30", i), w.marina, 1), "")
	}
	wantError(t, err, actions.Conflict, "verdict.checkin.address_limit")
}

func TestCheckInIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.tickets("HP100", w.marina, 2)
	_, err := w.checkIn(w.paulo, "k1", code, "")
	wantError(t, err, actions.NotFound, "purchase.not_found")
	_, err = w.checkIn(w.ana, "k2", w.bought("HP200", w.marina), "")
	wantError(t, err, actions.Conflict, "verdict.checkin.no_event")
	w.refund(w.ana, "k3", code)
	_, err = w.checkIn(w.ana, "k4", code, "")
	wantError(t, err, actions.Conflict, "verdict.checkin.refunding")
	w.work()
	_, err = w.checkIn(w.ana, "k5", code, "")
	wantError(t, err, actions.Conflict, "verdict.checkin.status")
	if n := len(w.mailsOf("checkin")); n != 0 {
		t.Errorf("%d check-in mails were sent", n)
	}
	late := w.tickets("HP300", w.marina, 1)
	w.pass(dinner.Add(4 * time.Hour).Sub(start))
	_, err = w.checkIn(w.ana, "k6", late, "")
	wantError(t, err, actions.Conflict, "verdict.checkin.over")
}

// mailsOf lists the mails of a template.
func (w *world) mailsOf(template string) []actions.Message {
	var all []actions.Message
	for _, m := range w.mailbox.Sent() {
		if m.Template == template {
			all = append(all, m)
		}
	}
	return all
}

func TestAttendeesAreNamed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.tickets("HP100", w.marina, 2)
		_, err := w.checkIn(w.ana, "k1", code, "")
		w.must(err)
		whole := w.link()
		page, err := w.core.TicketPage(t.Context(), whole)
		w.must(err)
		if page.One || len(page.Tickets) != 2 || page.State != actions.TicketsGood || page.Timezone != "Europe/Lisbon" || page.Tickets[0].Code != "" {
			t.Fatalf("page = %+v", page)
		}
		one, two := page.Tickets[0].Words, page.Tickets[1].Words
		_, err = w.core.SaveAttendee(t.Context(), whole, actions.AttendeeInput{Name: "Marina"})
		wantError(t, err, actions.NotFound, "link.unknown") // that is a link to several

		save := func(words string, in actions.AttendeeInput) actions.PageTicket {
			t.Helper()
			page, err := w.core.SaveAttendee(t.Context(), words, in)
			w.must(err)
			if !page.One || len(page.Tickets) != 1 {
				t.Fatalf("the page of one ticket: %+v", page)
			}
			return page.Tickets[0]
		}
		if got := save(one, actions.AttendeeInput{Name: "  Marina\u202e  Duarte "}); got.State != actions.TicketPartial || got.Name != "Marina Duarte" || got.Code != "" {
			t.Errorf("begun: %+v", got)
		}
		first := save(one, actions.AttendeeInput{Email: "marina@example.com", Document: "X 1234567"})
		if first.State != actions.TicketConcluded || len(first.Code) != 16 || first.Document != "•••67" {
			t.Errorf("complete: %+v", first)
		}
		equal(t, "counts", w.purchase(code).Tickets, actions.TicketCounts{Pending: 1, Concluded: 1})
		w.work()
		if n := len(w.mailsOf("ticket")); n != 0 {
			t.Errorf("%d mails before the last ticket was complete", n)
		}
		second := save(two, actions.AttendeeInput{Name: "Otto Braun", Email: "otto@example.net"})
		w.work()
		if mails := w.mailsOf("ticket"); len(mails) != 1 || mails[0].To != "marina.duarte@example.com" || mails[0].Values.Tickets != 2 {
			t.Errorf("mails = %+v", mails)
		}
		if again := save(two, actions.AttendeeInput{Name: "Otto Braun", Email: "otto@example.net"}); again.Code != second.Code {
			t.Error("saving the same again made a new code")
		}
		if again := save(two, actions.AttendeeInput{Name: "Otto Braun", Email: "otto@example.net", Document: "Y 99"}); again.Code != second.Code || again.Document != "•••99" {
			t.Errorf("with a document: %+v", again)
		}
		if again := save(two, actions.AttendeeInput{Name: "Otto Braun", Email: "otto@example.net", Forget: true}); again.Document != "" {
			t.Errorf("without it: %+v", again)
		}

		// Somebody else comes: the old code is good for nothing.
		third := save(two, actions.AttendeeInput{Name: "Eva Lang", Email: "eva@example.net"})
		_, err = w.core.TicketAtDoor(t.Context(), w.ana, second.Code)
		wantError(t, err, actions.NotFound, "checkin.unknown_code")
		d, err := w.core.TicketAtDoor(t.Context(), w.ana, third.Code)
		w.must(err)
		equal(t, "at the door", []any{d.Ticket.Name, d.Verdict.Rule}, []any{"Eva Lang", "admit.early"})
		w.work()
		equal(t, "mails to the buyer", len(w.mailsOf("ticket")), 4) // complete; document given; taken away; another name
		equal(t, "audit", w.audit(code), []string{"p-ana checkin.sent", "system ticket.named", "system ticket.named", "system ticket.named",
			"system ticket.named", "system ticket.named", "system ticket.named"})
	})
}

func TestAttendeeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.tickets("HP100", w.marina, 1)
	got := w.names(code, 1, "Marina Duarte")
	save := func(in actions.AttendeeInput) error {
		_, err := w.core.SaveAttendee(t.Context(), got.Words, in)
		return err
	}
	for _, c := range []struct {
		in         actions.AttendeeInput
		key, field string
	}{
		{actions.AttendeeInput{Email: "a@example.com"}, "attendee.name_needed", "name"},
		{actions.AttendeeInput{Name: "Marina"}, "attendee.email_needed", "email"},
		{actions.AttendeeInput{Name: "12 34", Email: "a@example.com"}, "attendee.no_name", "name"},
		{actions.AttendeeInput{Name: strings.Repeat("a", 121), Email: "a@example.com"}, "error.too_long", "name"},
		{actions.AttendeeInput{Name: "Marina", Email: "marina"}, "email.invalid", "email"},
		{actions.AttendeeInput{Name: "Marina", Email: "a@example.com", Document: strings.Repeat("1", 41)}, "error.too_long", "document"},
	} {
		if e := wantError(t, save(c.in), actions.Invalid, c.key); e.Field != c.field {
			t.Errorf("%+v: field %s", c.in, e.Field)
		}
	}
	for i := range 4 {
		w.must(save(actions.AttendeeInput{Name: fmt.Sprint("Guest ", i), Email: "a@example.com"}))
	}
	wantError(t, save(actions.AttendeeInput{Name: "One too many", Email: "a@example.com"}), actions.Conflict, "attendee.too_often")
	w.pass(24 * time.Hour)
	w.must(save(actions.AttendeeInput{Name: "Tomorrow", Email: "a@example.com"}))
}

func TestTicketLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.tickets("HP100", w.marina, 2)
	got := w.names(code, 1, "Marina Duarte")
	unknown := func(words string) {
		t.Helper()
		_, err := w.core.TicketPage(t.Context(), words)
		wantError(t, err, actions.NotFound, "link.unknown")
	}
	for i := range got.Words { // any other character anywhere
		changed := []byte(got.Words)
		changed[i] ^= 1
		unknown(string(changed))
	}
	for _, words := range []string{"", "_", "p", "t-", "t12345678-x_1_0123456789abcdef01234567", strings.Repeat("a", 200)} {
		unknown(words)
	}
	// The purchase moves to another mailbox: what was mailed to the old one is good for nothing.
	w.change(code, func(p *store.Purchase) { p.BuyerID = "paulo" })
	unknown(got.Words)
	w.change(code, func(p *store.Purchase) { p.BuyerID = "marina" })
	page, err := w.core.TicketPage(t.Context(), got.Words)
	w.must(err)
	equal(t, "the page of one ticket", []any{page.One, len(page.Tickets), page.Tickets[0].Name}, []any{true, 1, "Marina Duarte"})

	// Nothing personal is shown of what is not good.
	w.change(code, func(p *store.Purchase) { p.Status = string(actions.Disputed) })
	page, err = w.core.TicketPage(t.Context(), got.Words)
	w.must(err)
	equal(t, "void", []any{page.State, len(page.Tickets)}, []any{actions.TicketsVoid, 0})
	_, err = w.core.SaveAttendee(t.Context(), got.Words, actions.AttendeeInput{Name: "Thief", Email: "a@example.com"})
	wantError(t, err, actions.Conflict, "attendee.void")
	w.change(code, func(p *store.Purchase) { p.Status = string(actions.Approved) }) // the claim is withdrawn
	w.pass(dinner.Add(4 * time.Hour).Sub(start))
	page, err = w.core.TicketPage(t.Context(), got.Words)
	w.must(err)
	equal(t, "over", []any{page.State, len(page.Tickets)}, []any{actions.TicketsOver, 0})
	w.pass(400 * 24 * time.Hour)
	unknown(got.Words)
}

func TestTheDoorLetsInOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.tickets("HP100", w.marina, 2)
		ticket := w.names(code, 1, "Marina Duarte")
		typed, ok := actions.ParseTicketCode(" " + strings.ToLower(ticket.Code.Shown()))
		if !ok || typed != ticket.Code {
			t.Fatalf("%s is read as %q", ticket.Code.Shown(), string(typed))
		}
		_, err := w.core.TicketAtDoor(t.Context(), w.marina, typed)
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.Admit(t.Context(), w.marina, actions.AdmitInput{Key: "x", Ticket: ticket.ID})
		wantError(t, err, actions.Denied, "error.role")

		_, err = w.core.Admit(t.Context(), w.ana, actions.AdmitInput{Key: "early", Ticket: ticket.ID})
		wantError(t, err, actions.Conflict, "verdict.admit.early") // somebody tries the scanner
		w.pass(dinner.Add(-time.Hour).Sub(start))
		open := dinner.Add(-time.Hour)

		// Two doors at the same time.
		var both sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []actions.Actor{w.ana, w.leo} {
			both.Go(func() {
				_, errs[i] = w.core.Admit(t.Context(), who, actions.AdmitInput{Key: fmt.Sprint("d", i), Ticket: ticket.ID})
			})
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both doors say the same: %v", errs)
		}
		winner, loser := w.ana, errs[1]
		if errs[1] == nil {
			winner, loser = w.leo, errs[0]
		}
		e := wantError(t, loser, actions.Conflict, "verdict.admit.used")
		equal(t, "when", e.Args["date"].(time.Time), open)
		d, err := w.core.TicketAtDoor(t.Context(), w.rui, typed)
		w.must(err)
		equal(t, "a second scan", []any{d.Verdict.Rule, d.By, d.Ticket.Entered}, []any{"admit.used", winner.Name, open})
		equal(t, "counts", w.purchase(code).Tickets, actions.TicketCounts{Pending: 1, Concluded: 1, Entered: 1})
		_, err = w.core.SaveAttendee(t.Context(), ticket.Words, actions.AttendeeInput{Name: "Otto", Email: "otto@example.net"})
		wantError(t, err, actions.Conflict, "attendee.used")
	})
}

func TestTheDoorRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.tickets("HP100", w.marina, 2)
	ticket := w.names(code, 2, "Marina Duarte")
	refused := func(rule string) {
		t.Helper()
		d, err := w.core.TicketAtDoor(t.Context(), w.ana, ticket.Code)
		w.must(err)
		equal(t, "verdict", d.Verdict.Rule, rule)
		_, err = w.core.Admit(t.Context(), w.ana, actions.AdmitInput{Key: rule, Ticket: ticket.ID})
		wantError(t, err, actions.Conflict, "verdict."+rule)
	}
	w.change(code, func(p *store.Purchase) { p.Quantity = 1 })
	refused("admit.void")
	w.change(code, func(p *store.Purchase) { p.Quantity, p.Status = 2, string(actions.Chargeback) })
	refused("admit.void")
	w.change(code, func(p *store.Purchase) { p.Status, p.Refunding = string(actions.Approved), "a refund" })
	refused("admit.refunding")
	w.change(code, func(p *store.Purchase) { p.Refunding = "" })
	_, err := w.core.Admit(t.Context(), w.ana, actions.AdmitInput{Key: "unnamed", Ticket: "buy-HP100-1"})
	wantError(t, err, actions.Conflict, "verdict.admit.unnamed")
	w.pass(dinner.Add(4 * time.Hour).Sub(start))
	refused("admit.over")
	other := w.ana
	other.Account = "another shop"
	_, err = w.core.TicketAtDoor(t.Context(), other, ticket.Code)
	wantError(t, err, actions.NotFound, "checkin.unknown_code")
}

func TestEventsAreListed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.tickets("HP100", w.marina, 3)
		w.tickets("HP200", w.paulo, 1, func(p *store.Purchase) { p.Status = string(actions.Refunded) })
		w.names("HP100", 2, "Marina Duarte")
		past, next := start.AddDate(0, -1, 0), start.AddDate(0, 0, 7)
		for id, at := range map[string]*time.Time{"past": &past, "next": &next, "undated": nil} {
			w.must(s.PutProducts([]store.Product{{ID: id, AccountID: shop, Code: id, Name: id, NameKey: id, Kind: "event", StartsAt: at, CreatedAt: start}}))
		}
		events, err := w.core.Events(t.Context(), w.ana)
		w.must(err)
		var got []string
		for _, e := range events {
			got = append(got, fmt.Sprintf("%s %+v", e.Product.ID, e.Tickets))
		}
		none := "{Pending:0 Partial:0 Concluded:0 Entered:0}"
		equal(t, "events", got, []string{"next " + none, "event {Pending:2 Partial:0 Concluded:1 Entered:0}", "undated " + none, "past " + none})
		_, err = w.core.Events(t.Context(), w.marina)
		wantError(t, err, actions.Denied, "error.role")

		page, err := w.core.Find(t.Context(), w.ana, actions.Filter{Event: "event", Pending: true, Name: "marina"})
		w.must(err)
		if len(page.Purchases) != 1 || page.Purchases[0].Transaction != "HP100" {
			t.Errorf("who waits: %+v", page.Purchases)
		}
		for _, n := range []int{1, 3} {
			w.names("HP100", n, "Marina Duarte")
		}
		page, err = w.core.Find(t.Context(), w.ana, actions.Filter{Events: true, Pending: true})
		w.must(err)
		equal(t, "nobody waits", len(page.Purchases), 0)
	})
}

func FuzzParseTicketCode(f *testing.F) {
	for _, seed := range []string{"TK-7K2M-9QXA-03PD-WZ5H", "tk7k2m9qxa03pdwz5h", "TK-OIL1-0000-0000-0000", "HP1100000401", "", "TK-é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := actions.ParseTicketCode(text)
		if !ok {
			return
		}
		again, ok := actions.ParseTicketCode(code.Shown())
		if !ok || again != code {
			t.Errorf("%q is read as %q, which is read as %q", text, string(code), string(again))
		}
		if strings.Contains(fmt.Sprint(code), string(code)[:4]) {
			t.Errorf("printing a code shows it: %v", code)
		}
	})
}
