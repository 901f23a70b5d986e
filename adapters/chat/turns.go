package chat

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// TurnsOptions are what Turns work with; 0 is the default.
type TurnsOptions struct {
	Workers  int           // turns at once; 32
	Queue    int           // turns that wait or run, at most; 1000
	Patience time.Duration // of one turn; 30 seconds
	Log      *slog.Logger
}

// Turns run what people do: in order for each key (a person in a chat), side by side for different ones. A turn goes on
// when the platform has hung up: what was begun is finished. One that panics is logged and hurts no other.
type Turns struct {
	options TurnsOptions
	workers chan struct{}

	mu      sync.Mutex
	waiting map[string][]func(context.Context) // by key; a key is there as long as its goroutine runs
	count   int
	closed  bool
	idle    chan struct{} // closed when the last turn has ended after Wait
}

// NewTurns makes Turns. Nothing runs until Go.
func NewTurns(o TurnsOptions) *Turns {
	if o.Workers <= 0 {
		o.Workers = 32
	}
	if o.Queue <= 0 {
		o.Queue = 1000
	}
	if o.Patience <= 0 {
		o.Patience = 30 * time.Second
	}
	return &Turns{options: o, workers: make(chan struct{}, o.Workers), waiting: map[string][]func(context.Context){}, idle: make(chan struct{})}
}

// Go runs f after all earlier turns of the same key. It returns false, and does not run it, when too many wait or the
// adapter is stopping.
func (t *Turns) Go(key string, f func(ctx context.Context)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.count >= t.options.Queue {
		return false
	}
	t.count++
	queue, running := t.waiting[key]
	t.waiting[key] = append(queue, f)
	if !running {
		go t.work(key)
	}
	return true
}

// work runs the turns of a key until none is left.
func (t *Turns) work(key string) {
	for {
		t.mu.Lock()
		queue := t.waiting[key]
		if len(queue) == 0 {
			delete(t.waiting, key)
			t.mu.Unlock()
			return
		}
		f := queue[0]
		t.waiting[key] = queue[1:]
		t.mu.Unlock()

		t.workers <- struct{}{}
		t.run(f)
		<-t.workers

		t.mu.Lock()
		t.count--
		if t.closed && t.count == 0 {
			close(t.idle)
		}
		t.mu.Unlock()
	}
}

func (t *Turns) run(f func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), t.options.Patience)
	defer cancel()
	defer func() {
		if p := recover(); p != nil && t.options.Log != nil {
			t.options.Log.Error("a turn panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f(ctx)
}

// Wait takes no more turns and returns when all have ended, or with ctx's error before that.
func (t *Turns) Wait(ctx context.Context) error {
	t.mu.Lock()
	if !t.closed {
		t.closed = true
		if t.count == 0 {
			close(t.idle)
		}
	}
	t.mu.Unlock()
	select {
	case <-t.idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
