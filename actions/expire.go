package actions

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// expireBatch is how many proposals one look takes; the job looks again until none is left.
const expireBatch = 100

// expire is the periodic job that ends proposals whose time is over. Whoever asked is told, for he waits.
func (c *Core) expire(ctx context.Context, _ jobs.Job) error {
	for {
		due, err := c.store.In(ctx).DueProposals(c.now(), expireBatch)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, p := range due {
			if err := c.expireOne(ctx, p); err != nil {
				return err
			}
		}
	}
}

// expireOne ends one proposal, unless somebody has just decided it.
func (c *Core) expireOne(ctx context.Context, row store.Proposal) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		o, err := parseOrder(row.Payload)
		if err != nil {
			return err
		}
		d := decision{who: systemActor(row.AccountID), row: row, order: o}
		if err := c.close(tx, &d, ProposalExpired); err != nil {
			return err
		}
		if err := c.auditDecision(tx, d, ".expired", ""); err != nil {
			return err
		}
		return tell(tx, Tell{Account: row.AccountID, Identity: row.ReplyTo, Proposal: row.ID})
	})
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}
