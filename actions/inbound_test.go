package actions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

const hottok = "a-token-of-a-test"

// receives is a shop that takes Hotmart's webhooks.
func receives(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := worldOn(t, s)
	w.core = actions.New(actions.Options{Store: s, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID,
		Vault: secrets, Webhooks: []actions.Webhooks{hotmart.NewWebhooks(hottok)}, KeepPatience: time.Minute})
	return w
}

// sample reads a recorded webhook, with some of its words changed.
func sample(t testing.TB, name string, change ...string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("hotmart/testdata/webhooks", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.NewReplacer(change...).Replace(string(body)))
}

func (w *world) receive(body []byte) actions.Receipt {
	w.t.Helper()
	r, err := w.core.Receive(w.t.Context(), shop, hotmart.NewWebhooks(hottok), body)
	w.must(err)
	return r
}

// inbound is the record of a delivery and, opened, what is kept of it beside.
func (w *world) inbound(id string) (store.InboundEvent, string) {
	w.t.Helper()
	var e store.InboundEvent
	list, err := w.store.KeptDeliveries(shop, "hotmart", "", time.Time{}, "", 500)
	w.must(err)
	for _, d := range list {
		if e = d.InboundEvent; e.ID == id {
			body, err := secrets.Open("inbound", d.BodyID, d.Body)
			w.must(err)
			return e, string(body)
		}
	}
	w.t.Fatalf("no delivery %s is kept", id)
	return e, ""
}

func TestReceive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := receives(t, s)
		const id = "5c3e9a10-1f44-4d0e-9b27-000000000010"
		body := sample(t, "purchase_protest", `"version"`, `"hottok": "`+hottok+`", "version"`)
		r := w.receive(body)
		equal(t, "receipt", []any{r.Kind, r.Known, r.Unknown}, []any{"PURCHASE_PROTEST", false, false})
		e, kept := w.inbound(id)
		equal(t, "result", e.Result, "waits")
		if !strings.Contains(kept, "12345678909") || strings.Contains(kept, hottok) || strings.Contains(kept, "hottok") {
			t.Errorf("sealed: %s", kept)
		}
		if text := string(e.Payload); strings.Contains(text, "12345678909") || strings.Contains(text, hottok) || !strings.Contains(text, "HP4200000101") {
			t.Errorf("readable: %s", text)
		}
		equal(t, "the same again is known", w.receive(body).Known, true)

		w.work()
		p := w.purchase("HP4200000101")
		equal(t, "status", p.Status, actions.Disputed)
		buyer, err := s.BuyerByEmail(shop, "beatriz.nogueira@example.com")
		w.must(err)
		if len(buyer.Phone) == 0 {
			t.Error("the telephone number was lost between receipt and job")
		}
		e, kept = w.inbound(id)
		equal(t, "result after its job", []string{e.Result, e.BuyerID, kept}, []string{"applied", buyer.ID, ""})
		waits, err := s.WaitingInbound()
		w.must(err)
		equal(t, "waiting", waits.Count, int64(0))
		equal(t, "known after its job too", w.receive(body).Known, true)
		w.work()
		equal(t, "revision", w.purchase("HP4200000101").Revision, p.Revision)
	})
}

// TestReceiveWhatIsNotUnderstood: it is kept whole and sealed, answered like everything else, and the team is told once of a kind.
func TestReceiveWhatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := receives(t, s)
		for i := range 3 {
			r := w.receive(sample(t, "purchase_approved", "PURCHASE_APPROVED", "PURCHASE_TELEPORTED", "0000000000", fmt.Sprintf("%010d", i)))
			equal(t, "unknown", r.Unknown, true)
		}
		w.receive(sample(t, "purchase_approved", `"version": "2.0.0"`, `"version": "3.1.0"`, `"id": "5c`, `"id": "v3`))
		w.receive(sample(t, "purchase_approved", `"transaction"`, `"code"`, `"id": "5c`, `"id": "nc`))
		w.receive(sample(t, "test_event_from_panel"))
		w.receive(sample(t, "club_module_completed"))
		w.work()
		unknown, err := s.UnknownInbounds(shop)
		w.must(err)
		var got []string
		for _, u := range unknown {
			got = append(got, fmt.Sprintf("%s %d", u.Reason, u.Count))
		}
		equal(t, "kept", got, []string{
			"PURCHASE_APPROVED: purchase.transaction is missing or no transaction code 1",
			"unknown event PURCHASE_TELEPORTED 3",
			"version 3.1.0: only webhooks of version 2.0.0 are read 1",
		})
		w.mu.Lock()
		announced := slices.DeleteFunc(slices.Clone(w.jobs), func(j string) bool { return !strings.HasPrefix(j, "announce inbound:") })
		w.mu.Unlock()
		equal(t, "told", len(announced), 3)
		equal(t, "audit", w.audit("hotmart"), []string{"system import.unknown", "system import.unknown", "system import.unknown"})
		id := strings.TrimPrefix(strings.Fields(announced[0])[1], "inbound:")
		if a, err := w.core.InboundAlarm(t.Context(), w.ana, id); err != nil || a.Source != "hotmart" || a.Reason == "" {
			t.Errorf("the team reads %+v, %v", a, err)
		}
		if _, err := w.core.InboundAlarm(t.Context(), w.marina, id); actions.AsError(err).Code != actions.NotFound {
			t.Errorf("a buyer reads it: %v", err)
		}

		file, err := w.core.ExportBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		if strings.Contains(string(file), "PURCHASE_TELEPORTED") {
			t.Error("what is about somebody else is exported")
		}
		w.receive(sample(t, "purchase_approved", "PURCHASE_APPROVED", "PURCHASE_TELEPORTED", "5c3e", "aaaa", "beatriz.nogueira@example.com", "Marina.Duarte@example.com"))
		w.work()
		file, err = w.core.ExportBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		var lists map[string][]map[string]any
		w.must(json.Unmarshal(file, &lists))
		if rows := lists["inbound_bodies"]; len(rows) != 1 || !strings.Contains(fmt.Sprint(rows[0]["body"]), "Marina.Duarte@example.com") {
			t.Errorf("exported: %v", rows)
		}
		_, err = w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		bodies, err := s.BodiesAfter(shop, "", 100)
		w.must(err)
		equal(t, "left of what was kept", len(bodies), 5)

		w.pass(8 * 24 * time.Hour)
		forgotten := actions.New(actions.Options{Store: s, Commerce: w.platform, Now: w.clock, NewID: w.newID, Vault: secrets, Retention: actions.Retention{Webhooks: 7}})
		w.must(forgotten.Retain(t.Context(), shop))
		bodies, err = s.BodiesAfter(shop, "", 100)
		w.must(err)
		equal(t, "left after retention", len(bodies), 0)
	})
}

func TestReceiveRefusesWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := receives(t, storetest.New(t))
	for _, body := range []string{"", "{", "[]", "null", `"PURCHASE_APPROVED"`, `{"id":"1"}`, "hottok=x&prod=1", strings.Repeat(`{"a":`, 200_000)} {
		_, err := w.core.Receive(t.Context(), shop, hotmart.NewWebhooks(hottok), []byte(body))
		if e := actions.AsError(err); e == nil || e.Code != actions.Invalid {
			t.Errorf("%.20q: %v", body, err)
		}
	}
	kept, err := w.store.KeptDeliveries(shop, "hotmart", "", time.Time{}, "", 10)
	w.must(err)
	equal(t, "kept", len(kept), 0)
}

// TestReceiveInAnyOrder plays every order of a sale's life, with duplicates, in both spellings of the statuses: the end is the same.
func TestReceiveInAnyOrder(t *testing.T) {
	t.Parallel()
	life := []struct {
		kind, status, rest string
		at                 int
		end                bool
	}{
		{"PURCHASE_BILLET_PRINTED", "BILLET_PRINTED", "PRINTED_BILLET", 1, false},
		{"PURCHASE_APPROVED", "APPROVED", "APPROVED", 2, false},
		{"PURCHASE_PROTEST", "DISPUTE", "PROTESTED", 3, false},
		{"PURCHASE_COMPLETE", "COMPLETED", "COMPLETE", 4, false},
		{"PURCHASE_REFUNDED", "REFUNDED", "REFUNDED", 5, true},
	}
	body := func(i int, rest bool) []byte {
		e := life[i]
		status := e.status
		if rest {
			status = e.rest
		}
		return sample(t, "purchase_protest", `"5c3e9a10-1f44-4d0e-9b27-000000000010"`, fmt.Sprintf(`"e%d"`, i), "1773670287000", fmt.Sprint(hours(e.at).UnixMilli()),
			"PURCHASE_PROTEST", e.kind, `"DISPUTE"`, `"`+status+`"`)
	}
	n := 0
	permute(len(life), func(order []int) {
		n++
		w := receives(t, storetest.New(t))
		for nth, i := range order {
			w.receive(body(i, nth%2 == n%2))
			if n%3 == 0 {
				w.work()
			}
			if n%2 == 0 { // again, in the other spelling, as a new delivery of the same news
				w.receive(bytes.Replace(body(i, nth%2 != n%2), fmt.Appendf(nil, `"e%d"`, i), fmt.Appendf(nil, `"again%d"`, i), 1))
			}
		}
		w.work()
		p := w.purchase("HP4200000101")
		if p.Status != actions.Refunded || !p.StatusAt.Equal(hours(5)) || len(p.Access) != 1 || p.Access[0].Active {
			t.Errorf("in the order %v: %s since %s, access %+v", order, p.Status, p.StatusAt, p.Access)
		}
	})
	equal(t, "orders", n, 120)
}

// permute calls f with every order of n things.
func permute(n int, f func(order []int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var rest func(k int)
	rest = func(k int) {
		if k == n {
			f(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			rest(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	rest(0)
}

// TestReceiveTogether has many deliveries come at once, each twice: all are kept once, in few transactions, by few jobs.
func TestReceiveTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := receives(t, s)
		const n = 300
		var wg sync.WaitGroup
		var mu sync.Mutex
		known := 0
		for i := range 2 * n {
			body := sample(t, "purchase_approved", "5c3e9a10", fmt.Sprintf("%08d", i%n), "HP4200000101", fmt.Sprintf("HP77%06d", i%n))
			wg.Go(func() {
				r, err := w.core.Receive(t.Context(), shop, hotmart.NewWebhooks(hottok), body)
				if err != nil {
					t.Errorf("receive: %v", errors.Unwrap(err))
				}
				mu.Lock()
				defer mu.Unlock()
				if r.Known {
					known++
				}
			})
		}
		wg.Wait()
		equal(t, "known", known, n)
		waits, err := s.WaitingInbound()
		w.must(err)
		equal(t, "waiting", waits.Count, int64(n))
		w.work()
		found, err := w.core.Find(t.Context(), w.rui, actions.Filter{Transaction: "HP77000299"})
		w.must(err)
		equal(t, "found", len(found.Purchases), 1)
	})
}

// TestDeliveriesSurvive: a job that never ran is made anew, one that fails is tried again, and one delivery that can never be
// applied holds up no other.
func TestDeliveriesSurvive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := receives(t, s)
		w.receive(sample(t, "purchase_approved"))
		lost := map[string]jobs.Handler{actions.JobInbound: func(context.Context, jobs.Job) error { return jobs.Cancel(errors.New("lost")) }}
		_, err := s.RunDue(t.Context(), lost, w.clock())
		w.must(err)
		look := func() {
			w.must(w.handlers()[actions.JobExpire](t.Context(), jobs.Job{}))
			w.work()
		}
		look()
		waits, err := s.WaitingInbound()
		w.must(err)
		equal(t, "waiting a moment after", waits.Count, int64(1))
		w.pass(2 * time.Minute)
		look()
		waits, err = s.WaitingInbound()
		w.must(err)
		equal(t, "waiting after a look", waits.Count, int64(0))
	})
}

// poisoned decodes what no database takes out of a delivery of one kind.
type poisoned struct{ *hotmart.Webhooks }

func (p poisoned) Decode(body []byte) (actions.SaleEvent, error) {
	e, err := p.Webhooks.Decode(body)
	if e.Kind == "PURCHASE_EXPIRED" {
		e.Sale.RawStatus = "no text in PostgreSQL \x00"
	}
	return e, err
}

// TestOneDeliveryHoldsUpNoOther: what cannot be applied is set aside, kept, and told; the others of its batch are applied.
func TestOneDeliveryHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := receives(t, s)
		w.core = actions.New(actions.Options{Store: s, Commerce: w.platform, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID, Vault: secrets,
			Webhooks: []actions.Webhooks{poisoned{hotmart.NewWebhooks(hottok)}}})
		var bad string
		for i := range 5 {
			name := "purchase_approved"
			if i == 2 {
				name = "purchase_expired"
			}
			body := sample(t, name, `"id": "5c3e9a10`, fmt.Sprintf(`"id": "%08d`, i), "HP420000010", fmt.Sprintf("HP66%03d", i))
			w.receive(body)
			var e struct{ ID string }
			w.must(json.Unmarshal(body, &e))
			if i == 2 {
				bad = e.ID
			}
		}
		w.work()
		for i := range 5 {
			found, err := w.core.Find(t.Context(), w.rui, actions.Filter{Transaction: actions.Transaction(fmt.Sprintf("HP66%03d1", i))})
			w.must(err)
			if i != 2 && len(found.Purchases) != 1 {
				t.Errorf("delivery %d was not applied", i)
			}
		}
		if e, kept := w.inbound(bad); s.Dialect() == "postgres" && (e.Result != "failed" || kept == "") {
			t.Errorf("the bad one is %q, kept %d bytes", e.Result, len(kept))
		}
		waits, err := s.WaitingInbound()
		w.must(err)
		equal(t, "waiting", waits.Count, int64(0))
	})
}

// TestWebhookSettlesWhatWaits: a refund that the platform has taken on is done when the webhook comes, not at the next look.
func TestWebhookSettlesWhatWaits(t *testing.T) {
	t.Parallel()
	w := receives(t, storetest.New(t))
	w.receive(sample(t, "purchase_approved"))
	w.work()
	w.pass(hours(24 * 13).Sub(w.clock())) // inside the guarantee
	const code = "HP4200000101"
	w.platform.Then(actionstest.Requested)
	_, err := w.core.Refund(t.Context(), w.rui, actions.RefundInput{Key: "k1", Transaction: code, Reason: actions.NotExpected})
	w.must(err)
	w.work()
	equal(t, "under way", w.purchase(code).Refunding, true)
	w.receive(sample(t, "purchase_refunded"))
	w.work()
	r, err := w.core.Request(t.Context(), w.rui, "k1")
	w.must(err)
	equal(t, "request", r.State, actions.RequestState(actions.OutcomeDone))
}

// older is a version of this program that does not know one kind of event.
type older struct{ *hotmart.Webhooks }

func (o older) Decode(body []byte) (actions.SaleEvent, error) {
	e, err := o.Webhooks.Decode(body)
	if e.Kind == "PURCHASE_CHARGEBACK" {
		e = actions.SaleEvent{Source: e.Source, ID: e.ID, Kind: e.Kind, At: e.At, Payload: []byte(`{}`), Body: e.Body, Unknown: true, Ignored: "unknown event " + e.Kind}
	}
	return e, err
}

// TestReplay: an upgrade understands what was kept; and whatever was understood before tells nothing new, however often.
func TestReplay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := receives(t, s)
		upgraded := w.core
		w.core = actions.New(actions.Options{Store: s, Commerce: w.platform, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID, Vault: secrets,
			Webhooks: []actions.Webhooks{older{hotmart.NewWebhooks(hottok)}}})
		for i := range 3 { // of three sales
			for _, name := range []string{"purchase_approved", "purchase_complete", "purchase_chargeback"} {
				body := sample(t, name, `"id": "5c3e9a10`, fmt.Sprintf(`"id": "%08d`, i))
				w.receive(regexp.MustCompile(`"HP42[0-9]+"`).ReplaceAll(body, fmt.Appendf(nil, `"HP55%d"`, i)))
			}
		}
		w.receive(sample(t, "test_event_from_panel"))
		w.receive(sample(t, "purchase_approved", "PURCHASE_APPROVED", "PURCHASE_NEW", `"5c`, `"6c`))
		w.work()
		equal(t, "status before", w.purchase("HP551").Status, actions.Complete)
		w.core = upgraded
		read := func(o actions.ReplayOptions) actions.ReplayReport {
			var seen []int64
			o.Progress = func(done, total int64) { seen = append(seen, done, total) }
			r, err := w.core.Replay(t.Context(), shop, "hotmart", o)
			w.must(err)
			if r.Read > 0 && (len(seen) == 0 || seen[len(seen)-1] != int64(r.Read) || seen[len(seen)-2] != int64(r.Read)) {
				t.Errorf("progress %v of %d", seen, r.Read)
			}
			return r
		}
		counts := func(r actions.ReplayReport) []int {
			return []int{r.Read, r.Applied, r.Understood, r.Same, r.Envelopes, len(r.Unknown)}
		}
		want := []int{11, 3, 3, 6, 1, 1}
		equal(t, "foretold", counts(read(actions.ReplayOptions{DryRun: true})), want)
		equal(t, "status after a dry run", w.purchase("HP551").Status, actions.Complete)
		equal(t, "of a kind", counts(read(actions.ReplayOptions{DryRun: true, Kind: "PURCHASE_CHARGEBACK"})), []int{3, 3, 3, 0, 0, 0})
		equal(t, "from later on", counts(read(actions.ReplayOptions{Since: w.clock().Add(time.Hour)})), []int{0, 0, 0, 0, 0, 0})
		equal(t, "done", counts(read(actions.ReplayOptions{})), want)
		equal(t, "status", w.purchase("HP551").Status, actions.Chargeback)
		equal(t, "again", counts(read(actions.ReplayOptions{})), []int{11, 0, 0, 9, 1, 1})
		unknown, err := s.UnknownInbounds(shop)
		w.must(err)
		equal(t, "kept on", []string{unknown[0].Reason, fmt.Sprint(len(unknown))}, []string{"unknown event PURCHASE_NEW", "1"})
		results := map[string]int{}
		list, err := s.KeptDeliveries(shop, "hotmart", "", time.Time{}, "", 500)
		w.must(err)
		for _, d := range list {
			results[d.Result]++
		}
		equal(t, "results", results["applied"], 9)
		w.work()
		verified, err := s.VerifyAudit(t.Context(), shop)
		w.must(err)
		if !verified.OK() {
			t.Errorf("audit: %v", verified.Problems)
		}
	})
}
