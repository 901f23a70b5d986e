package actions

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// KindReactivate is the action of requests that take a cancelled subscription up again.
const KindReactivate = "reactivate"

// NotAccepted is why a reactivation ended that the subscriber did not accept in time.
const NotAccepted = "outcome.refused.not_accepted"

// A ReactivateInput says which subscription is taken up again.
type ReactivateInput struct {
	Key         string      // idempotency key
	Transaction Transaction // of one of its charges: SubscriptionCase.Newest
	Charge      bool        // charge at once when the subscriber accepts
	ReplyTo     string      // identity that is told what came of it; may be empty
}

// ReactivateVerdict says what Reactivate would do now, without doing it, about a subscription as it was just read.
//
// Errors: NotFound; Denied for buyers and jobs; Unavailable.
func (c *Core) ReactivateVerdict(ctx context.Context, who Actor, s SubscriptionCase, charge bool) (Verdict, error) {
	if err := mayAskSubscriber(who); err != nil {
		return Verdict{}, err
	}
	facts, err := c.judged(ctx, who, s, OpReactivate)
	return mayReactivate(facts, charge, c.now()), err
}

// Reactivate takes a cancelled subscription up again, with or without a charge at once. Where the platform asks the subscriber
// (Terms.Acceptance) nothing changes until he accepts: the request waits for him (RequestNeedsBuyer), and then it is done, or ends.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Conflict with the verdict that blocks it; Denied for buyers and jobs; Unavailable.
func (c *Core) Reactivate(ctx context.Context, who Actor, in ReactivateInput) (Result, error) {
	if err := mayAskSubscriber(who); err != nil {
		return Result{}, err
	}
	act := subscriptionAct{key: in.Key, kind: KindReactivate, transaction: in.Transaction, replyTo: in.ReplyTo,
		order: Order{Op: OpReactivate, Charge: in.Charge},
		may:   func(facts subscribedCase) Verdict { return mayReactivate(facts, in.Charge, c.now()) }}
	result, err := c.actOnSubscription(ctx, who, act)
	return result, failed("reactivate a subscription", err)
}

// mayAskSubscriber lets the team ask.
func mayAskSubscriber(who Actor) error {
	if who.Staff() {
		return nil
	}
	return &Error{Code: Denied, Key: "error.role"}
}

// reactivation goes on with one that the platform may have asked the subscriber about. An order without an answer is not
// repeated unless the platform says that he was not asked: he would get two questions, and could say yes to both.
func (c *Core) reactivation(ctx context.Context, asked order, was RequestState, known AskedState) (Outcome, time.Time, error) {
	now := c.now()
	switch {
	case !was.waits() && known == AskedUntold:
		return Outcome{Kind: OutcomeNeedsBuyer, Detail: "outcome.needs_buyer.perhaps"}, now, nil
	case !was.waits():
		return Outcome{Kind: OutcomeNeedsBuyer}, now, nil
	case !asked.Agreed.IsZero():
		yes := asked.Order
		yes.Op, yes.Key = OpAccept, yes.Key+"/accept"
		outcome, err := c.commerce.Do(ctx, yes)
		if err == nil && outcome.Kind == OutcomeUnknown {
			err = errors.New("the platform answered without an outcome")
		}
		return outcome, c.now(), err
	case !asked.Until.IsZero() && now.After(asked.Until):
		return Outcome{Kind: OutcomeRefused, Detail: NotAccepted}, now, nil
	}
	return Outcome{}, time.Time{}, nil // still waiting
}

// unsaidAcceptance is how long a subscriber is waited for whom a platform has asked without saying for how long.
const unsaidAcceptance = 3 * day

// askSubscriber has the subscriber asked: by the platform itself where it does, else by a mail of ours with a link. A job looks
// when his time is over.
func (c *Core) askSubscriber(tx *store.Store, s *settling) error {
	row, err := tx.LockSubscription(s.req.AccountID, s.order.Order.Subscription)
	if err != nil {
		return err
	}
	until := c.now().Add(cmp.Or(c.Terms().Acceptance, unsaidAcceptance))
	s.order.Until = until
	if err := c.save(tx, s.req, s.order); err != nil {
		return err
	}
	if err := tx.WorkOnSubscription(row.ID, s.req.Key, &until, c.now()); err != nil {
		return err
	}
	job, err := jobs.New(JobRequest, Work{Key: s.req.Key})
	if err != nil {
		return err
	}
	job.At, job.Key = until.Add(time.Second), s.req.Key+"@until"
	if err := tx.Enqueue(job); err != nil {
		return err
	}
	return c.writeSubscriber(tx, s, row, askedMail)
}

// reactivated writes down that charges come again. What the platform has told meanwhile by another way stands.
func (c *Core) reactivated(tx *store.Store, s *settling) error {
	row, err := c.settled(tx, s)
	if err != nil {
		return err
	}
	if SubscriptionStatus(row.Status) == SubscriptionCancelled {
		row.Status, row.StatusAt, row.UpdatedAt, row.CancelledAt = string(SubscriptionActive), s.at, c.now(), nil
		if next := s.outcome.NextChargeAt; !next.IsZero() {
			row.NextChargeAt = &next
		}
		if err := tx.UpdateSubscription(row); err != nil {
			return err
		}
		if err := c.subscriptionIs(tx, row, s.at); err != nil {
			return err
		}
	}
	return c.writeSubscriber(tx, s, row, "subscription_active")
}
