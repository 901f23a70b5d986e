package hotmart

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/actions/remote"
)

// held are the tickets that events tell of, by event and buyer.
func held(t *testing.T, events []actions.SaleEvent) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, e := range events {
		if e.Held == nil {
			continue
		}
		key := e.Held.Product.Code + " " + string(e.Held.Buyer.Email)
		if all[key] > 0 || e.ReadAt.IsZero() || len(e.Payload) > 0 || e.Held.Buyer.Name != "" {
			t.Errorf("%s: told twice, or with more than is needed", key)
		}
		all[key] = e.Held.Tickets
	}
	return all
}

// TestFeedCountsTickets of events over several pages each, by buyer; of each buyer who has more than one.
func TestFeedCountsTickets(t *testing.T) {
	t.Parallel()
	p, s := newFeed(t, fake.Facts{})
	s.AddProduct(fake.Product{ID: 4100033, Name: "Bread Night", Format: "ETICKET", Created: feedNow.Add(-day)})
	want := map[string]int{"4100003 raul.pinto@example.net": 2}
	for i := range 700 {
		b := s.AddBuyer(fake.Buyer{Name: "Ana", Email: fmt.Sprintf("ana%d@example.com", i)})
		v := fake.Sale{Transaction: fmt.Sprintf("HP77%06d", i), Product: 4100033, Buyer: b, Status: "APPROVED", Approved: feedNow, Ordered: feedNow.Add(-day), Tickets: i % 4}
		s.AddSale(v)
		if v.Tickets > 1 {
			want[fmt.Sprintf("4100033 ana%d@example.com", i)] = v.Tickets
		}
	}
	events, bad := readAll(t, p, actions.FeedSpan{Until: feedNow}, nil)
	if got := held(t, events); len(bad) > 0 || !maps.Equal(got, want) {
		t.Errorf("%v\n%d holders, want %d", bad, len(got), len(want))
	}
	events, _ = readAll(t, p, actions.FeedSpan{Since: feedNow.Add(-2 * day), Changed: feedNow.Add(-190 * day), Until: feedNow}, nil)
	if got := held(t, events); len(got) > 0 {
		t.Errorf("each hour: %v", got)
	}
}

// ticketItem is a ticket as the platform lists it.
func ticketItem(id int, buyer, status string, more string) string {
	return fmt.Sprintf(`{"participant":{"email":"other@example.org"},"buyer":{"email":%q},"eticket":{"id":%d,"ticket_status":%q,"checkin_status":"PENDING"%s}}`, buyer, id, status, more)
}

func ticketPage(next string, items ...string) string {
	return `{"items":[` + strings.Join(items, ",") + `],"page_info":{"next_page_token":"` + next + `"}}`
}

const ana, bia = "ana@example.org", "bia@example.org"

// TestWhatTicketsCount: those that were sold and not taken back, once each; and an event is counted whole or not at all.
func TestWhatTicketsCount(t *testing.T) {
	t.Parallel()
	one, two := ticketItem(1, ana, "SOLD", ""), ticketItem(2, ana, "SOLD", "")
	for name, c := range map[string]struct {
		answers []string
		want    map[string]int
		bad     string
		fails   bool
	}{
		"the sample":         {answers: []string{string(read(t, "testdata/api/event_participants.json"))}, want: map[string]int{"7 raul.pinto@example.net": 2}},
		"one each":           {answers: []string{ticketPage("", one, ticketItem(2, bia, "SOLD", ""))}},
		"on two pages":       {answers: []string{ticketPage("n", one), ticketPage("", two)}, want: map[string]int{"7 " + ana: 2}},
		"in another case":    {answers: []string{ticketPage("", one, ticketItem(2, "Ana@Example.org", "SOLD", ""))}, want: map[string]int{"7 " + ana: 2}},
		"listed twice":       {answers: []string{ticketPage("n", one), ticketPage("", one)}},
		"blocked":            {answers: []string{ticketPage("", one, ticketItem(2, ana, "SOLD", `,"is_blocked":true`))}, want: map[string]int{"7 " + ana: 2}},
		"taken back":         {answers: []string{ticketPage("", one, two, ticketItem(3, ana, "REFUNDED", ""), ticketItem(4, ana, "CHARGEBACK", ""), ticketItem(5, ana, "EXCLUDED", ""), ticketItem(6, ana, "LOST", ""))}, want: map[string]int{"7 " + ana: 2}},
		"invited":            {answers: []string{ticketPage("", one, ticketItem(2, ana, "INVITE", ""), ticketItem(3, ana, "INVITE_CANCELED", ""))}},
		"a buyer without":    {answers: []string{ticketPage("", one, two, ticketItem(3, "", "SOLD", ""))}, want: map[string]int{"7 " + ana: 2}, bad: "buyer.email"},
		"nothing":            {answers: []string{ticketPage("")}},
		"no event there":     {answers: []string{`404 {"error":"not_found"}`}},
		"not for us":         {answers: []string{`403 {"error":"unauthorized_client"}`}, bad: "not counted"},
		"trouble there":      {answers: []string{`500 {"error":"internal"}`}, bad: "not counted"},
		"what is no item":    {answers: []string{ticketPage("", one, two, `5`)}, bad: "not counted"},
		"an end that is cut": {answers: []string{ticketPage("n", one, two), "200 "}, bad: "not counted"},
		"a token that ended": {answers: []string{ticketPage("n", one), `400 {"error":"invalid_token"}`, ticketPage("n", one), ticketPage("", two)}, want: map[string]int{"7 " + ana: 2}},
		"too many calls":     {answers: []string{`429 {"error":"too_many_requests"}`}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := newStub(t)
			p.api = unhurried(s)
			s.on("GET /products/api/v1/products", `{"items":[{"id":7,"format":"ETICKET"},{"id":8,"format":"EBOOK"}],"page_info":{}}`)
			s.on("GET /events/api/v1/7/participants", c.answers...)
			got, err := ticketsPart(t.Context(), p, window{}, "")
			if (err != nil) != c.fails {
				t.Fatal(err)
			}
			if told := held(t, got.events); !maps.Equal(told, c.want) {
				t.Errorf("told %v, want %v", told, c.want)
			}
			if text := fmt.Sprint(got.bad); (c.bad != "") != (len(got.bad) == 1) || !strings.Contains(text, c.bad) || strings.Contains(text, "@") {
				t.Errorf("bad: %s", text)
			}
		})
	}
}

// TestTicketsWithoutEnd: an event that is too large is left out, and what was read of it forgotten.
func TestTicketsWithoutEnd(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	p.api = unhurried(s)
	var pages []string
	for i := range 2 * maxTicketPages {
		pages = append(pages, ticketPage(fmt.Sprint("n", i), ticketItem(i+1, ana, "SOLD", "")))
	}
	s.on("GET /products/api/v1/products", `{"items":[{"id":7,"format":"ETICKET"}],"page_info":{}}`)
	s.on("GET /events/api/v1/7/participants", pages...)
	got, err := ticketsPart(t.Context(), p, window{}, "")
	if err != nil || len(got.events) > 0 || len(got.bad) != 1 || len(s.made()) != 1+maxTicketPages {
		t.Errorf("%d events, %v, %v after %d calls", len(got.events), got.bad, err, len(s.made()))
	}
}

// unhurried calls a stub without pauses between tries.
func unhurried(s *stub) *remote.Client {
	return remote.New(remote.Options{Base: s.URL, Now: s.clock.Now, Wait: func(context.Context, time.Duration) error { return nil }})
}

// TestTicketsDoNotHoldUpAReading: an event that takes all the time of a page is left out; a program that stops reads it again.
func TestTicketsDoNotHoldUpAReading(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	p.api = unhurried(s)
	var stop context.CancelFunc
	s.on("GET /products/api/v1/products", `{"items":[{"id":7,"format":"ETICKET"}],"page_info":{"next_page_token":"n"}}`)
	s.mux.HandleFunc("GET /events/api/v1/7/participants", func(_ http.ResponseWriter, r *http.Request) {
		stop()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	stop = func() { cancel(nil) }
	if got, err := ticketsPart(ctx, p, window{}, ""); err == nil {
		t.Errorf("stopped, and told %+v", got)
	}
	late, done := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer done()
	stop = func() {}
	if got, err := ticketsPart(late, p, window{}, ""); err != nil || got.next != "n" || len(got.bad) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
