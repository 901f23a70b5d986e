package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A refund may be a request to the platform, which carries it out later. Then an order without an answer cannot be judged at once
// by reading: that nothing shows does not mean that nothing was taken.

// What becomes of a refund that the platform has taken, beside its being done.
const (
	refundInPart  = "outcome.refused.part_refunded"
	refundNotDone = "outcome.refused.not_carried_out"
)

// refundPatience is how long a refund that a platform has taken may wait, beyond the time in which it decides claims by itself. After
// that it has not done what it was asked, and whoever asked should know.
const refundPatience = 2 * 24 * time.Hour

// errNotShown is why an order without an answer is not repeated yet.
var errNotShown = errors.New("what was asked for may still show on the platform")

// refundShows says what a sale that is not refunded tells of a refund that was sent; known is false when it tells nothing, and the
// refund can be asked for again or goes on waiting.
func (c *Core) refundShows(asked order, was RequestState, s RemoteState) (outcome Outcome, known bool, err error) {
	now := c.now()
	switch {
	case s.Status == PartlyRefunded && c.commerce.Can(OpRefundPart) != ByAPI: // agreed on the platform itself, and final
		return Outcome{Kind: OutcomeRefused, Detail: refundInPart}, true, nil
	case s.Status == Disputed && !was.waits():
		return Outcome{Kind: OutcomeRequested}, true, nil // ours or the buyer's: it is being decided, and not to be asked for again
	case s.Status == Disputed:
		return Outcome{}, false, nil
	case !was.waits() && now.Before(asked.Sent.Add(c.Terms().RefundShows)):
		return Outcome{}, false, errNotShown
	case was == RequestRequested && !asked.Until.IsZero() && now.After(asked.Until):
		return Outcome{Kind: OutcomeRefused, Detail: refundNotDone}, true, nil
	}
	return Outcome{}, false, nil
}

// refundAsked writes down how long the platform may take.
func (c *Core) refundAsked(tx *store.Store, s *settling) error {
	s.order.Until = c.now().Add(time.Duration(c.Terms().ClaimDays)*24*time.Hour + refundPatience)
	return c.save(tx, s.req, s.order)
}

// sends writes down that the platform is called now.
func (c *Core) sends(tx *store.Store, req store.Request, o *order) error {
	o.Sent = c.now()
	return c.save(tx, req, *o)
}

// sent notes when an order was sent that is repeated.
func (c *Core) sent(ctx context.Context, key string, at time.Time) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		req, err := tx.LockRequest(key)
		if err != nil {
			return err
		}
		o, err := parseOrder(req.Payload)
		if err != nil {
			return err
		}
		o.Sent = at
		return c.save(tx, req, o)
	})
}
