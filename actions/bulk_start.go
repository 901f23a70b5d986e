package actions

import (
	"context"
	"errors"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// A StartBulkInput starts a run that was collected.
type StartBulkInput struct {
	Key     string // idempotency key
	Run     string
	Count   int    // as whoever starts it has read it
	Reason  string // why, in his words; up to 500 characters
	ReplyTo string // identity that is told and gets the result file; may be empty
}

// StartBulk has a run begin that its starter has collected and counted; or, for more than policy leaves to one person, makes it
// a proposal that somebody else decides: BulkRun.State says which.
//
// Repeating a Key does nothing and returns the run as it is now.
//
// Errors: Invalid (reason; Field "count" for a count that is not the run's); NotFound; Conflict when the run is for nobody, or
// was started, or dropped; Denied for whoever is not of the team, or did not collect it; Unavailable.
func (c *Core) StartBulk(ctx context.Context, who Actor, in StartBulkInput) (BulkRun, error) {
	// validate
	if err := mayBulk(who); err != nil {
		return BulkRun{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if in.Reason == "" {
		return BulkRun{}, &Error{Code: Invalid, Key: "bulk.reason_missing", Field: "reason"}
	}
	if err := checkNote("reason", in.Reason); err != nil {
		return BulkRun{}, err
	}
	return c.onBulk(ctx, who, in.Key, "start", in.Run, func(tx *store.Store, run *store.BulkRun) error {
		// authorise, on fresh facts
		switch {
		case run.AskedBy != who.ID:
			return &Error{Code: Denied, Key: "bulk.not_yours"}
		case run.State != string(BulkReady):
			return bulkStateError(BulkState(run.State))
		case run.Total == 0:
			return &Error{Code: Conflict, Key: "bulk.nobody"}
		case in.Count != run.Total:
			return &Error{Code: Invalid, Key: "bulk.wrong_count", Args: map[string]any{"count": run.Total}, Field: "count"}
		}

		// transact, audit, enqueue: all or nothing
		run.Reason, run.ReplyTo = in.Reason, in.ReplyTo
		policy, err := c.policyFor(tx, who)
		if err != nil {
			return err
		}
		if mayBeMany(run.Total, policy).Decision == NeedsApproval {
			return c.proposeBulk(tx, who, run, "")
		}
		return c.beginBulk(tx, who, run, "bulk.started", run.Reason)
	})
}

// beginBulk has jobs work on a run, which whoever acts has started or approved.
func (c *Core) beginBulk(tx *store.Store, who Actor, run *store.BulkRun, action, said string) error {
	now := c.now()
	run.State, run.StartedAt, run.PacedAt, run.ShownAt = string(BulkRunning), &now, &now, &now
	run.Revision++
	if err := forgetSearch(run); err != nil {
		return err
	}
	data := auditData{Detail: run.Kind, Count: run.Total, Proposal: run.ProposalID}
	if err := c.audit(tx, who, entry{action: action, target: run.ID, askedBy: run.AskedBy, note: said, data: data}); err != nil {
		return err
	}
	if err := c.nextSlice(tx, run); err != nil {
		return err
	}
	if run.ProposalID != "" { // where it was decided it is watched too
		if err := enqueue(tx, JobAnnounce, "", Subject{Account: run.AccountID, Subject: subjectOfBulk(run.ID)}); err != nil {
			return err
		}
	}
	return refresh(tx, run.AccountID, subjectOfBulk(run.ID))
}

// forgetSearch drops what was searched for: it was somebody's name or address, and whom it means is written down.
func forgetSearch(run *store.BulkRun) error {
	filter, err := parseFilter(run.Filter)
	if err != nil || filter.Search == "" {
		return err
	}
	filter.Search, filter.Searched = "", true
	run.Filter, err = filter.encode()
	return err
}

// What can be said to a run.
const (
	PauseBulk  = "pause"
	ResumeBulk = "resume"
	StopBulk   = "stop"
)

// A SteerBulkInput says something to a run.
type SteerBulkInput struct {
	Key string // idempotency key
	Run string
	Do  string // PauseBulk, ResumeBulk or StopBulk
}

// SteerBulk pauses a run, goes on with it, or stops it for good: anybody of the team, wherever he sees it. What was begun is
// not called back. A run that was not started is dropped by stopping it.
//
// Repeating a Key does nothing and returns the run as it is now.
//
// Errors: Invalid; NotFound; Conflict when the run is not in that state; Denied for whoever is not of the team; Unavailable.
func (c *Core) SteerBulk(ctx context.Context, who Actor, in SteerBulkInput) (BulkRun, error) {
	if err := mayBulk(who); err != nil {
		return BulkRun{}, err
	}
	steer := map[string]func(*store.Store, Actor, *store.BulkRun) error{PauseBulk: c.pauseBulk, ResumeBulk: c.resumeRun, StopBulk: c.stopBulk}[in.Do]
	if steer == nil {
		return BulkRun{}, &Error{Code: Invalid, Key: "error.not_an_option"}
	}
	return c.onBulk(ctx, who, in.Key, in.Do, in.Run, func(tx *store.Store, run *store.BulkRun) error { return steer(tx, who, run) })
}

func (c *Core) pauseBulk(tx *store.Store, who Actor, run *store.BulkRun) error {
	if run.State != string(BulkRunning) {
		return bulkStateError(BulkState(run.State))
	}
	return c.steered(tx, who, run, BulkPaused, "bulk.paused")
}

func (c *Core) resumeRun(tx *store.Store, who Actor, run *store.BulkRun) error {
	if run.State != string(BulkPaused) {
		return bulkStateError(BulkState(run.State))
	}
	was, err := c.toBulk(tx, *run)
	if err != nil {
		return err
	}
	now := c.now()
	run.PacedAt, run.PacedFrom = &now, was.Done+was.Failed
	if err := c.steered(tx, who, run, BulkRunning, "bulk.resumed"); err != nil {
		return err
	}
	return c.nextSlice(tx, run)
}

func (c *Core) stopBulk(tx *store.Store, who Actor, run *store.BulkRun) error {
	switch BulkState(run.State) {
	case BulkCollecting, BulkReady, BulkChecking:
		return c.endBulk(tx, run, BulkDropped)
	case BulkProposed:
		return c.takeBack(tx, who, run)
	case BulkRunning, BulkPaused:
		if err := c.steered(tx, who, run, BulkStopping, "bulk.stopping"); err != nil {
			return err
		}
		return c.nextSlice(tx, run)
	}
	return bulkStateError(BulkState(run.State))
}

// steered writes down who changed a run.
func (c *Core) steered(tx *store.Store, who Actor, run *store.BulkRun, state BulkState, action string) error {
	run.State, run.ChangedBy = string(state), who.Name
	run.Revision++
	if err := tx.SaveBulkRun(*run); err != nil {
		return err
	}
	if err := c.audit(tx, who, entry{action: action, target: run.ID, askedBy: who.ID, data: auditData{Detail: run.Kind, Count: run.Total}}); err != nil {
		return err
	}
	return refresh(tx, run.AccountID, subjectOfBulk(run.ID))
}

// onBulk changes a run once for a key, and returns it as it is then.
func (c *Core) onBulk(ctx context.Context, who Actor, key, action, id string, change func(*store.Store, *store.BulkRun) error) (BulkRun, error) {
	var run BulkRun
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		req := store.Request{Key: key, AccountID: who.Account, Action: action, Target: id, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
		_, mine, err := c.claim(tx, req)
		if err != nil {
			return err
		}
		row, err := tx.LockBulkRun(who.Account, id)
		if errors.Is(err, store.ErrNotFound) {
			return noBulk()
		}
		if err != nil {
			return err
		}
		if mine {
			if err := c.save(tx, req, order{Result: Result{State: ResultDone, Run: id}}); err != nil {
				return err
			}
			if err := change(tx, &row); err != nil {
				return err
			}
		}
		run, err = c.toBulk(tx, row)
		return err
	})
	return run, failed("change a run", err)
}

// bulkStateError says how a run stands, to whoever wanted something else of it.
func bulkStateError(state BulkState) error {
	return &Error{Code: Conflict, Key: "bulk.already." + string(state)}
}
