package hotmart

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// maxTogether is how many subscribers one call names. How many the platform takes is not documented (cancel-subscriptions, read November
// 2026): so few that no answer could be too slow.
const maxTogether = 50

var _ actions.Batcher = (*Platform)(nil)

// Together implements actions.Batcher: cancellations and reactivations have a call for a list.
func (p *Platform) Together(op actions.Operation) int {
	if op == actions.OpCancel || op == actions.OpReactivate {
		return maxTogether
	}
	return 0
}

// DoMany implements actions.Batcher. The call answers 200 also when some of the list could not be done, and says of each why. A call
// that is refused as a whole has done nothing: then each is done alone.
func (p *Platform) DoMany(ctx context.Context, orders []actions.Order) []actions.Answer {
	answers := make([]actions.Answer, len(orders))
	for i := range answers {
		answers[i].Err = errors.New("hotmart did not say what came of it")
	}
	if len(orders) == 0 {
		return answers
	}
	codes := make([]string, len(orders))
	for i, o := range orders {
		codes[i] = o.Subscription
	}
	call := remote.Call{Name: "cancel subscriptions", Method: http.MethodPost, Path: "/payments/api/v1/subscriptions/cancel",
		Body: map[string]any{"subscriber_code": codes, "send_mail": false}}
	done := actions.OutcomeDone
	if orders[0].Op == actions.OpReactivate {
		call.Name, call.Path = "reactivate subscriptions", "/payments/api/v1/subscriptions/reactivate"
		call.Body, done = map[string]any{"subscriber_code": codes, "charge": orders[0].Charge}, actions.OutcomeNeedsBuyer
	}
	var told struct {
		Done   []json.RawMessage `json:"success_subscriptions"`
		Failed []json.RawMessage `json:"fail_subscriptions"`
	}
	call.Into = &told
	if _, err := p.call(ctx, call); err != nil {
		return p.answeredTogether(ctx, orders, err)
	}
	outcomes := map[string]actions.Outcome{}
	for code := range answersOf(told.Done) {
		outcomes[code] = actions.Outcome{Kind: done}
	}
	for code, why := range answersOf(told.Failed) {
		if _, both := outcomes[code]; both {
			delete(outcomes, code) // it says both: nobody knows
			continue
		}
		outcomes[code] = p.failure(why)
	}
	for i, o := range orders {
		if outcome, ok := outcomes[o.Subscription]; ok {
			answers[i] = actions.Answer{Outcome: outcome}
		}
	}
	return answers
}

// answersOf are the reasons by the subscribers' codes.
func answersOf(list []json.RawMessage) map[string]string {
	all := map[string]string{}
	for _, text := range list {
		var a subscriptionAnswer
		if loosely(text, &a) == nil && a.Code != "" {
			all[upper(a.Code)] = upper(a.Error)
		}
	}
	return all
}

// failure is the outcome that the platform's word for it stands for.
func (p *Platform) failure(why string) actions.Outcome {
	if reason, ok := failures[why]; ok {
		return refuse(reason)
	}
	p.log.Warn("hotmart did not do one of several", "why", clean(why, 60))
	return refuse(refusedByPlatform)
}

// answeredTogether is what comes of orders when their call did not succeed.
func (p *Platform) answeredTogether(ctx context.Context, orders []actions.Order, err error) []actions.Answer {
	answers := make([]actions.Answer, len(orders))
	e := remote.AsError(err)
	alone := e != nil && e.Rejected() && !e.Unsent && (e.Status == http.StatusBadRequest || e.Status == http.StatusNotFound ||
		e.Status == http.StatusConflict || e.Status == http.StatusUnprocessableEntity || e.Status == http.StatusRequestEntityTooLarge)
	for i, o := range orders {
		switch {
		case !alone:
			answers[i].Outcome, answers[i].Err = p.answered(o, err, noSubscription)
		case ctx.Err() != nil:
			answers[i].Err = notSent(err) // the next call is for fewer
		default:
			answers[i].Outcome, answers[i].Err = p.Do(ctx, o)
		}
	}
	return answers
}
