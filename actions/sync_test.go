package actions_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// A shelf is a platform that is read in pages of three: products first, then sales.
type shelf struct {
	mu     sync.Mutex
	clock  func() time.Time
	sales  []actions.SaleEvent
	places []string // that were read
	spans  []actions.FeedSpan
	// before runs in the place of the platform's work on a page.
	before func(at actions.FeedPlace) error
	bad    int // items on each page that cannot be understood
}

func (s *shelf) Page(_ context.Context, _ string, span actions.FeedSpan, at actions.FeedPlace) (actions.FeedPage, error) {
	s.mu.Lock()
	before := s.before
	s.mu.Unlock()
	if before != nil {
		if err := before(at); err != nil {
			return actions.FeedPage{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places, s.spans = append(s.places, string(at)), append(s.spans, span)
	if at == "" {
		return actions.FeedPage{Events: []actions.SaleEvent{{Source: "hotmart", ID: "p", ReadAt: s.clock(), Product: &actions.Listed{Code: "1", Name: "Pão", Kind: "course"}}},
			Next: "0", Part: "products", Done: 10}, nil
	}
	from, err := strconv.Atoi(string(at))
	if err != nil {
		return actions.FeedPage{}, err
	}
	page := actions.FeedPage{Part: "sales", Done: 10 + 990*from/max(len(s.sales), 1)}
	until := min(from+3, len(s.sales))
	for _, e := range s.sales[from:until] {
		if sold := *e.Sale; !sold.OrderedAt.Before(span.Since) || !span.Changed.IsZero() && !sold.Status.Paid() {
			e.Sale, e.ReadAt = &sold, s.clock()
			page.Events = append(page.Events, e)
		}
	}
	for range s.bad {
		page.Bad = append(page.Bad, errors.New("items[0].purchase.transaction is missing"))
	}
	if until < len(s.sales) {
		page.Next = actions.FeedPlace(strconv.Itoa(until))
	}
	return page, nil
}

// stock puts n sales of bread on the shelf, an hour apart.
func (s *shelf) stock(n int) {
	for i := range n {
		s.sales = append(s.sales, sold(fmt.Sprint("s", i), 0, actions.Approved, of(actions.Transaction(fmt.Sprintf("HP90%04d", i))), seen(0), func(e *actions.SaleEvent) {
			e.Sale.OrderedAt, e.Sale.ApprovedAt = start.Add(-time.Duration(i+1)*time.Hour), start.Add(-time.Duration(i+1)*time.Hour)
			e.Sale.Buyer = actions.SoldTo{Name: "Inês", Email: actions.Email(fmt.Sprintf("ines%d@example.org", i/2))}
		}))
	}
}

// reading gives a world a platform that can be read, each hour where it reconciles.
func (w *world) reading(s *shelf) *actions.Core {
	s.clock = w.clock
	return actions.New(actions.Options{Store: w.store, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID,
		Vault: secrets, Feed: s, ReconcileEvery: time.Hour})
}

func (w *world) status(t string) actions.Status {
	w.t.Helper()
	p, err := w.store.In(w.t.Context()).LockPurchase(shop, t)
	if errors.Is(err, store.ErrNotFound) {
		return ""
	}
	w.must(err)
	return actions.Status(p.Purchase.Status)
}

// books is how the purchases of the shelf stand, by transaction: status and revision.
func (w *world) books(s *shelf) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for _, e := range s.sales {
		p, err := w.store.In(w.t.Context()).LockPurchase(shop, string(e.Sale.Transaction))
		w.must(err)
		all[p.Purchase.Transaction] = fmt.Sprint(p.Purchase.Status, p.Purchase.Revision, p.Buyer.Email, p.Purchase.UpdatedAt.Unix())
	}
	return all
}

func TestSync(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, from := worldOn(t, s), &shelf{bad: 1}
		from.stock(10)
		core := w.reading(from)
		var shown []actions.SyncReport
		got, err := core.Sync(t.Context(), shop, actions.SyncOptions{Progress: func(r actions.SyncReport) { shown = append(shown, r) }})
		w.must(err)
		want := map[string]actions.SyncCount{"products": {Items: 1, News: 1}, "sales": {Items: 10, News: 10}}
		if !got.Ended || !maps.Equal(got.Parts, want) || got.BadCount != 4 || len(got.Bad) != 4 || got.Thousandths != 1000 || got.Pages != 5 || got.Resumed {
			t.Errorf("got %+v", got)
		}
		if len(shown) != 6 || shown[3].Part != "sales" || shown[3].Thousandths == 0 {
			t.Errorf("shown %d times: %+v", len(shown), shown)
		}
		if got := w.audited(w.adm, actions.AuditQuery{Text: "sync.finished"}); !strings.Contains(got, "sync.finished") {
			t.Errorf("audit: %q", got)
		}
		before := w.books(from)
		w.pass(time.Hour)
		got, err = core.Sync(t.Context(), shop, actions.SyncOptions{})
		w.must(err)
		if got.Parts["sales"] != (actions.SyncCount{Items: 10}) || got.Resumed {
			t.Errorf("read again: %+v", got)
		}
		if after := w.books(from); !maps.Equal(before, after) {
			t.Errorf("written again:\n%v\n%v", before, after)
		}
	})
}

// TestSyncGoesOnWhereItWas: cut off before any page, by the platform or because the program stops, it goes on with that page.
func TestSyncGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w, from := newWorld(t), &shelf{}
	from.stock(10)
	core := w.reading(from)
	broken, tries := errors.New("502"), 0
	for {
		reads := 0
		ctx, stop := context.WithCancel(t.Context())
		from.before = func(actions.FeedPlace) error {
			if reads++; reads > 1 && tries%2 == 0 {
				return broken
			} else if reads > 1 {
				stop()
			}
			return nil
		}
		got, err := core.Sync(ctx, shop, actions.SyncOptions{})
		stop()
		tries++
		if got.Resumed != (tries > 1) {
			t.Errorf("try %d: resumed %v", tries, got.Resumed)
		}
		if err == nil {
			if got.Parts["sales"] != (actions.SyncCount{Items: 10, News: 10}) || got.Parts["products"].Items != 1 {
				t.Errorf("counted %+v", got.Parts)
			}
			break
		}
		if tries > 20 || tries%2 == 1 && !errors.Is(err, broken) {
			t.Fatalf("try %d: %v", tries, err)
		}
		w.pass(time.Minute)
	}
	// A page of a run that was stopped while it was read is read again: nothing of it was kept.
	for _, place := range []string{"", "0", "3", "6", "9"} {
		if !slices.Contains(from.places, place) {
			t.Errorf("page %q was left out: %q", place, from.places)
		}
	}
	if !slices.IsSorted(from.places) {
		t.Errorf("read %q", from.places)
	}
}

// TestSyncBeginsAnew where the operator says so, and where he wants another span.
func TestSyncBeginsAnew(t *testing.T) {
	t.Parallel()
	w, from := newWorld(t), &shelf{}
	from.stock(10)
	core := w.reading(from)
	cut := func() {
		n := 0
		from.before = func(actions.FeedPlace) error {
			if n++; n > 2 {
				return errors.New("502")
			}
			return nil
		}
	}
	cut()
	if _, err := core.Sync(t.Context(), shop, actions.SyncOptions{}); err == nil {
		t.Fatal("it was not cut off")
	}
	from.before = nil
	since := start.Add(-5 * time.Hour)
	got, err := core.Sync(t.Context(), shop, actions.SyncOptions{Since: since})
	w.must(err)
	if got.Resumed || !got.Since.Equal(since) || got.Parts["sales"].Items != 5 {
		t.Errorf("another span: %+v", got)
	}
	cut()
	if _, err = core.Sync(t.Context(), shop, actions.SyncOptions{}); err == nil {
		t.Fatal("it was not cut off")
	}
	from.before = nil
	if got, err = core.Sync(t.Context(), shop, actions.SyncOptions{Restart: true}); err != nil || got.Resumed || got.Parts["sales"].Items != 10 {
		t.Errorf("from the beginning: %+v %v", got, err)
	}
}

// TestOneSyncAtATime: in all processes together; one that was taken for dead keeps nothing of what it still reads.
func TestOneSyncAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, from := worldOn(t, s), &shelf{}
		from.stock(4)
		core, other := w.reading(from), &shelf{}
		other.stock(4)
		second := w.reading(other)
		var meanwhile, late error
		from.before = func(at actions.FeedPlace) error {
			if at == "3" {
				_, meanwhile = second.Sync(t.Context(), shop, actions.SyncOptions{})
				w.pass(10 * time.Minute)
				_, late = second.Sync(t.Context(), shop, actions.SyncOptions{})
			}
			return nil
		}
		_, err := core.Sync(t.Context(), shop, actions.SyncOptions{})
		var refused *actions.Error
		if !errors.As(meanwhile, &refused) || refused.Code != actions.Conflict {
			t.Errorf("a second sync began: %v", meanwhile)
		}
		if late != nil {
			t.Errorf("a dead one was not taken over: %v", late)
		}
		if !errors.As(err, &refused) || refused.Code != actions.Conflict {
			t.Errorf("the first one went on: %v", err)
		}
		if !slices.Equal(other.places, []string{"3"}) {
			t.Errorf("the second one read %q", other.places)
		}
	})
}

// runReconcile runs the periodic job until it has nothing to do.
func (w *world) runReconcile(core *actions.Core) {
	w.t.Helper()
	err := core.Handlers()[actions.JobSync](w.t.Context(), jobs.Job{Kind: actions.JobSync})
	w.must(err)
}

// TestReconcile: it reads the last half year each night and what is recent each hour, and finds what no webhook told.
func TestReconcile(t *testing.T) {
	t.Parallel()
	w, from := newWorld(t), &shelf{}
	from.stock(8)
	core := w.reading(from)
	w.runReconcile(core)
	w.runReconcile(core) // not due
	if len(from.places) != 4 || !from.spans[0].Since.Before(start.AddDate(0, -6, 0)) {
		t.Fatalf("read %q since %v", from.places, from.spans[0].Since)
	}
	trouble := func() actions.WebhookTrouble {
		t.Helper()
		x, err := core.WebhookTrouble(t.Context(), shop)
		w.must(err)
		return x
	}
	if x := trouble(); x.Missed != 0 || x.Serious() {
		t.Errorf("before anything was read nothing can have been missed: %+v", x)
	}

	miss := func(n int) {
		for i := range n {
			from.sales = append(from.sales, sold("n", 0, actions.Approved, of(actions.Transaction(fmt.Sprintf("HP91%02d%02d", len(from.sales), i))), seen(0), func(e *actions.SaleEvent) {
				e.Sale.OrderedAt, e.Sale.ApprovedAt = w.clock().Add(-30*time.Minute), w.clock().Add(-30*time.Minute)
			}))
		}
	}
	w.pass(time.Hour)
	miss(2)
	from.sales[0].Sale.Status = actions.Refunded
	w.runReconcile(core)
	if x := trouble(); x.Missed != 3 || x.InARow != 1 || x.Serious() || w.status("HP900000") != actions.Refunded {
		t.Errorf("%+v, %s", x, w.status("HP900000"))
	}
	if last := from.spans[len(from.spans)-1]; last.Changed.IsZero() || last.Since.Before(start.AddDate(0, 0, -3)) {
		t.Errorf("each hour: %+v", last)
	}
	w.pass(time.Hour)
	miss(4)
	w.runReconcile(core)
	if x := trouble(); x.Missed != 4 || !x.Serious() || !x.LastAt.IsZero() {
		t.Errorf("%+v", x)
	}
	w.pass(time.Hour)
	w.runReconcile(core)
	if x := trouble(); x.Missed != 0 || x.Serious() {
		t.Errorf("%+v", x)
	}
	w.pass(22 * time.Hour)
	w.runReconcile(core)
	if last := from.spans[len(from.spans)-1]; !last.Changed.IsZero() || !last.Since.Before(start.AddDate(0, -6, 0)) {
		t.Errorf("each night: %+v", last)
	}
}

// TestLateWebhookAfterARead: what was read and found as it was known holds against webhooks from before, though nothing of the
// reading stands at the purchase.
func TestLateWebhookAfterARead(t *testing.T) {
	t.Parallel()
	w, from := newWorld(t), &shelf{}
	from.stock(1)
	core := w.reading(from)
	at := func(t time.Time) func(*actions.SaleEvent) { return func(e *actions.SaleEvent) { e.At = t } }
	transaction := of("HP900000")
	w.apply(sold("e1", 0, actions.Approved, transaction, at(start.Add(-time.Hour)), func(e *actions.SaleEvent) {
		e.Sale.OrderedAt, e.Sale.ApprovedAt, e.Sale.Buyer = from.sales[0].Sale.OrderedAt, from.sales[0].Sale.ApprovedAt, from.sales[0].Sale.Buyer
	}))
	w.pass(2 * time.Hour)
	claimed := w.clock().Add(-30 * time.Minute)
	got, err := core.Sync(t.Context(), shop, actions.SyncOptions{})
	w.must(err)
	if got.Parts["sales"].News != 0 {
		t.Fatalf("it was known: %+v", got)
	}
	w.pass(2 * time.Hour)
	w.apply(sold("e2", 0, actions.Disputed, transaction, at(claimed)))
	if got := w.status("HP900000"); got != actions.Approved {
		t.Errorf("a claim from before it was read approved: %s", got)
	}
	w.apply(sold("e3", 0, actions.Disputed, transaction, at(w.clock().Add(-time.Hour))))
	if got := w.status("HP900000"); got != actions.Disputed {
		t.Errorf("a claim from after it: %s", got)
	}
}
