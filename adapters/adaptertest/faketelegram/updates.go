package faketelegram

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// An update waits for the bot until it is confirmed.
type update struct {
	id     int
	chat   int64 // in whose order it is delivered
	body   json.RawMessage
	done   bool
	twice  bool // is delivered once more after it was confirmed
	taken  bool // a webhook delivery is under way
	failed int  // deliveries that were refused
}

// enqueue gives the bot something to read. The caller holds the lock.
func (s *Server) enqueue(chat int64, kind string, what any) int {
	s.updates++
	body, err := json.Marshal(map[string]any{"update_id": s.updates, kind: what})
	if err != nil {
		s.t.Errorf("faketelegram: %v", err)
	}
	s.inbox = append(s.inbox, &update{id: s.updates, chat: chat, body: body, twice: s.Twice})
	s.changed.Broadcast()
	s.push()
	return s.updates
}

// getUpdates is long polling. A second poller sends the first one away.
func (s *Server) getUpdates(r *http.Request, p map[string]any) outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.webhook.url != "" {
		return refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	limit := num(p["limit"])
	if p["limit"] == nil {
		limit = 100
	}
	if limit < 1 || limit > 100 {
		return wrong("limit must be between 1 and 100")
	}
	if p["allowed_updates"] == nil {
		return wrong("allowed_updates is left to chance")
	}
	if offset := num(p["offset"]); offset > 0 {
		s.confirm(int(offset))
	}
	s.pollers++
	s.poll++
	mine := s.poll
	defer func() { s.pollers-- }()
	s.changed.Broadcast()
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(num(p["timeout"]))*time.Second)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	for {
		switch {
		case s.poll != mine:
			return refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
		case s.webhook.url != "":
			return refuse(409, "Conflict: terminated by setWebhook request")
		case s.revoked:
			return refuse(401, "Unauthorized")
		}
		if batch := s.waiting(int(limit)); len(batch) > 0 || s.done || ctx.Err() != nil {
			return result(batch)
		}
		s.changed.Wait()
	}
}

func (s *Server) waiting(limit int) []json.RawMessage {
	batch := []json.RawMessage{}
	for _, u := range s.inbox {
		if !u.done && len(batch) < limit {
			batch = append(batch, u.body)
		}
	}
	return batch
}

// confirm takes all updates below the offset as handled.
func (s *Server) confirm(offset int) {
	for _, u := range s.inbox {
		if u.id < offset && !u.done {
			u.done = !u.twice
			u.twice = false
		}
	}
	s.changed.Broadcast()
}

// Settle waits until the bot has handled all updates so far: it has moved the offset behind them, or answered the
// webhook.
func (s *Server) Settle() {
	s.t.Helper()
	s.mu.Lock()
	last := s.updates
	s.mu.Unlock()
	s.wait(fmt.Sprintf("update %d to be confirmed", last), func() bool {
		return !slices.ContainsFunc(s.inbox, func(u *update) bool { return u.id <= last && !u.done })
	})
}

// AwaitConfirmed waits until the bot has handled the update.
func (s *Server) AwaitConfirmed(id int) {
	s.t.Helper()
	s.wait(fmt.Sprintf("update %d to be confirmed", id), func() bool {
		return slices.ContainsFunc(s.inbox, func(u *update) bool { return u.id == id && u.done })
	})
}

// Confirmed reports whether the bot has handled the update.
func (s *Server) Confirmed(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.inbox, func(u *update) bool { return u.id == id && u.done })
}

// AwaitPoll waits until the bot is polling.
func (s *Server) AwaitPoll() {
	s.t.Helper()
	s.wait("a poll", func() bool { return s.pollers > 0 })
}

// Again has an update delivered once more, as after a crash or a lost answer.
func (s *Server) Again(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.inbox {
		if u.id == id {
			u.done = false
		}
	}
	s.changed.Broadcast()
	s.push()
}

// Swap exchanges the last two updates that wait: they arrive in the other order.
func (s *Server) Swap() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.inbox); n >= 2 {
		s.inbox[n-1], s.inbox[n-2] = s.inbox[n-2], s.inbox[n-1]
	}
}
