package slack

import (
	"errors"
	"sync"
)

// health is what /readyz is told.
type health struct {
	mu  sync.Mutex
	up  bool
	err error // the last problem
}

var errConnecting = errors.New("slack: not connected yet")

func (h *health) connected() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.up, h.err = true, nil
}

func (h *health) failed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.up, h.err = false, err
}

func (h *health) problem() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.up:
		return nil
	case h.err != nil:
		return h.err
	}
	return errConnecting
}
