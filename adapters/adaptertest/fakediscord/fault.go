package fakediscord

import (
	"net/http"
	"strconv"
	"strings"
)

// A Fault is how a call goes wrong.
type Fault struct {
	After bool // the server does what it is asked before it fails to say so

	RetryAfter float64         // 429, with so many seconds
	Global     bool            // of that limit
	Status     int             // an answer with this status
	Code       int             // an error in Discord's own form
	Body       string          // the text of that error, or an answer that is not Discord's, such as a proxy's page
	Cut        bool            // the connection breaks
	Hang       bool            // nothing comes until the caller gives up
	Until      <-chan struct{} // with it the answer comes late, and is the true one
}

// An order is a fault that waits for a call.
type order struct {
	call  string
	fault Fault
}

// Next has the next call go wrong whose method and path contain the text; several faults wait for one call each.
func (s *Server) Next(call string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		s.faults = append(s.faults, &order{call, f})
	}
}

// fault takes the next fault of a call. The caller holds the lock.
func (s *Server) fault(call string) (Fault, bool) {
	for i, o := range s.faults {
		if strings.Contains(call, o.call) {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			return o.fault, true
		}
	}
	return Fault{}, false
}

func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f Fault) {
	switch {
	case f.RetryAfter > 0:
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter)+1))
		w.Header().Set("X-RateLimit-Scope", "shared")
		write(w, answer{http.StatusTooManyRequests, map[string]any{"message": "You are being rate limited.", "retry_after": f.RetryAfter, "global": f.Global}})
	case f.Code > 0:
		write(w, refuse(f.Status, f.Code, f.Body))
	case f.Cut:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.stopped:
		}
	default:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.Status, http.StatusOK))
		_, _ = w.Write([]byte(f.Body)) // the bot has gone if it fails
	}
}
