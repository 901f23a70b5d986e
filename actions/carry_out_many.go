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

// Where a platform takes several orders in one call, the job of one request of a run takes others of the run along. Each keeps its own
// job, which finds it settled, or does it alone: so nothing is lost with the call, and what has no answer is read by itself.

// A together is a request of which it was written down that a call is under way.
type together struct {
	req   store.Request
	order order
}

// carryOutTogether sends a request with others of its run. ok is false when it was not: then it is carried out alone. again is when the
// job looks at its own request once more.
func (c *Core) carryOutTogether(ctx context.Context, key string) (again error, ok bool, err error) {
	batcher, can := c.commerce.(Batcher)
	run, _, mass := parseBulkKey(key)
	if !can || !mass {
		return nil, false, nil
	}
	all, err := c.takeTogether(ctx, batcher, run, key)
	if err != nil || len(all) == 0 {
		return nil, false, err
	}
	orders := make([]Order, len(all))
	for i, t := range all {
		orders[i] = t.order.Order
	}
	calling, cancel := context.WithTimeout(remote.Background(ctx), c.callTimeout)
	answers := batcher.DoMany(calling, orders)
	cancel()
	at := c.now()
	for i, t := range all {
		answer := Answer{Err: errors.New("the platform did not answer about this one")}
		if i < len(answers) {
			answer = answers[i]
		}
		later, failed := c.settleOne(ctx, t, answer, at)
		if err = errors.Join(err, failed); t.req.Key == key && later > 0 {
			again = jobs.Later(later)
		}
	}
	if err != nil {
		return nil, true, err
	}
	return again, true, nil
}

// takeTogether writes down that a call is under way for a request and others of its run that ask for the same; none when there is
// nothing to take it with.
func (c *Core) takeTogether(ctx context.Context, batcher Batcher, run, key string) (all []together, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		all = nil
		mine, o, err := recordedRequest(tx, key)
		if err != nil || mine.Key == "" || c.ByHand(o.Order.Op) {
			return err
		}
		most := batcher.Together(o.Order.Op)
		if most < 2 {
			return nil
		}
		items, err := tx.BulkItemsFrom(run, itemWorking, 0, most)
		if err != nil {
			return err
		}
		all = append(all, together{mine, o})
		for _, item := range items {
			other := bulkKey(run, item.Seq)
			if other == key || len(all) == most {
				continue
			}
			req, with, err := recordedRequest(tx, other)
			if err != nil {
				return err
			}
			if req.Key != "" && with.Order.Op == o.Order.Op && with.Order.Charge == o.Order.Charge && with.Order.Account == o.Order.Account {
				all = append(all, together{req, with})
			}
		}
		if len(all) < 2 {
			all = nil
			return nil
		}
		for i := range all {
			req := &all[i].req
			req.State, req.Attempts = string(RequestSending), req.Attempts+1
			if err := c.sends(tx, *req, &all[i].order); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// recordedRequest is a request of which nothing was sent yet; one without a key: there is none.
func recordedRequest(tx *store.Store, key string) (store.Request, order, error) {
	req, err := tx.LockRequest(key)
	if errors.Is(err, store.ErrNotFound) || err == nil && RequestState(req.State) != RequestRecorded {
		return store.Request{}, order{}, nil
	}
	if err != nil {
		return store.Request{}, order{}, err
	}
	o, err := parseOrder(req.Payload)
	return req, o, err
}

// settleOne writes down what came of one of several requests. later is when it has to be looked at again; 0: not by its job.
func (c *Core) settleOne(ctx context.Context, t together, a Answer, at time.Time) (later time.Duration, err error) {
	var unsent *NotSent
	outcome := a.Outcome
	switch {
	case errors.As(a.Err, &unsent):
		return max(pause(t.req.Attempts), unsent.After), c.unsend(ctx, t.req, unsent)
	case a.Err != nil || outcome.Kind == "" || outcome.Kind == OutcomeUnknown:
		c.log.Warn("commerce platform did not answer", "action", t.req.Action, "transaction", t.req.Target, "attempts", t.req.Attempts, "err", a.Err)
		outcome, later = Outcome{Kind: OutcomeUnknown}, pause(t.req.Attempts)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.callTimeout)
	defer cancel()
	if err := c.settle(ctx, t.req.Key, outcome, at); err != nil {
		return 0, fmt.Errorf("settle request of %s: %w", t.req.Target, err)
	}
	return later, nil
}
