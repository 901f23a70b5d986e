package actions

import (
	"slices"
	"time"
)

// A resendCase is all that mayResend looks at.
type resendCase struct {
	purchase Purchase
	accessSent
}

// mayResend is the policy for sending access again: only what is paid and not being paid back, and for a buyer only
// a few times in any 24 hours, whoever asked for the earlier ones: the mailbox is the same.
func mayResend(who Actor, c resendCase, pol Policy, now time.Time) Verdict {
	p := c.purchase
	products := accessible(p)
	if v := resendable(p.Status, p.Refunding, p.Subscription, len(products), now); v.Decision == Blocked {
		return v
	}
	switch limit, numbers := c.tooMany(who, len(products), pol.Resend); limit {
	case staffOnly:
		return blocked("resend.staff_only", numbers)
	case dailyLimit:
		return blocked("resend.daily_limit", numbers)
	case addressLimit:
		return blocked("resend.address_limit", numbers)
	case shopLimit:
		return blocked("resend.shop_limit", numbers)
	}
	return allowed("resend.allowed", Numbers{Count: len(products)})
}

// resendable blocks what gives no access, whoever asks. products is to how many things the purchase gives it.
func resendable(status Status, refunding bool, s *Subscription, products int, now time.Time) Verdict {
	switch {
	case !status.Kept():
		return blocked("resend.status", Numbers{Status: status})
	case refunding:
		return blocked("resend.refunding", Numbers{})
	case s != nil && s.over(now):
		return blocked("resend.subscription_over", Numbers{Date: s.NextChargeAt})
	case products == 0:
		return blocked("resend.no_access", Numbers{})
	}
	return allowed("resend.allowed", Numbers{Count: products})
}

// over reports whether a subscription gives no access any more. Of a cancelled one the paid period still counts.
func (s Subscription) over(now time.Time) bool {
	switch s.Status {
	case SubscriptionEnded:
		return true
	case SubscriptionCancelled:
		return !s.NextChargeAt.IsZero() && now.After(s.NextChargeAt)
	}
	return false
}

// accessible lists the products whose access a purchase gives, each of which gets a mail of its own: a bundle is sent
// product by product. Things that come in a box are no access. A purchase whose access was never
// recorded gives what it says it is.
func accessible(p Purchase) []Product {
	given := p.Contents
	if len(given) == 0 {
		given = []Product{p.Product}
	}
	if len(p.Access) > 0 {
		given = nil
		for _, a := range p.Access {
			if a.Active {
				given = append(given, a.Product)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(given), func(p Product) bool { return p.Kind == "physical" })
}
