package hotmart

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aftersale/aftersale/actions"
)

// readSample reads a REST sample over HTTP, as the platform would give it, and returns what it tells.
func readSample(t *testing.T, name string) (told any) {
	t.Helper()
	s, p := newStub(t)
	body := read(t, name)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
	asOf := s.clock.Now()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var events []actions.SaleEvent
	add := func(e actions.SaleEvent, err error) { must(err); events = append(events, e) }
	switch base := strings.TrimSuffix(filepath.Base(name), ".json"); {
	case strings.HasPrefix(base, "sales_history"):
		got, err := p.sales(ctx, salesQuery{}, "")
		must(err)
		for _, item := range got.Items {
			add(saleRead(item, asOf))
		}
	case base == "subscriptions":
		got, err := p.subscriptions(ctx, subscriptionsQuery{}, "")
		must(err)
		for _, item := range got.Items {
			all, err := subscriptionRead(item, asOf)
			must(err)
			events = append(events, all...)
		}
	case base == "subscriptions_transactions":
		got, err := p.chargesBetween(ctx, asOf, asOf, "")
		must(err)
		for _, item := range got.Items {
			add(chargeRead(item, asOf))
		}
	case base == "products":
		got, err := p.products(ctx, "")
		must(err)
		for _, item := range got.Items {
			add(productRead(item, asOf))
		}
	case base == "event_participants":
		got, err := p.participants(ctx, "1", "", "")
		must(err)
		var tickets []actions.RemoteTicket
		for _, item := range got.Items {
			ticket, err := ticketOf(item)
			must(err)
			tickets = append(tickets, ticket)
		}
		return tickets
	case base == "sales_users":
		got, err := p.saleUsers(ctx, salesQuery{}, "")
		must(err)
		var all []string
		for _, item := range got.Items {
			c := contactOf(item)
			all = append(all, fmt.Sprint(item.Transaction, " ", c.Name, " ", c.Email, " ", c.Locale, " ", c.Document, " ", c.Phone))
		}
		return all
	case base == "sales_commissions":
		var all []commissionsItem
		for item, err := range p.commissions(ctx, "HP1") {
			must(err)
			all = append(all, item)
		}
		return all
	case base == "subscription_purchases":
		all, err := p.charges(ctx, "X")
		must(err)
		return all
	case base == "club_users":
		var all []clubUser
		for u, err := range allOf[clubUser](ctx, p, clubListing("bread", "a@b.co"), 1) {
			must(err)
			all = append(all, u)
		}
		return all
	default:
		return nil
	}
	return events
}

// TestRESTSamples: every answer that we read is understood. Read a change of the golden files as the operator would.
func TestRESTSamples(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "testdata/api/*.json") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			told := readSample(t, name)
			if told == nil {
				return // of a write, or an error: see the tests of Do
			}
			var text []byte
			if events, ok := told.([]actions.SaleEvent); ok {
				for _, e := range events {
					text = append(text, shown(t, e)...)
				}
			} else {
				var err error
				if text, err = json.MarshalIndent(told, "", "  "); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, strings.Replace(name, "/api/", "/golden_api/", 1), text)
		})
	}
}

// TestSharedRESTSamples: likewise of those that are kept beside the repository, when they are there.
func TestSharedRESTSamples(t *testing.T) {
	t.Parallel()
	names := shared(t, "hotmart-api/*.json")
	if len(names) < 40 {
		t.Errorf("%d samples, want at least 40", len(names))
	}
	read := 0
	for _, name := range names {
		if readSample(t, name) != nil {
			read++
		}
	}
	if read < 12 {
		t.Errorf("%d samples were understood, want at least 12", read)
	}
}

// TestRESTTellsWhatWebhooksTell: of the same sale and the same subscription both tell the same, as far as each tells it.
func TestRESTTellsWhatWebhooksTell(t *testing.T) {
	t.Parallel()
	samples := shared(t, "hotmart-webhooks/*.json") // the two casts beside the repository are one
	events := readSample(t, shared(t, "hotmart-api/sales_history.json")[0]).([]actions.SaleEvent)
	for i, name := range []string{"purchase_approved.json", "purchase_approved_subscription_renewal.json"} {
		hook, err := Decode(read(t, filepath.Join(filepath.Dir(samples[0]), name)))
		if err != nil {
			t.Fatal(err)
		}
		blank := cmp.Options{
			cmpopts.IgnoreFields(actions.Sale{}, "Quantity", "HasAffiliate", "Contents"), // REST does not tell
			cmpopts.IgnoreFields(actions.SoldTo{}, "Document", "Phone", "Locale"),
			cmpopts.IgnoreFields(actions.SoldProduct{}, "SupportEmail"),
		}
		if diff := cmp.Diff(hook.Sale, events[i].Sale, blank); diff != "" {
			t.Errorf("%s (-webhook +REST):\n%s", name, diff)
		}
	}
}

func TestOddREST(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	good := `{"product":{"id":1,"name":"P"},"buyer":{"name":"A","email":"a@example.com"},"purchase":{"transaction":"HP1","status":"APPROVED","price":{"value":59.9,"currency_code":"BRL"}}}`
	for name, c := range map[string]struct {
		old, new string
		fails    string
		check    func(s *actions.Sale) bool
	}{
		"good":                     {"", "", "", func(s *actions.Sale) bool { return s.Price.Minor == 5990 && s.Status == actions.Approved }},
		"an unknown status":        {`"APPROVED"`, `"MOONED"`, "", func(s *actions.Sale) bool { return s.Status == actions.UnknownStatus && s.RawStatus == "MOONED" }},
		"a status of the webhooks": {`"APPROVED"`, `"dispute"`, "", func(s *actions.Sale) bool { return s.Status == actions.Disputed }},
		"noise of binary floats":   {`59.9`, `59.900000000000006`, "", func(s *actions.Sale) bool { return s.Price.Minor == 5990 }},
		"an amount as text":        {`59.9`, `"59.90"`, "", func(s *actions.Sale) bool { return s.Price.Minor == 5990 }},
		"yen":                      {`59.9,"currency_code":"BRL"`, `1200,"currency_code":"JPY"`, "", func(s *actions.Sale) bool { return s.Price.Minor == 1200 }},
		"seconds":                  {`"status"`, `"order_date":1772456701,"status"`, "", func(s *actions.Sale) bool { return s.OrderedAt.Year() == 2026 }},
		"numbers as text":          {`"id":1`, `"id":"1"`, "", func(s *actions.Sale) bool { return s.Product.Code == "1" }},
		"a first charge":           {`"status"`, `"is_subscription":"true","status"`, "", func(s *actions.Sale) bool { return s.Recurrence == 1 && s.Product.Kind == "membership" }},
		"no status":                {`"APPROVED"`, `null`, "purchase.status", nil},
		"no transaction":           {`"HP1"`, `7.5`, "purchase.transaction", nil},
		"no buyer":                 {`a@example.com`, `nobody`, "e-mail", nil},
		"no product":               {`"id":1`, `"id":null`, "product.id", nil},
		"no currency":              {`BRL`, `?`, "purchase.price", nil},
	} {
		var item historyItem
		if err := loosely([]byte(strings.Replace(good, c.old, c.new, 1)), &item); err != nil {
			t.Fatal(err)
		}
		e, err := saleRead(item, at)
		switch {
		case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "nobody")):
			t.Errorf("%s: %v", name, err)
		case c.fails == "" && (err != nil || !c.check(e.Sale)):
			t.Errorf("%s: %+v, %v", name, e.Sale, err)
		case c.fails == "" && (!e.At.IsZero() || !e.ReadAt.Equal(at)):
			t.Errorf("%s: at %s, read at %s", name, e.At, e.ReadAt)
		}
	}
}

func TestOddTicketsAndProducts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]actions.RemoteTicket{
		`{"eticket":{"id":1,"checkin_status":"PENDING","ticket_status":"SOLD","checkin_url":"https://t.example/1?a=b"}}`: {ID: "1", CheckIn: actions.TicketPending, Valid: true, CheckInURL: "https://t.example/1?a=b"},
		`{"eticket":{"id":"2","checkin_status":"pending","ticket_status":"REFUNDED"}}`:                                   {ID: "2", CheckIn: actions.TicketPending},
		`{"eticket":{"id":3,"checkin_status":"PARTIAL","ticket_status":"INVITE","is_blocked":true}}`:                     {ID: "3", CheckIn: actions.TicketPartial, Valid: true, Blocked: true},
		`{"eticket":{"id":4,"checkin_status":"NEW","ticket_status":"NEW","checkin_url":"javascript:alert(1)"}}`:          {ID: "4"},
		`{"eticket":{"id":5,"checkin_url":"http://t.example/"}}`:                                                         {ID: "5"},
	} {
		var item participantItem
		if err := loosely([]byte(text), &item); err != nil {
			t.Fatal(err)
		}
		if got, err := ticketOf(item); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	if _, err := ticketOf(participantItem{}); err == nil {
		t.Error("a ticket without an id")
	}
	for text, want := range map[string]actions.Listed{
		`{"id":1,"name":"E","format":"ETICKET","warranty_period":7}`:                    {Code: "1", Name: "E", Kind: "event", GuaranteeDays: 7},
		`{"id":2,"format":"BUNDLE","is_subscription":true,"warranty_period":"30"}`:      {Code: "2", Kind: "bundle", GuaranteeDays: 30},
		`{"id":3,"format":"ONLINE_COURSE","is_subscription":true,"warranty_period":90}`: {Code: "3", Kind: "membership"},
		`{"id":4,"format":"HOLOGRAM","warranty_period":0}`:                              {Code: "4"},
	} {
		var item productItem
		if err := loosely([]byte(text), &item); err != nil {
			t.Fatal(err)
		}
		if e, err := productRead(item, time.Now()); err != nil || *e.Product != want {
			t.Errorf("%s: %+v, %v", text, e.Product, err)
		}
	}
}

// FuzzREST: whatever the platform answers, reading it neither fails badly nor makes an event that no store takes.
func FuzzREST(f *testing.F) {
	for _, name := range files(f, "testdata/api/*.json") {
		f.Add(string(read(f, name)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
		var told struct{ Items []json.RawMessage }
		if json.Unmarshal([]byte(text), &told) != nil {
			return
		}
		for _, raw := range told.Items {
			var sale historyItem
			var sub subscriptionItem
			var link linkItem
			var product productItem
			var ticket participantItem
			var users usersItem
			for _, to := range []any{&sale, &sub, &link, &product, &ticket, &users} {
				_ = loosely(raw, to)
			}
			if e, err := saleRead(sale, at); err == nil && (e.Sale.Transaction == "" || e.Sale.Status == "" || e.Sale.Product.Code == "" || e.Sale.Buyer.Email == "" || e.ID == "") {
				t.Errorf("a sale without what it needs: %+v", e.Sale)
			}
			if all, err := subscriptionRead(sub, at); err == nil && (all[0].Subscription.Code == "" || all[0].Subscription.Buyer.Email == "") {
				t.Errorf("a subscription without what it needs: %+v", all[0].Subscription)
			}
			if e, err := chargeRead(link, at); err == nil && (e.Charge.Transaction == "" || e.Charge.Subscription == "") {
				t.Errorf("a charge without what it needs: %+v", e.Charge)
			}
			if e, err := productRead(product, at); err == nil && e.Product.Code == "" {
				t.Error("a product without a code")
			}
			if got, err := ticketOf(ticket); err == nil && (got.ID == "" || got.CheckInURL != "" && !strings.HasPrefix(got.CheckInURL, "https://")) {
				t.Errorf("a ticket without what it needs: %+v", got)
			}
			_ = contactOf(users)
		}
	})
}
