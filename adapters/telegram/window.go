package telegram

import (
	"context"
	"sync"
	"time"
)

// A window is which updates are at work, and which are handled and not confirmed yet.
type window struct {
	mu      sync.Mutex
	handled map[int64]bool // false: at work
	moved   chan struct{}  // a turn has ended
}

func newWindow() *window { return &window{handled: map[int64]bool{}, moved: make(chan struct{}, 1)} }

// offset is the first update that is not handled; 0 when there is nothing to confirm. It is never kept beyond that: after
// a quiet week Telegram counts from anywhere, and an old offset would hide what is new.
func (w *window) offset() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var first, behind int64
	for id, handled := range w.handled {
		behind = max(behind, id+1)
		if !handled && (first == 0 || id < first) {
			first = id
		}
	}
	if first != 0 {
		return first
	}
	return behind
}

// confirmed forgets what Telegram knows to be handled.
func (w *window) confirmed(offset int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, handled := range w.handled {
		if handled && id < offset {
			delete(w.handled, id)
		}
	}
}

// begin takes an update into the window; false when it is there already.
func (w *window) begin(id int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.handled[id]; known {
		return false
	}
	w.handled[id] = false
	return true
}

func (w *window) end(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handled[id] = true
	select {
	case w.moved <- struct{}{}:
	default:
	}
}

func (w *window) forget(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.handled, id)
}

// wait waits for a turn to end, for a short while.
func (w *window) wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-w.moved:
	case <-t.C:
	case <-ctx.Done():
	}
}
