package actions

import (
	"context"

	"github.com/aftersale/aftersale/store"
)

// KindCancel is the action of requests that end a subscription.
const KindCancel = "cancel"

// A CancelInput says which subscription ends.
type CancelInput struct {
	Key         string      // idempotency key
	Transaction Transaction // of one of its charges: SubscriptionCase.Newest
	ReplyTo     string      // identity that is told what came of it; may be empty
	Proof       string      // of a buyer: the code that he entered for CodeCancel
}

// CancelVerdict says what Cancel would do now, without doing it, about a subscription as it was just read.
//
// Errors: NotFound; Denied for jobs; Unavailable.
func (c *Core) CancelVerdict(ctx context.Context, who Actor, s SubscriptionCase) (Verdict, error) {
	facts, err := c.judged(ctx, who, s, OpCancel)
	return mayCancel(facts), err
}

// CancelNeedsCode reports whether this actor proves by a code for CodeCancel that he wants it, now.
//
// Errors: Unavailable.
func (c *Core) CancelNeedsCode(ctx context.Context, who Actor) (bool, error) {
	policy, err := c.policyFor(c.store.In(ctx), who)
	return who.Is(BuyerRole) && policy.Cancel.Code, failed("read the policy", err)
}

// Cancel ends a subscription: no charge follows, what was paid stays paid, and access stays until the end of what was paid.
// A job has the commerce platform do it.
//
// A buyer ends his own, with a code that was mailed to him for just this (design 7.3). Policy may waive that.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Conflict with the verdict that blocks it; Denied for jobs, and for a buyer without the code; Unavailable.
func (c *Core) Cancel(ctx context.Context, who Actor, in CancelInput) (Result, error) {
	act := subscriptionAct{key: in.Key, kind: KindCancel, transaction: in.Transaction, replyTo: in.ReplyTo,
		order: Order{Op: OpCancel}, may: mayCancel,
		agreed: func(tx *store.Store, p Purchase) error {
			byCode, err := c.CancelNeedsCode(tx.Context(), who)
			if err != nil || !byCode {
				return err
			}
			return c.agreed(tx, who, in.Proof, CodeCancel, p)
		}}
	result, err := c.actOnSubscription(ctx, who, act)
	return result, failed("cancel a subscription", err)
}
