package actions_test

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// seen makes an event a reading of the platform at an hour.
func seen(at int) func(*actions.SaleEvent) {
	return func(e *actions.SaleEvent) { e.At, e.ReadAt = time.Time{}, hours(at) }
}

// TestReadingLeavesNoTraceOfWhatIsKnown: what a webhook told and a reading tells again changes no row and is no delivery.
func TestReadingLeavesNoTraceOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(sold("e1", 1, actions.Approved))
	before, err := w.store.In(t.Context()).LockPurchase(shop, "HP900")
	w.must(err)
	w.pass(time.Hour)
	if got := w.apply(sold("r1", 0, actions.Approved, seen(5)), sold("r1", 0, actions.Approved, seen(9)))[1]; got != actions.Duplicate {
		t.Errorf("read again: %s", got)
	}
	after, err := w.store.In(t.Context()).LockPurchase(shop, "HP900")
	w.must(err)
	if after.Purchase.Revision != before.Purchase.Revision || !after.Purchase.UpdatedAt.Equal(before.Purchase.UpdatedAt) {
		t.Errorf("written: %+v", after.Purchase)
	}
	seenIDs, err := w.store.In(t.Context()).InboundSeen(shop, "hotmart", []string{"e1", "r1"})
	w.must(err)
	if !seenIDs["e1"] || seenIDs["r1"] {
		t.Errorf("deliveries: %v", seenIDs)
	}
}

// TestReadingIsRightAboutWhatWasBefore: a reading holds against what was told before it, however late that comes, and what
// was told after it holds.
func TestReadingIsRightAboutWhatWasBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status := func(want actions.Status) {
		t.Helper()
		p, err := w.store.In(t.Context()).LockPurchase(shop, "HP900")
		w.must(err)
		if p.Purchase.Status != string(want) {
			t.Errorf("%s, want %s", p.Purchase.Status, want)
		}
	}
	w.apply(sold("r1", 0, actions.Disputed, seen(5)))
	w.apply(sold("e1", 3, actions.Approved))
	status(actions.Disputed)
	w.apply(sold("r2", 0, actions.Approved, seen(7)), sold("e2", 6, actions.Disputed))
	status(actions.Approved) // withdrawn
	w.apply(sold("e3", 8, actions.Disputed), sold("r3", 0, actions.Approved, seen(7)))
	status(actions.Disputed) // claimed again
	w.apply(sold("r4", 0, actions.Refunded, seen(9)))
	status(actions.Refunded)
	w.apply(sold("r5", 0, actions.Approved, seen(10)))
	status(actions.Refunded) // what is final stays
}

// TestReadingOfSubscriptions: likewise, and charges find their subscription in any order.
func TestReadingOfSubscriptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	read := func(at int, status actions.SubscriptionStatus, cancelled time.Time) actions.SaleEvent {
		return actions.SaleEvent{Source: "hotmart", ID: "s", Kind: "subscription", ReadAt: hours(at), Subscription: &actions.Subscribed{
			Code: "INES26WB", Plan: "mensal", Status: status, StartedAt: hours(-48), CancelledAt: cancelled, Product: club, Buyer: ines}}
	}
	link := actions.SaleEvent{Source: "hotmart", ID: "l", Kind: "charge", ReadAt: hours(5),
		Charge: &actions.ChargeOf{Transaction: "HP900", Subscription: "INES26WB", Number: 2}}
	sub := func(want actions.SubscriptionStatus, since time.Time) {
		t.Helper()
		s, err := w.store.In(t.Context()).LockSubscription(shop, "INES26WB")
		w.must(err)
		if s.Status != string(want) || !s.StatusAt.Equal(since) {
			t.Errorf("%s since %s, want %s since %s", s.Status, s.StatusAt, want, since)
		}
	}
	if got := w.apply(link)[0]; got != actions.Duplicate {
		t.Errorf("nothing is known of either: %s", got)
	}
	w.apply(read(5, actions.SubscriptionActive, time.Time{}))
	sub(actions.SubscriptionActive, hours(-48))
	w.apply(sold("r", 0, actions.Approved, seen(5)), link)
	p, err := w.store.In(t.Context()).LockPurchase(shop, "HP900")
	w.must(err)
	if p.Subscription.Code != "INES26WB" || p.Purchase.Recurrence != 2 {
		t.Errorf("no charge of it: %+v", p.Purchase)
	}
	if got := w.apply(link, read(6, actions.SubscriptionActive, time.Time{})); got[0] != actions.Duplicate || got[1] != actions.Duplicate {
		t.Errorf("read again: %v", got)
	}
	w.apply(read(9, actions.SubscriptionCancelled, hours(8)))
	sub(actions.SubscriptionCancelled, hours(8))
	w.apply(read(7, actions.SubscriptionActive, time.Time{})) // a page that came late
	sub(actions.SubscriptionCancelled, hours(8))
	w.apply(read(20, actions.SubscriptionActive, time.Time{})) // reactivated
	sub(actions.SubscriptionActive, hours(20))
	late := sold("e9", 15, actions.Approved, charge(1, actions.SubscriptionCancelled))
	w.apply(late)
	sub(actions.SubscriptionActive, hours(20))
}

// TestReadingBringsNobodyBack: who was erased here stays so, though the platform has him still and tells of him each night.
func TestReadingBringsNobodyBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(sold("e1", 1, actions.Approved), sold("e2", 2, actions.Approved, charge(1, actions.SubscriptionActive)))
	_, err := w.core.EraseBuyer(t.Context(), shop, ines.Email)
	w.must(err)
	read := sold("r2", 0, actions.Refunded, charge(1, actions.SubscriptionCancelled), seen(20))
	sub := actions.SaleEvent{Source: "hotmart", ID: "s", ReadAt: hours(20), Subscription: read.Subscription}
	read.Subscription = nil
	w.apply(sold("r1", 0, actions.Disputed, seen(20)), read, sub)
	for transaction, want := range map[string]actions.Status{"HP900": actions.Disputed, "HP901": actions.Refunded} {
		p, err := w.store.In(t.Context()).LockPurchase(shop, transaction)
		w.must(err)
		if p.Purchase.Status != string(want) || !p.Buyer.Erased() || p.Buyer.Name != "" {
			t.Errorf("%s is %s of %q %q", transaction, p.Purchase.Status, p.Buyer.Name, p.Buyer.Email)
		}
	}
	if b, err := w.store.In(t.Context()).BuyerByEmail(shop, ines.Email.Key()); err == nil {
		t.Errorf("%s is back", b.Email)
	}
	// An address that the platform has changed is another matter.
	moved := sold("r3", 0, actions.Approved, of("HP77"), seen(21))
	w.apply(moved)
	moved.Sale.Buyer.Email, moved.ReadAt = "ines.new@example.org", hours(22)
	w.apply(moved)
	p, err := w.store.In(t.Context()).LockPurchase(shop, "HP77")
	w.must(err)
	if p.Buyer.Email != "ines.new@example.org" {
		t.Errorf("the platform moved it, and it is of %s", p.Buyer.Email)
	}
}
