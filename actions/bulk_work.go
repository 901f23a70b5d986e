package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

const (
	// bulkPause is how often a run that is paced works: often enough for its card to move.
	bulkPause = 5 * time.Second
	// bulkAtOnce is how many items one transaction does at most: few enough for the other writers of SQLite not to notice.
	bulkAtOnce = 100
	// bulkShown is how often the cards of a run are redrawn at most. Platforms take about one edit of a message in a second
	// (Telegram: core.telegram.org/bots/faq, read 2026-11), and people read slower.
	bulkShown = 5 * time.Second
	// bulkForgotten is when a run that nobody works on is taken up again.
	bulkForgotten = 5 * time.Minute
)

// bulkJob is the job that does a slice of a run: the next items, in one transaction with the job of the slice after it. When
// all were begun, it waits for what is still on its way, and ends the run.
func (c *Core) bulkJob(ctx context.Context, job jobs.Job) error {
	var w bulkSlice
	if err := job.Decode(&w); err != nil {
		return err
	}
	var wait time.Duration
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		run, err := tx.LockBulkRun(w.Account, w.Run)
		state := BulkState(run.State)
		if errors.Is(err, store.ErrNotFound) || err == nil && (run.Slice != w.Slice || state != BulkRunning && state != BulkStopping) {
			return nil
		}
		if err != nil {
			return err
		}
		wait, err = c.workOn(tx, &run)
		return err
	})
	if err == nil && wait > 0 {
		return jobs.Later(wait)
	}
	return err
}

// workOn does a slice, or says how long to wait for one.
func (c *Core) workOn(tx *store.Store, run *store.BulkRun) (wait time.Duration, err error) {
	most := 0
	if run.State == string(BulkRunning) {
		if most, err = c.bulkRoom(tx, run); err != nil {
			return 0, err
		}
		if most == 0 {
			if err := c.progress(tx, run); err != nil {
				return 0, err
			}
			return time.Second, tx.SaveBulkRun(*run)
		}
	}
	done, mails, err := c.doItems(tx, run, most)
	if err != nil {
		return 0, err
	}
	if err := c.progress(tx, run); err != nil {
		return 0, err
	}
	if done == 0 {
		return c.waitOrEnd(tx, run)
	}
	run.TouchedAt = c.now()
	run.Slice++
	if err := tx.SaveBulkRun(*run); err != nil {
		return 0, err
	}
	rest, err := tx.NextBulkItems(run.ID, 1)
	if err != nil {
		return 0, err
	}
	pause := time.Duration(0)
	if c.perMinute > 0 && len(rest) > 0 {
		pause = time.Duration(mails) * time.Minute / time.Duration(c.perMinute)
	}
	return 0, c.enqueueMass(tx, JobBulk, "", pause, bulkSlice{run.AccountID, run.ID, run.Slice})
}

// bulkRoom is how many mails the next slice may write. What the mail server takes in a minute is counted over everything that
// has left in the last one, and what runs have on their way; one slice takes a share of it, so that mails leave evenly. Slices
// of several runs are counted one after the other. Where items wait for the commerce platform, no more are begun than may wait.
func (c *Core) bulkRoom(tx *store.Store, run *store.BulkRun) (int, error) {
	kind, err := c.bulkKind(run.Kind)
	if err != nil {
		return 0, err
	}
	room := bulkAtOnce
	if most := kind.atOnce(); most > 0 {
		working, err := tx.BulkWorking(run.ID)
		if err != nil {
			return 0, err
		}
		room = min(room, max(most-working, 0))
	}
	if c.perMinute == 0 || room == 0 {
		return room, nil
	}
	if err := tx.LockAccount(run.AccountID); err != nil {
		return 0, err
	}
	sent, err := tx.MailsSentSince(c.now().Add(-time.Minute))
	if err != nil {
		return 0, err
	}
	underWay, err := tx.BulkUnderWay()
	if err != nil {
		return 0, err
	}
	share := max(c.perMinute*int(bulkPause/time.Second)/60, 1)
	return max(min(c.perMinute-sent-underWay, share, room), 0), nil
}

// doItems does the next items, until their mails are as many as there is room for.
func (c *Core) doItems(tx *store.Store, run *store.BulkRun, most int) (done, mails int, err error) {
	if most == 0 {
		return 0, 0, nil
	}
	items, err := tx.NextBulkItems(run.ID, most)
	if err != nil || len(items) == 0 {
		return 0, 0, err
	}
	kind, err := c.bulkKind(run.Kind)
	if err != nil {
		return 0, 0, err
	}
	filter, err := parseFilter(run.Filter)
	if err != nil {
		return 0, 0, err
	}
	account, err := tx.Account(run.AccountID)
	if err != nil {
		return 0, 0, err
	}
	who := Actor{ID: run.AskedBy, Account: run.AccountID, Name: run.AskedByName, Role: Role(run.AskedByRole)}
	for _, item := range items {
		if mails >= most {
			break
		}
		work := bulkWork{key: bulkKey(run.ID, item.Seq), run: *run, item: item, filter: filter, account: account, who: who}
		out, err := outcomeOf(kind.do(tx, work))
		if err != nil {
			return done, mails, err
		}
		item.State, item.Detail, item.Parts, item.UpdatedAt = out.state, out.detail, out.parts, c.now()
		if err := tx.SaveBulkItem(item); err != nil {
			return done, mails, err
		}
		done, mails = done+1, mails+max(out.parts, 1)
	}
	return done, mails, nil
}

// progress has the cards of a run redrawn when it has come further, and not too often.
func (c *Core) progress(tx *store.Store, run *store.BulkRun) error {
	now := c.now()
	if run.ShownAt != nil && now.Sub(*run.ShownAt) < bulkShown {
		return nil
	}
	shown, err := c.toBulk(tx, *run)
	if err != nil || shown.Over() == run.Shown && run.ShownAt != nil {
		return err
	}
	run.Shown, run.ShownAt = shown.Over(), &now
	return refresh(tx, run.AccountID, subjectOfBulk(run.ID))
}

// waitOrEnd ends a run of which nothing is left to begin, once nothing is on its way any more.
func (c *Core) waitOrEnd(tx *store.Store, run *store.BulkRun) (time.Duration, error) {
	now, err := c.toBulk(tx, *run)
	if err != nil {
		return 0, err
	}
	mails, err := tx.BulkMailsUnsent(run.ID)
	if err != nil {
		return 0, err
	}
	if now.Working > 0 || mails > 0 {
		rest := time.Second
		if c.now().Sub(run.TouchedAt) > time.Minute { // a server that is away
			rest = bulkPause
		}
		return rest, tx.SaveBulkRun(*run)
	}
	state := BulkDone
	if run.State == string(BulkStopping) {
		state = BulkStopped
	}
	return 0, c.endBulk(tx, run, state)
}

// endBulk ends a run. Whoever started it is told, and gets the result file.
func (c *Core) endBulk(tx *store.Store, run *store.BulkRun, state BulkState) error {
	now := c.now()
	run.State, run.EndedAt, run.TouchedAt = string(state), &now, now
	run.Revision++
	run.Slice++
	if err := forgetSearch(run); err != nil {
		return err
	}
	if err := tx.SaveBulkRun(*run); err != nil {
		return err
	}
	subject := subjectOfBulk(run.ID)
	if state == BulkDropped {
		return refresh(tx, run.AccountID, subject)
	}
	end, err := c.toBulk(tx, *run)
	if err != nil {
		return err
	}
	counts := map[string]int{itemDone: end.Done, itemFailed: end.Failed, itemLeftOut: end.LeftOut + end.Dropped}
	data := auditData{Detail: run.Kind, Count: run.Total, Counts: counts}
	if err := c.audit(tx, systemActor(run.AccountID), entry{action: "bulk." + string(state), target: run.ID, askedBy: run.AskedBy, data: data}); err != nil {
		return err
	}
	if err := refresh(tx, run.AccountID, subject); err != nil {
		return err
	}
	if run.ReplyTo == "" {
		return nil
	}
	if err := tell(tx, Tell{Account: run.AccountID, Identity: run.ReplyTo, Subject: subject}); err != nil {
		return err
	}
	return enqueue(tx, JobResult, run.ID, Work{Key: run.AccountID, ID: run.ID})
}

// resumeBulk takes up runs that nobody works on, as after too many failures of a job, and drops those that nobody started.
func (c *Core) resumeBulk(ctx context.Context) error {
	s := c.store.In(ctx)
	idle, err := s.IdleBulkRuns([]string{string(BulkCollecting), string(BulkChecking), string(BulkRunning), string(BulkStopping)}, c.now().Add(-bulkForgotten), expireBatch)
	if err != nil {
		return err
	}
	old, err := s.IdleBulkRuns([]string{string(BulkReady)}, c.now().Add(-bulkReadyFor), expireBatch)
	if err != nil {
		return err
	}
	for _, r := range append(idle, old...) {
		err := c.store.Tx(ctx, func(tx *store.Store) error {
			run, err := tx.LockBulkRun(r.AccountID, r.ID)
			if err != nil || run.Slice != r.Slice || run.State != r.State {
				return err
			}
			if run.State == string(BulkReady) {
				return c.endBulk(tx, &run, BulkDropped)
			}
			return c.nextSlice(tx, &run)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// nextSlice makes the job of a run's next slice; that of any other is a leftover from now on.
func (c *Core) nextSlice(tx *store.Store, run *store.BulkRun) error {
	run.Slice++
	run.TouchedAt = c.now()
	if err := tx.SaveBulkRun(*run); err != nil {
		return err
	}
	slice := bulkSlice{run.AccountID, run.ID, run.Slice}
	if run.State == string(BulkCollecting) || run.State == string(BulkChecking) {
		return enqueue(tx, JobCollect, "", slice)
	}
	return c.enqueueMass(tx, JobBulk, "", 0, slice)
}
