package actions

import "time"

// mayChangeEmail is the policy for moving a purchase to another address: the conditions of the commerce platform and of the
// shop (design 7.4), and never one person's word alone: of all features attackers want this one most.
//
// path is what a buyer shows; it means nothing for the team.
func mayChangeEmail(who Actor, p Purchase, path EmailPath, can Capability, terms Terms, pol Policy, now time.Time) Verdict {
	rules := pol.EmailChange.under(terms)
	if v := emailChangeable(p, can, rules, now); v.Decision == Blocked {
		return v
	}
	last := p.OrderedAt.Add(time.Duration(rules.Days) * day)
	numbers := Numbers{Days: DaysBetween(now, last), Date: last, Count: p.EmailChanges, Limit: rules.Max}
	switch {
	case who.Staff():
		return needsApproval("email.by_staff", numbers)
	case path == ByDocument:
		return needsApproval("email.by_document", numbers)
	case path == ByCodes && rules.SelfService:
		return allowed("email.by_codes", numbers)
	}
	return needsApproval("email.by_buyer", numbers)
}

// under are the shop's conditions together with the platform's: of each the stricter one. What the platform has no rule about
// is for the shop alone to say.
func (e EmailChangePolicy) under(t Terms) EmailChangePolicy {
	if t.EmailChangeDays > 0 {
		e.Days = min(e.Days, t.EmailChangeDays)
	}
	if t.EmailChanges > 0 {
		e.Max = min(e.Max, t.EmailChanges)
	}
	e.UnopenedOnly = e.UnopenedOnly || t.EmailUnopened
	return e
}

// emailChangeable blocks what nobody can do, and else allows.
func emailChangeable(p Purchase, can Capability, pol EmailChangePolicy, now time.Time) Verdict {
	last := p.OrderedAt.Add(time.Duration(pol.Days) * day)
	opened := firstOpened(p)
	switch {
	case !p.Status.Paid():
		return blocked("email.status", Numbers{Status: p.Status})
	case can == NoSupport:
		return blocked("email.not_supported", Numbers{})
	case p.Refunding:
		return blocked("email.refunding", Numbers{})
	case now.Before(p.FrozenUntil):
		return blocked("email.frozen", Numbers{Date: p.FrozenUntil})
	case p.OpenProposal != "":
		return blocked("email.open_proposal", Numbers{})
	case p.EmailChanges >= pol.Max:
		return blocked("email.too_many", Numbers{Count: p.EmailChanges, Limit: pol.Max})
	case now.After(last):
		return blocked("email.too_late", Numbers{Days: pol.Days, Date: last})
	case pol.UnopenedOnly && !opened.IsZero():
		return blocked("email.opened", Numbers{Date: opened})
	}
	return allowed("", Numbers{})
}

// firstOpened is when the buyer first entered anything that the purchase gives; zero when never, or unknown.
func firstOpened(p Purchase) time.Time {
	first := p.OpenedAt
	for _, a := range p.Access {
		if !a.OpenedAt.IsZero() && (first.IsZero() || a.OpenedAt.Before(first)) {
			first = a.OpenedAt
		}
	}
	return first
}
