package actions

import "time"

// A subscribedCase is all that the policies for subscriptions look at.
type subscribedCase struct {
	sub        Subscription // zero: the purchase is none
	first      Purchase     // zero when not on record
	newest     Purchase
	capability Capability // of the platform, for what is asked
	zone       *time.Location
}

// mayCancel is the policy for ending a subscription: a buyer his own, the team everybody's, and never twice. Nothing that was
// paid is given back, so nobody's limits are touched and nobody else is asked. That a purchase is frozen holds back money and
// addresses, not the wish to pay no more.
func mayCancel(c subscribedCase) Verdict {
	s := c.sub
	switch {
	case s.Code == "":
		return blocked("cancel.none", Numbers{})
	case s.Status == SubscriptionCancelled && s.NextChargeAt.IsZero():
		return blocked("cancel.cancelled", Numbers{})
	case s.Status == SubscriptionCancelled:
		return blocked("cancel.cancelled_until", Numbers{Date: s.NextChargeAt})
	case s.Status == SubscriptionEnded:
		return blocked("cancel.ended", Numbers{})
	case !s.charged():
		return blocked("cancel.status", Numbers{})
	case c.capability == NoSupport:
		return blocked("cancel.not_supported", Numbers{})
	case s.UnderWay:
		return blocked("cancel.under_way", Numbers{})
	case s.Status == SubscriptionLate:
		return allowed("cancel.late", Numbers{})
	case s.NextChargeAt.IsZero():
		return allowed("cancel.allowed", Numbers{})
	}
	return allowed("cancel.until", Numbers{Date: s.NextChargeAt})
}

// mayChangeChargeDay is the policy for charging a subscription on another day of the month (hotmart.md 2.2): while it is
// charged, and unless it is charged by the week, whose days have other numbers.
func mayChangeChargeDay(c subscribedCase) Verdict {
	s := c.sub
	switch {
	case s.Code == "":
		return blocked("chargeday.none", Numbers{})
	case !s.charged():
		return blocked("chargeday.status", Numbers{})
	case c.capability == NoSupport:
		return blocked("chargeday.not_supported", Numbers{})
	case s.UnderWay:
		return blocked("chargeday.under_way", Numbers{})
	case period(c.newest, s) == week:
		return blocked("chargeday.weekly", Numbers{})
	case s.NextChargeAt.IsZero():
		return allowed("chargeday.allowed", Numbers{Count: s.DayOfCharge(c.zone)})
	}
	return allowed("chargeday.next_stays", Numbers{Date: s.NextChargeAt, Count: s.DayOfCharge(c.zone)})
}

// charged reports whether charges still come.
func (s Subscription) charged() bool {
	return s.Status == SubscriptionActive || s.Status == SubscriptionLate
}

// DayOfCharge is the day of the month on which a subscription is charged: the one that was asked for, else that of its next
// charge where the shop is. 0 when nobody knows.
func (s Subscription) DayOfCharge(zone *time.Location) int {
	if s.ChargeDay > 0 || s.NextChargeAt.IsZero() {
		return s.ChargeDay
	}
	return s.NextChargeAt.In(zone).Day()
}

// The periods of subscriptions, in days (Hotmart API, list of subscriptions: plan.recurrency_period; read November 2026).
const week = 7

var periods = []int{week, 30, 60, 90, 180, 360}

// period is how many days a charge pays for, guessed from the newest one and the next: no event tells. 30 when unknown.
func period(newest Purchase, s Subscription) int {
	const month = 30
	paid := newest.ApprovedAt
	if paid.IsZero() || !s.NextChargeAt.After(paid) {
		return month
	}
	days, best := int(s.NextChargeAt.Sub(paid)/day), month
	for _, p := range periods {
		if abs(days-p) < abs(days-best) {
			best = p
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }
