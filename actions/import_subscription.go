package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
)

// subscribe applies what an event says of a subscription, and returns its id. All charges of one share it.
func (l *intake) subscribe(e SaleEvent) (id string, news bool) {
	s := e.Subscription
	product, buyer := l.product(s.Product, nil, false), l.buyer(s.Buyer, false)
	r := l.subscriptions[s.Code]
	created := r == nil
	if created {
		r = &row[store.Subscription]{fresh: true, dirty: true, value: &store.Subscription{ID: l.core.newID(), AccountID: l.account,
			Code: s.Code, BuyerID: buyer.ID, ProductID: product.ID, Status: string(SubscriptionUnknown), CreatedAt: l.now, UpdatedAt: l.now}}
		l.subscriptions[s.Code] = r
	}
	sub, before := r.value, *r.value
	status, at := l.subscriptionStatus(e)
	newest := status != "" && (at.After(sub.StatusAt) || at.Equal(sub.StatusAt) && subscriptionRank[status] >= subscriptionRank[SubscriptionStatus(sub.Status)])
	if newest {
		sub.Status, sub.StatusAt, sub.CancelledAt = string(status), at, nil
		if status == SubscriptionCancelled {
			if sub.CancelledAt = moment(s.CancelledAt); sub.CancelledAt == nil {
				sub.CancelledAt = &at
			}
		}
	}
	fill(&sub.Plan, s.Plan, newest)
	if next := moment(s.NextChargeAt); next != nil && (newest || sub.NextChargeAt == nil) {
		sub.NextChargeAt = next
	}
	changed := sub.Status != before.Status || !sub.StatusAt.Equal(before.StatusAt) || sub.Plan != before.Plan ||
		!equal(sub.NextChargeAt, before.NextChargeAt) || !equal(sub.CancelledAt, before.CancelledAt)
	if changed {
		r.dirty, sub.UpdatedAt = true, l.now
	}
	return sub.ID, changed || created
}

// subscriptionStatus is what an event says of a subscription, and since when; empty when it does not say. Giving the
// first charge back cancels the subscription, whatever the event itself says of it (hotmart.md 2.10); a report, which
// has no times, says so of the time until it is read.
func (l *intake) subscriptionStatus(e SaleEvent) (SubscriptionStatus, time.Time) {
	at := precise(e.At)
	if s := e.Sale; s != nil && (s.Status == Refunded || s.Status == Chargeback) && l.firstCharge(s) {
		if at.IsZero() {
			at = l.now
		}
		return SubscriptionCancelled, at
	}
	if at.IsZero() {
		return "", at
	}
	return e.Subscription.Status, at
}

func (l *intake) firstCharge(s *Sale) bool {
	if p := l.purchases[string(s.Transaction)]; p != nil && p.value.Recurrence > 1 {
		return false
	}
	return s.Recurrence <= 1
}
