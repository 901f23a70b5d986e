package web

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/store"
)

// The event stream. An event's id is the time up to which its browser has seen everything; a browser that comes back
// names it, so that it misses nothing, whichever replica or restart answers.
const (
	heartbeat   = 15 * time.Second // a comment, so that proxies and browsers notice a dead connection
	writeWithin = 10 * time.Second // a browser that takes longer to read is dropped; it comes back by itself
	batch       = 200              // messages of one event
	overlap     = 10 * time.Second // looked at again: a message may be committed a little after one that was begun later
)

// events streams what is new for the people at this browser's keyboards.
func (a *Adapter) events(w http.ResponseWriter, r *http.Request) {
	v, err := a.visitOf(r)
	if err != nil {
		a.refuse(w, err)
		return
	}
	wake, leave, ok := a.hub.join()
	if !ok {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "Too many open consoles.", http.StatusServiceUnavailable)
		return
	}
	defer leave()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := &stream{Adapter: a, w: w, control: http.NewResponseController(w), visit: v, since: since(r, a.Now()), seen: map[string]seen{}}
	if err := s.write("retry: 2000\n\n"); err != nil {
		return
	}
	tick := time.NewTicker(a.Poll)
	defer tick.Stop()
	for {
		if err := s.push(r); err != nil {
			if r.Context().Err() == nil {
				a.Log.Warn("console stream ended", "err", err)
			}
			return
		}
		select {
		case <-wake:
		case <-tick.C:
		case <-a.hub.done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// since is where the browser stopped: at the last event, else when the page was made.
func since(r *http.Request, now time.Time) time.Time {
	for _, s := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since")} {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return time.UnixMicro(n)
		}
	}
	return now.Add(-overlap)
}

// A stream is one browser's event stream.
type stream struct {
	*Adapter
	w       http.ResponseWriter
	control *http.ResponseController
	visit   visit
	since   time.Time       // everything before it was sent
	seen    map[string]seen // what was sent since
	side    uint64          // what mailbox and audit log looked like
	wrote   time.Time
}

// seen remembers which revision of a message was sent.
type seen struct {
	revision int
	at       time.Time
}

// push sends what the browser has not seen, or a heartbeat when there is nothing for long.
func (s *stream) push(r *http.Request) error {
	var places []store.Place
	panes := map[string]Pane{}
	for _, p := range Panes() {
		user, ok := s.visit.seats[p]
		if !ok {
			continue
		}
		places = append(places, store.Place{Chat: p.Chat(user.ID), Reader: user.ID})
		panes[p.Chat(user.ID)] = p
		if room, ok := s.Rooms[p]; ok {
			places = append(places, store.Place{Chat: p.Room(room), Reader: user.ID})
			panes[p.Room(room)] = p
		}
	}
	messages, err := s.Store.In(r.Context()).MessagesSince(s.Account.ID, places, s.since, batch)
	if err != nil {
		return err
	}
	var patches []patch
	for _, m := range messages {
		if last, ok := s.seen[m.ID]; ok && last.revision >= m.Revision {
			continue
		}
		p, _, err := s.patch(s.visit, panes[m.Chat], m)
		if err != nil {
			s.Log.Error("message cannot be drawn", "err", err)
			continue
		}
		patches = append(patches, p)
		s.seen[m.ID] = seen{m.Revision, m.UpdatedAt}
	}
	if len(patches) > 0 {
		newest := messages[len(messages)-1].UpdatedAt
		if len(messages) < batch { // else there is more from there on
			newest = newest.Add(-overlap)
		}
		s.forget(newest)
		if err := s.event("messages", patches); err != nil {
			return err
		}
	}
	return s.pushSide(r)
}

// forget moves the start forward and drops what can not come again.
func (s *stream) forget(before time.Time) {
	if before.After(s.since) {
		s.since = before
	}
	for id, last := range s.seen {
		if last.at.Before(s.since) {
			delete(s.seen, id)
		}
	}
}

// pushSide sends mailbox and audit log when they have changed.
func (s *stream) pushSide(r *http.Request) error {
	office, err := s.office(r.Context(), s.visit)
	if err != nil {
		return err
	}
	side := map[string]string{}
	if office != nil && office.Mailbox != nil {
		if side["letters"], err = execute("letters", office.Mailbox); err != nil {
			return err
		}
	}
	if office != nil && office.Audit != nil {
		if side["audit"], err = execute("audit", office.Audit); err != nil {
			return err
		}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(side["letters"] + "\x00" + side["audit"])) // never fails
	if sum := h.Sum64(); sum != s.side && len(side) > 0 {
		s.side = sum
		return s.event("office", side)
	}
	if time.Since(s.wrote) > heartbeat {
		return s.write(": still here\n\n")
	}
	return nil
}

func (s *stream) event(name string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("event: %s\nid: %d\ndata: %s\n\n", name, s.since.UnixMicro(), b))
}

func (s *stream) write(text string) error {
	s.wrote = time.Now()
	if err := s.control.SetWriteDeadline(s.wrote.Add(writeWithin)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
