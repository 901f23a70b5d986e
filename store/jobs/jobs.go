// Package jobs is the durable job engine: work that is enqueued in a transaction with the rows it is about, and done
// later, with retries, by one of the running processes. It hides River, so that changing its version or replacing it
// touches this package alone.
//
// A job may run twice (a process dies after the work and before it is noted), so every handler must be safe to repeat.
// A job's arguments are references to rows, never names, addresses or tokens: they are stored as they are.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A Job is work to do.
type Job struct {
	ID   int64  // given by the engine
	Kind string // chooses the handler: letters, digits and _
	Args json.RawMessage
	// Key, when not empty, makes the job unique among its kind: enqueueing it again does nothing while the first waits,
	// runs, or has been done within the last day. Jobs that must run again after each change, such as redrawing a card, have none.
	Key     string
	At      time.Time // earliest time to run; zero: now
	Mass    bool      // one of very many, for which nobody waits: everything else that is due goes first
	Attempt int       // 1 for the first
}

// New makes a job of a kind with arguments of any type that JSON can hold.
func New(kind string, args any) (Job, error) {
	encoded, err := json.Marshal(args)
	if err != nil {
		return Job{}, fmt.Errorf("arguments of job %s: %w", kind, err)
	}
	return Job{Kind: kind, Args: encoded}, nil
}

// Decode reads the arguments into args, a pointer.
func (j Job) Decode(args any) error {
	if err := json.Unmarshal(j.Args, args); err != nil {
		return Cancel(fmt.Errorf("arguments of job %s: %w", j.Kind, err)) // trying again cannot help
	}
	return nil
}

// A Handler does the work of one kind of job. An error means that it is tried again later, with growing pauses, up to
// MaxAttempts times; Later and Cancel say otherwise. ctx ends after Options.Timeout. A panic counts as an error.
type Handler func(ctx context.Context, job Job) error

// Later is the error of a handler that cannot work yet: the job runs again after d, and the try does not count.
func Later(d time.Duration) error { return later{after: d} }

type later struct{ after time.Duration }

func (l later) Error() string { return fmt.Sprintf("again in %s", l.after) }

// Cancel is the error of a handler for which trying again cannot help: the job is given up with err as the reason.
func Cancel(err error) error { return cancelled{err: err} }

type cancelled struct{ err error }

func (c cancelled) Error() string { return "given up: " + c.err.Error() }
func (c cancelled) Unwrap() error { return c.err }

// asLater returns how long to wait when err is or wraps Later.
func asLater(err error) (time.Duration, bool) {
	var l later
	ok := errors.As(err, &l)
	return l.after, ok
}

// asCancelled reports whether err is or wraps Cancel.
func asCancelled(err error) bool {
	var c cancelled
	return errors.As(err, &c)
}
