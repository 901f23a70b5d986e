package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// An Engine works jobs until it is stopped. Start it once.
type Engine struct {
	start, stop, abort func(context.Context) error
}

// fetchCooldown is the shortest pause between two looks for jobs. It limits how many jobs are worked per second: with
// River's own 100 ms a twentieth of what 1 ms allows.
const fetchCooldown = time.Millisecond

// reindexed are the indexes that River rebuilds each night (on PostgreSQL, without locking): its own list without the
// two that store/migrations leaves out.
var reindexed = []string{"river_job_kind", "river_job_pkey", "river_job_prioritized_fetching_index",
	"river_job_state_and_finalized_at_index", "river_job_unique_idx"}

// Engine implements Queue.
func (q *queue[T]) Engine(handlers map[string]Handler, o Options) (*Engine, error) {
	o = o.withDefaults(q.log)
	workers := river.NewWorkers()
	for kind, handler := range handlers {
		river.AddWorkerArgs(workers, arguments{kind: kind}, &worker{handler: handler, log: o.Log})
	}
	config := &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}},
		FetchCooldown: fetchCooldown, FetchPollInterval: o.Poll,
		MaxAttempts: MaxAttempts, RetryPolicy: retryPolicy{},
		JobTimeout: o.Timeout, RescueStuckJobsAfter: o.RescueAfter, SoftStopTimeout: o.Timeout,
		ErrorHandler: failures{log: o.Log}, Logger: quiet(o.Log), ReindexerIndexNames: reindexed,
	}
	for kind, pause := range o.Every {
		if handlers[kind] == nil {
			return nil, fmt.Errorf("job %s is to run every %s and has no handler", kind, pause)
		}
		config.PeriodicJobs = append(config.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(pause), periodic(kind),
			&river.PeriodicJobOpts{ID: kind, RunOnStart: true}))
	}
	client, err := river.NewClient(q.driver, config)
	if err != nil {
		return nil, fmt.Errorf("job engine: %w", err)
	}
	return &Engine{start: client.Start, stop: client.Stop, abort: client.StopAndCancel}, nil
}

// periodic makes a job that is not enqueued while the one before waits or runs.
func periodic(kind string) river.PeriodicJobConstructor {
	return func() (river.JobArgs, *river.InsertOpts) {
		unfinished := []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending,
			rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}
		args := arguments{kind: kind, Key: "every", Args: []byte("{}")}
		return args, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
	}
}

// Start begins to work, in goroutines that Stop ends. When ctx ends, no new jobs are begun.
func (e *Engine) Start(ctx context.Context) error {
	if err := e.start(ctx); err != nil {
		return fmt.Errorf("start job engine: %w", err)
	}
	return nil
}

// Stop begins no more jobs and waits for the running ones. When ctx ends before them, their contexts are cancelled, and
// they are run again by the next engine.
func (e *Engine) Stop(ctx context.Context) error {
	err := e.stop(ctx)
	if err == nil || ctx.Err() == nil {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	return errors.Join(fmt.Errorf("stop job engine: %w", ctx.Err()), e.abort(last))
}

// abortTimeout is how long cancelled handlers have to return.
const abortTimeout = 5 * time.Second

// A worker shows a Handler to River.
type worker struct {
	river.WorkerDefaults[arguments]
	handler Handler
	log     *slog.Logger
}

// Work implements river.Worker.
func (w *worker) Work(ctx context.Context, job *river.Job[arguments]) error {
	err := run(ctx, w.handler, jobOf(job.JobRow, job.Args), w.log)
	if after, ok := asLater(err); ok {
		return river.JobSnooze(after)
	}
	if asCancelled(err) {
		return river.JobCancel(err)
	}
	return err
}

// jobOf is River's job as ours.
func jobOf(row *rivertype.JobRow, a arguments) Job {
	return Job{ID: row.ID, Kind: row.Kind, Args: a.Args, Key: a.Key, At: row.ScheduledAt.UTC(), Attempt: row.Attempt}
}

// run calls the handler and makes an error of a panic.
func run(ctx context.Context, handler Handler, job Job, log *slog.Logger) (err error) {
	defer func() {
		if r := recover(); r != nil {
			log.Error("job panicked", slog.String("kind", job.Kind), slog.Int64("job", job.ID), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return handler(ctx, job)
}

// failures writes failed jobs to the log.
type failures struct{ log *slog.Logger }

// HandleError implements river.ErrorHandler.
func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level, message := slog.LevelWarn, "job failed and will be tried again"
	if job.Attempt >= job.MaxAttempts {
		level, message = slog.LevelError, "job discarded after its last try"
	}
	if asCancelled(err) {
		level, message = slog.LevelError, "job given up"
	}
	f.log.Log(ctx, level, message, slog.String("kind", job.Kind), slog.Int64("job", job.ID),
		slog.Int("attempt", job.Attempt), slog.Any("err", err))
	return nil
}

// HandlePanic implements river.ErrorHandler; run leaves none for it.
func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, _ any, _ string) *river.ErrorHandlerResult {
	return f.HandleError(ctx, job, errors.New("panic"))
}
