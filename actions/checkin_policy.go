package actions

import "time"

// A checkInCase is all that mayCheckIn looks at.
type checkInCase struct {
	purchase Purchase
	all      int  // good tickets of the purchase
	chosen   int  // of them, those that are meant and wait for their attendee, or are to be mailed again
	page     bool // there is a page for a mail to lead to
	secret   bool // there is a secret, without which there are no codes for the door
	sent     accessSent
}

// mayCheckIn is the policy for check-in mails: only of events that are still to come, only while the purchase is paid and not
// being paid back, only for tickets that wait. For a buyer they count as mails about his access do: the mailbox is the same.
func mayCheckIn(who Actor, c checkInCase, pol Policy, now time.Time) Verdict {
	p := c.purchase
	switch {
	case p.Product.Kind != "event":
		return blocked("checkin.no_event", Numbers{})
	case p.Refunding:
		return blocked("checkin.refunding", Numbers{})
	case !admits(p):
		return blocked("checkin.status", Numbers{Status: p.Status})
	case p.Product.Event.IsOver(now):
		return blocked("checkin.over", Numbers{Date: p.Product.Event.date()})
	case c.all == 0:
		return blocked("checkin.no_tickets", Numbers{})
	case c.chosen == 0:
		return blocked("checkin.concluded", Numbers{Count: c.all})
	case !c.secret:
		return blocked("checkin.no_secret", Numbers{})
	case !c.page:
		return blocked("checkin.no_page", Numbers{})
	}
	switch limit, numbers := c.sent.tooMany(who, 1, pol.Resend); limit {
	case staffOnly:
		return blocked("checkin.staff_only", numbers)
	case dailyLimit:
		return blocked("checkin.daily_limit", numbers)
	case addressLimit:
		return blocked("checkin.address_limit", numbers)
	case shopLimit:
		return blocked("checkin.shop_limit", numbers)
	}
	return allowed("checkin.allowed", Numbers{Count: c.chosen})
}
