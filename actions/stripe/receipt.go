package stripe

import (
	"context"
	"net/http"
	"net/url"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// receipt has Stripe mail its receipt again, to the customer's address: "If this field is updated, then a new email receipt will be
// sent to the updated address" (docs.stripe.com/api/charges/update, receipt_email, read November 2026). Whether the address that is
// there already is such an update is not said.
//
// Whether a receipt went out is nowhere to be read. So what surely did not leave is told apart from what may have: that is never
// sent a second time.
func (p *Platform) receipt(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	c, err := p.charge(ctx, o.Transaction)
	switch {
	case missing(err):
		return refuse(notFound), nil
	case err != nil:
		return actions.Outcome{}, notSent(err)
	case !c.status().Kept():
		return refuse(noReceipt), nil
	case c.email() == "":
		return refuse(noAddress), nil
	}
	var after charge
	err = p.post(ctx, "send a receipt", "/v1/charges/"+url.PathEscape(c.ID), o.Key, url.Values{"receipt_email": {string(c.email())}}, &after)
	switch e := remote.AsError(err); {
	case e != nil && (e.Unsent || e.Status == http.StatusTooManyRequests && !e.Odd):
		return actions.Outcome{}, notSent(err)
	case e != nil && e.Rejected() && refusedBy(err) == notRefundable:
		return refuse(noReceipt), nil
	case err != nil:
		return refusal(err)
	case after.Object != "charge" || after.ID != c.ID:
		return actions.Outcome{}, errOdd
	}
	return actions.Outcome{Kind: actions.OutcomeDone}, nil
}

// notSent is the error of an order of which nothing has left.
func notSent(err error) error {
	if e := remote.AsError(err); e != nil {
		return &actions.NotSent{After: e.After, Err: err}
	}
	return &actions.NotSent{Err: err}
}
