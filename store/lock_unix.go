//go:build unix

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockFolder waits until no other process holds the folder and takes it. The folder, not the database file: closing a
// second handle of that one would drop the locks that SQLite holds on it in this process; and nothing is left behind.
func lockFolder(ctx context.Context, folder string) (unlock func(), err error) {
	handle, err := os.Open(folder) // #nosec G304 -- the folder of the operator's database
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(handle.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = handle.Close() }, nil // which unlocks
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = handle.Close()
			return nil, fmt.Errorf("lock folder %s: %w", folder, err)
		}
		select {
		case <-ctx.Done():
			_ = handle.Close()
			return nil, fmt.Errorf("folder %s is locked by another process: %w", folder, ctx.Err())
		case <-time.After(lockRetry):
		}
	}
}

// lockRetry is how often to ask for the folder; a migration takes a few of them.
const lockRetry = 20 * time.Millisecond
