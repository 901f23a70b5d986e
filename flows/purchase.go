package flows

import (
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// listed is how many rows a list shows at once: with the step's own buttons they fit the narrowest platform.
const listed = 5

// A Row is a purchase in a list: what its button says.
type Row struct {
	Transaction actions.Transaction
	Product     string
	Buyer       string
	Price       actions.Money
	Status      actions.Status
	At          time.Time
	Frozen      bool `json:",omitzero"` // for now there is no refund and no change of e-mail
}

func rows(purchases []actions.Purchase, now time.Time) []Row {
	all := make([]Row, len(purchases))
	for i, p := range purchases {
		all[i] = Row{p.Transaction, p.Product.Name, p.Buyer.Name, p.Price, p.Status, p.OrderedAt, p.FrozenUntil.After(now)}
	}
	return all
}

// options are the buttons of a list. A buyer's own purchases need not say whose they are.
func options(all []Row, own bool) []flow.Option {
	key := "option.purchase"
	if own {
		key = "option.own_purchase"
	}
	list := make([]flow.Option, len(all))
	for i, r := range all {
		words := key
		if own && r.Frozen {
			words = "option.own_frozen"
		}
		list[i] = flow.Option{Value: string(r.Transaction), Label: flow.T(words, "product", short(r.Product),
			"buyer", flow.PersonName(short(r.Buyer)), "price", r.Price, "status", r.Status, "at", r.At)}
	}
	return list
}

// short cuts a name so that a button holds two of them with an amount and a date (Slack: 75 characters).
func short(name string) string { return cut(name, 22) }

// cut leaves no more than so many characters of a text.
func cut(name string, most int) string {
	if letters := []rune(name); len(letters) > most {
		return strings.TrimSpace(string(letters[:most-1])) + "…"
	}
	return name
}

// brief is the purchase as every confirmation shows it. A buyer need not be told who he is.
func brief(p actions.Purchase, own bool) []flow.Fact {
	facts := flow.Card("product", p.Product.Name)
	if !own {
		facts = append(facts, flow.Card("buyer", flow.PersonName(p.Buyer.Name), "email", p.Buyer.Email)...)
	}
	return append(facts, flow.Card("transaction", p.Transaction, "price", p.Price, "given_so_far", given(p), "status", p.Status)...)
}

// given is what was given back of a purchase in parts; nil when nothing was, or all of it.
func given(p actions.Purchase) any {
	if p.Refunded.Minor == 0 || p.Left().Minor == 0 {
		return nil
	}
	return p.Refunded
}

// OwnPurchase is a purchase as its buyer may see it whole, in a chat or on a page.
func OwnPurchase(p actions.Purchase, now time.Time) []flow.Fact { return whole(p, true, now) }

// whole is the purchase as the find card shows it.
func whole(p actions.Purchase, own bool, now time.Time) []flow.Fact {
	facts := brief(p, own)
	facts = append(facts, flow.Card(
		"payment", payment(p), "ordered_at", p.OrderedAt, "guarantee", guarantee(p, now), "contents", contents(p),
		"event_at", begins(p.Product), "event_place", p.Product.Event.Place, "tickets", tickets(p), "access", access(p), "subscription", subscription(p))...)
	switch {
	case p.Refunding:
		facts = append(facts, flow.Fact{Name: "under_way", Value: flow.T("purchase.refunding")})
	case p.OpenProposal != "":
		facts = append(facts, flow.Fact{Name: "under_way", Value: flow.T("purchase.proposal")})
	}
	if s := p.Subscription; s != nil && s.WaitsUntil.After(now) {
		facts = append(facts, flow.Fact{Name: "accept_until", Value: flow.Moment(s.WaitsUntil)})
	}
	if p.FrozenUntil.After(now) {
		facts = append(facts, flow.Fact{Name: "frozen", Value: flow.T("purchase.frozen", "until", p.FrozenUntil)})
	}
	return facts
}

func payment(p actions.Purchase) flow.Text {
	if p.Installments > 1 {
		return flow.T("purchase.installments", "payment", p.Payment, "count", p.Installments)
	}
	return flow.T("purchase.payment", "payment", p.Payment)
}

// guarantee says how long a refund is still owed, in whole days left, or since when no more.
func guarantee(p actions.Purchase, now time.Time) any {
	switch {
	case p.GuaranteeEnds.IsZero():
		return nil
	case now.After(p.GuaranteeEnds):
		return flow.T("purchase.guarantee_over", "date", p.GuaranteeEnds)
	}
	left := actions.DaysBetween(now, p.GuaranteeEnds)
	if left == 1 {
		return flow.T("purchase.guarantee_today", "date", p.GuaranteeEnds)
	}
	return flow.T("purchase.guarantee", "date", p.GuaranteeEnds, "count", left)
}

func contents(p actions.Purchase) string {
	names := make([]string, len(p.Contents))
	for i, c := range p.Contents {
		names[i] = c.Name
	}
	return strings.Join(names, " · ")
}

func tickets(p actions.Purchase) any {
	switch {
	case p.Product.Kind != "event":
		return nil
	case p.Tickets.All() > 0 && p.Status.Kept():
		return counted(p.Tickets)
	}
	return flow.T("purchase.tickets", "count", p.Quantity)
}

// access says whether the buyer can get in, and whether he ever did: of a bundle, product by product.
func access(p actions.Purchase) any {
	var list []flow.Text
	for _, a := range p.Access {
		key := "purchase.access_unopened"
		switch {
		case !a.Active:
			key = "purchase.access_ended"
		case !a.OpenedAt.IsZero():
			key = "purchase.access_opened"
		}
		list = append(list, flow.T(key, "product", a.Product.Name, "date", a.OpenedAt))
	}
	return list
}

func subscription(p actions.Purchase) any {
	s := p.Subscription
	switch {
	case s == nil:
		return nil
	case s.Status == actions.SubscriptionCancelled && !s.NextChargeAt.IsZero():
		return flow.T("purchase.subscription_until", "plan", s.Plan, "status", s.Status, "date", s.NextChargeAt, "count", max(p.Recurrence, 1))
	case s.NextChargeAt.IsZero():
		return flow.T("purchase.subscription", "plan", s.Plan, "status", s.Status, "count", max(p.Recurrence, 1))
	}
	return flow.T("purchase.subscription_next", "plan", s.Plan, "status", s.Status, "date", s.NextChargeAt, "count", max(p.Recurrence, 1))
}

// verdict explains a verdict: the rule with its numbers, and what follows.
func verdict(v actions.Verdict) []flow.Text {
	args := v.Numbers.Args()
	why := flow.Text{Key: "verdict." + v.Rule, Args: args}
	switch v.Decision {
	case actions.NeedsApproval:
		return []flow.Text{why, flow.T("verdict.needs_approval")}
	case actions.Blocked:
		return []flow.Text{why, {Key: "verdict." + v.Rule + ".hint", Args: args}}
	}
	return []flow.Text{why}
}
