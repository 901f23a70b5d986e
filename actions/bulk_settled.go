package actions

import (
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// bulkWaits are the details of items that are done here while the platform, the buyer or somebody of the team has to do
// something about them.
var bulkWaits = []string{string(RequestRequested), string(RequestNeedsBuyer), string(RequestAssisted)}

// bulkSettled notes at the item that asked for a request what came of it. What somebody else has to do now is done here, and the
// run does not wait for it; what comes of it in the end is noted all the same, also when the run has ended.
func (c *Core) bulkSettled(tx *store.Store, req store.Request) error {
	run, seq, ok := parseBulkKey(req.Key)
	if !ok {
		return nil
	}
	state, detail := itemDone, ""
	switch s := RequestState(req.State); {
	case s == RequestRefused && req.Detail == AlreadyCancelled:
		state, detail = itemLeftOut, req.Detail // nothing had to be done
	case s == RequestRefused:
		state, detail = itemFailed, req.Detail
	case s.waits():
		detail = string(s)
	case s != RequestDone:
		return nil // it is not known yet
	}
	if was, err := tx.EndBulkItem(run, seq, state, detail, c.now()); err != nil || was {
		return err
	}
	if changed, err := tx.ResettleBulkItem(run, seq, bulkWaits, state, detail, c.now()); err != nil || !changed {
		return err
	}
	return c.showSoon(tx, req.AccountID, run)
}

// showSoon has the cards of a run redrawn in a moment, once for all that happens until then.
func (c *Core) showSoon(tx *store.Store, account, run string) error {
	job, err := jobs.New(JobRefresh, Subject{Account: account, Subject: subjectOfBulk(run)})
	if err != nil {
		return err
	}
	job.At = c.now().Add(bulkShown)
	job.Key = fmt.Sprint(subjectOfBulk(run), "@", job.At.Truncate(bulkShown).Unix())
	return tx.Enqueue(job)
}

// bulkMailLost notes that a mail of an item will never leave. Of one that was to be sent it was all; one that was done stays
// done, and says so; and whoever would have accepted by that mail cannot.
func (c *Core) bulkMailLost(tx *store.Store, run string, seq int, template, why string, at time.Time) error {
	if was, err := tx.EndBulkItem(run, seq, itemFailed, why, at); err != nil || was {
		return err
	}
	if template == askedMail && c.asks() {
		changed, err := tx.ResettleBulkItem(run, seq, []string{string(RequestNeedsBuyer)}, itemFailed, why, at)
		if err != nil || changed {
			return err
		}
	}
	return tx.BulkMailLost(run, seq, why, at)
}
