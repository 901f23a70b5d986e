//go:build !unix

package store

import (
	"context"
	"sync"
)

// folders keeps the goroutines of this process apart. Where folders cannot be locked, the operator starts one process
// at a time when the schema changes.
var folders sync.Mutex

// lockFolder waits until no other goroutine holds the lock and takes it.
func lockFolder(context.Context, string) (unlock func(), err error) {
	folders.Lock()
	return folders.Unlock, nil
}
