package main

import (
	"errors"
	"syscall"

	"github.com/aftersale/aftersale/store"
)

func isNotFound(err error) bool     { return errors.Is(err, store.ErrNotFound) }
func isAddressInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
