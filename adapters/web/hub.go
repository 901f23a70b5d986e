package web

import "sync"

// maxStreams is how many browsers may listen at once; a page more is told to try again later.
const maxStreams = 256

// A hub wakes the open event streams of this process when a message was written. It carries no messages: a stream reads
// the store from where it stopped, so that a slow browser costs one pending wake-up and never a growing queue.
type hub struct {
	mu      sync.Mutex
	streams map[chan struct{}]struct{}
	done    chan struct{}
	closed  bool
}

func newHub() *hub {
	return &hub{streams: map[chan struct{}]struct{}{}, done: make(chan struct{})}
}

// join adds a stream. ok is false when there are too many or the hub is closed. leave must be called once.
func (h *hub) join() (wake <-chan struct{}, leave func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.streams) >= maxStreams {
		return nil, nil, false
	}
	c := make(chan struct{}, 1)
	h.streams[c] = struct{}{}
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.streams, c)
	}, true
}

// wake tells every stream to look; one that has been told already is left alone.
func (h *hub) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.streams {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.done)
	}
}
