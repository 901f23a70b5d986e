package hotmart

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// A subscriptionAnswer is what the platform says of a subscription that it was asked to change (cancel-subscription,
// reactivate-subscription, read November 2026). Its status is in other words than that of the list: INACTIVE for all that is not
// active.
type subscriptionAnswer struct {
	Code   word `json:"subscriber_code"`
	Status word `json:"status"`
	Error  word `json:"error"` // of those that a list could not change
}

func subscriptionPath(code, act string) string {
	return "/payments/api/v1/subscriptions/" + url.PathEscape(code) + act
}

// cancel ends a subscription at once: no charge follows, nothing is paid back. The platform's own mail about it is not asked for,
// as ours says more: until when there is access.
func (p *Platform) cancel(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	item, _, ok, err := p.subscription(ctx, o.Subscription, "")
	switch now := subscriptionStatus(upper(item.Status)); {
	case err != nil:
		return p.looked(o, err)
	case !ok:
		return refuse(noSubscription), nil
	case now == actions.SubscriptionCancelled, now == actions.SubscriptionEnded:
		return refuse(actions.AlreadyCancelled), nil
	case now == actions.SubscriptionUnknown:
		return refuse(unknownState), nil
	}
	var told subscriptionAnswer
	answer, err := p.call(ctx, remote.Call{Name: "cancel a subscription", Method: http.MethodPost, Path: subscriptionPath(o.Subscription, "/cancel"),
		Body: map[string]any{"send_mail": false}, Into: &told})
	switch {
	case err != nil:
		return p.answered(o, err, noSubscription)
	case answer.Empty || upper(told.Status) == "ACTIVE":
		return p.confirmCancelled(ctx, o)
	}
	return actions.Outcome{Kind: actions.OutcomeDone}, nil
}

// confirmCancelled reads a subscription whose cancellation was taken without saying that it is over.
func (p *Platform) confirmCancelled(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	item, _, ok, err := p.subscription(ctx, o.Subscription, "")
	if err != nil {
		return actions.Outcome{}, err
	}
	switch now := subscriptionStatus(upper(item.Status)); {
	case ok && (now == actions.SubscriptionCancelled || now == actions.SubscriptionEnded || now == actions.SubscriptionInactive):
		return actions.Outcome{Kind: actions.OutcomeDone}, nil
	}
	return actions.Outcome{}, errors.New("hotmart took a cancellation and shows the subscription as it was")
}

// reactivate has the platform ask the subscriber by mail whether his subscription goes on. Its answer says INACTIVE until he accepts.
func (p *Platform) reactivate(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	item, _, ok, err := p.subscription(ctx, o.Subscription, "")
	switch now := subscriptionStatus(upper(item.Status)); {
	case err != nil:
		return p.looked(o, err)
	case !ok:
		return refuse(noSubscription), nil
	case now == actions.SubscriptionUnknown:
		return refuse(unknownState), nil
	case now != actions.SubscriptionCancelled && now != actions.SubscriptionInactive:
		return refuse(notCancelled), nil
	}
	var told subscriptionAnswer
	_, err = p.call(ctx, remote.Call{Name: "reactivate a subscription", Method: http.MethodPost, Path: subscriptionPath(o.Subscription, "/reactivate"),
		Body: map[string]any{"charge": o.Charge}, Into: &told})
	if err != nil {
		return p.answered(o, err, noSubscription)
	}
	return actions.Outcome{Kind: actions.OutcomeNeedsBuyer}, nil
}

// changeDay has a subscription charged on another day of the month, after the charge that is scheduled.
func (p *Platform) changeDay(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	item, _, ok, err := p.subscription(ctx, o.Subscription, "")
	switch now := subscriptionStatus(upper(item.Status)); {
	case err != nil:
		return p.looked(o, err)
	case !ok:
		return refuse(noSubscription), nil
	case now == actions.SubscriptionUnknown:
		return refuse(unknownState), nil
	case now != actions.SubscriptionActive && now != actions.SubscriptionLate:
		return refuse(notCharged), nil
	case bool(item.Trial):
		return refuse(dayInTrial), nil
	}
	_, err = p.call(ctx, remote.Call{Name: "change a charge day", Method: http.MethodPatch, Path: subscriptionPath(o.Subscription, ""),
		Body: map[string]any{"due_day": o.ChargeDay}})
	if err != nil {
		return p.answered(o, err, noSubscription)
	}
	return actions.Outcome{Kind: actions.OutcomeDone}, nil
}
