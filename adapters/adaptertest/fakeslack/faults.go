package fakeslack

import (
	"io"
	"net/http"
	"strconv"
)

// A Fault is how one call goes wrong.
type Fault struct {
	Status     int    // such as 503; with Body, else an HTML page as Slack sends
	Body       string // sent as it is
	RetryAfter int    // seconds, of a 429; 0 sends none
	Error      string // refused with this code and status 200
	Cut        bool   // the connection is cut instead of an answer
	Hang       bool   // no answer at all, until the caller gives up
	After      bool   // the call is carried out before it goes wrong
}

// On has the next calls of a method go wrong, one fault each. "respond" is a response address, "socket" a connection.
func (s *Slack) On(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

func (s *Slack) fault(method string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.faults[method]
	if len(queue) == 0 {
		return Fault{}, false
	}
	s.faults[method] = queue[1:]
	return queue[0], true
}

// fails answers with a fault.
func (f Fault) fails(w http.ResponseWriter, r *http.Request) {
	switch {
	case f.Hang:
		<-r.Context().Done()
		return
	case f.Cut:
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			c.Close()
		}
		return
	case f.Error != "":
		answer(w, map[string]any{"ok": false, "error": f.Error})
		return
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	w.Header().Set("Content-Type", "text/html")
	if f.Status == 0 {
		f.Status = http.StatusOK
	}
	w.WriteHeader(f.Status)
	if f.Body == "" {
		f.Body = "<!DOCTYPE html><html><body>Server Error</body></html>"
	}
	_, _ = io.WriteString(w, f.Body)
}

// Clear has a method work again.
func (s *Slack) Clear(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.faults, method)
}
