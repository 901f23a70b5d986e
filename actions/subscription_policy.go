package actions

import "time"

// A subscribedCase is all that the policies for subscriptions look at.
type subscribedCase struct {
	sub        Subscription // zero: the purchase is none
	first      Purchase     // zero when not on record
	newest     Purchase
	capability Capability    // of the platform, for what is asked
	acceptance time.Duration // how long a subscriber can accept a reactivation; zero: the platform asks nobody
	zone       *time.Location
	nobody     bool // the subscriber was erased, and cannot be asked anything
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

// mayChangeChargeDay is the policy for charging a subscription on another day of the month: while it is
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
	case period(c.newest.ApprovedAt, s) == week:
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

// The periods of subscriptions that are sold, in days.
const week = 7

var periods = []int{week, 30, 60, 90, 180, 360}

// period is how many days a charge pays for, guessed from the newest one and the next: no event tells. 30 when unknown.
func period(paid time.Time, s Subscription) int {
	const month = 30
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

// mayReactivate is the policy for taking a cancelled subscription up again, with or without a charge at once. Only the team
// does, and where the platform asks him the subscriber has to accept. While what he paid for still runs nothing is charged: he would pay
// twice for the same days.
func mayReactivate(c subscribedCase, charge bool, now time.Time) Verdict {
	s, p := c.sub, c.newest
	switch {
	case s.Code == "":
		return blocked("reactivate.none", Numbers{})
	case s.charged():
		return blocked("reactivate.active", Numbers{})
	case s.Status == SubscriptionEnded:
		return blocked("reactivate.ended", Numbers{})
	case s.Status != SubscriptionCancelled:
		return blocked("reactivate.status", Numbers{})
	case c.capability == NoSupport:
		return blocked("reactivate.not_supported", Numbers{})
	case now.Before(s.WaitsUntil):
		return blocked("reactivate.waiting", Numbers{Date: s.WaitsUntil})
	case s.UnderWay:
		return blocked("reactivate.under_way", Numbers{})
	case cameBack(c.first.Status) || cameBack(p.Status):
		return blocked("reactivate.given_back", Numbers{})
	case c.nobody:
		return blocked("reactivate.nobody", Numbers{})
	case charge && now.Before(s.NextChargeAt):
		return blocked("reactivate.still_paid", Numbers{Date: s.NextChargeAt})
	case charge && p.Price.Minor <= 0:
		return blocked("reactivate.free", Numbers{})
	case charge && c.acceptance == 0:
		return allowed("reactivate.charge_now", Numbers{Amount: p.Price})
	case charge:
		return allowed("reactivate.charge", Numbers{Amount: p.Price, Date: now.Add(c.acceptance)})
	case now.Before(s.NextChargeAt):
		return allowed("reactivate.runs_on", Numbers{Amount: p.Price, Date: s.NextChargeAt})
	}
	return allowed("reactivate.next_month", Numbers{Amount: p.Price, Date: s.NextAfter(p.ApprovedAt, false, now, c.zone)})
}

// NextAfter is when a subscription is charged next once it was taken up again at an instant: as before while
// what was paid for runs; a period after a charge at once; else in the month that follows. paid is when its newest charge was.
func (s Subscription) NextAfter(paid time.Time, charged bool, at time.Time, zone *time.Location) time.Time {
	days := period(paid, s)
	switch {
	case at.Before(s.NextChargeAt):
		return s.NextChargeAt
	case days == week:
		return at.AddDate(0, 0, week)
	case charged:
		local := at.In(zone)
		return inMonths(local, days/30, local.Day(), local)
	}
	local := at.In(zone)
	if !s.NextChargeAt.IsZero() {
		local = s.NextChargeAt.In(zone)
	}
	on := s.DayOfCharge(zone)
	if on == 0 {
		on = at.In(zone).Day()
	}
	return inMonths(at.In(zone), 1, on, local)
}

// inMonths is a day of the month some months later, at a time of the day where that time is; in shorter months the last day
// counts. AddDate would make 3 March of a month after 31 January.
func inMonths(from time.Time, months, on int, clock time.Time) time.Time {
	year, month, _ := from.Date()
	last := time.Date(year, month+time.Month(months)+1, 0, 0, 0, 0, 0, from.Location()).Day()
	return time.Date(year, month+time.Month(months), min(on, last), clock.Hour(), clock.Minute(), clock.Second(), 0, from.Location()).UTC()
}
