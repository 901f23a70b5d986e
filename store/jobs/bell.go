package jobs

import (
	"context"
	"sync"

	"github.com/riverqueue/river/riverdriver"
)

// A bell wakes the engines of this process. SQLite has no way to notify; River's own table of notifications would have
// to be written in every transaction and polled twenty times a second. Engines of other processes on the same file find
// the job when they poll.
type bell struct {
	mu      sync.Mutex
	waiting map[chan struct{}]struct{}
}

// ring wakes everybody who listens. Rings while somebody is awake already count once.
func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for wake := range b.waiting {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

func (b *bell) add(wake chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = map[chan struct{}]struct{}{}
	}
	b.waiting[wake] = struct{}{}
}

func (b *bell) remove(wake chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.waiting, wake)
}

// A bellListener shows the bell to River as a source of notifications about new jobs.
type bellListener struct {
	bell *bell
	wake chan struct{}
}

func newBellListener(b *bell) *bellListener {
	return &bellListener{bell: b, wake: make(chan struct{}, 1)}
}

func (l *bellListener) Connect(context.Context) error          { l.bell.add(l.wake); return nil }
func (l *bellListener) Close(context.Context) error            { l.bell.remove(l.wake); return nil }
func (l *bellListener) Listen(context.Context, string) error   { return nil }
func (l *bellListener) Unlisten(context.Context, string) error { return nil }
func (l *bellListener) Ping(context.Context) error             { return nil }
func (l *bellListener) Schema() string                         { return "" }
func (l *bellListener) SetAfterConnectExec(string)             {}

// WaitForNotification implements riverdriver.Listener.
func (l *bellListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.wake:
		return &riverdriver.Notification{Topic: insertTopic, Payload: insertPayload}, nil
	}
}
