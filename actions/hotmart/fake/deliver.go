package fake

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// Post sets where webhooks go. Those that were queued before go there too.
func (s *Server) Post(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = url
}

// send queues a delivery, or loses it, or queues it twice or late, as trouble has it.
func (s *Server) send(d Delivery) {
	switch {
	case s.chanced(s.trouble.Lost):
		d.Code = lost
		s.remember(d)
		return
	case s.chanced(s.trouble.Late):
		d.Due = d.Due.Add(time.Duration(1+s.chance.IntN(6*60)) * time.Minute)
	}
	s.outbox = append(s.outbox, d)
	if s.chanced(s.trouble.Duplicate) {
		s.outbox = append(s.outbox, d)
	}
}

// lost is the code of a delivery that was never tried.
const lost = -2

// historySize is how many deliveries the panel's history keeps.
const historySize = 10_000

func (s *Server) remember(d Delivery) {
	s.history = append(s.history, d)
	if over := len(s.history) - historySize; over > 0 {
		s.history = slices.Delete(s.history, 0, over)
	}
}

// Deliver posts everything that is due, each once: nothing is repeated by itself, since no repetition is documented. It returns
// how many were answered with 2xx. Without an address they stay.
func (s *Server) Deliver(ctx context.Context) (taken int) {
	due, url := s.takeDue()
	for i, d := range due {
		if ctx.Err() != nil {
			s.mu.Lock()
			s.outbox = append(due[i:], s.outbox...)
			s.mu.Unlock()
			return taken
		}
		d.Tried++
		d.Code = s.post(ctx, url, d)
		if d.Code/100 == 2 {
			taken++
		}
		s.mu.Lock()
		s.remember(d)
		s.mu.Unlock()
	}
	return taken
}

func (s *Server) takeDue() (due []Delivery, url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == "" {
		return nil, ""
	}
	now := s.o.Now()
	var rest []Delivery
	for _, d := range s.outbox {
		if d.Due.After(now) {
			rest = append(rest, d)
		} else {
			due = append(due, d)
		}
	}
	s.outbox = rest
	if s.chanced(s.trouble.Reorder) {
		s.chance.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	}
	return due, s.hook
}

// post returns the answer's code; -1 without one.
func (s *Server) post(ctx context.Context, url string, d Delivery) int {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.Body))
	if err != nil {
		return -1
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-HOTMART-HOTTOK", s.o.Hottok)
	res, err := s.o.HTTP.Do(r)
	if err != nil {
		s.o.Log.Debug("webhook was not taken", "event", d.Event, "err", err)
		return -1
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	return res.StatusCode
}

// Waiting returns how many webhooks have not been tried yet.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.outbox)
}

// History returns what was sent, lost ones included, oldest first.
func (s *Server) History() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.history)
}

// Again queues a delivery of the history once more, as the panel's history can.
func (s *Server) Again(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.history {
		if d.ID == id {
			d.Due, d.Code = s.o.Now(), 0
			s.outbox = append(s.outbox, d)
			return nil
		}
	}
	return fmt.Errorf("no webhook %s was sent", id)
}

// Forget drops all webhooks that have not been tried yet.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outbox = nil
}
