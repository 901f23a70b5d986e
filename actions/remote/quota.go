package remote

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// A Counter counts the calls to a platform where all replicas see it: the store. Minutes are counted since 1970, instants are
// milliseconds since then.
type Counter interface {
	// LeaseCalls counts n calls of the platform in a minute, unless there is no room for them: most calls in the last 60 s, those of
	// the minute before in proportion to what is left of it; or unless calls pause, those of nobody who waits (slow) also where only
	// those do. It reports whether it did, and until when calls pause.
	LeaseCalls(ctx context.Context, platform string, now int64, n, most int, slow bool) (leased bool, paused int64, err error)
	// PauseCalls has all calls of a platform wait until an instant, or those of nobody who waits (slow). An earlier one changes nothing.
	PauseCalls(ctx context.Context, platform string, until int64, slow bool) error
}

// A Shared limiter shares a quota of calls in a minute among replicas, by a Counter. So that not each call costs a transaction,
// each process leases some at once, for the minute in which it does. It is safe for concurrent use.
type Shared struct {
	o       SharedOptions
	people  lease
	rest    lease
	mu      sync.Mutex
	known   [2]int64 // until when calls pause, as far as this process has told: all, and those of nobody who waits
	leasing chan struct{}
}

// SharedOptions say which quota it is; Counter, Platform and PerMinute are needed.
type SharedOptions struct {
	Counter   Counter
	Platform  string // such as "hotmart"
	PerMinute int    // calls that the platform takes
	// Reserve is how many of them only people get; a fifth of PerMinute when 0.
	Reserve int
	Now     func() time.Time
	Wait    func(ctx context.Context, d time.Duration) error
	Jitter  func() float64
}

// A lease is what this process may still call in a minute.
type lease struct {
	minute int64
	left   int
}

// How many calls are leased at once: of those that a process does not use, one minute's quota is poorer.
const (
	leasePeople = 4
	leaseRest   = 10
	// poll is how long to wait for room when nobody says how long.
	poll = time.Second
)

// NewShared returns a limiter that replicas share.
func NewShared(o SharedOptions) *Shared {
	if o.Reserve == 0 {
		o.Reserve = o.PerMinute / 5
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = Sleep
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	return &Shared{o: o, leasing: make(chan struct{}, 1)}
}

// Take implements Limiter.
func (s *Shared) Take(ctx context.Context) error {
	slow := IsBackground(ctx)
	for {
		if s.use(slow) {
			return nil
		}
		wait, err := s.fill(ctx, slow)
		if err != nil {
			return unsent("", 0, err)
		}
		if wait == 0 {
			continue
		}
		wait += time.Duration(float64(min(wait, time.Second)) * s.o.Jitter())
		if !fits(ctx, wait) {
			return unsent("", wait, ctx.Err())
		}
		if err := s.o.Wait(ctx, wait); err != nil {
			return unsent("", wait, err)
		}
	}
}

// use takes one call of what is leased. People take what the others have leased, and not the other way round.
func (s *Shared) use(slow bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now().UnixMilli()
	if now < s.until(slow) {
		return false
	}
	minute := now / minuteLong
	if !slow && s.people.take(minute) {
		return true
	}
	return s.rest.take(minute)
}

func (l *lease) take(minute int64) bool {
	if l.minute != minute || l.left == 0 {
		return false
	}
	l.left--
	return true
}

const minuteLong = int64(time.Minute / time.Millisecond)

// fill leases more, or says how long to wait. One at a time does: the others use what it got.
func (s *Shared) fill(ctx context.Context, slow bool) (wait time.Duration, err error) {
	select {
	case s.leasing <- struct{}{}:
		defer func() { <-s.leasing }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if s.ready(slow) {
		return 0, nil
	}
	now := s.o.Now().UnixMilli()
	if until := s.pausedUntil(slow); until > now {
		return time.Duration(until-now) * time.Millisecond, nil
	}
	n, most := leasePeople, s.o.PerMinute
	if slow {
		n, most = leaseRest, s.o.PerMinute-s.o.Reserve
	}
	n = max(min(n, most/4), 1)
	leased, paused, err := s.o.Counter.LeaseCalls(ctx, s.o.Platform, now, n, most, slow)
	switch {
	case err != nil:
		return 0, err
	case paused > now:
		return time.Duration(paused-now) * time.Millisecond, nil
	case !leased:
		return poll, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.people
	if slow {
		l = &s.rest
	}
	if l.minute != now/minuteLong {
		*l = lease{minute: now / minuteLong}
	}
	l.left += n
	return 0, nil
}

// ready reports whether somebody else has leased meanwhile.
func (s *Shared) ready(slow bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now().UnixMilli()
	minute := now / minuteLong
	has := s.rest.minute == minute && s.rest.left > 0 || !slow && s.people.minute == minute && s.people.left > 0
	return has && now >= s.until(slow)
}

func (s *Shared) pausedUntil(slow bool) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until(slow)
}

// until is until when calls pause, as far as this process knows.
func (s *Shared) until(slow bool) int64 {
	if slow {
		return max(s.known[0], s.known[1])
	}
	return s.known[0]
}

// Told implements Limiter. When the platform says that few are left, those of nobody who waits pause until there are more; when
// none is left, all do.
func (s *Shared) Told(ctx context.Context, q Quota) {
	switch {
	case q.Over:
		s.pause(ctx, max(q.Reset, poll), false)
	case !q.Known:
	case q.Remaining == 0:
		s.pause(ctx, q.Reset, false)
	case q.Remaining <= s.o.Reserve:
		s.pause(ctx, q.Reset, true)
	}
}

// pause tells all replicas, unless they know: a second more or less is no news.
func (s *Shared) pause(ctx context.Context, d time.Duration, slow bool) {
	until, which := s.o.Now().Add(d).UnixMilli(), 0
	if slow {
		which = 1
	}
	s.mu.Lock()
	known := s.known[which]
	s.known[which] = max(known, until)
	s.mu.Unlock()
	if until > known+1000 {
		// Where it cannot be written down, the others are told by the platform themselves.
		_ = s.o.Counter.PauseCalls(ctx, s.o.Platform, until, slow)
	}
}
