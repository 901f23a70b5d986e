package hotmart

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/actions/remote"
)

// feedNow is when the feeds of these tests read.
var feedNow = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)

// newFeed is Hotmart over a fake one, whose calls are not slowed by pauses.
func newFeed(t *testing.T, facts fake.Facts) (*Platform, *fake.Server) {
	t.Helper()
	now := func() time.Time { return feedNow }
	s := fake.New(fake.Options{Now: now, Facts: facts, PerMinute: 1 << 30})
	s.SeedCast()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	p := New(Options{APIURL: server.URL, AuthURL: server.URL, ClientID: "client", ClientSecret: "secret", Now: now})
	p.api = remote.New(remote.Options{Base: server.URL, Now: now, Wait: func(context.Context, time.Duration) error { return nil }})
	return p, s
}

// manySales adds sales of all statuses, a day apart, back into the years before.
func manySales(s *fake.Server, n int) {
	b := s.AddBuyer(fake.Buyer{Name: "Ana", Email: "ana@example.com"})
	for i := range n {
		v := fake.Sale{Transaction: fmt.Sprintf("HP55%06d", i), Product: 4100001, Buyer: b, Status: fake.SaleStatuses[i%len(fake.SaleStatuses)],
			Ordered: feedNow.Add(-time.Duration(i) * 24 * time.Hour)}
		if i%len(fake.SaleStatuses) == 0 {
			v.Status = "COMPLETE"
		}
		s.AddSale(v)
	}
}

// readAll reads a feed to its end, calling between before each page, and returns its events.
func readAll(t *testing.T, p *Platform, span actions.FeedSpan, between func(at actions.FeedPlace)) (all []actions.SaleEvent, bad []error) {
	t.Helper()
	at, done := actions.FeedPlace(""), 0
	for n := 0; ; n++ {
		if between != nil {
			between(at)
		}
		page, err := p.Page(t.Context(), "shop", span, at)
		if err != nil {
			t.Fatalf("page %d, %s: %v", n, at, err)
		}
		all, bad = append(all, page.Events...), append(bad, page.Bad...)
		if page.Done < done || page.Done > 1000 || page.Part == "" {
			t.Fatalf("page %d of %q: done %d after %d", n, page.Part, page.Done, done)
		}
		done = page.Done
		if at = page.Next; at == "" {
			if done != 1000 {
				t.Errorf("at the end %d are done", done)
			}
			return all, bad
		}
		if n > 20_000 {
			t.Fatal("it does not end")
		}
	}
}

// told are the sales and subscriptions of events, with their statuses.
func told(events []actions.SaleEvent) map[string]string {
	all := map[string]string{}
	for _, e := range events {
		switch {
		case e.Sale != nil:
			all[string(e.Sale.Transaction)] = e.Sale.RawStatus
		case e.Subscription != nil:
			all[e.Subscription.Code] = string(e.Subscription.Status)
		}
	}
	return all
}

// kept are those that the fake has, sold in a span.
func kept(s *fake.Server, since time.Time) map[string]string {
	all := map[string]string{}
	for _, v := range s.Sales() {
		if !v.Ordered.Before(since) {
			all[v.Transaction] = v.Status
		}
	}
	for _, v := range s.Subscriptions() {
		all[v.Code] = string(subscriptionStatus(v.Status))
	}
	return all
}

func compareTold(t *testing.T, got, want map[string]string) {
	t.Helper()
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] != want[k] {
			t.Errorf("%s is %q, want %q", k, got[k], want[k])
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s was not asked for", k)
		}
	}
}

// TestFeedReadsEverything: every sale in every status and every subscription, whatever the platform takes too long for.
func TestFeedReadsEverything(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		facts fake.Facts
		since time.Time
		calls int64
	}{
		"all":                         {fake.Facts{}, time.Time{}, 240},
		"since a day":                 {fake.Facts{}, feedNow.AddDate(0, 0, -30), 60},
		"a platform that is slow":     {fake.Facts{WidestQuery: 20 * day}, feedNow.AddDate(-4, 0, 0), 3000},
		"a short window of its own":   {fake.Facts{SalesWindow: day}, time.Time{}, 240},
		"one that is slow from hours": {fake.Facts{WidestQuery: 9 * time.Hour}, feedNow.AddDate(0, 0, -20), 3000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := newFeed(t, c.facts)
			manySales(s, 1200)
			events, bad := readAll(t, p, actions.FeedSpan{Since: c.since, Until: feedNow}, nil)
			for _, err := range bad {
				t.Errorf("bad: %v", err)
			}
			compareTold(t, told(events), kept(s, c.since))
			products, links := 0, map[actions.Transaction]string{}
			for _, e := range events {
				if e.Product != nil {
					products++
				}
				if e.Charge != nil {
					links[e.Charge.Transaction] = fmt.Sprint(e.Charge.Subscription, e.Charge.Number)
				}
				if e.ReadAt.IsZero() || !e.At.IsZero() {
					t.Fatalf("%s is no reading", e.Kind)
				}
			}
			for _, v := range s.Sales() {
				if v.Subscriber != "" && !v.Ordered.Before(c.since) && links[actions.Transaction(v.Transaction)] != fmt.Sprint(v.Subscriber, v.Recurrence) {
					t.Errorf("%s is a charge of %q", v.Transaction, links[actions.Transaction(v.Transaction)])
				}
			}
			if products != 6 {
				t.Errorf("%d products", products)
			}
			if n := s.Count().Calls; int64(n) > c.calls {
				t.Errorf("%d calls, want at most %d", n, c.calls)
			}
		})
	}
}

// TestFeedOfWhatIsRecent: what was sold lately, and of what is older what it has come to.
func TestFeedOfWhatIsRecent(t *testing.T) {
	t.Parallel()
	p, s := newFeed(t, fake.Facts{})
	manySales(s, 1200)
	since, changed := feedNow.AddDate(0, 0, -2), feedNow.AddDate(0, 0, -190)
	events, _ := readAll(t, p, actions.FeedSpan{Since: since, Changed: changed, Until: feedNow}, nil)
	want := map[string]string{}
	for _, v := range s.Sales() {
		if !v.Ordered.Before(since) || !v.Ordered.Before(changed) && slices.Contains(comeTo, v.Status) {
			want[v.Transaction] = v.Status
		}
	}
	got := told(events)
	delete(got, "RAUL25ZT")
	compareTold(t, got, want)
	if n := s.Count().Calls; n > 40 {
		t.Errorf("%d calls each hour", n)
	}
}

// TestFeedGetsRoundTrouble: tokens that end, answers that are cut, empty or somebody else's, and sales that move on while they are
// read.
func TestFeedGetsRoundTrouble(t *testing.T) {
	t.Parallel()
	p, s := newFeed(t, fake.Facts{})
	manySales(s, 3000)
	b := s.AddBuyer(fake.Buyer{Name: "Bia", Email: "bia@example.com"})
	for i := range 1300 { // more than a page in one window
		s.AddSale(fake.Sale{Transaction: fmt.Sprintf("HP66%06d", i), Product: 4100001, Buyer: b, Status: "APPROVED", Approved: feedNow, Ordered: feedNow.Add(-time.Duration(i) * time.Minute)})
	}
	troubles := []fake.Misfortune{fake.GatewayFirst, fake.CutAfter, fake.Empty, fake.HTML, fake.HTMLError, fake.Expired, fake.Limited, fake.Spelling, fake.Strings, fake.Seconds}
	n, moved := 0, map[string]bool{}
	events, _ := readAll(t, p, actions.FeedSpan{Until: feedNow}, func(at actions.FeedPlace) {
		if n++; n%3 == 0 {
			s.Next(troubles[n/3%len(troubles)], "/payments/")
		}
		if transaction := fmt.Sprintf("HP66%06d", n*7); n%5 == 0 && n < 150 && s.Claim(transaction) == nil {
			moved[transaction] = true
		}
	})
	if len(moved) < 5 {
		t.Fatalf("only %d moved while the feed was read", len(moved))
	}
	got, want := told(events), kept(s, time.Time{})
	for k, status := range want {
		if got[k] == "" {
			t.Errorf("%s (%s) was not read", k, status)
		} else if status2 := string(statuses[got[k]]); !moved[k] && statuses[status] != "" && status2 != string(statuses[status]) {
			t.Errorf("%s is %s, want %s", k, got[k], status)
		}
	}
}

// TestFeedBeginsAWindowAgain whose token is not good any more, and gives up when no token ever is.
func TestFeedBeginsAWindowAgain(t *testing.T) {
	t.Parallel()
	p, s := newFeed(t, fake.Facts{})
	manySales(s, 10)
	text, err := json.Marshal(place{Part: 1 + len(unpaidStatuses), Token: "of yesterday", Read: 500})
	if err != nil {
		t.Fatal(err)
	}
	page, err := p.Page(t.Context(), "shop", actions.FeedSpan{Until: feedNow}, actions.FeedPlace(text))
	if err != nil || page.Next == "" || len(page.Events) > 0 {
		t.Fatalf("%+v %v", page, err)
	}
	var next place
	if err := json.Unmarshal([]byte(page.Next), &next); err != nil || next.Token != "" || next.Again != 1 || next.Read != 0 {
		t.Errorf("%+v %v", next, err)
	}
	if page, err = p.Page(t.Context(), "shop", actions.FeedSpan{Until: feedNow}, page.Next); err != nil || len(page.Events) == 0 {
		t.Errorf("%+v %v", page, err)
	}
	next.Token, next.Again = "of yesterday", maxAgain
	text, _ = json.Marshal(next)
	if _, err = p.Page(t.Context(), "shop", actions.FeedSpan{Until: feedNow}, actions.FeedPlace(text)); err == nil {
		t.Error("it goes on for ever")
	}
	for _, at := range []actions.FeedPlace{"x", `{"part":99}`, `{"part":-1}`} {
		if _, err := p.Page(t.Context(), "shop", actions.FeedSpan{Until: feedNow}, at); err == nil {
			t.Errorf("%s is a place", at)
		}
	}
}

// TestFeedLeavesSalesOfOthers: what this account sells as an affiliate is not its own.
func TestFeedLeavesSalesOfOthers(t *testing.T) {
	t.Parallel()
	p, s := newFeed(t, fake.Facts{})
	b := s.AddBuyer(fake.Buyer{Name: "Ana", Email: "ana@example.com"})
	s.AddSale(fake.Sale{Transaction: "HP77000001", Product: 4100001, Buyer: b, Status: "APPROVED", Approved: feedNow, Ordered: feedNow.Add(-day), As: "AFFILIATE"})
	events, _ := readAll(t, p, actions.FeedSpan{Since: feedNow.Add(-2 * day), Until: feedNow}, nil)
	ignored := 0
	for _, e := range events {
		if e.Sale != nil && e.Sale.Transaction == "HP77000001" {
			t.Error("taken in")
		}
		if e.Ignored != "" {
			ignored++
		}
	}
	if ignored != 1 {
		t.Errorf("%d ignored", ignored)
	}
}

func FuzzPlace(f *testing.F) {
	f.Add(`{"part":3,"until":1772456701000,"wide":86400000000000,"token":"x"}`)
	f.Add(`{"part":12,"until":-9223372036854775808,"wide":9223372036854775807}`)
	f.Fuzz(func(t *testing.T, text string) {
		var at place
		if json.Unmarshal([]byte(text), &at) != nil {
			return
		}
		parts := partsOf(actions.FeedSpan{Until: feedNow})
		if at.Part < 0 || at.Part >= len(parts) {
			return
		}
		w := parts[at.Part].window(at)
		next, err := w.next(at, portion{}, nil)
		if err != nil || next.Part < at.Part || next.Part >= len(parts) {
			return
		}
		if n := done(parts, w, next, 0); next.Part > at.Part && (n < 0 || n > 1000) {
			t.Errorf("%s: %d done", text, n)
		}
	})
}
