package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	history       = "/payments/api/v1/sales/history"
	subscriptions = "/payments/api/v1/subscriptions"
)

func TestToken(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	ask := func(method, query, id, secret string) int {
		r, _ := http.NewRequestWithContext(t.Context(), method, w.url+"/security/oauth/token?"+query, nil)
		r.SetBasicAuth(id, secret)
		code, _ := w.send(r)
		return code
	}
	const good = "grant_type=client_credentials&client_id=client&client_secret=secret"
	for _, c := range []struct {
		method, query, id, secret string
		want                      int
	}{
		{"POST", good, "client", "secret", 200},
		{"GET", good, "client", "secret", 405},
		{"POST", strings.Replace(good, "client_credentials", "password", 1), "client", "secret", 400},
		{"POST", good, "client", "wrong", 401},
		{"POST", strings.Replace(good, "=secret", "=wrong", 1), "client", "secret", 401},
	} {
		if got := ask(c.method, c.query, c.id, c.secret); got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.query, got, c.want)
		}
	}
	w.at(march.Add(24 * time.Hour))
	w.wants("GET", history, "", 401, "token_expired")
	w.token = "made-up"
	w.wants("GET", history, "", 401, "unauthorized")
	w.token = w.login()
	w.wants("GET", history, "", 200, "")
}

func TestStrictness(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	for _, c := range []struct {
		method, path, body string
		code               int
		word               string
	}{
		{"GET", history + "?email=x", "", 400, "invalid_parameter"},
		{"GET", history + "?transaction_status=CANCELLED_BY_BUYER", "", 400, "invalid_value_parameter"},
		{"GET", history + "?transaction_status=DISPUTE", "", 400, "invalid_value_parameter"},
		{"GET", history + "?transaction_status=APPROVED&transaction_status=COMPLETE", "", 400, "invalid_parameter"},
		{"GET", history + "?start_date=1772456701", "", 400, "invalid_value_parameter"},
		{"GET", history + "?page_token=rubbish", "", 400, "invalid_token"},
		{"POST", history, "", 405, "method_not_allowed"},
		{"GET", "/payments/api/v1/refunds", "", 404, "not_found"},
		{"GET", subscriptions + "?status=ACTIVE&status=DELAYED", "", 200, ""},
		{"GET", subscriptions + "?cancellation_date=1772456701000", "", 400, "invalid_parameter"},
		{"GET", subscriptions + "/NOBODY/purchases", "", 404, "not_found"},
		{"GET", "/club/api/v1/users", "", 400, "invalid_parameter"},
		{"PATCH", subscriptions + "/OTTO26QX", `{"due_day": 32}`, 400, "invalid_value_parameter"},
		{"PATCH", subscriptions + "/OTTO26QX", `{"day": 3}`, 400, "invalid_parameter"},
		{"PATCH", subscriptions + "/RAUL25ZT", `{"due_day": 3}`, 400, "invalid_parameter"},
		{"POST", subscriptions + "/NOBODY/cancel", `{}`, 404, "not_found"},
		{"GET", "/products/api/v1/products/6f1c2b7e-0b52-4b0a-9f0e-3a5a1c0d4e01/plans", "", 400, "invalid_parameter"},
	} {
		w.wants(c.method, c.path, c.body, c.code, c.word)
	}
	if code, body := w.call("GET", "/club/api/v1/users?subdomain=elsewhere", ""); code != 200 || len(body) != 0 {
		t.Errorf("an area out of reach answers %d %q, want an empty 200", code, body)
	}
}

func codes(v map[string]any, path string) []string {
	var found []string
	items, _ := v["items"].([]any)
	for _, item := range items {
		found = append(found, fmt.Sprint(field(item, path)))
	}
	return found
}

func TestTheListingTraps(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	for _, c := range []struct {
		path, field string
		want        []string
	}{
		{history, "purchase.transaction", []string{"HP1100000102", "HP1100000101", "HP1100000301", "HP1100000401", "HP1100000202"}},
		{history + "?transaction_status=CHARGEBACK", "purchase.transaction", []string{"HP1100000120"}},
		{history + "?transaction=HP1100000120", "purchase.transaction", []string{"HP1100000120"}},
		{history + "?start_date=1300000000000&buyer_email=OTTO.ferraz@example.com", "purchase.transaction", []string{"HP1100000201", "HP1100000102", "HP1100000202"}},
		{subscriptions, "subscriber_code", nil},
		{subscriptions + "?subscriber_code=RAUL25ZT", "subscriber_code", nil},
		{subscriptions + "?accession_date=1300000000000", "subscriber_code", []string{"OTTO26QX", "RAUL25ZT", "MARI24LK"}},
		{subscriptions + "?accession_date=1300000000000&status=DELAYED&status=ACTIVE", "subscriber_code", []string{"OTTO26QX", "MARI24LK"}},
		{subscriptions + "?accession_date=1300000000000&end_cancelation_date=1773300000000", "subscriber_code", []string{"RAUL25ZT"}},
	} {
		got := codes(w.get(c.path), c.field)
		slices.Sort(got)
		want := slices.Sorted(slices.Values(c.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.path, got, want)
		}
	}
	lifted := open(t, Facts{CodeLiftsWindow: true})
	if got := codes(lifted.get(subscriptions+"?subscriber_code=RAUL25ZT"), "subscriber_code"); !slices.Equal(got, []string{"RAUL25ZT"}) {
		t.Errorf("a code that lifts the window finds %v", got)
	}
	slow := open(t, Facts{WidestQuery: 90 * 24 * time.Hour})
	slow.wants("GET", history+"?start_date=1300000000000", "", 502, "internal_server_error")
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	const all = history + "?start_date=1300000000000&max_results=2"
	var found []string
	path := all
	for range 10 {
		page := w.get(path)
		found = append(found, codes(page, "purchase.transaction")...)
		next, _ := field(page, "page_info.next_page_token").(string)
		if next == "" {
			break
		}
		path = all + "&page_token=" + next
	}
	if want := 7; len(found) != want || len(slices.Compact(slices.Sorted(slices.Values(found)))) != want {
		t.Errorf("pages of two give %v", found)
	}
	token, _ := field(w.get(all), "page_info.next_page_token").(string)
	w.wants("GET", history+"?start_date=1300000000001&max_results=2&page_token="+token, "", 400, "invalid_token")
	got, err := json.Marshal(w.get(history + "?transaction=HP1100000101&select=buyer.email,purchase.price.value,nothing")["items"])
	if want := `[{"buyer":{"email":"marina.duarte@example.com"},"purchase":{"price":{"value":297}}}]`; err != nil || string(got) != want {
		t.Errorf("selected: %s, want %s", got, want)
	}
	if got, _ := json.Marshal(w.get(history + "?transaction=HP1100000101&select=nothing")["items"]); string(got) != "[{}]" {
		t.Errorf("nothing selected: %s", got)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	w.o.PerMinute = 3
	w.wants("GET", history, "", 200, "")
	w.wants("GET", "/user/api/v1/me", "", 200, "")
	w.wants("GET", history, "", 200, "")
	w.wants("PUT", "/payments/api/v1/sales/HP1100000101/refund", "", 429, "too_many_requests")
	if w.status("HP1100000101") != "APPROVED" {
		t.Error("a call over the limit has acted")
	}
	w.at(march.Add(time.Minute))
	w.wants("GET", history, "", 200, "")
}

func TestRefundsHappenAtNight(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	w.listen()
	const put = "/payments/api/v1/sales/HP1100000101/refund"
	w.wants("PUT", put, "", 200, "")
	w.wants("PUT", put, "", 400, "invalid_parameter")
	if got := w.status("HP1100000101"); got != "PROTESTED" {
		t.Errorf("after the request the sale is %s", got)
	}
	night := time.Date(2026, 3, 14, 3, 20, 0, 0, time.UTC)
	w.at(night.Add(-time.Second))
	if got := w.status("HP1100000101"); got != "PROTESTED" {
		t.Errorf("a second before the night the sale is %s", got)
	}
	w.at(night)
	if got := w.status("HP1100000101"); got != "REFUNDED" {
		t.Errorf("in the night the sale is %s", got)
	}
	if m, _ := w.Member(4100001, "marina.duarte@example.com"); m.Status != "BLOCKED" {
		t.Errorf("after the refund the member is %s", m.Status)
	}
	if got := w.heard(); !slices.Equal(got, []string{"PURCHASE_PROTEST", "PURCHASE_REFUNDED"}) {
		t.Errorf("told: %v", got)
	}
	if c := w.Count(); c.Refunds["HP1100000101"] != 1 {
		t.Errorf("counted: %v", c.Refunds)
	}
}

func TestRefundConditions(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	day := 24 * time.Hour
	for name, v := range map[string]Sale{
		"HPDEBIT": {Status: "APPROVED", Approved: march.Add(-day), Method: "SEPA_DIRECT_DEBIT", Type: "DIRECT_DEBIT"},
		"HPOLD":   {Status: "COMPLETE", Approved: march.Add(-61 * day)},
		"HPAFF":   {Status: "COMPLETE", Approved: march.Add(-31 * day), Affiliate: "Clara"},
		"HPLATE":  {Status: "COMPLETE", Approved: march.Add(-59 * day)},
		"HPCO":    {Status: "APPROVED", Approved: march.Add(-day), As: "COPRODUCER"},
	} {
		v.Transaction, v.Product, v.Buyer, v.Ordered = name, 4100001, "b0000000-0000-4000-8000-000000000001", v.Approved
		w.AddSale(v)
	}
	if _, err := w.Buy(Purchase{Transaction: "HPTRIAL", Product: 4100002, Buyer: Buyer{Email: "marina.duarte@example.com"}, Subscriber: "TRIAL001", Trial: 7}); err != nil {
		t.Fatal(err)
	}
	if err := w.Claim("HP1100000301"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		transaction string
		code        int
		word        string
	}{
		{"HPDEBIT", 400, "invalid_parameter"}, {"HPOLD", 400, "invalid_parameter"}, {"HPAFF", 400, "invalid_parameter"}, {"HPLATE", 200, ""},
		{"HPCO", 403, "unauthorized_client"}, {"HPTRIAL", 400, "invalid_parameter"}, {"HP1100000301", 400, "invalid_parameter"}, {"HP1100000110", 400, "invalid_parameter"},
		{"HP1100000120", 400, "invalid_parameter"}, {"HPNONE", 404, "not_found"},
	} {
		w.wants("PUT", "/payments/api/v1/sales/"+c.transaction+"/refund", "", c.code, c.word)
	}
	w.wants("PATCH", subscriptions+"/TRIAL001", `{"due_day": 3}`, 400, "subscription_in_trial_period")

	open := open(t, Facts{RefundApprovesClaim: true, RefundTwiceIsFine: true})
	if err := open.Claim("HP1100000301"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		open.wants("PUT", "/payments/api/v1/sales/HP1100000301/refund", "", 200, "")
	}
	if got := open.Count().Refunds["HP1100000301"]; got != 2 {
		t.Errorf("%d requests were taken, want 2", got)
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	for _, transaction := range []string{"HP1100000101", "HP1100000301", "HP1100000202"} {
		if err := w.Claim(transaction); err != nil {
			t.Fatalf("%s: %v", transaction, err)
		}
	}
	if err := w.Withdraw("HP1100000202"); err != nil || w.status("HP1100000202") != "APPROVED" {
		t.Errorf("withdrawn: %v, %s", err, w.status("HP1100000202"))
	}
	if err := w.ApproveClaim("HP1100000101"); err != nil {
		t.Fatal(err)
	}
	w.at(march.Add(24 * time.Hour))
	if got := w.status("HP1100000101"); got != "REFUNDED" {
		t.Errorf("approved, and the next night it is %s", got)
	}
	w.at(march.AddDate(0, 0, 5))
	if got := w.status("HP1100000301"); got != "PROTESTED" {
		t.Errorf("on the fifth day it is %s", got)
	}
	w.at(march.AddDate(0, 0, 6))
	if got := w.status("HP1100000301"); got != "REFUNDED" {
		t.Errorf("in the night after the fifth day it is %s", got)
	}
	if err := w.Claim("HP1100000102"); err == nil {
		t.Error("a claim after the guarantee was taken")
	}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	w.listen()
	w.wants("POST", subscriptions+"/OTTO26QX/reactivate", `{}`, 400, "invalid_parameter")
	w.wants("POST", subscriptions+"/OTTO26QX/cancel", `{}`, 200, "")
	w.wants("POST", subscriptions+"/OTTO26QX/cancel", `{}`, 400, "invalid_parameter")
	w.wants("POST", subscriptions+"/OTTO26QX/reactivate", `{"charge": true}`, 200, "")
	if v, _ := w.Subscription("OTTO26QX"); v.Status != "CANCELLED_BY_SELLER" {
		t.Errorf("asked, and already %s", v.Status)
	}
	if len(w.mails) != 1 || w.mails[0].Kind != "reactivation" || w.mails[0].To != "otto.ferraz@example.com" {
		t.Errorf("mails: %+v", w.mails)
	}
	if err := w.Accept("OTTO26QX"); err != nil {
		t.Fatal(err)
	}
	v, _ := w.Subscription("OTTO26QX")
	if v.Status != "ACTIVE" || v.Recurrence != 3 || w.status(v.Last) != "APPROVED" {
		t.Errorf("accepted: %+v", v)
	}
	if got := w.heard(); !slices.Equal(got, []string{"SUBSCRIPTION_CANCELLATION", "PURCHASE_APPROVED"}) {
		t.Errorf("told: %v", got)
	}
	w.wants("POST", subscriptions+"/RAUL25ZT/reactivate", `{}`, 200, "")
	w.at(march.AddDate(0, 0, 4))
	if err := w.Accept("RAUL25ZT"); err == nil {
		t.Error("he accepted after three days")
	}
	w.wants("POST", subscriptions+"/RAUL25ZT/reactivate", `{}`, 401, "token_expired")
	w.token = w.login()
	w.wants("POST", subscriptions+"/RAUL25ZT/reactivate", `{}`, 200, "")
	if err := w.Accept("RAUL25ZT"); err != nil {
		t.Fatal(err)
	}
	if v, _ := w.Subscription("RAUL25ZT"); v.Status != "ACTIVE" || v.Recurrence != 6 || !v.NextCharge.After(w.clock()) || v.NextCharge.Day() != 1 {
		t.Errorf("accepted without a charge: %+v", v)
	}
}

func TestSubscriptionsGoOn(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	w.wants("PATCH", subscriptions+"/OTTO26QX", `{"due_day": 31}`, 200, "")
	w.at(time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC)) // the charge that was scheduled
	v, _ := w.Subscription("OTTO26QX")
	if want := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC); v.Recurrence != 3 || !v.NextCharge.Equal(want) {
		t.Errorf("charged: %+v, want the next one on %v", v, want)
	}
	if got := w.status("HP1100000202"); got != "COMPLETE" {
		t.Errorf("after its guarantee the charge before is %s", got)
	}
	w.NoFunds("OTTO26QX", true)
	w.at(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))
	if v, _ = w.Subscription("OTTO26QX"); v.Status != "DELAYED" || v.Unpaid != 2 {
		t.Errorf("unpaid: %+v", v)
	}
	if err := w.Pay(v.Last); err != nil {
		t.Fatal(err)
	}
	if v, _ = w.Subscription("OTTO26QX"); v.Status != "ACTIVE" || v.Unpaid != 0 {
		t.Errorf("paid: %+v", v)
	}
	w.at(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	if v, _ = w.Subscription("OTTO26QX"); v.Status != "CANCELLED_BY_ADMIN" {
		t.Errorf("after five unpaid charges: %+v", v)
	}
	if _, err := w.Buy(Purchase{Transaction: "HPFIRST", Product: 4100002, Buyer: Buyer{Email: "marina.duarte@example.com"}, Subscriber: "FIRST001"}); err != nil {
		t.Fatal(err)
	}
	w.token = w.login()
	w.wants("PUT", "/payments/api/v1/sales/HPFIRST/refund", "", 200, "")
	w.at(time.Date(2027, 1, 2, 4, 0, 0, 0, time.UTC))
	if v, _ = w.Subscription("FIRST001"); v.Status != "CANCELLED_BY_SELLER" {
		t.Errorf("its first charge was refunded: %+v", v)
	}
}

func TestPanel(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	const marinas, to = "HP1100000101", "marina.nova@example.com"
	if err := w.ChangeEmail(marinas, "owner@padaria-escola.example"); err != ErrAddress {
		t.Errorf("to the producer's address: %v", err)
	}
	if err := w.ChangeEmail(marinas, to); err != nil {
		t.Fatal(err)
	}
	if got := field(w.get(history+"?transaction="+marinas), "items.buyer.email"); got != to {
		t.Errorf("the sale's address is %v", got)
	}
	if m, known := w.Member(4100001, to); !known || m.Accesses != 0 {
		t.Errorf("the member moved: %v %+v", known, m)
	}
	if err := w.FirstAccess(4100001, to); err != nil {
		t.Fatal(err)
	}
	if err := w.ChangeEmail(marinas, "third@example.com"); err != ErrOpened {
		t.Errorf("after it was opened: %v", err)
	}
	if err := w.ResendAccess(marinas); err != nil || w.mails[len(w.mails)-1].To != to {
		t.Errorf("resent: %v, %+v", err, w.mails)
	}
	tickets := w.Tickets("HP1100000401")
	if err := w.CheckIn(tickets[1].ID, "Ana", ""); err != nil {
		t.Fatal(err)
	}
	got := w.get("/events/api/v1/4100003/participants?checkin_status=PARTIAL&buyer_email=raul.pinto@example.net")
	if name := field(got, "items.participant.name"); name != "Ana" {
		t.Errorf("participants: %v", got)
	}
}

func TestStateSurvives(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	w.wants("PUT", "/payments/api/v1/sales/HP1100000101/refund", "", 200, "")
	body, err := w.Save()
	if err != nil {
		t.Fatal(err)
	}
	again := New(Options{Now: func() time.Time { return march.Add(24 * time.Hour) }})
	if err := again.Load(body); err != nil {
		t.Fatal(err)
	}
	again.Tick()
	if v, _ := again.Sale("HP1100000101"); v.Status != "REFUNDED" || again.Waiting() < 2 {
		t.Errorf("after a restart, at night: %s, %d webhooks wait", v.Status, again.Waiting())
	}
}
