package stripe_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/stripe"
	"github.com/aftersale/aftersale/actions/stripe/fake"
)

// everything reads a span, page by page.
func everything(t *testing.T, p *stripe.Platform, span actions.FeedSpan) (events []actions.SaleEvent, bad []error, pages int) {
	t.Helper()
	for at, done := actions.FeedPlace(""), 0; ; {
		page, err := p.Page(t.Context(), "shop", span, at)
		if err != nil {
			t.Fatal(err)
		}
		if page.Done < done || page.Done > 1000 {
			t.Errorf("%d after %d thousandths", page.Done, done)
		}
		events, bad, done, pages = append(events, page.Events...), append(bad, page.Bad...), page.Done, pages+1
		if at = page.Next; at == "" {
			return events, bad, pages
		}
	}
}

// TestFeed reads a whole account over HTTP: each sale once, with its product, its buyer and what came back.
func TestFeed(t *testing.T) {
	t.Parallel()
	p, server := open(t)
	var named, plain []string
	for range 130 {
		id, _ := server.Sell(fake.Sale{Amount: 97_00, Currency: "brl", Email: "marina@example.com", Name: "Marina", Product: "Bread"})
		named = append(named, id)
		id, _ = server.Sell(fake.Sale{Amount: 5_00, Currency: "eur", Email: "raul@example.com", Guest: true})
		plain = append(plain, id)
	}
	monthly, subscription := server.Sell(fake.Sale{Amount: 12_00, Currency: "eur", Email: "sol@example.org", Name: "Sol", Product: "Club", Subscription: true})
	server.Sell(fake.Sale{Amount: 1_00, Currency: "eur", Email: "x@example.org", Failed: true})
	nobody, _ := server.Sell(fake.Sale{Amount: 1_00, Currency: "eur", Guest: true})
	must(t, p, refund("part", stripe.CodeOf(named[0]), 7_00))
	must(t, p, refund("whole", stripe.CodeOf(named[1]), 97_00))
	server.Pending()
	must(t, p, refund("waits", stripe.CodeOf(named[2]), 97_00))
	server.Dispute(named[3], "lost")
	server.Dispute(named[4], "won")

	events, bad, pages := everything(t, p, actions.FeedSpan{Until: now().Add(time.Hour)})
	if len(bad) != 1 || !strings.Contains(bad[0].Error(), nobody) || strings.Contains(bad[0].Error(), "@") {
		t.Errorf("bad: %v", bad)
	}
	if pages != 5 {
		t.Errorf("%d pages", pages)
	}
	sales, codes, ignored := map[actions.Transaction]actions.Sale{}, map[string]string{}, 0
	var links []actions.ChargeOf
	var subscribed []actions.Subscribed
	for _, e := range events {
		switch {
		case e.Source != stripe.Source || e.ID == "" || e.ReadAt.IsZero():
			t.Errorf("an event without an identity: %+v", e)
		case e.Ignored != "":
			ignored++
		case e.Sale != nil:
			if _, twice := sales[e.Sale.Transaction]; twice {
				t.Errorf("%s twice", e.Sale.Transaction)
			}
			sales[e.Sale.Transaction] = *e.Sale
		case e.Product != nil:
			codes[e.Product.Name] = e.Product.Code
		case e.Charge != nil:
			links = append(links, *e.Charge)
		case e.Subscription != nil:
			subscribed = append(subscribed, *e.Subscription)
		}
	}
	if len(sales) != 261 || ignored != 1 || len(codes) != 2 {
		t.Fatalf("%d sales, %d ignored, products %v", len(sales), ignored, codes)
	}
	brl := func(minor int64) actions.Money { return actions.Money{Minor: minor, Currency: "BRL"} }
	for i, want := range []struct {
		status actions.Status
		back   actions.Money
	}{{actions.PartlyRefunded, brl(7_00)}, {actions.Refunded, brl(97_00)}, {actions.Approved, actions.Money{}}, {actions.Chargeback, actions.Money{}},
		{actions.Approved, actions.Money{}}, {actions.Approved, actions.Money{}}} {
		s := sales[stripe.CodeOf(named[i])]
		if s.Status != want.status || s.Refunded != want.back || s.Product.Code != codes["Bread"] || s.Buyer.Email != "marina@example.com" || s.Price != brl(97_00) {
			t.Errorf("%d: %+v", i, s)
		}
	}
	if s := sales[stripe.CodeOf(plain[0])]; s.Product.Code != "stripe:unknown" || s.Buyer.Email != "raul@example.com" {
		t.Errorf("without a product: %+v", s)
	}
	code := string(stripe.CodeOf(subscription))
	if s := sales[stripe.CodeOf(monthly)]; s.Product.Code != codes["Club"] || s.Recurrence != 1 {
		t.Errorf("of a subscription: %+v", s)
	}
	if len(links) != 1 || links[0] != (actions.ChargeOf{Transaction: stripe.CodeOf(monthly), Subscription: code, Number: 1}) {
		t.Errorf("links: %+v", links)
	}
	if len(subscribed) != 1 || subscribed[0].Code != code || subscribed[0].Status != actions.SubscriptionActive || subscribed[0].Product.Code != codes["Club"] ||
		subscribed[0].Buyer.Email != "sol@example.org" {
		t.Errorf("subscriptions: %+v", subscribed)
	}

	// What is recent: nothing was sold since, and what came to something is found by its refund and its dispute.
	later := now().Add(time.Second)
	events, _, _ = everything(t, p, actions.FeedSpan{Since: later, Changed: now().Add(-time.Hour), Until: now().Add(time.Hour)})
	found := map[actions.Transaction]actions.Status{}
	for _, e := range events {
		if e.Sale != nil {
			found[e.Sale.Transaction] = e.Sale.Status
		}
	}
	if len(found) != 5 || found[stripe.CodeOf(named[1])] != actions.Refunded || found[stripe.CodeOf(named[3])] != actions.Chargeback {
		t.Errorf("recently: %v", found)
	}
	if _, err := p.Page(t.Context(), "shop", actions.FeedSpan{}, `{"part":9}`); err == nil {
		t.Error("a place that is none")
	}
	server.Answer(200, "application/json", `{"object":"list","data":[{}],"has_more":true}`)
	if _, err := p.Page(t.Context(), "shop", actions.FeedSpan{}, ""); err == nil {
		t.Error("a page that leads nowhere is the end")
	}
}
