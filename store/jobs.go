package store

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store/jobs"
)

// Enqueue puts off work until after the commit: if the transaction is rolled back there is no job. Outside of a
// transaction it begins its own.
func (s *Store) Enqueue(job jobs.Job) error {
	if job.Kind == "" {
		return errors.New("enqueue: job without a kind")
	}
	if s.tx == nil {
		return s.Tx(s.ctx, func(tx *Store) error { return tx.Enqueue(job) })
	}
	s.tx.jobs = append(s.tx.jobs, job)
	return nil
}

// Engine makes an engine that works the jobs of this database with these handlers; it must be started.
func (s *Store) Engine(handlers map[string]jobs.Handler, o jobs.Options) (*jobs.Engine, error) {
	return s.queue.Engine(handlers, o)
}

// RunDue works all jobs that are due at now in the order in which they became due, in this goroutine, until nothing is
// due, and returns how many runs there were. For tests; no engine may run beside it.
func (s *Store) RunDue(ctx context.Context, handlers map[string]jobs.Handler, now time.Time) (int, error) {
	n, err := s.queue.RunDue(ctx, handlers, now)
	return n, s.dialect.translate(err)
}
