package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// A Queue is where jobs wait: tables of a database.
type Queue interface {
	// Insert enqueues in the transaction tx, which runs on conn.
	Insert(ctx context.Context, conn *sql.Conn, tx *sql.Tx, list []Job) error
	// Wake tells engines, of other processes too where the database can, that a job was committed. It does not wait.
	Wake()
	// Engine makes an engine that works the jobs with these handlers.
	Engine(handlers map[string]Handler, o Options) (*Engine, error)
	// RunDue works all jobs that are due at now, one after the other, until nothing is due; it returns how many runs
	// there were. For tests: the rows end as the engine would leave them, with now as the time.
	RunDue(ctx context.Context, handlers map[string]Handler, now time.Time) (int, error)
	// Close waits for what Wake began.
	Close()
}

// The notification by which River's workers learn of a job in the queue that we use.
const (
	insertTopic   = "river_insert"
	insertPayload = `{"queue":"default"}`
)

// lowestPriority is River's: jobs of a lower number that are due go first.
const lowestPriority = 4

// arguments is what River stores of a Job.
type arguments struct {
	kind string
	Key  string          `json:"key,omitempty" river:"unique"`
	Args json.RawMessage `json:"args,omitempty"`
}

// Kind implements river.JobArgs.
func (a arguments) Kind() string { return a.kind }

// A queue is a Queue on a database whose transactions River knows as T.
type queue[T any] struct {
	driver riverdriver.Driver[T]
	client *river.Client[T] // inserts only
	log    *slog.Logger
	// within calls f with the transaction as River knows it.
	within func(conn *sql.Conn, tx *sql.Tx, f func(T) error) error
	wake   func()
	waits  sync.WaitGroup
}

// OnSQLite returns the queue in a SQLite database. db must have a single connection.
func OnSQLite(db *sql.DB, now func() time.Time, log *slog.Logger) Queue {
	b := &bell{}
	q := &queue[*sql.Tx]{driver: sqliteDriver{Driver: riversqlite.New(db), bell: b}, log: log, wake: b.ring}
	q.within = func(_ *sql.Conn, tx *sql.Tx, f func(*sql.Tx) error) error { return f(tx) }
	q.client = inserter(q.driver, now, log)
	return q
}

// OnPostgres returns the queue in a PostgreSQL database.
func OnPostgres(pool *pgxpool.Pool, now func() time.Time, log *slog.Logger) Queue {
	q := &queue[pgx.Tx]{driver: postgresDriver{Driver: riverpgxv5.New(pool)}, log: log, within: withinPgx}
	q.wake = q.notify()
	q.client = inserter(q.driver, now, log)
	return q
}

// inserter makes a client that only enqueues.
func inserter[T any](driver riverdriver.Driver[T], now func() time.Time, log *slog.Logger) *river.Client[T] {
	config := &river.Config{Logger: quiet(log), MaxAttempts: MaxAttempts}
	if now != nil {
		config.Test.Time = clock(now)
	}
	client, err := river.NewClient(driver, config)
	if err != nil {
		panic(err) // only this file's own mistake can get here
	}
	return client
}

func (q *queue[T]) Insert(ctx context.Context, conn *sql.Conn, tx *sql.Tx, list []Job) error {
	params := make([]river.InsertManyParams, 0, len(list))
	type unique struct{ kind, key string }
	seen := map[unique]bool{}
	for _, job := range list {
		if job.Kind == "" {
			return fmt.Errorf("job without a kind")
		}
		// River finds the duplicates of stored jobs, and on PostgreSQL fails over those of one statement.
		if u := (unique{job.Kind, job.Key}); job.Key != "" {
			if seen[u] {
				continue
			}
			seen[u] = true
		}
		o := river.InsertOpts{ScheduledAt: job.At}
		o.UniqueOpts.ByArgs = job.Key != ""
		if job.Mass {
			o.Priority = lowestPriority
		}
		args := job.Args
		if len(args) == 0 {
			args = json.RawMessage("{}")
		}
		params = append(params, river.InsertManyParams{Args: arguments{kind: job.Kind, Key: job.Key, Args: args}, InsertOpts: &o})
	}
	return q.within(conn, tx, func(t T) error {
		_, err := q.client.InsertManyTx(ctx, t, params)
		return err
	})
}

func (q *queue[T]) Wake()  { q.wake() }
func (q *queue[T]) Close() { q.waits.Wait() }

// notify returns a function that notifies the engines of all processes. One notification is on its way at a time, and
// what comes meanwhile is told by one more: under load thousands of commits share a few, and none of them waits for
// the lock that NOTIFY takes.
func (q *queue[T]) notify() func() {
	var (
		waiting atomic.Bool
		one     sync.Mutex
	)
	return func() {
		if !waiting.CompareAndSwap(false, true) {
			return
		}
		q.waits.Go(func() {
			one.Lock()
			defer one.Unlock()
			waiting.Store(false)
			ctx, cancel := context.WithTimeout(context.Background(), notifyTimeout)
			defer cancel()
			err := q.driver.GetExecutor().NotifyMany(ctx, &riverdriver.NotifyManyParams{Topic: insertTopic, Payload: []string{insertPayload}})
			if err != nil {
				q.log.Warn("jobs: engines could not be woken; they will find the job when they poll", slog.Any("err", err))
			}
		})
	}
}

// notifyTimeout is how long a notification may take before polling is the better hope.
const notifyTimeout = 5 * time.Second

// A clock gives River our time for rows that it writes.
type clock func() time.Time

// Now implements rivertype.TimeGenerator.
func (c clock) Now() time.Time { return c() }

// NowOrNil implements rivertype.TimeGenerator.
func (c clock) NowOrNil() *time.Time {
	now := c().UTC()
	return &now
}

// Options say how an engine works.
type Options struct {
	// Workers is how many jobs run at once; 10 when 0.
	Workers int
	// Timeout ends a handler's context; a minute when 0.
	Timeout time.Duration
	// RescueAfter is when a running job is taken for lost, because its process died, and run again; Timeout and a
	// minute when 0. It must be longer than Timeout.
	RescueAfter time.Duration
	// Poll is how often to look for jobs that nobody announced: of other processes on SQLite, or after a broken
	// connection; a second when 0.
	Poll time.Duration
	// Every has the kinds of jobs to run by the clock, at the start and then after each pause, once for all processes.
	Every map[string]time.Duration
	// Log gets discarded jobs and trouble, without arguments; discarded when nil.
	Log *slog.Logger
}

// withDefaults fills what is not set.
func (o Options) withDefaults(log *slog.Logger) Options {
	o.Workers = cmp.Or(o.Workers, 10)
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	o.RescueAfter = cmp.Or(o.RescueAfter, o.Timeout+time.Minute)
	o.Poll = cmp.Or(o.Poll, time.Second)
	if o.Log == nil {
		o.Log = log
	}
	return o
}
