package actions

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// inboundBatch is how many deliveries one transaction applies.
const inboundBatch = 200

// inboundStays is how long a delivery may wait until its job is made anew.
const inboundStays = time.Minute

// inboundJob applies all deliveries that wait, whoever received them: one job does the work of many, and the others find nothing.
// The order in which they are applied does not matter (see standing).
func (c *Core) inboundJob(ctx context.Context, _ jobs.Job) error {
	sources := slices.Sorted(maps.Keys(c.webhooks))
	for {
		taken, err := c.digest(ctx, sources, inboundBatch)
		n := len(taken)
		if err != nil && curable(err) {
			return fmt.Errorf("apply deliveries: %w", err)
		}
		if err != nil { // one of them is why: alone, each shows whether it is
			c.log.Warn("deliveries cannot be applied together: each is tried alone", "err", err)
			if n, err = c.digestEach(ctx, sources, inboundBatch); err != nil {
				return err
			}
		}
		if n < inboundBatch {
			return nil
		}
	}
}

// curable reports whether trying again may help: the database was away, or others were faster too often.
func curable(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrConflict) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// digestEach applies deliveries one by one, and sets those aside that cannot be.
func (c *Core) digestEach(ctx context.Context, sources []string, most int) (n int, err error) {
	for range most {
		taken, err := c.digest(ctx, sources, 1)
		switch {
		case err != nil && curable(err):
			return n, fmt.Errorf("apply a delivery: %w", err)
		case err != nil && len(taken) == 0:
			return n, fmt.Errorf("take a delivery: %w", err)
		case err != nil:
			if err := c.setAside(ctx, taken[0], err); err != nil {
				return n, err
			}
		case len(taken) == 0:
			return n, nil
		}
		n++
	}
	return n, nil
}

// notApplied is the reason of what was understood and cannot be applied.
func notApplied(kind string) string { return kind + ": cannot be applied" }

// setAside has a delivery wait no longer that cannot be applied. It is kept for a program that can.
func (c *Core) setAside(ctx context.Context, d store.WaitingDelivery, cause error) error {
	c.log.Error("a delivery cannot be applied", "source", d.Source, "kind", d.Kind, "event", d.EventID, "err", cause)
	return c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.PutInbounds([]store.InboundEvent{recordOf(d, inboundFailed)}); err != nil {
			return err
		}
		return c.keepUnknown(tx, d, notApplied(d.Kind))
	})
}

// digest applies the oldest deliveries that wait, in one transaction, and returns which it took. A failure of the whole that is
// not one of taking them has taken some.
func (c *Core) digest(ctx context.Context, sources []string, limit int) (taken []store.WaitingDelivery, err error) {
	for range conflictTries {
		err = c.store.Tx(ctx, func(tx *store.Store) error {
			if taken, err = tx.WaitingDeliveries(sources, limit); err != nil {
				return err
			}
			byAccount := map[string][]store.WaitingDelivery{}
			for _, d := range taken {
				byAccount[d.AccountID] = append(byAccount[d.AccountID], d)
			}
			for _, account := range slices.Sorted(maps.Keys(byAccount)) {
				if err := c.applyReceived(tx, account, byAccount[account]); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, store.ErrConflict) {
			return taken, err
		}
	}
	return taken, err
}

// recordOf is the record of a delivery with another result.
func recordOf(d store.WaitingDelivery, r ImportResult) store.InboundEvent {
	return store.InboundEvent{AccountID: d.AccountID, Source: d.Source, ID: d.EventID, Kind: d.Kind, Payload: d.Payload,
		Result: string(r), At: d.At, CreatedAt: d.CreatedAt}
}

// applyReceived applies deliveries of one account, and drops of them what was only kept for this.
func (c *Core) applyReceived(tx *store.Store, account string, list []store.WaitingDelivery) error {
	l := c.newIntake(account)
	l.now, l.taken = c.now(), map[string]store.InboundEvent{}
	var events []SaleEvent
	var used []string
	for _, d := range list {
		e, err := c.webhooks[d.Source].Decode(c.openBody(d.ID, d.Body, d.Payload))
		if err == nil {
			e.Source, e.ID = d.Source, d.EventID // a readable payload is not the body that a missing id was made of
			err = e.validate()
		}
		if err != nil { // understood when it was received, by another version of this program
			e = SaleEvent{Source: d.Source, ID: d.EventID, Kind: d.Kind, At: d.At, Payload: d.Payload, Ignored: d.Kind + ": " + err.Error(), Unknown: true}
		}
		l.taken[d.Source+"\n"+d.EventID] = recordOf(d, inboundWaits)
		events = append(events, e)
		if e.Unknown {
			if err := c.keepUnknown(tx, d, e.Ignored); err != nil {
				return err
			}
			continue
		}
		used = append(used, d.ID)
	}
	if _, err := l.run(tx, events); err != nil {
		return err
	}
	if err := l.write(tx); err != nil {
		return err
	}
	return inChunks(used, tx.DropBodies)
}

// resumeInbound makes a job for deliveries that have waited for longer than a job of theirs would take.
func (c *Core) resumeInbound(ctx context.Context) error {
	waits, err := c.store.In(ctx).WaitingInbound()
	if err != nil || waits.Since == nil || c.now().Sub(*waits.Since) < inboundStays {
		return err
	}
	return enqueue(c.store.In(ctx), JobInbound, "resume@"+c.now().Format("200601021504"), struct{}{})
}
