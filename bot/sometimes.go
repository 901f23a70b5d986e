package main

import (
	"context"
	"sync"
	"time"
)

// migrationCheckEvery is how often /readyz asks which migrations are applied; that takes the migrations' lock.
const migrationCheckEvery = 30 * time.Second

// sometimes remembers what a check said for a while, so that probes may be frequent and the check need not be cheap.
func sometimes(every time.Duration, check func(ctx context.Context) error) func(ctx context.Context) error {
	var (
		mu   sync.Mutex
		last error
		at   time.Time
	)
	return func(ctx context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		if at.IsZero() || time.Since(at) > every {
			last, at = check(ctx), time.Now()
		}
		return last
	}
}
