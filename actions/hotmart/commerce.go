package hotmart

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// Name implements actions.Commerce.
func (p *Platform) Name() string { return Webhook }

// capabilities are what the API can do, and for what there is only the seller's panel (public documentation and help centre, read
// November 2026). What is not here it can not at all: a subscriber accepts a reactivation by the platform's own mail, and a refund
// is always of the whole price.
var capabilities = map[actions.Operation]actions.Capability{
	actions.OpRefund:          actions.ByAPI,
	actions.OpCancel:          actions.ByAPI,
	actions.OpReactivate:      actions.ByAPI,
	actions.OpChangeChargeDay: actions.ByAPI,
	actions.OpApproveClaim:    actions.Assisted, // whether the refund call approves one is not documented, so it is not tried
	actions.OpChangeEmail:     actions.Assisted,
	actions.OpResend:          actions.Assisted,
	actions.OpCheckIn:         actions.Assisted,
	actions.OpPassword:        actions.Assisted,
}

// Can implements actions.Commerce.
func (p *Platform) Can(op actions.Operation) actions.Capability {
	if can, ok := capabilities[op]; ok {
		return can
	}
	return actions.NoSupport
}

// Terms implements actions.Commerce (help centre 360061973392, 208279118, 360060956651, 215826368 and API reference, read November
// 2026). Refunds were seen to happen at about 03:20 UTC of the next night; what has not shown after one and a half days was not asked.
func (p *Platform) Terms() actions.Terms {
	return actions.Terms{AffiliateRefundDays: 30, EmailChangeDays: 40, EmailChanges: 2, EmailUnopened: true, Acceptance: 3 * 24 * time.Hour,
		ClaimDays: 5, PasswordGap: 30 * time.Minute, RefundShows: 36 * time.Hour}
}

// Do implements actions.Commerce. The platform has no idempotency keys: what is repeated is done twice, so each write is made once,
// after a look at what it is about.
func (p *Platform) Do(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	switch {
	case p.Can(o.Op) == actions.Assisted:
		return actions.Outcome{Kind: actions.OutcomeAssisted}, nil
	case o.Op == actions.OpRefund:
		return p.refund(ctx, o)
	case o.Op == actions.OpCancel:
		return p.cancel(ctx, o)
	case o.Op == actions.OpReactivate:
		return p.reactivate(ctx, o)
	case o.Op == actions.OpChangeChargeDay:
		return p.changeDay(ctx, o)
	}
	return refuse(refusedByPlatform), nil
}

// State implements actions.Commerce. The platform tells neither since when a status holds, but for cancelled subscriptions, nor on
// which day of the month is charged, nor whether a subscriber was asked.
//
// Errors: actions.NotFound; whatever went wrong on the way.
func (p *Platform) State(ctx context.Context, _ string, t actions.Transaction) (actions.RemoteState, error) {
	item, asOf, ok, err := p.sale(ctx, t)
	if err != nil {
		return actions.RemoteState{}, err
	}
	if !ok {
		return actions.RemoteState{}, &actions.Error{Code: actions.NotFound, Key: "purchase.not_found", Args: map[string]any{"transaction": t}, Field: "transaction"}
	}
	state := actions.RemoteState{Status: status(upper(item.Purchase.Status)), At: asOf}
	state.Email, _ = actions.ParseEmail(string(item.Buyer.Email))
	if bool(item.Purchase.Subscription) {
		sub, asOf, ok, err := p.subscriptionOf(ctx, "", item)
		if err != nil {
			return actions.RemoteState{}, err
		}
		if ok {
			state.Subscription = stateOf(sub, asOf)
		}
	}
	return state, nil
}

// stateOf is how a subscription stands.
func stateOf(item subscriptionItem, asOf time.Time) actions.SubscriptionState {
	s := actions.SubscriptionState{Status: subscriptionStatus(upper(item.Status)), At: asOf, NextChargeAt: item.NextCharge.Time, Asked: actions.AskedUntold}
	if s.Status == actions.SubscriptionCancelled && !item.Ended.IsZero() {
		s.At = item.Ended.Time
	}
	return s
}

// subscriptionOf reads the subscription that a sale is a charge of: by its code, where that is known, else by the charge, else by
// the buyer and the product, where he has one.
func (p *Platform) subscriptionOf(ctx context.Context, code string, sale historyItem) (item subscriptionItem, asOf time.Time, ok bool, err error) {
	t := actions.Transaction(upper(sale.Purchase.Transaction))
	if item, asOf, ok, err = p.subscription(ctx, code, t); ok || err != nil || code != "" {
		return item, asOf, ok, err
	}
	email, err := actions.ParseEmail(string(sale.Buyer.Email))
	if err != nil || sale.Product.ID == "" {
		return item, asOf, false, nil
	}
	got, err := p.subscriptions(ctx, subscriptionsQuery{email: email, product: string(sale.Product.ID)}, "")
	if err != nil || len(got.Items) != 1 || got.Next != "" {
		return item, asOf, false, err
	}
	return got.Items[0], got.AsOf, true, nil
}
