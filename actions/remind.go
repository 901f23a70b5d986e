package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
)

// remindProposals brings proposals up again that end soon: each of the policy's two reminders once, whichever process looks
// first.
func (c *Core) remindProposals(ctx context.Context) error {
	accounts, err := c.store.In(ctx).Accounts()
	if err != nil {
		return err
	}
	for _, a := range accounts {
		policy, err := c.policyFor(c.store.In(ctx), systemActor(a.ID))
		if err != nil {
			return err
		}
		for i, hours := range []int{policy.Remind.LastHours, policy.Remind.Hours} {
			if hours == 0 {
				continue
			}
			if err := c.remindWithin(ctx, a.ID, time.Duration(hours)*time.Hour, 2-i, false); err != nil {
				return err
			}
		}
		if err := c.remindClaims(ctx, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// remindWithin sends the nth reminder of every proposal of a shop that ends within a span from now: of claims, or of all others.
func (c *Core) remindWithin(ctx context.Context, account string, within time.Duration, n int, claims bool) error {
	for {
		due, err := c.store.In(ctx).ProposalsToRemindOf(account, c.now(), within, n, claims, expireBatch)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, p := range due {
			if err := c.remind(ctx, p, within, n); err != nil {
				return err
			}
		}
	}
}

// remind brings one proposal up again, unless somebody has just decided it or another process was faster. The earlier
// reminder makes way for this one. Who asks that late has only just been heard: he needs none.
func (c *Core) remind(ctx context.Context, row store.Proposal, within time.Duration, n int) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RemindOf(row.ID, n); err != nil || row.ExpiresAt.Sub(row.CreatedAt) <= within {
			return err
		}
		subject := subjectOfReminder(row.ID, n)
		if err := enqueue(tx, JobRemind, subject, Subject{Account: row.AccountID, Subject: subject}); err != nil {
			return err
		}
		return refresh(tx, row.AccountID, reminders(row.ID, row.Reminded)...)
	})
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// subjectOfReminder names one reminder of a proposal: "reminder:<id>/<n>".
func subjectOfReminder(proposal string, n int) string {
	return fmt.Sprintf("reminder:%s/%d", proposal, n)
}

// reminders are the first n reminders of a proposal.
func reminders(proposal string, n int) []string {
	var all []string
	for i := 1; i <= n; i++ {
		all = append(all, subjectOfReminder(proposal, i))
	}
	return all
}
