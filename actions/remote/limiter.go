package remote

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Limiter shares a platform's quota among all who call it.
type Limiter interface {
	// Take waits until one call may be made. Calls of people go before those that are marked by Background.
	//
	// Errors: *Error with Unsent, when it would take longer than ctx lasts; After says how long.
	Take(ctx context.Context) error
	// Told passes on what the platform said of its quota.
	Told(ctx context.Context, q Quota)
}

// A Quota is what an answer says of how many more calls are taken.
type Quota struct {
	Known     bool // Remaining and Reset were told
	Remaining int
	Reset     time.Duration // until there is a new quota
	Over      bool          // this call was over it
}

type background struct{}

// Background marks the calls made with the context it returns as those of nobody who waits: a sync, a run over many.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, background{}, true)
}

// IsBackground reports whether a context was marked by Background.
func IsBackground(ctx context.Context) bool { return ctx.Value(background{}) != nil }

// StandardQuota reads RateLimit-Remaining and RateLimit-Reset, in seconds (IETF draft of the RateLimit header fields, as Hotmart
// and others have them; read November 2026), and Retry-After of an answer over the quota.
func StandardQuota(h http.Header) Quota {
	remaining, ok := seconds(h.Get("RateLimit-Remaining"))
	reset, told := seconds(h.Get("RateLimit-Reset"))
	return Quota{Known: ok && told, Remaining: remaining, Reset: time.Duration(reset) * time.Second}
}

// seconds reads a whole number of at most an hour's seconds. Some servers write several, of which the first counts.
func seconds(text string) (int, bool) {
	text, _, _ = strings.Cut(text, ",")
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return 0, false
	}
	return min(n, int(longestPause/time.Second)), true
}

// longestPause bounds what a platform can make us wait.
const longestPause = time.Hour

// retryAfter reads Retry-After: seconds, or a time.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, ok := seconds(text); ok {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestPause)
	}
	return 0
}
