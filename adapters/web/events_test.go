package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// A feed reads an event stream.
type feed struct {
	t    *testing.T
	scan *bufio.Scanner
	id   string
}

func (d *desk) feed(t *testing.T, query string, header ...string) *feed {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	r := request(t, d, "/c/events?"+query).WithContext(ctx)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream is %s, %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	scan := bufio.NewScanner(answer.Body)
	scan.Buffer(nil, 1<<20)
	return &feed{t: t, scan: scan}
}

// messages waits for the next event with messages; nil at the end of the stream.
func (f *feed) messages() []patch {
	f.t.Helper()
	event := ""
	for f.scan.Scan() {
		line := f.scan.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			f.id = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && event == "messages" {
			var ps []patch
			if err := json.Unmarshal([]byte(data), &ps); err != nil {
				f.t.Fatal(err)
			}
			return ps
		}
	}
	return nil
}

func TestEvents(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{Kind: "notice", Title: "Hello", Ended: true}))
	ana, rui := d.feed(t, "team=ana"), d.feed(t, "team=rui")
	d.post("/c/say", seat(Team, "ana", "text", "between us"))
	var seen []string
	for len(seen) < 2 {
		for _, p := range ana.messages() {
			seen = append(seen, fmt.Sprintf("%s/%d/%v/%v", p.Chat, p.Rev, strings.Contains(p.HTML, "between us"), strings.Contains(p.HTML, "Hello")))
		}
	}
	if got, want := fmt.Sprint(seen), "[team:ana/0/true/false team:ana/0/false/true]"; got != want {
		t.Errorf("ana is sent %s, want %s", got, want)
	}
	poster := d.adapter.Poster(Team)
	id, err := poster.Post(t.Context(), Team.Room("approvals"), flow.Shown{Title: "Somebody asks"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*feed{ana, rui} {
		if ps := f.messages(); len(ps) != 1 || ps[0].ID != id || ps[0].Rev != 0 {
			t.Fatalf("sent %+v, want just the room's card %s", ps, id)
		}
	}
	if err := poster.Edit(t.Context(), Team.Room("approvals"), id, flow.Shown{Title: "Approved"}); err != nil {
		t.Fatal(err)
	}
	if ps := rui.messages(); len(ps) != 1 || ps[0].Rev != 1 || !strings.Contains(ps[0].HTML, "Approved") {
		t.Errorf("sent %+v, want the edited card", ps)
	}
	// A browser that comes back, here to another process on the same database, misses nothing.
	other := &desk{t: t, options: d.options}
	other.start()
	t.Cleanup(other.stop)
	if _, err := poster.Post(t.Context(), Team.Chat("rui"), flow.Shown{Title: "Said meanwhile"}); err != nil {
		t.Fatal(err)
	}
	back := other.feed(t, "team=rui", "Last-Event-ID", rui.id)
	found := false
	for !found {
		ps := back.messages()
		if ps == nil {
			t.Fatal("the stream ended without it")
		}
		for _, p := range ps {
			found = found || strings.Contains(p.HTML, "Said meanwhile")
		}
	}
	// And what is said in one process reaches the browsers of the other, by its look at the database.
	if _, err := poster.Post(t.Context(), Team.Chat("rui"), flow.Shown{Title: "From over there"}); err != nil {
		t.Fatal(err)
	}
	if ps := back.messages(); len(ps) != 1 || !strings.Contains(ps[0].HTML, "From over there") {
		t.Errorf("the other process sends %+v", ps)
	}
}

func TestEventsEndAtClose(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	f := d.feed(t, "")
	d.adapter.Close()
	if ps := f.messages(); ps != nil {
		t.Errorf("after the end came %+v", ps)
	}
	if r := d.get("/c/events"); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("a closed console opens a stream: %s", r.Status)
	}
	if r := d.get("/c/events?team=mallory"); r.StatusCode != http.StatusForbidden {
		t.Errorf("an unknown user gets a stream: %s", r.Status)
	}
}

func TestHubIsBounded(t *testing.T) {
	t.Parallel()
	h := newHub()
	for range maxStreams {
		if _, _, ok := h.join(); !ok {
			t.Fatal("no place for a stream")
		}
	}
	if _, _, ok := h.join(); ok {
		t.Error("there is a place for one stream too many")
	}
	for range 1000 {
		h.wake() // nobody listens: it must not wait for anybody
	}
}
