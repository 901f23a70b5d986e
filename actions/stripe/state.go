package stripe

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// State implements actions.Commerce.
//
// Errors: actions.NotFound; whatever the platform did.
func (p *Platform) State(ctx context.Context, _ string, t actions.Transaction) (actions.RemoteState, error) {
	c, err := p.charge(ctx, t)
	if missing(err) {
		return actions.RemoteState{}, &actions.Error{Code: actions.NotFound, Key: "purchase.not_found", Args: map[string]any{"transaction": t}, Field: "transaction"}
	}
	if err != nil {
		return actions.RemoteState{}, err
	}
	made, err := p.refunds(ctx, c.ID)
	if err != nil {
		return actions.RemoteState{}, err
	}
	status, err := p.status(ctx, c)
	if err != nil {
		return actions.RemoteState{}, err
	}
	s := actions.RemoteState{Status: status, Email: c.email(), At: at(c.Created)}
	s.Status, s.Refunded = settledStatus(c, status, made)
	for _, r := range made {
		s.At = later(s.At, at(r.Created))
		if s.Failed == "" && (r.Status == "failed" || r.Status == "canceled") { // the newest first
			s.Failed = r.Metadata[markKey]
		}
	}
	if i := c.Invoice.Whole; i != nil && i.Subscription.Whole != nil {
		s.Subscription = i.Subscription.Whole.state()
	}
	return s, nil
}

// settledStatus is what refunds make of a charge's status, and what they gave back. One that is under way is in the sums already; it
// is not the buyer's yet.
func settledStatus(c charge, status actions.Status, made []refund) (actions.Status, actions.Money) {
	waits := slices.ContainsFunc(made, func(r refund) bool { return r.Status == "pending" || r.Status == "requires_action" })
	back := c.AmountRefunded
	if waits && (status == actions.Refunded || status == actions.PartlyRefunded) {
		status, back = actions.Approved, settled(made)
		if back > 0 {
			status = actions.PartlyRefunded
		}
	}
	if back <= 0 {
		return status, actions.Money{}
	}
	return status, money(back, c.Currency)
}

// settled is the sum of the refunds that came about.
func settled(made []refund) (sum int64) {
	for _, r := range made {
		if r.Status == "succeeded" {
			sum += r.Amount
		}
	}
	return sum
}

// charge reads a charge with its customer and the subscription that it is of. A code that is none of Stripe's is missing too.
func (p *Platform) charge(ctx context.Context, t actions.Transaction) (charge, error) {
	id := idOf(string(t))
	if id == "" {
		return charge{}, noSuchCode
	}
	var c charge
	err := p.get(ctx, "read a charge", "/v1/charges/"+url.PathEscape(id), url.Values{"expand[]": {"customer", "invoice.subscription"}}, &c)
	if err == nil && (c.Object != "charge" || c.ID != id) {
		err = errOdd
	}
	return c, err
}

// refunds lists what was given back of a charge, the newest first, at most 100.
func (p *Platform) refunds(ctx context.Context, id string) ([]refund, error) {
	var all list[refund]
	err := p.get(ctx, "read the refunds of a charge", "/v1/refunds", url.Values{"charge": {id}, "limit": {"100"}}, &all)
	if err == nil && (all.Object != "list" || all.HasMore) { // with more than that we do not know what an order has done
		err = errOdd
	}
	return all.Data, err
}

// status is a charge's status, disputes among it: that there was one stays written on a charge, however it ended.
func (p *Platform) status(ctx context.Context, c charge) (actions.Status, error) {
	if !c.Disputed {
		return c.status(), nil
	}
	var all list[dispute]
	err := p.get(ctx, "read the disputes of a charge", "/v1/disputes", url.Values{"charge": {c.ID}, "limit": {"100"}}, &all)
	if err != nil {
		return "", err
	}
	if all.Object != "list" || len(all.Data) == 0 {
		return "", errOdd
	}
	status := c.status()
	for _, d := range all.Data {
		switch d.status() {
		case actions.Chargeback:
			return actions.Chargeback, nil
		case actions.Disputed:
			status = actions.Disputed
		}
	}
	return status, nil
}

// status is what a dispute makes of its charge (docs.stripe.com/api/disputes/object, status); empty when it has come to nothing.
func (d dispute) status() actions.Status {
	switch d.Status {
	case "won", "warning_closed", "prevented":
		return ""
	case "lost":
		return actions.Chargeback
	}
	return actions.Disputed
}

// status is a charge's status in our words, but for disputes. A word that is new is unknown, and nothing is offered on it.
func (c charge) status() actions.Status {
	switch {
	case c.Status == "pending":
		return actions.Processing
	case c.Status == "failed":
		return actions.Failed
	case c.Status != "succeeded":
		return actions.UnknownStatus
	case c.Refunded:
		return actions.Refunded
	case c.AmountRefunded > 0:
		return actions.PartlyRefunded
	}
	return actions.Approved
}

// email is where the buyer is reached: as a customer, else as he said when he paid.
func (c charge) email() actions.Email {
	said := cmp.Or(c.BillingDetails.Email, c.ReceiptEmail)
	if w := c.Customer.Whole; w != nil && !w.Deleted {
		said = cmp.Or(w.Email, said)
	}
	e, err := actions.ParseEmail(strings.TrimSpace(said))
	if err != nil {
		return ""
	}
	return e
}

// state is a subscription as it stands. One that ends with its period is cancelled; one that has ended is over for good.
func (s subscription) state() actions.SubscriptionState {
	state := actions.SubscriptionState{Status: s.status(), At: at(s.Created), NextChargeAt: s.next(), Asked: actions.NotAsked}
	if state.Status == actions.SubscriptionCancelled || state.Status == actions.SubscriptionEnded {
		state.At = later(state.At, at(cmp.Or(s.CanceledAt, s.EndedAt)))
	}
	return state
}

func (s subscription) status() actions.SubscriptionStatus {
	switch s.Status {
	case "canceled", "incomplete_expired":
		return actions.SubscriptionEnded
	case "active", "trialing":
		if s.CancelAtPeriodEnd {
			return actions.SubscriptionCancelled
		}
		return actions.SubscriptionActive
	case "past_due", "unpaid":
		return actions.SubscriptionLate
	case "incomplete":
		return actions.SubscriptionStarted
	case "paused":
		return actions.SubscriptionInactive
	}
	return actions.SubscriptionUnknown
}

// next is when it is charged next; of one that ends, when that is.
func (s subscription) next() time.Time { return at(cmp.Or(s.EndedAt, s.CurrentPeriodEnd)) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
