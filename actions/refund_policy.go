package actions

import "time"

const day = 24 * time.Hour

// A refundCase is all that mayRefund looks at, fetched in the transaction that acts on it.
type refundCase struct {
	purchase   Purchase
	capability Capability // of the platform, for refunds
	terms      Terms      // of the platform
	parts      Capability // of the platform, for refunds in part
	amount     Money      // what is asked for; all that is left when zero
	currency   string     // of the account: limits are in it
	buyer      givenBack  // to the same buyer, except for this purchase
	today      tally      // what the agent has refunded on his own since midnight
}

// A givenBack is how many purchases of a buyer were paid back, those under way included. The last two are counted for
// buyers alone.
type givenBack struct {
	year   int // within a year, by whatever way
	recent int // likewise, in the policy's months
	alone  int // within a year, that he got without a person
}

// A tally is a number of refunds and their sum in the account's currency; those in other currencies needed approval
// and are not in it.
type tally struct {
	count int
	sum   int64
}

// mayRefund is the refund policy: a pure function of who asks, the facts, the policy and the instant.
//
// What is impossible comes first and is the same for everybody, the most final first. Then a buyer is held to the
// guarantee and a person of the team to his limits; whatever is beyond them, somebody else may still agree to.
func mayRefund(who Actor, c refundCase, pol Policy, now time.Time) Verdict {
	if v := c.refundable(now); v.Decision == Blocked {
		return v
	}
	if who.Staff() {
		return staffRefund(who, c, pol, now)
	}
	return buyerRefund(c, pol, now)
}

// refundable blocks what nobody can do, and else allows.
func (c refundCase) refundable(now time.Time) Verdict {
	p, terms := c.purchase, c.terms
	if v := refundableStatus(p, c.parts); v.Decision == Blocked {
		return v
	}
	last := p.OrderedAt.Add(time.Duration(terms.AffiliateRefundDays) * day)
	switch {
	case p.Price.Minor <= 0:
		return blocked("refund.nothing_paid", Numbers{})
	case p.Payment == DirectDebit:
		return blocked("refund.direct_debit", Numbers{})
	case c.capability == NoSupport:
		return blocked("refund.not_supported", Numbers{})
	case c.part() && c.parts != ByAPI:
		return blocked("refund.no_parts", Numbers{})
	case c.part() && c.amount.Minor >= p.Left().Minor:
		return blocked("refund.part_too_much", Numbers{Amount: c.amount, Max: p.Left()})
	case p.Refunding:
		return blocked("refund.under_way", Numbers{})
	case now.Before(p.FrozenUntil):
		return blocked("refund.frozen", Numbers{Date: p.FrozenUntil})
	case p.OpenProposal != "":
		return blocked("refund.open_proposal", Numbers{})
	case p.HasAffiliate && terms.AffiliateRefundDays > 0 && now.After(last):
		return blocked("refund.affiliate_late", Numbers{Days: terms.AffiliateRefundDays, Date: last})
	}
	return allowed("", Numbers{})
}

// part reports whether something stays paid.
func (c refundCase) part() bool { return c.amount.Minor > 0 }

// asked is what is asked for, and all is what is given back with it, parts before among it: who gives money away in small
// pieces is held to the limits as if it were one.
func (c refundCase) asked() Money {
	if c.part() {
		return c.amount
	}
	return c.purchase.Left()
}

func (c refundCase) all() Money {
	return Money{Minor: c.purchase.Refunded.Minor + c.asked().Minor, Currency: c.purchase.Price.Currency}
}

// refundableStatus blocks every status but the paid ones, each with its own words: the next step differs. What is left of a
// purchase can be given back too, where it is known how much that is.
func refundableStatus(p Purchase, parts Capability) Verdict {
	switch s := p.Status; s {
	case Approved, Complete:
		return allowed("", Numbers{})
	case Refunded:
		return blocked("refund.refunded", Numbers{Status: s})
	case PartlyRefunded:
		if parts == ByAPI && p.Refunded.Minor > 0 && p.Left().Minor > 0 {
			return allowed("", Numbers{})
		}
		return blocked("refund.partly_refunded", Numbers{Status: s})
	case Chargeback:
		return blocked("refund.chargeback", Numbers{Status: s})
	case Disputed:
		return blocked("refund.disputed", Numbers{Status: s})
	case Started, WaitingPayment, Processing, Failed, Expired, Overdue:
		return blocked("refund.unpaid", Numbers{Status: s})
	}
	return blocked("refund.unknown_status", Numbers{Status: UnknownStatus})
}

// staffRefund lets a person of the team act alone inside the guarantee, on a first charge, up to the second person's
// tier; an agent also within a day's limits. A manager has no daily limit, but the tier binds him too.
func staffRefund(who Actor, c refundCase, pol Policy, now time.Time) Verdict {
	p, all := c.purchase, c.all()
	tier, day := pol.SecondPerson.RefundAbove.In(c.currency), pol.AgentDaily.Amount.In(c.currency)
	sum := Money{Minor: c.today.sum + c.asked().Minor, Currency: c.currency}
	switch ends := p.GuaranteeEnds; {
	case !p.FirstCharge():
		return needsApproval("refund.renewal", Numbers{Count: p.Recurrence})
	case ends.IsZero():
		return needsApproval("refund.guarantee_unknown", Numbers{})
	case now.After(ends):
		return needsApproval("refund.guarantee_over", Numbers{Days: DaysBetween(ends, now), Date: ends})
	case p.Price.Currency != c.currency:
		return needsApproval("refund.other_currency", Numbers{Amount: c.asked(), Max: tier})
	case all.Minor > tier.Minor && p.Refunded.Minor > 0:
		return needsApproval("refund.above_tier_in_all", Numbers{Amount: all, Max: tier})
	case all.Minor > tier.Minor:
		return needsApproval("refund.above_tier", Numbers{Amount: all, Max: tier})
	case who.Is(Agent) && c.today.count >= pol.AgentDaily.Refunds:
		return needsApproval("refund.daily_count", Numbers{Count: c.today.count, Limit: pol.AgentDaily.Refunds})
	case who.Is(Agent) && sum.Minor > day.Minor:
		return needsApproval("refund.daily_amount", Numbers{Amount: sum, Max: day})
	case c.buyer.year >= pol.BuyerYearly.Refunds:
		return needsApproval("refund.buyer_year", Numbers{Count: c.buyer.year, Limit: pol.BuyerYearly.Refunds})
	}
	return insideGuarantee(p, now)
}

// buyerRefund gives the money back at once when the policy says so, asks a person inside the guarantee, and sends the
// buyer to the support desk when the guarantee owes him nothing.
func buyerRefund(c refundCase, pol Policy, now time.Time) Verdict {
	p, limit := c.purchase, pol.BuyerRefund.Max.In(c.currency)
	switch ends := p.GuaranteeEnds; {
	case !p.FirstCharge():
		return blocked("refund.renewal_buyer", Numbers{Count: p.Recurrence})
	case ends.IsZero():
		return needsApproval("refund.guarantee_unknown", Numbers{})
	case now.After(ends):
		return blocked("refund.guarantee_over_buyer", Numbers{Days: DaysBetween(ends, now), Date: ends})
	case !pol.BuyerRefund.Enabled:
		return needsApproval("refund.buyer_asks", Numbers{Date: ends, Days: DaysBetween(now, ends)})
	case p.Refunded.Minor > 0:
		return needsApproval("refund.part_before", Numbers{Amount: p.Refunded})
	case p.Price.Currency != c.currency:
		return needsApproval("refund.other_currency", Numbers{Amount: p.Price, Max: limit})
	case p.Price.Minor > limit.Minor:
		return needsApproval("refund.buyer_above_limit", Numbers{Amount: p.Price, Max: limit})
	case c.buyer.recent > 0 && pol.BuyerRefund.FirstInMonths > 0:
		return needsApproval("refund.buyer_not_first", Numbers{Count: c.buyer.recent, Limit: pol.BuyerRefund.FirstInMonths})
	case c.buyer.alone >= pol.BuyerYearly.WithoutPerson:
		return needsApproval("refund.buyer_year_alone", Numbers{Count: c.buyer.alone, Limit: pol.BuyerYearly.WithoutPerson})
	case c.buyer.year >= pol.BuyerYearly.Refunds:
		return needsApproval("refund.buyer_year", Numbers{Count: c.buyer.year, Limit: pol.BuyerYearly.Refunds})
	}
	return insideGuarantee(p, now)
}

func insideGuarantee(p Purchase, now time.Time) Verdict {
	return allowed("refund.inside_guarantee", Numbers{Days: DaysBetween(now, p.GuaranteeEnds), Date: p.GuaranteeEnds})
}

// DaysBetween is the number of begun days from one instant to a later one: on the last day one day is left.
func DaysBetween(from, to time.Time) int { return int((to.Sub(from) + day - 1) / day) }
