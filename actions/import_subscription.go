package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
)

// subscribe applies what an event says of a subscription, and returns its id. All charges of one share it.
func (l *intake) subscribe(e SaleEvent) (id string, news bool) {
	s := e.Subscription
	product := l.product(s.Product, nil, false)
	r := l.subscriptions[s.Code]
	created := r == nil
	var buyer *store.Buyer
	if created || e.ReadAt.IsZero() { // a reading tells nothing new of whose it is, and nothing of whom was erased here
		buyer = l.buyer(s.Buyer, false)
	}
	if created {
		r = &row[store.Subscription]{fresh: true, dirty: true, value: &store.Subscription{ID: l.core.newID(), AccountID: l.account,
			Code: s.Code, BuyerID: buyer.ID, ProductID: product.ID, Status: string(SubscriptionUnknown), CreatedAt: l.now, UpdatedAt: l.now}}
		l.subscriptions[s.Code] = r
	}
	sub, before := r.value, *r.value
	newest := false
	switch status := l.subscriptionStatus(e); {
	case status == "":
	case !e.ReadAt.IsZero():
		newest = seeSubscription(sub, s, status, precise(e.ReadAt))
	case e.At.IsZero():
		cancelUntil(sub, l.now)
	default:
		newest = tellSubscription(sub, status, precise(e.At), s.CancelledAt)
	}
	fill(&sub.Plan, s.Plan, newest)
	if next := moment(s.NextChargeAt); next != nil && (newest || sub.NextChargeAt == nil) {
		sub.NextChargeAt = next
	}
	if s.ChargeDay > 0 && newest {
		sub.ChargeDay = s.ChargeDay
	}
	l.again = !created && subscriptionEvents[SubscriptionStatus(sub.Status)] == subscriptionEvents[SubscriptionStatus(before.Status)]
	if created && !e.ReadAt.IsZero() {
		fill(&sub.Plan, s.Plan, true)
	}
	changed := sub.Status != before.Status || !sub.StatusAt.Equal(before.StatusAt) || sub.Plan != before.Plan ||
		sub.ChargeDay != before.ChargeDay || !equal(sub.NextChargeAt, before.NextChargeAt) || !equal(sub.CancelledAt, before.CancelledAt)
	if changed {
		r.dirty, sub.UpdatedAt = true, l.now
	}
	return sub.ID, changed || created
}

// tellSubscription fits in what an event says, whatever the order: the newest holds, of two at the same instant the one
// of the higher rank, and a cancellation against everything from before it. It reports whether the event is the newest.
func tellSubscription(sub *store.Subscription, status SubscriptionStatus, at, cancelledAt time.Time) bool {
	now := SubscriptionStatus(sub.Status)
	if !at.After(value(sub.ReadAt)) || at.Before(sub.StatusAt) || at.Equal(sub.StatusAt) && subscriptionRank[status] < subscriptionRank[now] {
		return false
	}
	sub.StatusAt = at
	switch {
	case status == SubscriptionCancelled:
		if cancelledAt.IsZero() || cancelledAt.After(at) {
			cancelledAt = at
		}
		sub.Status, sub.CancelledAt = string(status), later(sub.CancelledAt, cancelledAt)
	case sub.CancelledAt == nil || at.After(*sub.CancelledAt):
		sub.Status, sub.CancelledAt = string(status), nil
	}
	return true
}

// seeSubscription fits in what was read from the platform at an instant: it holds against all that was told before. It reports
// whether nothing newer was told.
func seeSubscription(sub *store.Subscription, s *Subscribed, status SubscriptionStatus, read time.Time) bool {
	if sub.StatusAt.After(read) || value(sub.ReadAt).After(read) {
		return false
	}
	if string(status) == sub.Status && !sub.StatusAt.IsZero() {
		return true
	}
	began := read
	switch {
	case status == SubscriptionCancelled:
		if !s.CancelledAt.IsZero() && s.CancelledAt.Before(read) {
			began = precise(s.CancelledAt)
		}
		sub.CancelledAt = moment(began)
	case sub.StatusAt.IsZero() && !s.StartedAt.IsZero() && s.StartedAt.Before(read): // it was not known
		began = precise(s.StartedAt)
		fallthrough
	default:
		sub.CancelledAt = nil
	}
	sub.Status, sub.StatusAt, sub.ReadAt = string(status), began, moment(read)
	return true
}

// cancelUntil fits in that a subscription was cancelled at some time before now.
func cancelUntil(sub *store.Subscription, now time.Time) {
	if !sub.StatusAt.After(now) {
		sub.Status, sub.CancelledAt = string(SubscriptionCancelled), later(sub.CancelledAt, now)
	}
}

// subscriptionStatus is what an event says of a subscription; empty when it does not say. Giving the first charge back
// cancels the subscription, whatever the event itself says of it.
// Beyond that, a report says nothing of subscriptions.
func (l *intake) subscriptionStatus(e SaleEvent) SubscriptionStatus {
	if s := e.Sale; s != nil && (s.Status == Refunded || s.Status == Chargeback) && l.firstCharge(s) {
		return SubscriptionCancelled
	}
	if e.At.IsZero() && e.ReadAt.IsZero() {
		return ""
	}
	return e.Subscription.Status
}

func (l *intake) firstCharge(s *Sale) bool {
	if p := l.purchases[string(s.Transaction)]; p != nil && p.value.Recurrence > 1 {
		return false
	}
	return s.Recurrence <= 1
}

// charge notes of which subscription a purchase is a charge, once both are known, and reports whether that was news.
func (l *intake) charge(c ChargeOf) bool {
	p, sub := l.purchases[string(c.Transaction)], l.subscriptions[c.Subscription]
	if p == nil || sub == nil || p.value.SubscriptionID != "" && (p.value.Recurrence > 0 || c.Number == 0) {
		return false
	}
	before := *p.value
	fill(&p.value.SubscriptionID, sub.value.ID, false)
	fill(&p.value.Recurrence, c.Number, false)
	if !differ(before, *p.value) {
		return false
	}
	l.touch(p, true)
	return true
}

// subscriptionRank orders what is said of a subscription at the same instant.
var subscriptionRank = map[SubscriptionStatus]int{
	"": -1, SubscriptionUnknown: 0, SubscriptionStarted: 1, SubscriptionActive: 2, SubscriptionLate: 3,
	SubscriptionInactive: 4, SubscriptionEnded: 5, SubscriptionCancelled: 6,
}
