package stripe

import (
	"context"
	"net/url"
	"strconv"

	"github.com/aftersale/aftersale/actions"
)

// What Stripe refuses, as message keys.
const (
	notFound        = "outcome.refused.not_found"
	notRefundable   = "outcome.refused.not_refundable"
	alreadyRefunded = "outcome.refused.already_refunded"
	moreThanLeft    = "outcome.refused.more_than_left"
	chargeback      = "outcome.refused.chargeback"
	failed          = "outcome.refused.failed"
	addressChanged  = "outcome.refused.address_changed"
	noCustomer      = "outcome.refused.no_customer"
	noSubscription  = "outcome.refused.no_subscription"
	notCancelled    = "outcome.refused.not_cancelled"
	noReceipt       = "outcome.refused.no_receipt"
	noAddress       = "outcome.refused.no_address"
	over            = "outcome.refused.over"
	notByAPI        = "outcome.refused.not_by_api"
)

// Do implements actions.Commerce. Each write begins by reading: what an order has done before it has done for good.
func (p *Platform) Do(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	if p.Can(o.Op) != actions.ByAPI {
		return refuse(notByAPI), nil
	}
	if o.Subscription != "" {
		return p.subscribe(ctx, o)
	}
	if o.Op == actions.OpReceipt {
		return p.receipt(ctx, o)
	}
	c, err := p.charge(ctx, o.Transaction)
	switch {
	case missing(err):
		return refuse(notFound), nil
	case err != nil:
		return actions.Outcome{}, err
	case o.Op == actions.OpChangeEmail:
		return p.changeEmail(ctx, o, c)
	case o.Op == actions.OpRefund:
		return p.refund(ctx, o, c)
	}
	return refuse(noSubscription), nil
}

func refuse(reason string) actions.Outcome {
	return actions.Outcome{Kind: actions.OutcomeRefused, Detail: reason}
}

// refund gives a charge back, or a part of it.
func (p *Platform) refund(ctx context.Context, o actions.Order, c charge) (actions.Outcome, error) {
	made, err := p.refunds(ctx, c.ID)
	if err != nil {
		return actions.Outcome{}, err
	}
	status, err := p.status(ctx, c)
	if err != nil {
		return actions.Outcome{}, err
	}
	for _, r := range made {
		if r.Metadata[markKey] == mark(o.Key) {
			return outcomeOf(r)
		}
	}
	sum, exact := amount(o.Amount)
	switch {
	case status == actions.Disputed, status == actions.Chargeback:
		return refuse(chargeback), nil
	case c.Refunded:
		return refuse(alreadyRefunded), nil
	case !status.Kept(), !exact, sum <= 0, money(0, c.Currency).Currency != o.Amount.Currency:
		return refuse(notRefundable), nil
	case sum > c.Amount-c.AmountRefunded:
		return refuse(moreThanLeft), nil
	}
	form := url.Values{"charge": {c.ID}, "amount": {strconv.FormatInt(sum, 10)}, "reason": {"requested_by_customer"}}
	form.Set("metadata["+markKey+"]", mark(o.Key))
	var r refund
	if err := p.post(ctx, "refund a charge", "/v1/refunds", o.Key, form, &r); err != nil {
		return refusal(err)
	}
	return outcomeOf(r)
}

// outcomeOf is what has come of a refund (docs.stripe.com/api/refunds/object, status).
func outcomeOf(r refund) (actions.Outcome, error) {
	switch {
	case r.Object != "refund" || r.ID == "":
		return actions.Outcome{}, errOdd
	case r.Status == "succeeded":
		return actions.Outcome{Kind: actions.OutcomeDone}, nil
	case r.Status == "failed", r.Status == "canceled":
		return refuse(failed), nil
	}
	return actions.Outcome{Kind: actions.OutcomeRequested}, nil // pending, requires_action, or a word that is new
}

// refusal is the outcome of a write that Stripe rejected, or the error by which it is unknown.
func refusal(err error) (actions.Outcome, error) {
	if reason := refusedBy(err); reason != "" {
		return refuse(reason), nil
	}
	return actions.Outcome{}, err
}

// changeEmail gives a customer another address. It is his for all that he bought.
func (p *Platform) changeEmail(ctx context.Context, o actions.Order, c charge) (actions.Outcome, error) {
	switch now := c.email().Key(); {
	case c.Customer.ID == "":
		return refuse(noCustomer), nil
	case now == o.NewEmail.Key():
		return actions.Outcome{Kind: actions.OutcomeDone}, nil
	case now != o.OldEmail.Key():
		return refuse(addressChanged), nil
	}
	var to customer
	err := p.post(ctx, "change a customer", "/v1/customers/"+url.PathEscape(c.Customer.ID), o.Key, url.Values{"email": {string(o.NewEmail)}}, &to)
	switch {
	case err != nil:
		return refusal(err)
	case to.Object != "customer" || to.ID != c.Customer.ID:
		return actions.Outcome{}, errOdd
	}
	return actions.Outcome{Kind: actions.OutcomeDone}, nil
}

// subscribe ends a subscription with the period that is paid, or takes that back before it is over.
func (p *Platform) subscribe(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	id := idOf(o.Subscription)
	if id == "" {
		return refuse(noSubscription), nil
	}
	path := "/v1/subscriptions/" + url.PathEscape(id)
	var s subscription
	err := p.get(ctx, "read a subscription", path, nil, &s)
	switch {
	case missing(err):
		return refuse(noSubscription), nil
	case err != nil:
		return actions.Outcome{}, err
	case s.Object != "subscription" || s.ID != id:
		return actions.Outcome{}, errOdd
	}
	cancel, done := o.Op == actions.OpCancel, s.Metadata[markKey] == mark(o.Key)
	switch ended := s.Status == "canceled" || s.Status == "incomplete_expired"; {
	case cancel && done && (s.CancelAtPeriodEnd || ended), !cancel && done && !s.CancelAtPeriodEnd && !ended:
		return actions.Outcome{Kind: actions.OutcomeDone, NextChargeAt: s.next()}, nil
	case cancel && (s.CancelAtPeriodEnd || ended):
		return refuse(actions.AlreadyCancelled), nil
	case !cancel && ended:
		return refuse(over), nil
	case !cancel && !s.CancelAtPeriodEnd:
		return refuse(notCancelled), nil
	case !cancel && o.Charge: // the next charge comes when what is paid is over, and no sooner
		return refuse(notByAPI), nil
	}
	form := url.Values{"cancel_at_period_end": {strconv.FormatBool(cancel)}}
	form.Set("metadata["+markKey+"]", mark(o.Key))
	var after subscription
	err = p.post(ctx, "change a subscription", path, o.Key, form, &after)
	switch {
	case err != nil:
		return refusal(err)
	case after.Object != "subscription" || after.ID != id || after.CancelAtPeriodEnd != cancel:
		return actions.Outcome{}, errOdd
	}
	return actions.Outcome{Kind: actions.OutcomeDone, NextChargeAt: after.next()}, nil
}
