package remote

import (
	"net/http"
	"time"
)

// readTries is how often a reading is tried, and firstPause the pause before the second try; each next one is three times as long.
const (
	readTries  = 3
	firstPause = 500 * time.Millisecond
)

// again says whether another try of a reading can help, and after which pause.
func (c *Client) again(e *Error, try int) (time.Duration, bool) {
	pause := firstPause
	for range try - 1 {
		pause *= 3
	}
	pause += time.Duration(float64(pause) * c.o.Jitter())
	switch e.Status {
	case 0, http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return max(pause, e.After), e.Err == nil && !e.TooLarge
	case http.StatusTooManyRequests:
		return max(pause, e.After), true
	}
	return pause, e.Odd && !e.TooLarge && e.Status < 300 // a proxy's page where data should be
}
