package actions

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// A BulkInput says what is to be done for whom.
type BulkInput struct {
	Key     string // idempotency key
	Kind    string // KindResend …
	Filter  BulkFilter
	ReplyTo string // identity that is told and gets the result file; may be empty
}

// Collecting is done in slices: in the transaction of whoever asks, up to collectAtOnce are looked at; the rest by a job, a
// transaction for each collectSlice.
const (
	collectAtOnce = 1000
	collectSlice  = 5000
)

// bulkReadyFor is how long a run that was counted waits to be started.
const bulkReadyFor = 24 * time.Hour

// Collect writes down whom a piece of work is for, without doing anything: the dry run. Of few the answer is BulkReady, with
// the exact count and who is left out; of many it is BulkCollecting, and a job goes on.
//
// Repeating a Key does nothing and returns the run as it is now.
//
// Errors: Invalid for a kind or a filter that there is not; NotFound for a product or a run that there is not; Conflict to try
// again what has not ended; Denied for whoever is not of the team; Unavailable.
func (c *Core) Collect(ctx context.Context, who Actor, in BulkInput) (BulkRun, error) {
	// validate
	if err := mayBulk(who); err != nil {
		return BulkRun{}, err
	}
	if _, err := c.bulkKind(in.Kind); err != nil {
		return BulkRun{}, &Error{Code: Invalid, Key: "error.not_an_option", Err: err}
	}
	if n := len(in.Filter.Targets); n > MaxSelection {
		return BulkRun{}, &Error{Code: Invalid, Key: "bulk.too_many_picked", Args: map[string]any{"count": n, "max": MaxSelection}}
	}
	var run BulkRun
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: "collect", Target: in.Kind, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
		first, mine, err := c.claim(tx, req)
		if err != nil {
			return err
		}
		id := first.Run
		if mine {
			if id, err = c.collectNew(tx, who, in); err != nil {
				return err
			}
			if err := c.save(tx, req, order{Result: Result{State: ResultDone, Run: id}}); err != nil {
				return err
			}
		}
		row, err := tx.BulkRun(who.Account, id)
		if err != nil {
			return err
		}
		run, err = c.toBulk(tx, row)
		return err
	})
	return run, failed("collect a run", err)
}

// RetryBulk collects the failed items of a run that has ended as a run of their own.
//
// Errors: as of Collect.
func (c *Core) RetryBulk(ctx context.Context, who Actor, key, run, replyTo string) (BulkRun, error) {
	old, err := c.Bulk(ctx, who, run)
	if err != nil {
		return BulkRun{}, err
	}
	if !old.Retryable() {
		return BulkRun{}, &Error{Code: Conflict, Key: "bulk.nothing_failed"}
	}
	return c.Collect(ctx, who, BulkInput{Key: key, Kind: old.Kind, ReplyTo: replyTo, Filter: BulkFilter{Product: old.Filter.Product, ChargeNow: old.Filter.ChargeNow, Retry: old.ID}})
}

// collectNew records a run and the first of its items, in an order that does not change.
func (c *Core) collectNew(tx *store.Store, who Actor, in BulkInput) (string, error) {
	if in.Filter.Product != "" {
		if _, err := tx.Product(who.Account, in.Filter.Product); errors.Is(err, store.ErrNotFound) {
			return "", &Error{Code: NotFound, Key: "bulk.product_not_found", Field: "product"}
		} else if err != nil {
			return "", err
		}
	}
	filter, err := in.Filter.encode()
	if err != nil {
		return "", err
	}
	run := store.BulkRun{ID: c.newID(), AccountID: who.Account, Kind: in.Kind, Filter: filter, State: string(BulkCollecting), AskedBy: who.ID,
		AskedByName: who.Name, AskedByRole: string(who.Role), ReplyTo: in.ReplyTo, Retries: in.Filter.Retry, CreatedAt: c.now(), TouchedAt: c.now()}
	if err := tx.AddBulkRun(run); err != nil {
		return "", err
	}
	return run.ID, c.collectOn(tx, &run, collectAtOnce)
}

// collectOn goes on collecting, looking at no more than most. What is left is a job's.
func (c *Core) collectOn(tx *store.Store, run *store.BulkRun, most int) error {
	if err := c.collectSome(tx, run, most); err != nil || run.State != string(BulkCollecting) {
		return err
	}
	return enqueue(tx, JobCollect, "", bulkSlice{run.AccountID, run.ID, run.Slice})
}

// collectSome looks at no more than most, and writes down how far it has come.
func (c *Core) collectSome(tx *store.Store, run *store.BulkRun, most int) error {
	filter, err := parseFilter(run.Filter)
	if err != nil {
		return err
	}
	scope := bulkScope{BulkFilter: filter, account: run.AccountID, now: c.now()}
	kind, err := c.bulkKind(run.Kind)
	if err != nil {
		return err
	}
	list, again, next, err := c.candidates(tx, kind, scope, run.Place, most)
	if err != nil {
		return err
	}
	if err := c.addItems(tx, run, list, again); err != nil {
		return err
	}
	run.Place, run.TouchedAt = next, c.now()
	run.Slice++
	if next == "" {
		return c.collected(tx, run)
	}
	return tx.SaveBulkRun(*run)
}

// candidates are the next that a filter means: of a selection those picked, of another try those that failed.
func (c *Core) candidates(tx *store.Store, kind bulkKind, f bulkScope, place string, limit int) (list []bulkCandidate, again map[string]string, next string, err error) {
	switch {
	case f.Retry != "":
		return c.failedBefore(tx, kind, f, place, limit)
	case len(f.Targets) > 0:
		list, err = kind.named(tx, f, f.Targets)
		return list, nil, "", err
	}
	list, next, err = kind.candidates(tx, f, place, limit)
	return list, nil, next, err
}

// failedBefore are items of another run that failed, with their keys there.
func (c *Core) failedBefore(tx *store.Store, kind bulkKind, f bulkScope, place string, limit int) (list []bulkCandidate, again map[string]string, next string, err error) {
	after := 0
	if place != "" {
		if after, err = strconv.Atoi(place); err != nil {
			return nil, nil, "", fmt.Errorf("place of a run: %w", err)
		}
	}
	items, err := tx.BulkItemsFrom(f.Retry, itemFailed, after, limit)
	if err != nil {
		return nil, nil, "", err
	}
	again, targets := map[string]string{}, make([]string, len(items))
	for i, item := range items {
		targets[i], again[item.Target] = item.Target, bulkKey(item.RunID, item.Seq)
	}
	if len(items) == limit {
		next = strconv.Itoa(items[limit-1].Seq)
	}
	if len(targets) > 0 {
		list, err = kind.named(tx, f, targets)
	}
	return list, again, next, err
}

// addItems writes candidates down as items of a run. Of those who have the same recipient one is done.
func (c *Core) addItems(tx *store.Store, run *store.BulkRun, list []bulkCandidate, again map[string]string) error {
	var recipients []string
	for _, one := range list {
		if one.leftOut == "" && one.recipient != "" {
			recipients = append(recipients, one.recipient)
		}
	}
	taken, err := tx.BulkRecipients(run.ID, recipients)
	if err != nil {
		return err
	}
	sums, err := parseSums(run.Sums)
	if err != nil {
		return err
	}
	items := make([]store.BulkItem, len(list))
	for i, one := range list {
		if one.leftOut == "" && taken[one.recipient] {
			one.leftOut = "bulk.same_person"
		}
		item := store.BulkItem{RunID: run.ID, Seq: run.Total + run.LeftOut + 1, AccountID: run.AccountID, Target: one.target, Recipient: one.recipient,
			State: itemWaiting, Again: again[one.target], Amount: one.amount.Minor, Currency: one.amount.Currency, UpdatedAt: c.now()}
		if one.leftOut != "" {
			item.State, item.Detail = itemLeftOut, one.leftOut
			run.LeftOut++
		} else {
			run.Total++
			sums.add(one)
			if one.recipient != "" {
				taken[one.recipient] = true
			}
		}
		items[i] = item
	}
	if run.Sums, err = sums.encode(); err != nil {
		return err
	}
	return tx.AddBulkItems(items)
}

// collected ends collecting: the count is exact now.
func (c *Core) collected(tx *store.Store, run *store.BulkRun) error {
	if run.Checked == changed {
		return c.proposeAgain(tx, run)
	}
	run.State = string(BulkReady)
	run.Revision++
	if err := tx.SaveBulkRun(*run); err != nil {
		return err
	}
	return refresh(tx, run.AccountID, subjectOfBulk(run.ID))
}

// A bulkSlice names one slice of a run's work. Any but the one that the run waits for is a leftover, and does nothing.
type bulkSlice struct {
	Account string `json:"account"`
	Run     string `json:"run"`
	Slice   int    `json:"slice"`
}

// collectJob goes on collecting: one slice, which makes the job of the next.
func (c *Core) collectJob(ctx context.Context, job jobs.Job) error {
	var w bulkSlice
	if err := job.Decode(&w); err != nil {
		return err
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		run, err := tx.LockBulkRun(w.Account, w.Run)
		if errors.Is(err, store.ErrNotFound) || err == nil && run.Slice != w.Slice {
			return nil
		}
		if err != nil {
			return err
		}
		switch BulkState(run.State) {
		case BulkCollecting:
		case BulkChecking:
			return c.checkOn(tx, &run, collectSlice)
		default:
			return nil
		}
		return c.collectOn(tx, &run, collectSlice)
	})
}
