package fake

import (
	"time"
)

// Tick lets everything happen that is due by the fake's clock: refunds of the night, claims that nobody decided, guarantees that
// end, charges of subscriptions, cancellations after five unpaid ones. Calls of the API do that too, before they are answered.
func (s *Server) Tick() {
	s.locked(s.tick)
}

// claimDays is after how long a claim that nobody has decided is approved by itself (help article 360061973392).
const claimDays = 5

// completeAfter is how long after the midnight that ends the guarantee's last day a sale is complete: 4 to 12 hours were seen.
const completeAfter = 24*time.Hour + 6*time.Hour

func (s *Server) tick() {
	now := s.o.Now()
	s.ticked = now
	for _, v := range s.sorted() {
		s.tickSale(v, now)
	}
	for _, v := range s.data.Subscriptions {
		s.tickSubscription(v, now)
	}
}

func (s *Server) tickSale(v *Sale, now time.Time) {
	if v.Status == "PROTESTED" && v.RefundAt.IsZero() && !v.Claimed.IsZero() {
		if until := v.Claimed.AddDate(0, 0, claimDays); !now.Before(until) {
			v.RefundAt = s.o.Night(until)
		}
	}
	switch {
	case !v.RefundAt.IsZero() && !now.Before(v.RefundAt) && v.Status != "REFUNDED":
		s.refunded(v)
	case v.Status == "APPROVED" && v.RefundAt.IsZero() && !v.Warranty.IsZero() && !now.Before(v.Warranty.Add(completeAfter)):
		v.Status = "COMPLETE"
		s.tellSale(v, "PURCHASE_COMPLETE", v.Warranty.Add(completeAfter))
	}
}

// refunded gives the money back: access ends, and with the first charge of a subscription the subscription.
func (s *Server) refunded(v *Sale) {
	v.Status, v.Refunded = "REFUNDED", v.RefundAt
	s.revoke(v, "REFUNDED")
	sub := s.index.subs[v.Subscriber]
	first := sub != nil && v.Recurrence <= 1 && (sub.Status == "ACTIVE" || sub.Status == "DELAYED" || sub.Status == "STARTED")
	if first {
		sub.Status, sub.Ended, sub.AskedUntil = "CANCELLED_BY_SELLER", s.o.Now(), time.Time{}
	}
	s.tellSale(v, "PURCHASE_REFUNDED", v.RefundAt)
	if first {
		s.tellCancelled(sub)
	}
}

// endWithFirst ends the subscription whose first charge a sale is.
func (s *Server) endWithFirst(v *Sale) {
	if sub := s.index.subs[v.Subscriber]; sub != nil && v.Recurrence <= 1 && (sub.Status == "ACTIVE" || sub.Status == "DELAYED") {
		s.end(sub, "CANCELLED_BY_ADMIN")
	}
}

// unpaidMost is how many unpaid charges in a row end a subscription.
const unpaidMost = 5

func (s *Server) tickSubscription(v *Subscription, now time.Time) {
	if v.Trial && !now.Before(v.TrialEnds) {
		v.Trial = false
	}
	if !v.AskedUntil.IsZero() && now.After(v.AskedUntil) {
		v.AskedUntil = time.Time{}
	}
	for (v.Status == "ACTIVE" || v.Status == "DELAYED") && !v.NextCharge.IsZero() && !now.Before(v.NextCharge) {
		if v.MaxCycles > 0 && v.Recurrence >= v.MaxCycles {
			v.Status = "EXPIRED"
			return
		}
		s.charge(v, v.NextCharge)
		if v.Unpaid >= unpaidMost {
			s.end(v, "CANCELLED_BY_ADMIN")
		}
	}
}

// charge makes the next charge of a subscription at an instant.
func (s *Server) charge(v *Subscription, at time.Time) {
	p := s.index.products[v.Product]
	last := s.index.sales[v.Last]
	v.Recurrence++
	sale := Sale{Transaction: s.newTransaction(), Product: v.Product, Buyer: v.Buyer, Email: v.Email, Status: "APPROVED", Ordered: at, Approved: at.Add(6 * time.Second),
		Price: v.Price, Currency: v.Currency, Offer: v.Offer, Subscriber: v.Code, Recurrence: v.Recurrence}
	if last != nil {
		sale.Method, sale.Type, sale.As = last.Method, last.Type, last.As
	}
	event := "PURCHASE_APPROVED"
	if v.NoFunds {
		sale.Status, sale.Approved, sale.Refusal, event = "DELAYED", time.Time{}, "Insufficient balance.", "PURCHASE_DELAYED"
		v.Status = "DELAYED"
		v.Unpaid++
	} else {
		v.Status, v.Unpaid = "ACTIVE", 0
		sale.Warranty = sale.Approved.UTC().Truncate(24*time.Hour).AddDate(0, 0, p.Warranty)
	}
	v.Last = sale.Transaction
	v.NextCharge = s.following(v, at)
	made := s.addSale(sale)
	s.tellSale(made, event, made.Ordered.Add(8*time.Second))
}

// following is the charge after one: of monthly plans on the due day, where a shorter month has none on its last; of others by
// the number of days.
func (s *Server) following(v *Subscription, at time.Time) time.Time {
	if v.Period != 30 {
		return noon(at.AddDate(0, 0, v.Period))
	}
	first := time.Date(at.UTC().Year(), at.UTC().Month()+1, 1, 12, 0, 0, 0, time.UTC)
	lastDay := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(v.DueDay, lastDay)-1)
}
