package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// runDueLimit stops jobs that enqueue each other for ever.
const runDueLimit = 100_000

// RunDue implements Queue.
func (q *queue[T]) RunDue(ctx context.Context, handlers map[string]Handler, now time.Time) (int, error) {
	exec := q.driver.GetExecutor()
	now = now.UTC()
	for n := 0; n < runDueLimit; n++ {
		// What was enqueued without a time of its own is due, even if it was by the machine's clock, by the job before
		// this one too, and now is earlier.
		until := now
		if wall := time.Now().UTC().Add(time.Second); wall.After(until) {
			until = wall
		}
		if _, err := exec.JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: runDueLimit, Now: &now}); err != nil {
			return n, fmt.Errorf("schedule jobs: %w", err)
		}
		rows, err := exec.JobGetAvailable(ctx, &riverdriver.JobGetAvailableParams{
			ClientID: "run-due", MaxAttemptedBy: 10, MaxToLock: 1, Now: &until, Queue: river.QueueDefault,
		})
		if err != nil {
			return n, fmt.Errorf("take a job: %w", err)
		}
		if len(rows) == 0 {
			return n, nil
		}
		outcome, err := q.runOne(ctx, handlers, rows[0], now)
		if err != nil {
			return n, err
		}
		if err := settle(ctx, exec, outcome, now); err != nil {
			return n, err
		}
	}
	return runDueLimit, fmt.Errorf("more than %d jobs in one go: do they enqueue each other?", runDueLimit)
}

// runOne runs a job and returns what becomes of its row.
func (q *queue[T]) runOne(ctx context.Context, handlers map[string]Handler, row *rivertype.JobRow, now time.Time) (*riverdriver.JobSetStateIfRunningParams, error) {
	handler := handlers[row.Kind]
	if handler == nil {
		return nil, fmt.Errorf("no handler for job %s", row.Kind)
	}
	var a arguments
	if err := json.Unmarshal(row.EncodedArgs, &a); err != nil {
		return nil, fmt.Errorf("arguments of job %s: %w", row.Kind, err)
	}
	failure := run(ctx, handler, jobOf(row, a), q.log)
	if failure == nil {
		return riverdriver.JobSetStateCompleted(row.ID, now, nil), nil
	}
	if after, ok := asLater(failure); ok {
		return riverdriver.JobSetStateSnoozed(row.ID, now.Add(after), row.Attempt-1, nil), nil
	}
	record, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: row.Attempt, Error: failure.Error()})
	if err != nil {
		return nil, err
	}
	switch {
	case asCancelled(failure):
		return riverdriver.JobSetStateCancelled(row.ID, now, record, nil), nil
	case row.Attempt >= row.MaxAttempts:
		return riverdriver.JobSetStateDiscarded(row.ID, now, record, nil), nil
	}
	return riverdriver.JobSetStateErrorRetryable(row.ID, now.Add(retryPause(row.Attempt, row.ID)), record, nil), nil
}

// settle writes what became of a row.
func settle(ctx context.Context, exec riverdriver.Executor, o *riverdriver.JobSetStateIfRunningParams, now time.Time) error {
	_, err := exec.JobSetStateIfRunningMany(ctx, &riverdriver.JobSetStateIfRunningManyParams{
		ID: []int64{o.ID}, Attempt: []*int{o.Attempt}, ErrData: [][]byte{o.ErrData}, FinalizedAt: []*time.Time{o.FinalizedAt},
		MetadataDoMerge: []bool{o.MetadataDoMerge}, MetadataUpdates: [][]byte{o.MetadataUpdates}, Now: &now,
		ScheduledAt: []*time.Time{o.ScheduledAt}, State: []rivertype.JobState{o.State},
	})
	if err != nil {
		return fmt.Errorf("settle job: %w", err)
	}
	return nil
}
