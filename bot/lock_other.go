//go:build !unix

package main

import "errors"

// errHeld says that another process holds the lock.
var errHeld = errors.New("held by another process")

// lockFile does nothing here: there is no lock that ends with the process on every such system. Two demos on one folder
// then meet at the database's own locks.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }
