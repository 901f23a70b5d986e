package actions

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aftersale/aftersale/store"
)

const (
	// groupMost is how many deliveries share a transaction: few enough for one statement.
	groupMost = 250
	// groupPatience is Options.KeepPatience when that is 0: how long a group may wait for its turn and be written. A platform that gets no answer within a second may
	// give up, and a delivery that it gives up is found by reading the platform.
	groupPatience = 900 * time.Millisecond
)

// An inbox gathers deliveries that come while others are being written, and writes them together. The first of a group writes
// it in its own goroutine; the others wait for it.
type inbox struct {
	write    func(ctx context.Context, list []store.Delivery) ([]bool, error)
	patience time.Duration
	turn     chan struct{} // held by whoever writes

	mu   sync.Mutex
	next *group // takes what comes now; nil: the next one to come makes a new one
}

// A group are deliveries that are written together.
type group struct {
	list  []store.Delivery
	fresh []bool
	err   error
	done  chan struct{} // closed when fresh and err are there
}

func newInbox(write func(ctx context.Context, list []store.Delivery) ([]bool, error), patience time.Duration) *inbox {
	return &inbox{write: write, patience: cmp.Or(patience, groupPatience), turn: make(chan struct{}, 1)}
}

// put writes a delivery, together with others that come now, and tells whether it was new.
func (b *inbox) put(ctx context.Context, d store.Delivery) (fresh bool, err error) {
	g, i := b.join(d)
	if i == 0 {
		b.lead(ctx, g)
	}
	select {
	case <-g.done:
	case <-ctx.Done():
		return false, fmt.Errorf("%w: %w", store.ErrUnavailable, ctx.Err())
	}
	if g.err != nil {
		return false, g.err
	}
	return g.fresh[i], nil
}

// join puts a delivery into the group that is gathering; the first of it, 0, has to lead it.
func (b *inbox) join(d store.Delivery) (g *group, i int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = &group{done: make(chan struct{})}
	}
	g = b.next
	g.list = append(g.list, d)
	if len(g.list) == groupMost {
		b.next = nil
	}
	return g, len(g.list) - 1
}

// lead waits for its turn and writes the group. That its own sender has gone is no reason to leave the others.
func (b *inbox) lead(ctx context.Context, g *group) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.patience)
	defer cancel()
	defer close(g.done)
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		b.closed(g)
		g.err = fmt.Errorf("%w: deliveries before it have not been written for %s", store.ErrUnavailable, b.patience)
		return
	}
	b.closed(g)
	order := make([]int, len(g.list))
	for i := range order {
		order[i] = i
	}
	// In one order, so that two processes that write the same deliveries cannot wait for each other.
	slices.SortStableFunc(order, func(i, j int) int {
		x, y := g.list[i].Event, g.list[j].Event
		return cmp.Or(cmp.Compare(x.AccountID, y.AccountID), cmp.Compare(x.Source, y.Source), cmp.Compare(x.ID, y.ID))
	})
	list := make([]store.Delivery, len(order))
	for i, from := range order {
		list[i] = g.list[from]
	}
	fresh, err := b.write(ctx, list)
	if g.err = err; err != nil {
		return
	}
	g.fresh = make([]bool, len(order))
	for i, from := range order {
		g.fresh[from] = fresh[i]
	}
}

// closed has a group take no more.
func (b *inbox) closed(g *group) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == g {
		b.next = nil
	}
}
