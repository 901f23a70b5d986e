package fake

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const shared = "../../../../shared/reference/"

// sample reads one of the synthetic answers that are kept beside the repository.
func sample(t *testing.T, name string) any {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(shared, name))
	if os.IsNotExist(err) && os.Getenv("AFTERSALE_TEST_SHARED") != "required" {
		t.Skip("no shared samples beside the repository")
	}
	var v any
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// shape lists the paths of a value with the kinds that stand there; items of a list are all at one path.
func shape(v any) map[string][]string {
	kinds := map[string][]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		kind := fmt.Sprintf("%T", v)
		if !slices.Contains(kinds[path], kind) {
			kinds[path] = append(kinds[path], kind)
		}
		switch v := v.(type) {
		case map[string]any:
			for k, inner := range v {
				walk(path+"."+k, inner)
			}
		case []any:
			for _, inner := range v {
				walk(path+"[]", inner)
			}
		}
	}
	walk("", v)
	return kinds
}

// compare finds what one of two answers has and the other has not; may lists paths that are there in some answers only.
func compare(t *testing.T, name string, got, want any, may ...string) {
	t.Helper()
	g, w := shape(got), shape(want)
	for path, kinds := range g {
		wanted, known := w[path]
		switch {
		case !known && !slices.Contains(may, path):
			t.Errorf("%s: %s is not in the sample", name, path)
		case known && !slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(wanted, k) }) && !slices.Contains(may, path):
			t.Errorf("%s: %s is %v, the sample has %v", name, path, kinds, wanted)
		}
	}
	for path := range w {
		if _, there := g[path]; !there && !slices.Contains(may, path) {
			t.Errorf("%s: %s is in the sample alone", name, path)
		}
	}
}

// TestAnswersHaveTheSamplesShapes: field for field.
func TestAnswersHaveTheSamplesShapes(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	if err := w.FirstAccess(4100001, "marina.duarte@example.com"); err != nil {
		t.Fatal(err)
	}
	tickets := w.Tickets("HP1100000401")
	if err := w.CheckIn(tickets[0].ID, "Raul Pinto", "raul.pinto@example.net"); err != nil {
		t.Fatal(err)
	}
	const early = "1300000000000"
	for _, c := range []struct {
		path, sample string
		may          []string
	}{
		{"/payments/api/v1/sales/history", "sales_history", []string{".page_info.next_page_token"}},
		{"/payments/api/v1/sales/history?buyer_email=nobody@example.com", "sales_history_empty", nil},
		{"/payments/api/v1/sales/summary", "sales_summary", nil},
		{"/payments/api/v1/sales/users", "sales_users", []string{".items[].users[].user.trade_name"}},
		{"/payments/api/v1/sales/commissions?buyer=", "sales_commissions", nil},
		{"/payments/api/v1/sales/price/details?transaction=HP1100000101", "sales_price_details", nil},
		{"/payments/api/v1/subscriptions?accession_date=" + early, "subscriptions", nil},
		{"/payments/api/v1/subscriptions/summary?accession_date=" + early, "subscriptions_summary",
			[]string{".items[].end_accession_date"}},
		{"/payments/api/v1/subscriptions/OTTO26QX/purchases", "subscription_purchases", nil},
		{"/products/api/v1/products", "products", []string{".page_info.total_results"}},
		{"/products/api/v1/products/6f1c2b7e-0b52-4b0a-9f0e-3a5a1c0d4e01/offers", "product_offers", nil},
		{"/products/api/v1/products/a2d94c10-5f37-4d0b-8a61-7be3f90c1e02/plans", "product_plans", nil},
		{"/club/api/v1/users?subdomain=padaria", "club_users", nil},
		{"/events/api/v1/4100003/info", "event_info", nil},
		{"/events/api/v1/4100003/participants", "event_participants", []string{".items[].participant.document", ".items[].participant.phone"}},
	} {
		if c.sample == "sales_commissions" {
			c.path, c.may = "/payments/api/v1/sales/commissions?transaction=HP1100000101", nil
		}
		want := sample(t, "hotmart-api/"+c.sample+".json")
		code, body := w.call("GET", c.path, "")
		var got any
		if err := json.Unmarshal(body, &got); err != nil || code != 200 {
			t.Fatalf("%s: %d %s", c.path, code, body)
		}
		compare(t, c.sample, got, want, c.may...)
	}
	for _, c := range []struct{ method, path, body, sample string }{
		{"PUT", "/payments/api/v1/sales/HP1100000101/refund", "", "sales_refund"},
		{"PUT", "/payments/api/v1/sales/HP1100000110/billet", "", "sales_billet"},
		{"POST", "/payments/api/v1/subscriptions/RAUL25ZT/reactivate", `{"charge": false}`, "subscription_reactivate"},
		{"POST", "/payments/api/v1/subscriptions/reactivate", `{"subscriber_code": ["RAUL25ZT", "OTTO26QX"]}`, "subscriptions_reactivate_list"},
		{"POST", "/payments/api/v1/subscriptions/cancel", `{"subscriber_code": ["OTTO26QX", "RAUL25ZT"], "send_mail": true}`, "subscriptions_cancel_list"},
		{"POST", "/payments/api/v1/subscriptions/MARI24LK/cancel", `{"send_mail": true}`, "subscription_cancel"},
		{"PATCH", "/payments/api/v1/subscriptions/MARI24LK", `{"due_day": "x"}`, "error_400_invalid_parameter"},
		{"PUT", "/payments/api/v1/sales/HP0/refund", ``, "error_404_not_found"},
	} {
		_, body := w.call(c.method, c.path, c.body)
		var got any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%s: %s", c.path, body)
		}
		// date_last_recurrence is a date in one sample and a number in the other.
		compare(t, c.sample, got, sample(t, "hotmart-api/"+c.sample+".json"), ".date_last_recurrence", ".success_subscriptions[].date_last_recurrence")
	}
}

// TestWebhooksHaveTheSamplesShapes: each event that the fake sends, against the sample of that event.
func TestWebhooksHaveTheSamplesShapes(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	w.listen()
	marina := Buyer{Email: "marina.duarte@example.com"}
	buy := func(in Purchase) string {
		t.Helper()
		code, err := w.Buy(in)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	// optional are fields that some deliveries have (2.0.0, "O"), or that belong to one story of the samples.
	optional := []string{".data.buyer.address.city", ".data.buyer.address.state", ".data.buyer.address.neighborhood", ".data.buyer.address.zipcode", ".data.buyer.address.address",
		".data.buyer.address.number", ".data.buyer.address.complement", ".data.purchase.offer.coupon_code", ".data.commissions[].currency_conversion",
		".data.commissions[].currency_conversion.converted_value", ".data.commissions[].currency_conversion.converted_to_currency", ".data.commissions[].currency_conversion.conversion_rate",
		".data.purchase.order_bump.parent_purchase_transaction"}
	for _, c := range []struct {
		sample string
		do     func()
	}{
		{"purchase_approved", func() { buy(Purchase{Product: 4100001, Buyer: marina}) }},
		{"purchase_approved_bundle", func() {
			buy(Purchase{Product: 4100004, Buyer: Buyer{Email: "ines.valente@example.org"}, Affiliate: "Clara"})
		}},
		{"purchase_approved_subscription_first", func() { buy(Purchase{Product: 4100002, Buyer: marina, Subscriber: "NEW00001"}) }},
		{"update_subscription_charge_date", func() { w.call("PATCH", "/payments/api/v1/subscriptions/NEW00001", `{"due_day": 20}`) }},
		{"subscription_cancellation", func() { must(w.CancelByCustomer("NEW00001")) }},
		{"purchase_canceled", func() { buy(Purchase{Product: 4100001, Buyer: marina, Refused: true}) }},
		{"purchase_billet_printed", func() {
			buy(Purchase{Product: 4100001, Buyer: marina, Type: "BILLET", Method: "BILLET", Transaction: "HP9"})
		}},
		{"purchase_expired", func() { must(w.Expire("HP9")) }},
		{"purchase_billet_printed_pix", func() {
			buy(Purchase{Product: 4100002, Buyer: Buyer{Email: "raul.pinto@example.net"}, Type: "PIX", Method: "PIX", Transaction: "HP10"})
		}},
		{"purchase_approved_event_ticket", func() {
			buy(Purchase{Product: 4100003, Buyer: marina, Tickets: 2, Type: "PIX", Method: "PIX", Transaction: "HP11"})
			w.heard()
			must(w.Pay("HP11"))
		}},
		{"purchase_protest", func() { must(w.Claim("HP1100000101")) }},
		{"purchase_refunded", func() { must(w.ApproveClaim("HP1100000101")); w.at(march.Add(24 * time.Hour)) }},
		{"purchase_chargeback", func() { must(w.Chargeback("HP1100000301")) }},
		{"club_first_access", func() { must(w.FirstAccess(4100001, "otto.ferraz@example.com")) }},
	} {
		c.do()
		w.heard()
		want := sample(t, "hotmart-webhooks/"+c.sample+".json")
		h, told := w.last(field(want, "event"))
		if !told {
			t.Errorf("%s: nothing of that kind was told", c.sample)
			continue
		}
		if h.tok != "hottok" {
			t.Errorf("%s: the header is %q", c.sample, h.tok)
		}
		var got any
		if err := json.Unmarshal(h.raw, &got); err != nil {
			t.Fatal(err)
		}
		compare(t, c.sample, got, want, optional...)
		if status := field(want, "data.purchase.status"); status != field(got, "data.purchase.status") {
			t.Errorf("%s: the status is %v, want %v", c.sample, field(got, "data.purchase.status"), status)
		}
	}
}

// last is the newest webhook of an event.
func (w *world) last(event any) (hook, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range slices.Backward(w.hooks) {
		if h.Event == event {
			return h, true
		}
	}
	return hook{}, false
}
