package actions_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

var (
	bread  = actions.SoldProduct{Code: "1", Name: "Pão"}
	sauces = actions.SoldProduct{Code: "2", Name: "Molhos"}
	bundle = actions.SoldProduct{Code: "9", Name: "Tudo", Kind: "bundle"}
	club   = actions.SoldProduct{Code: "5", Name: "Clube", Kind: "membership"}
	ines   = actions.SoldTo{Name: "Inês Valente", Email: "ines.valente@example.org", Locale: "pt-BR"}
)

// hours after noon of the first of March.
func hours(n int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

// sold is an event about a purchase of bread, at an hour; change it as needed.
func sold(id string, at int, status actions.Status, change ...func(*actions.SaleEvent)) actions.SaleEvent {
	e := actions.SaleEvent{Source: "hotmart", ID: id, Kind: "PURCHASE", At: hours(at), Sale: &actions.Sale{
		Transaction: "HP900", Status: status, RawStatus: strings.ToUpper(string(status)), Product: bread, Buyer: ines,
		Price: actions.Money{Minor: 297_00, Currency: "BRL"}, Payment: actions.Card, Installments: 3, OrderedAt: hours(0),
	}}
	if status.Paid() {
		e.Sale.ApprovedAt, e.Sale.GuaranteeEnds = hours(1), hours(24*15)
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

// reported makes an event a row of a sales report.
func reported(e *actions.SaleEvent) { e.Source, e.At = "csv", time.Time{} }

func of(transaction actions.Transaction) func(*actions.SaleEvent) {
	return func(e *actions.SaleEvent) { e.Sale.Transaction = transaction }
}

// charge makes an event the nth charge of a subscription.
func charge(nth int, status actions.SubscriptionStatus) func(*actions.SaleEvent) {
	return func(e *actions.SaleEvent) {
		e.Sale.Product, e.Sale.Recurrence = club, nth
		e.Sale.Transaction = actions.Transaction(fmt.Sprintf("HP90%d", nth))
		e.Subscription = &actions.Subscribed{Code: "INES26WB", Plan: "mensal", Status: status, NextChargeAt: hours(24 * 30 * nth), Product: club, Buyer: ines}
	}
}

func holding(parts ...actions.SoldProduct) func(*actions.SaleEvent) {
	return func(e *actions.SaleEvent) { e.Sale.Product, e.Sale.Contents = bundle, parts }
}

func entered(id string, at int, p actions.SoldProduct) actions.SaleEvent {
	return actions.SaleEvent{Source: "hotmart", ID: id, Kind: "CLUB_FIRST_ACCESS", At: hours(at), Opening: &actions.FirstOpening{Product: p, Buyer: ines}}
}

// apply applies events and says what became of each.
func (w *world) apply(events ...actions.SaleEvent) []actions.ImportResult {
	w.t.Helper()
	var all []actions.ImportResult
	for _, e := range events {
		r, err := w.core.Apply(w.t.Context(), shop, e)
		w.must(err)
		all = append(all, r)
	}
	return all
}

func TestApplyRecordsASale(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.apply(sold("1", 1, actions.Approved, holding(bread, sauces), func(e *actions.SaleEvent) {
		e.Sale.HasAffiliate, e.Sale.Parent, e.Sale.OfferCode = true, "HP899", "offer"
	}))
	equal(t, "results", got, []actions.ImportResult{actions.Applied})

	p := w.purchase("HP900")
	equal(t, "status", p.Status, actions.Approved)
	equal(t, "price", p.Price, actions.Money{Minor: 297_00, Currency: "BRL"})
	equal(t, "buyer", p.Buyer.Name+" "+string(p.Buyer.Email)+" "+p.Buyer.Locale, "Inês Valente ines.valente@example.org pt-BR")
	equal(t, "times", []time.Time{p.OrderedAt, p.ApprovedAt, p.GuaranteeEnds, p.StatusAt}, []time.Time{hours(0), hours(1), hours(24 * 15), hours(1)})
	equal(t, "kind", p.Product.Kind, "bundle")
	equal(t, "quantity", p.Quantity, 1)
	equal(t, "source", p.Source, "ledger")
	equal(t, "affiliate", p.HasAffiliate, true)
	if len(p.Contents) != 2 || p.Contents[0].Name != "Pão" || p.Contents[1].Name != "Molhos" {
		t.Errorf("contents %+v", p.Contents)
	}
	equal(t, "access", access(p), []string{"Molhos", "Pão"})
	found, err := w.core.Find(t.Context(), w.rui, actions.Filter{Name: "ines val"})
	w.must(err)
	equal(t, "found by the beginning of the name", len(found.Purchases), 1)
	equal(t, "audit", w.audit("HP900"), nil)
	w.work()
	equal(t, "a card of a new purchase is nowhere", w.refreshed(), nil)
}

// refreshed lists the purchases whose cards were redrawn since the last call.
func (w *world) refreshed() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, line := range w.jobs {
		if p, ok := strings.CutPrefix(line, "refresh purchase:"); ok {
			all = append(all, p)
		}
	}
	w.jobs = nil
	return all
}

// access lists the products that a purchase opens now.
func access(p actions.Purchase) []string {
	var all []string
	for _, a := range p.Access {
		if a.Active {
			all = append(all, a.Product.Name)
		}
	}
	slices.Sort(all)
	return all
}

func TestApplyChangesAPurchase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refund := sold("2", 5, actions.Refunded)
	got := w.apply(
		sold("1", 1, actions.Approved), sold("1", 1, actions.Approved), refund, refund,
		sold("3", 2, actions.Disputed), sold("4", 9, actions.Complete),
		actions.SaleEvent{Source: "hotmart", ID: "5", Kind: "CART", At: hours(1), Ignored: "cart left"},
		actions.SaleEvent{Source: "hotmart", ID: "5", Kind: "CART", At: hours(1), Ignored: "cart left"},
	)
	equal(t, "results", got, []actions.ImportResult{actions.Applied, actions.Duplicate, actions.Applied, actions.Duplicate,
		actions.Older, actions.Older, "ignored:cart left", actions.Duplicate})
	equal(t, "reason", got[6].Ignored(), "cart left")

	p := w.purchase("HP900")
	equal(t, "status", p.Status, actions.Refunded)
	equal(t, "access", access(p), nil)
	equal(t, "audit", w.audit("HP900"), []string{"system purchase.refunded"})
	w.work()
	equal(t, "cards", w.refreshed(), []string{"HP900"})
	equal(t, "revision", p.Revision, 2)
}

// TestApplyFillsBlanks: an event that comes too late still tells what nobody told before.
func TestApplyFillsBlanks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.apply(
		sold("2", 5, actions.Disputed, func(e *actions.SaleEvent) { e.Sale.Payment, e.Sale.Installments = "", 0 }),
		sold("1", 1, actions.Approved), entered("3", 3, bread), entered("4", 2, bread), entered("5", 4, bread))
	equal(t, "results", got, []actions.ImportResult{actions.Applied, actions.Applied, actions.Applied, actions.Applied, actions.Older})
	p := w.purchase("HP900")
	equal(t, "status", p.Status, actions.Disputed)
	equal(t, "payment", string(p.Payment)+fmt.Sprint(p.Installments), "card3")
	equal(t, "times", []time.Time{p.ApprovedAt, p.GuaranteeEnds, p.OpenedAt}, []time.Time{hours(1), hours(24 * 15), hours(2)})
	equal(t, "access", access(p), []string{"Pão"})
}

// TestApplyFollowsTheAddress: the platform moves a purchase by telling another address, unless we had it moved: then
// events may still name the old one.
func TestApplyFollowsTheAddress(t *testing.T) {
	t.Parallel()
	at := func(email actions.Email) func(*actions.SaleEvent) {
		return func(e *actions.SaleEvent) { e.Sale.Buyer.Email = email }
	}
	w := newWorld(t)
	w.apply(sold("1", 1, actions.Approved), sold("2", 3, actions.Complete, at("new@example.org")), sold("3", 2, actions.Approved, at("old@example.org")))
	equal(t, "address", string(w.purchase("HP900").Buyer.Email), "new@example.org")
	w.apply(sold("4", 4, actions.Complete, at("newest@example.org"), reported))
	equal(t, "address after a report", string(w.purchase("HP900").Buyer.Email), "new@example.org")

	w.change("HP900", func(p *store.Purchase) { p.EmailChanges = 1 })
	w.apply(sold("5", 5, actions.Complete, at("stale@example.org")))
	equal(t, "address after we changed it", string(w.purchase("HP900").Buyer.Email), "new@example.org")
}

func TestApplySubscription(t *testing.T) {
	t.Parallel()
	cancelled := actions.SaleEvent{Source: "hotmart", ID: "c", Kind: "SUBSCRIPTION_CANCELLATION", At: hours(50), Subscription: &actions.Subscribed{
		Code: "INES26WB", Plan: "mensal", Status: actions.SubscriptionCancelled, CancelledAt: hours(49), NextChargeAt: hours(900), Product: club, Buyer: ines}}
	w := newWorld(t)
	w.apply(cancelled, sold("2", 40, actions.Approved, charge(2, actions.SubscriptionActive)), sold("1", 1, actions.Approved, charge(1, actions.SubscriptionActive)))
	first, second := w.purchase("HP901"), w.purchase("HP902")
	want := &actions.Subscription{Code: "INES26WB", Plan: "mensal", Status: actions.SubscriptionCancelled, NextChargeAt: hours(900)}
	equal(t, "subscription of the first charge", first.Subscription, want)
	equal(t, "subscription of the second", second.Subscription, want)
	equal(t, "charges", []bool{first.FirstCharge(), second.FirstCharge()}, []bool{true, false})

	w.apply(sold("3", 60, actions.Approved, charge(3, actions.SubscriptionActive))) // it was accepted again
	equal(t, "reactivated", w.purchase("HP901").Subscription.Status, actions.SubscriptionActive)
}

// TestRefundOfFirstChargeCancels, and that of a later one does not; whatever the event says of the subscription, and in
// any order.
func TestRefundOfFirstChargeCancels(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []actions.SaleEvent
		want   actions.SubscriptionStatus
	}{
		"first charge": {[]actions.SaleEvent{sold("1", 1, actions.Approved, charge(1, actions.SubscriptionActive)),
			sold("2", 5, actions.Refunded, charge(1, actions.SubscriptionActive))}, actions.SubscriptionCancelled},
		"told the other way round": {[]actions.SaleEvent{sold("2", 5, actions.Refunded, charge(1, "")),
			sold("1", 1, actions.Approved, charge(1, actions.SubscriptionActive))}, actions.SubscriptionCancelled},
		"chargeback": {[]actions.SaleEvent{sold("1", 1, actions.Approved, charge(1, actions.SubscriptionActive)),
			sold("2", 5, actions.Chargeback, charge(1, actions.SubscriptionActive))}, actions.SubscriptionCancelled},
		"by a report": {[]actions.SaleEvent{sold("1", 1, actions.Approved, charge(1, actions.SubscriptionActive)),
			sold("2", 5, actions.Refunded, charge(1, ""), reported)}, actions.SubscriptionCancelled},
		"second charge": {[]actions.SaleEvent{sold("1", 1, actions.Approved, charge(2, actions.SubscriptionActive)),
			sold("2", 5, actions.Refunded, charge(2, actions.SubscriptionActive))}, actions.SubscriptionActive},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.apply(c.events...)
			equal(t, "subscription", w.purchase(c.events[0].Sale.Transaction).Subscription.Status, c.want)
		})
	}
}

// TestOpeningBeforeThePurchase: the members area may be faster than the sale.
func TestOpeningBeforeThePurchase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(entered("1", 2, sauces), sold("2", 1, actions.Approved, holding(bread, sauces)), sold("3", 1, actions.Approved, of("HP950")))
	p := w.purchase("HP900")
	equal(t, "opened", p.OpenedAt, hours(2))
	for _, a := range p.Access {
		if a.OpenedAt.IsZero() != (a.Product.Name == "Pão") {
			t.Errorf("%s opened at %s", a.Product.Name, a.OpenedAt)
		}
	}
	equal(t, "another product", w.purchase("HP950").OpenedAt, time.Time{})
}

// TestBundleLearnedLater: a report tells a bundle without its contents; the first webhook unpacks it for everybody.
func TestBundleLearnedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(sold("1", 1, actions.Complete, holding(), of("HP901"), reported))
	equal(t, "before", access(w.purchase("HP901")), []string{"Tudo"})
	w.apply(sold("2", 1, actions.Approved, holding(bread, sauces), of("HP902")))
	equal(t, "after", access(w.purchase("HP901")), []string{"Molhos", "Pão"})
	w.apply(sold("3", 1, actions.Complete, holding(), of("HP903"), reported))
	equal(t, "told after it was known", access(w.purchase("HP903")), []string{"Molhos", "Pão"})
}

// TestUnpaidGivesNoAccess, and being paid back ends it.
func TestUnpaidGivesNoAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(sold("1", 1, actions.WaitingPayment))
	equal(t, "unpaid", len(w.purchase("HP900").Access), 0)
	w.apply(sold("2", 2, actions.Approved))
	equal(t, "paid", access(w.purchase("HP900")), []string{"Pão"})
	w.apply(sold("3", 3, actions.Disputed))
	equal(t, "disputed", access(w.purchase("HP900")), []string{"Pão"})
	w.apply(sold("4", 4, actions.Chargeback))
	equal(t, "charged back", access(w.purchase("HP900")), nil)
	equal(t, "history", w.audit("HP900"), []string{"system purchase.approved", "system purchase.disputed", "system purchase.chargeback"})
}

// TestProductList: what the shop says of a product stays, but for what the platform knows better.
func TestProductList(t *testing.T) {
	t.Parallel()
	listed := func(url string) actions.SaleEvent {
		return actions.SaleEvent{Source: "products", ID: "1", Product: &actions.Listed{Code: "1", Name: "Pao", Kind: "ebook", AccessURL: url, GuaranteeDays: 15}}
	}
	w := newWorld(t)
	got := w.apply(listed("https://a.example"), listed("https://a.example"), sold("1", 1, actions.Approved), listed("https://b.example"), listed("https://a.example"))
	equal(t, "results", got, []actions.ImportResult{actions.Applied, actions.Duplicate, actions.Applied, actions.Applied, actions.Applied})
	p := w.purchase("HP900").Product
	equal(t, "product", []string{p.Name, p.Kind, p.AccessURL, fmt.Sprint(p.GuaranteeDays)}, []string{"Pao", "ebook", "https://a.example", "15"})
}

func TestApplyRefusesHalfEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, e := range map[string]actions.SaleEvent{
		"no id":            {Source: "hotmart", Ignored: "x"},
		"nothing in it":    {Source: "hotmart", ID: "1"},
		"no transaction":   sold("1", 1, actions.Approved, of("")),
		"no status":        sold("1", 1, ""),
		"no buyer":         sold("1", 1, actions.Approved, func(e *actions.SaleEvent) { e.Sale.Buyer.Email = "" }),
		"no product":       sold("1", 1, actions.Approved, func(e *actions.SaleEvent) { e.Sale.Product.Code = "" }),
		"part of nothing":  sold("1", 1, actions.Approved, holding(bread, actions.SoldProduct{})),
		"no subscriber":    sold("1", 1, actions.Approved, charge(1, ""), func(e *actions.SaleEvent) { e.Subscription.Code = "" }),
		"opened sometime":  {Source: "hotmart", ID: "1", Opening: &actions.FirstOpening{Product: bread, Buyer: ines}},
		"unknown category": {Source: "products", ID: "1", Product: &actions.Listed{Code: "1", Kind: "car"}},
	} {
		_, err := w.core.Apply(t.Context(), shop, e)
		if e := actions.AsError(err); e == nil || e.Code != actions.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// all makes items of events.
func all(events ...actions.SaleEvent) iter.Seq[actions.ImportItem] {
	return func(yield func(actions.ImportItem) bool) {
		for i, e := range events {
			if !yield(actions.ImportItem{Line: i + 1, Read: int64(i + 1), Event: e}) {
				return
			}
		}
	}
}

// history is a file of some purchases with their lives, larger than a batch.
func history(purchases int) []actions.SaleEvent {
	var events []actions.SaleEvent
	for i := range purchases {
		t := actions.Transaction(fmt.Sprintf("HP%06d", i))
		buyer := func(e *actions.SaleEvent) {
			e.Sale.Buyer.Email = actions.Email(fmt.Sprintf("buyer%d@example.com", i%(purchases/3+1)))
		}
		events = append(events, sold(fmt.Sprintf("%d-a", i), 1, actions.Approved, of(t), buyer))
		if i%2 == 0 {
			events = append(events, sold(fmt.Sprintf("%d-b", i), 2, actions.Complete, of(t), buyer))
		}
		if i%5 == 0 {
			events = append(events, sold(fmt.Sprintf("%d-a", i), 1, actions.Approved, of(t), buyer), // delivered twice
				sold(fmt.Sprintf("%d-c", i), 0, actions.WaitingPayment, of(t), buyer)) // and late
		}
		if i%7 == 0 {
			events = append(events, actions.SaleEvent{Source: "hotmart", ID: fmt.Sprintf("%d-d", i), At: hours(1), Ignored: "cart left"})
		}
	}
	return events
}

// TestImport: a file is imported in batches; bad items are listed, dry runs foretell exactly, and a second time changes
// nothing. On every database.
func TestImport(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		events := history(700)
		items := func(yield func(actions.ImportItem) bool) {
			for item := range all(events...) {
				if item.Line == 300 {
					if !yield(actions.ImportItem{Line: 9999, Err: errors.New("half a row")}) {
						return
					}
				}
				if !yield(item) {
					return
				}
			}
		}
		var seen []int64
		o := actions.ImportOptions{Name: "history.json", Size: 42, Progress: func(done, total int64) { seen = append(seen, done, total) }}
		dry := o
		dry.DryRun = true
		foretold, err := w.core.Import(t.Context(), shop, items, dry)
		w.must(err)
		page, err := w.core.Find(t.Context(), w.rui, actions.Filter{})
		w.must(err)
		equal(t, "purchases after a dry run", len(page.Purchases), 0)
		entries, err := w.store.AuditEntries(shop, 0, 10)
		w.must(err)
		equal(t, "audit after a dry run", len(entries), 0)

		got, err := w.core.Import(t.Context(), shop, items, o)
		w.must(err)
		equal(t, "foretold", foretold, got)
		equal(t, "counts", []int{got.Applied, got.Older, got.Duplicate, got.Ignored["cart left"], got.BadCount}, []int{1050, 140, 140, 100, 1})
		if len(got.Bad) != 1 || got.Bad[0].Line != 9999 || got.Bad[0].Err.Error() != "half a row" {
			t.Errorf("bad rows %+v", got.Bad)
		}
		if last := seen[len(seen)-2:]; last[0] != int64(len(events)) || last[1] != 42 {
			t.Errorf("progress ends with %v", last)
		}
		equal(t, "a purchase", w.purchase("HP000350").Status, actions.Complete)

		again, err := w.core.Import(t.Context(), shop, items, o)
		w.must(err)
		equal(t, "again", []int{again.Applied, again.Older, again.Duplicate}, []int{0, 0, len(events)})
		report, err := w.store.VerifyAudit(t.Context(), shop)
		w.must(err)
		if !report.OK() || report.Entries != 350+2 {
			t.Errorf("audit: %d entries (want 350 changes and 2 imports), %v", report.Entries, report.Problems)
		}
	})
}

// TestImportsAtOnce: several processes read the same file. Each event counts once.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		events := history(300)
		var wg sync.WaitGroup
		reports := make([]actions.ImportReport, 4)
		for i := range reports {
			wg.Go(func() {
				mine := slices.Clone(events)
				if i%2 == 1 {
					slices.Reverse(mine)
				}
				var err error
				if reports[i], err = w.core.Import(t.Context(), shop, all(mine...), actions.ImportOptions{Name: fmt.Sprint(i)}); err != nil {
					t.Errorf("import %d: %v (cause: %v)", i, err, errors.Unwrap(err))
				}
			})
		}
		wg.Wait()
		applied, ignored := 0, 0
		for _, r := range reports {
			applied += r.Applied + r.Older
			ignored += r.Ignored["cart left"]
		}
		equal(t, "events that counted", []int{applied, ignored}, []int{510, 43})
		equal(t, "a purchase", w.purchase("HP000010").Status, actions.Complete)
	})
}

// TestImportStops: what was read before a disk failed is kept, and the failure is told.
func TestImportStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	items := func(yield func(actions.ImportItem) bool) {
		_ = yield(actions.ImportItem{Line: 1, Event: sold("1", 1, actions.Approved)}) &&
			yield(actions.ImportItem{Line: 2, Err: &actions.ReadingError{Err: errors.New("disk is gone")}})
	}
	report, err := w.core.Import(t.Context(), shop, items, actions.ImportOptions{})
	if e := actions.AsError(err); e == nil || e.Code != actions.Unavailable || !strings.Contains(err.Error(), "disk is gone") {
		t.Errorf("error %v", err)
	}
	equal(t, "applied", report.Applied, 1)
	equal(t, "purchase", w.purchase("HP900").Status, actions.Approved)
}

// TestImportEndsWithItsContext: Ctrl-C in the middle leaves whole batches.
func TestImportEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := contextWithCancel(t)
	events := history(700)
	items := func(yield func(actions.ImportItem) bool) {
		for item := range all(events...) {
			if item.Line == 500 {
				cancel()
			}
			if !yield(item) {
				return
			}
		}
	}
	report, err := w.core.Import(ctx, shop, items, actions.ImportOptions{})
	if err == nil {
		t.Fatal("a stopped import is no error")
	}
	again, err := w.core.Import(t.Context(), shop, all(events...), actions.ImportOptions{})
	w.must(err)
	equal(t, "the rest", report.Applied+again.Applied, 1050)
}
