package pages

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// How often one connection may ask. Somebody reads one page and presses one button; an office has one address for many.
const (
	perMinute = 30
	maxKnown  = 10_000 // addresses that are remembered
)

// A rate counts requests by address, a minute at a time. What it remembers is bounded: when too many addresses come, it
// begins anew.
type rate struct {
	now func() time.Time

	mu    sync.Mutex
	since time.Time
	count map[netip.Prefix]int
}

func newRate(now func() time.Time) *rate { return &rate{now: now, count: map[netip.Prefix]int{}} }

// allow counts a request, and reports whether it may be answered.
func (r *rate) allow(from netip.Prefix) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); now.Sub(r.since) >= time.Minute || len(r.count) >= maxKnown {
		r.since, r.count = now, map[netip.Prefix]int{}
	}
	r.count[from]++
	return r.count[from] <= perMinute
}

// client is where a request comes from: an address, or the network that one subscriber has (IPv6, /64). Behind a proxy on
// this machine or in a private network it is what that proxy says; whatever else says it could say anything.
func client(r *http.Request) netip.Prefix {
	addr := parseAddr(r.RemoteAddr)
	if addr.IsLoopback() || addr.IsPrivate() {
		all := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last := parseAddr(strings.TrimSpace(all[len(all)-1])); last.IsValid() {
			addr = last
		}
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits) // an address that is none counts with all others of its kind
	return prefix
}

func parseAddr(s string) netip.Addr {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	addr, _ := netip.ParseAddr(s)
	return addr.Unmap().WithZone("")
}
