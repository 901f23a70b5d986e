package faketelegram

import (
	"net/http"
	"strconv"
)

// A Fault is how a call goes wrong.
type Fault struct {
	After bool // the server does what it is asked before it fails to say so

	RetryAfter  int             // 429, with so many seconds
	Code        int             // an error in Telegram's own form, such as 400
	Description string          // of that error
	Status      int             // an answer that is not Telegram's, such as a proxy's 502
	Body        string          // of that answer
	Cut         bool            // the connection breaks
	Hang        bool            // nothing comes until the caller gives up
	Until       <-chan struct{} // with it the answer comes late, and is the true one
}

// Next has the next call of the method go wrong; several faults wait for one call each.
func (s *Server) Next(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// fault takes the next fault of a method. The caller holds the lock.
func (s *Server) fault(method string) (Fault, bool) {
	queue := s.faults[method]
	if len(queue) == 0 {
		return Fault{}, false
	}
	s.faults[method] = queue[1:]
	return queue[0], true
}

func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f Fault) {
	switch {
	case f.RetryAfter > 0:
		reply(w, outcome{code: http.StatusTooManyRequests, description: "Too Many Requests: retry after " + strconv.Itoa(f.RetryAfter), retryAfter: f.RetryAfter})
	case f.Code > 0:
		reply(w, outcome{code: f.Code, description: f.Description})
	case f.Cut:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
	default:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.Status, http.StatusOK))
		_, _ = w.Write([]byte(f.Body)) // the bot has gone if it fails
	}
}
