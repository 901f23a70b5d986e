//go:build !unix

package storetest

import (
	"errors"
	"io"
)

// startServer cannot start a server of its own here.
func startServer() (address string, guarded io.Closer, err error) {
	return "", nil, errors.New("this system cannot start a private PostgreSQL; set " + setting + " to the address of one")
}
