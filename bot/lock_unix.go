//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// errHeld says that another process holds the lock.
var errHeld = errors.New("held by another process")

// lockFile takes the lock of a file, which is made when it is not there. The lock ends with unlock or with the process,
// however that ends.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- a file of the sample shop's own folder
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errHeld
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
