package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions/remote"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// Handlers are the jobs that carry out what actions have recorded. The kind "expire" is to be run every minute or so.
func (c *Core) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{
		JobRequest: c.carryOut,
		JobMail:    c.sendMail,
		JobCode:    c.sendCode,
		JobCollect: c.collectJob,
		JobBulk:    c.bulkJob,
		JobResult:  c.resultJob,
		JobInbound: c.inboundJob,
		JobClaim:   c.lookAtClaim,
		JobExpire:  c.expire,
		JobLook:    c.lookForMember,
		JobHook:    c.callHook,
		JobSync:    c.reconcile,

		JobListBegin:  c.beginSync,
		JobListSync:   c.syncList,
		JobListBack:   c.readBack,
		JobListForget: c.forgetThere,
	}
}

// carryOut is the job that carries out a request on the commerce platform, and looks again at one that waits for
// somebody there.
//
// The platform may have no idempotency keys, and a call may act without answering. So before each call it is written
// down that one is under way; and whoever finds that somebody called and does not know what came of it reads the
// platform first, and calls again only when the platform shows that nothing has happened.
func (c *Core) carryOut(ctx context.Context, job jobs.Job) error {
	var work Work
	if err := job.Decode(&work); err != nil {
		return err
	}
	if again, taken, err := c.carryOutTogether(ctx, work.Key); taken || err != nil {
		return errors.Join(err, again)
	}
	req, o, was, err := c.take(ctx, work.Key)
	if err != nil || req.Key == "" || was.waits() && job.Key == req.Key { // sent with others: it is looked at by the hour
		return err
	}
	outcome, at, err := c.attempt(calling(ctx, req.Key, was), req, o, was)
	var unsent *NotSent
	switch {
	case err != nil && was == RequestAssisted && o.Said.Open():
		return c.lookedAtTask(context.WithoutCancel(ctx), work.Key, true)
	case err != nil && was.waits():
		return err
	case errors.As(err, &unsent) && was == RequestRecorded:
		if err := c.unsend(ctx, req, unsent); err != nil {
			return err
		}
		return jobs.Later(max(pause(req.Attempts), unsent.After))
	case err != nil:
		c.log.Warn("commerce platform did not answer", "action", req.Action, "transaction", req.Target, "attempts", req.Attempts, "err", err)
		outcome, at = Outcome{Kind: OutcomeUnknown}, c.now()
	}
	// The answer is written down even while the program is being stopped: it cannot be had a second time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.callTimeout)
	defer cancel()
	if outcome.Kind == "" && was == RequestAssisted {
		return c.lookedAtTask(ctx, work.Key, false)
	}
	if outcome.Kind == "" {
		return nil // still waiting
	}
	if err := c.settle(ctx, work.Key, outcome, at); err != nil {
		return fmt.Errorf("settle request of %s: %w", req.Target, err)
	}
	if outcome.Kind == OutcomeUnknown {
		return jobs.Later(pause(req.Attempts))
	}
	return nil
}

// calling marks the calls of a run, and those about what waits, as calls for which nobody sits and waits.
func calling(ctx context.Context, key string, was RequestState) context.Context {
	if _, _, mass := parseBulkKey(key); mass || was.waits() {
		return remote.Background(ctx)
	}
	return ctx
}

// unsend writes down that nothing was sent, so that nobody has to find out later.
func (c *Core) unsend(ctx context.Context, req store.Request, why *NotSent) error {
	c.log.Info("commerce platform is not to be reached now", "action", req.Action, "transaction", req.Target, "attempts", req.Attempts, "err", why)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.callTimeout)
	defer cancel()
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		found, err := tx.LockRequest(req.Key)
		if err != nil || RequestState(found.State) != RequestSending || found.Attempts != req.Attempts {
			return err // somebody else has it
		}
		found.State, found.UpdatedAt = string(RequestRecorded), c.now()
		return tx.SaveRequest(found)
	})
	if err != nil {
		return fmt.Errorf("put a request of %s back: %w", req.Target, err)
	}
	return nil
}

// take writes down that a call is under way; of a request that waits, that it was looked at. was is the state that the
// request was found in; a request without a key means that there is nothing to do.
func (c *Core) take(ctx context.Context, key string) (req store.Request, o order, was RequestState, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		found, err := tx.LockRequest(key)
		if errors.Is(err, store.ErrNotFound) {
			return jobs.Cancel(fmt.Errorf("request %s is not there", key))
		}
		if err != nil {
			return err
		}
		was = RequestState(found.State)
		switch was {
		case RequestRecorded, RequestUnknown:
		case RequestSending: // another process is calling, or died while it did
			if rest := found.UpdatedAt.Add(2 * c.callTimeout).Sub(c.now()); rest > 0 {
				return jobs.Later(rest)
			}
		default:
			if !was.waits() {
				return nil // settled
			}
		}
		if o, err = parseOrder(found.Payload); err != nil {
			return jobs.Cancel(err)
		}
		found.UpdatedAt = c.now()
		if !was.waits() {
			found.State, found.Attempts = string(RequestSending), found.Attempts+1
		}
		req = found
		if was == RequestRecorded {
			return c.sends(tx, req, &o)
		}
		return tx.SaveRequest(found)
	})
	return req, o, was, err
}

// attempt calls the platform, reading first when somebody may have called before. at is when the platform says that the
// outcome came about. An error means that it is still unknown; no outcome, that it is still waited for.
func (c *Core) attempt(ctx context.Context, req store.Request, asked order, was RequestState) (outcome Outcome, at time.Time, err error) {
	o := asked.Order
	ctx, cancel := context.WithTimeout(ctx, c.callTimeout)
	defer cancel()
	if o.Op.ofMail() {
		return c.attemptMail(ctx, req, asked, was)
	}
	if was != RequestRecorded {
		state, err := c.commerce.State(ctx, o.Account, o.Transaction)
		if err != nil {
			return Outcome{}, time.Time{}, fmt.Errorf("read the platform: %w", err)
		}
		if happened(o, state) {
			return o.done(state), state.since(o), nil
		}
		if state.Status == Chargeback && !o.Op.ofSubscription() { // the bank was faster: never give the money back twice
			return Outcome{Kind: OutcomeRefused, Detail: "outcome.refused.chargeback"}, state.At, nil
		}
		if state.Failed == o.Key {
			return Outcome{Kind: OutcomeRefused, Detail: "outcome.refused.failed"}, state.At, nil
		}
		if o.Op == OpRefund {
			if outcome, known, err := c.refundShows(asked, was, state); known || err != nil {
				return outcome, state.At, err
			}
		}
		if o.Op == OpApproveClaim && state.Status.Paid() { // the buyer has taken it back
			return Outcome{Kind: OutcomeRefused, Detail: "outcome.refused.claim_taken_back"}, state.At, nil
		}
		if o.Op == OpReactivate && (was.waits() || state.Subscription.Asked != NotAsked) {
			return c.reactivation(ctx, asked, was, state.Subscription.Asked)
		}
	}
	if was.waits() {
		return asked.Said.word(o.Op, true, c.now()), c.now(), nil // the platform has the order, or somebody of the team
	}
	if c.ByHand(o.Op) {
		return Outcome{Kind: OutcomeAssisted}, c.now(), nil
	}
	if was != RequestRecorded {
		if err := c.sent(ctx, req.Key, c.now()); err != nil {
			return Outcome{}, time.Time{}, err
		}
	}
	outcome, err = c.commerce.Do(ctx, o)
	if unsent := new(NotSent); errors.As(err, &unsent) && was != RequestRecorded {
		err = errors.Join(err, c.sent(context.WithoutCancel(ctx), req.Key, asked.Sent)) // the time before still counts
	}
	if err == nil && outcome.Kind == OutcomeUnknown {
		err = errors.New("the platform answered without an outcome")
	}
	return outcome, c.now(), err
}

// happened reports whether the platform shows what the order asks for.
func happened(o Order, s RemoteState) bool {
	switch {
	case o.Op == OpRefund && o.Part:
		return s.Status == Refunded || s.Refunded.Currency == o.Amount.Currency && s.Refunded.Minor >= o.Given.Minor+o.Amount.Minor
	case o.Op == OpRefund, o.Op == OpApproveClaim:
		return s.Status == Refunded
	case o.Op.ofSubscription():
		return happenedTo(o, s.Subscription)
	}
	return s.Email.Key() == o.NewEmail.Key()
}

// done is the outcome of an order that the platform shows as carried out.
func (o Order) done(s RemoteState) Outcome {
	outcome := Outcome{Kind: OutcomeDone}
	if o.Op == OpReactivate {
		outcome.NextChargeAt = s.Subscription.NextChargeAt
	}
	return outcome
}

// since is when the platform says that what an order asks for came about.
func (s RemoteState) since(o Order) time.Time {
	if o.Op.ofSubscription() {
		return s.Subscription.At
	}
	return s.At
}

// pause is how long to wait before the platform is asked again: 15 s, 30 s, 1 min … 1 h.
func pause(attempts int) time.Duration {
	const longest = time.Hour
	if attempts > 8 {
		return longest
	}
	return min(15*time.Second<<max(attempts-1, 0), longest)
}
