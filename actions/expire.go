package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// expireBatch is how many rows one look takes.
const expireBatch = 100

// expire is the periodic job that ends proposals whose time is over and brings up those whose time ends soon, asks the
// platform again about what waits there, takes up deliveries and work whose job was given up after too many failures, runs among it, looks for
// products of which too much comes back, watches the clocks of cases, asks buyers what they think, and
// sums up each week what they said.
func (c *Core) expire(ctx context.Context, _ jobs.Job) error {
	return errors.Join(c.expireProposals(ctx), c.remindProposals(ctx), c.resumeInbound(ctx), c.resumeRequests(ctx), c.remindOfTasks(ctx), c.resumeMails(ctx), c.resumeBulk(ctx), c.watchProducts(ctx),
		c.watchCases(ctx), c.askForFeedback(ctx), c.sumUp(ctx))
}

// expireProposals looks until none is left.
func (c *Core) expireProposals(ctx context.Context) error {
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

// expireOne ends one proposal, unless somebody has just decided it. Whoever asked is told, for he waits.
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
		if row.Kind == ProposalBulk {
			if err := c.expireBulk(tx, row); err != nil {
				return err
			}
		}
		return tell(tx, Tell{Account: row.AccountID, Identity: row.ReplyTo, Proposal: row.ID})
	})
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// How long a request may stay as it is. A job that is alive touches its request at least once an hour (see pause).
const (
	lookAgain = time.Hour     // at what waits on the platform
	givenUp   = 3 * time.Hour // until a request has no job any more
)

// resumeRequests makes jobs for requests that nobody works on. One too many does no harm: a request is taken by one.
func (c *Core) resumeRequests(ctx context.Context) error {
	for state, rest := range map[RequestState]time.Duration{
		RequestRequested: lookAgain, RequestNeedsBuyer: lookAgain, RequestAssisted: lookAgain,
		RequestRecorded: givenUp, RequestSending: givenUp, RequestUnknown: givenUp,
	} {
		list, err := c.store.In(ctx).RequestsIn(string(state), c.now().Add(-rest), expireBatch)
		if err != nil {
			return err
		}
		for _, r := range list {
			// The job's key is the request's state as of its last change: one job for it, however often we look.
			err := enqueue(c.store.In(ctx), JobRequest, r.Key+"@"+r.UpdatedAt.UTC().Format(time.RFC3339Nano), Work{Key: r.Key})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// How long a mail may stay unsent until its job is made anew, and until it is not worth sending any more.
const (
	mailGivenUp = 24 * time.Hour
	mailTooOld  = 7 * 24 * time.Hour
)

// resumeMails makes jobs for mails that did not leave for a day, such as after a long failure of the mail server.
func (c *Core) resumeMails(ctx context.Context) error {
	now := c.now()
	list, err := c.store.In(ctx).UnsentMails(now.Add(-mailTooOld), now.Add(-mailGivenUp), expireBatch)
	if err != nil {
		return err
	}
	for _, m := range list {
		if err := enqueue(c.store.In(ctx), JobMail, m.ID+"@"+now.Format(time.DateOnly), Work{ID: m.ID}); err != nil {
			return err
		}
	}
	return nil
}
