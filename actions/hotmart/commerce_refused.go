package hotmart

import (
	"errors"
	"net/http"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// Why the platform does not do something, or why it is not asked to, as message keys.
const (
	notFound          = "outcome.refused.not_found"
	notRefundable     = "outcome.refused.not_refundable" // not paid, or no longer
	alreadyRefunded   = "outcome.refused.already_refunded"
	chargedBack       = "outcome.refused.chargeback"
	partRefunded      = "outcome.refused.part_refunded"
	claimed           = "outcome.refused.claimed" // by the buyer, on the platform
	unknownState      = "outcome.refused.unknown_state"
	notProducer       = "outcome.refused.not_producer" // of this sale
	byBank            = "outcome.refused.by_bank"      // direct debits
	inTrial           = "outcome.refused.in_trial"
	byAffiliate       = "outcome.refused.affiliate" // and too long ago
	noSubscription    = "outcome.refused.no_subscription"
	notCharged        = "outcome.refused.not_charged"
	notCancelled      = "outcome.refused.not_cancelled"
	dayInTrial        = "outcome.refused.day_in_trial"
	badCredentials    = "outcome.refused.credentials"
	notAllowed        = "outcome.refused.not_allowed"
	refusedByPlatform = "outcome.refused.platform" // for a reason that it does not tell in a word that we know
)

func refuse(reason string) actions.Outcome {
	return actions.Outcome{Kind: actions.OutcomeRefused, Detail: reason}
}

// notSent is the error of an order of which nothing has left.
func notSent(err error) error {
	if e := remote.AsError(err); e != nil {
		return &actions.NotSent{After: e.After, Err: err}
	}
	return &actions.NotSent{Err: err}
}

// looked is what comes of an order when what was to be read before could not be: nothing has been sent. Credentials that are refused
// stay so until somebody mends them.
func (p *Platform) looked(o actions.Order, err error) (actions.Outcome, error) {
	if e := remote.AsError(err); e != nil && e.Rejected() {
		switch e.Status {
		case http.StatusUnauthorized, http.StatusForbidden:
			return p.refusal(o, e, notFound), nil
		}
	}
	return actions.Outcome{}, notSent(err)
}

// answered is what comes of an order when its write did not succeed. Only an answer of the platform's own program that it did not
// act is taken as one; whoever cut it off, or was too slow, may have acted.
func (p *Platform) answered(o actions.Order, err error, missing string) (actions.Outcome, error) {
	e := remote.AsError(err)
	switch {
	case e == nil:
		return actions.Outcome{}, errors.New("hotmart: an error of an unknown kind")
	case e.Unsent && e.Rejected(): // no token: the credential itself was refused
		return p.refusal(o, e, missing), nil
	case e.Unsent, e.Status == http.StatusTooManyRequests && !e.Odd:
		return actions.Outcome{}, notSent(err)
	case e.Rejected():
		return p.refusal(o, e, missing), nil
	}
	return actions.Outcome{}, err
}

// refusal is the reason that a status stands for. The platform's own words are for the log.
func (p *Platform) refusal(o actions.Order, e *remote.Error, missing string) actions.Outcome {
	p.log.Warn("hotmart refused", "action", o.Op, "transaction", o.Transaction, "err", e)
	switch {
	case e.Unsent, e.Status == http.StatusUnauthorized:
		return refuse(badCredentials)
	case e.Status == http.StatusForbidden:
		return refuse(notAllowed)
	case e.Status == http.StatusNotFound:
		return refuse(missing)
	case e.Code == "subscription_in_trial_period":
		return refuse(dayInTrial)
	}
	if reason, ok := failures[upper(word(e.Code))]; ok {
		return refuse(reason)
	}
	return refuse(refusedByPlatform)
}

// failures are the platform's words for what it did not do to a subscription (cancel and reactivate lists, read November 2026).
var failures = map[string]string{
	"SUBSCRIPTION_ALREADY_CANCELED_OR_OVERDUE":  actions.AlreadyCancelled,
	"SUBSCRIPTION_ALREADY_CANCELLED_OR_OVERDUE": actions.AlreadyCancelled,
	"SUBSCRIPTION_ALREADY_ACTIVE":               notCancelled,
}
