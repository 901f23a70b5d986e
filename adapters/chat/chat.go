// Package chat is what the adapters of chat platforms have in common: measuring and cutting texts, reading commands,
// taking turns, keeping a pace, and keeping secrets out of errors. It knows no platform.
package chat

import (
	"context"
	"math/rand/v2"
	"time"
)

// MaxWait is how long an adapter waits by itself for a platform that asks for a pause; for longer ones it returns
// *flow.Busy, and the job that posts comes back later.
const MaxWait = 10 * time.Second

// maxBackoff is the longest pause between two attempts to connect.
const maxBackoff = time.Minute

// Backoff is how long to wait before the nth attempt to connect again (0 is the first): one second, doubled each time up
// to a minute, and up to half of it shorter, so that replicas do not come back all at once.
func Backoff(n int) time.Duration {
	d := maxBackoff
	if n < 6 {
		d = min(time.Second<<max(n, 0), maxBackoff)
	}
	return d - rand.N(d/2) // #nosec G404 -- a pause is spread, nothing is kept secret
}

// Sleep waits for d, or less: then it returns why ctx ended.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A Finding is the result of one check of `doctor`. Text says what to do when State is not ok.
type Finding struct {
	State string // OK, Warn, Fail
	Check string
	Text  string
}

// The states of a finding.
const (
	OK   = "ok"
	Warn = "warn" // it works, and you should know
	Fail = "fail"
)
