package fake

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A world is a server on a real port, a clock that is moved by hand, and somebody who takes the webhooks.
type world struct {
	*Server
	t     *testing.T
	url   string
	token string

	mu    sync.Mutex
	now   time.Time
	mails []Mail
	hooks []hook
}

type hook struct {
	Event string         `json:"event"`
	ID    string         `json:"id"`
	Data  map[string]any `json:"data"`
	raw   []byte
	tok   string
}

// march is 30 days after Otto joined, and inside the guarantee of his newest charge.
var march = time.Date(2026, 3, 13, 10, 0, 0, 0, time.UTC)

func open(t *testing.T, f Facts) *world {
	t.Helper()
	w := &world{t: t, now: march}
	w.Server = New(Options{Now: w.clock, Seed: 1, Facts: f, Mail: func(m Mail) { w.mu.Lock(); defer w.mu.Unlock(); w.mails = append(w.mails, m) }})
	w.SeedCast()
	w.Tick()
	w.outbox = nil // what was due before the test begins
	api := httptest.NewServer(w)
	t.Cleanup(api.Close)
	w.url = api.URL
	w.token = w.login()
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) at(t time.Time) {
	w.mu.Lock()
	w.now = t
	w.mu.Unlock()
	w.Tick()
}

func (w *world) login() string {
	w.t.Helper()
	r, _ := http.NewRequestWithContext(w.t.Context(), "POST", w.url+"/security/oauth/token?grant_type=client_credentials&client_id=client&client_secret=secret", nil)
	r.SetBasicAuth("client", "secret")
	code, body := w.send(r)
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &token); err != nil || code != 200 {
		w.t.Fatalf("token: %d %s", code, body)
	}
	return token.Access
}

func (w *world) send(r *http.Request) (int, []byte) {
	w.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return -1, nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return -1, nil
	}
	return res.StatusCode, body
}

func (w *world) call(method, path, body string) (int, []byte) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	return w.send(r)
}

// get reads an answer that is fine.
func (w *world) get(path string) map[string]any {
	w.t.Helper()
	code, body := w.call("GET", path, "")
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil || code != 200 {
		w.t.Fatalf("%s: %d %s", path, code, body)
	}
	return v
}

// field follows a dotted path; of lists the first item.
func field(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		if list, is := v.([]any); is {
			if len(list) == 0 {
				return nil
			}
			v = list[0]
		}
		o, _ := v.(map[string]any)
		v = o[name]
	}
	return v
}

// wants calls, and compares the answer's code and word.
func (w *world) wants(method, path, body string, code int, word string) {
	w.t.Helper()
	got, text := w.call(method, path, body)
	var v map[string]any
	_ = json.Unmarshal(text, &v)
	if said, _ := v["error"].(string); got != code || said != word {
		w.t.Errorf("%s %s %s: %d %s, want %d %s", method, path, body, got, text, code, word)
	}
}

// listen takes the webhooks from now on.
func (w *world) listen() {
	h := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := hook{raw: body, tok: r.Header.Get("X-HOTMART-HOTTOK")}
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(&got); err != nil {
			w.t.Errorf("webhook %s: %v", body, err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.hooks = append(w.hooks, got)
	}))
	w.t.Cleanup(h.Close)
	w.Post(h.URL)
}

// heard delivers what is due, and returns the events in their order.
func (w *world) heard() []string {
	w.Deliver(context.Background())
	w.mu.Lock()
	defer w.mu.Unlock()
	var events []string
	for _, h := range w.hooks {
		events = append(events, h.Event)
	}
	return events
}

func (w *world) status(transaction string) string {
	w.t.Helper()
	v, known := w.Sale(transaction)
	if !known {
		w.t.Fatalf("no sale %s", transaction)
	}
	return v.Status
}
