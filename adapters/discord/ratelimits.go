package discord

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// maxRoutes is how many routes are remembered before those are forgotten that may be called again.
const maxRoutes = 5000

// edgeWait is how long to wait when the edge refuses without saying for how long: its page has no JSON.
const edgeWait = time.Minute

// limits remember until when routes must be left alone, by what Discord says with each answer. The route "" is all of them.
type limits struct {
	now   func() time.Time
	mu    sync.Mutex
	until map[string]time.Time
}

func newLimits(now func() time.Time) *limits { return &limits{now: now, until: map[string]time.Time{}} }

// wait is how long a route has to be left alone.
func (l *limits) wait(route string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	return max(l.until[route].Sub(now), l.until[""].Sub(now), 0)
}

// stop leaves a route alone for at least d.
func (l *limits) stop(route string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.until) >= maxRoutes {
		for r, t := range l.until {
			if !t.After(now) {
				delete(l.until, r)
			}
		}
	}
	if t := now.Add(d); t.After(l.until[route]) {
		l.until[route] = t
	}
}

// heed reads what an answer says of the route's bucket: when it is empty, the next call waits, before it is refused.
func (l *limits) heed(route string, h http.Header) {
	if h.Get("X-RateLimit-Remaining") != "0" {
		return
	}
	if after, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64); err == nil && after > 0 {
		l.stop(route, seconds(after))
	}
}

// seconds turns Discord's seconds, a fraction, into a duration. What is too large for one is a long time.
func seconds(s float64) time.Duration {
	switch {
	case !(s > 0):
		return 0
	case s > 24*60*60:
		return 24 * time.Hour
	}
	return time.Duration(s * float64(time.Second))
}

func retryAfter(h http.Header) time.Duration {
	if s, err := strconv.ParseFloat(h.Get("Retry-After"), 64); err == nil && s > 0 {
		return seconds(s)
	}
	return edgeWait
}
