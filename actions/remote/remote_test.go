package remote_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions/remote"
)

// serve returns a client of a server, which counts its requests and never waits between tries.
func serve(t *testing.T, h http.HandlerFunc, change ...func(*remote.Options)) (*remote.Client, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		h(w, r)
	}))
	t.Cleanup(server.Close)
	o := remote.Options{Base: server.URL, Timeout: 5 * time.Second, Jitter: func() float64 { return 0 },
		Wait: func(context.Context, time.Duration) error { return nil }}
	for _, f := range change {
		f(&o)
	}
	return remote.New(o), &n
}

func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cut closes the connection in the middle of an answer.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, `{"id":`)
	panic(http.ErrAbortHandler)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		method string
		server http.HandlerFunc
		want   remote.Error // Status -1: no error
		tries  int64
	}{
		{"an answer", "GET", answer(200, `{"id":7}`), remote.Error{Status: -1}, 1},
		{"an empty one", "GET", answer(200, " \n"), remote.Error{Status: -1}, 1},
		{"created", "POST", answer(201, `{"id":7}`), remote.Error{Status: -1}, 1},
		{"a page of a proxy", "GET", answer(200, "<html>"), remote.Error{Status: 200, Odd: true}, 3},
		{"a page of a proxy after a write", "PUT", answer(200, "<html>"), remote.Error{Status: 200, Odd: true}, 1},
		{"another shape", "GET", answer(200, `{"id":"seven"}`), remote.Error{Status: 200, Odd: true}, 3},
		{"a mistake of ours", "GET", answer(400, `{"error":"invalid_parameter","error_description":"max_results"}`),
			remote.Error{Status: 400, Code: "invalid_parameter", Description: "max_results"}, 1},
		{"not there", "GET", answer(404, ``), remote.Error{Status: 404}, 1},
		{"over the limit", "GET", answer(429, `{"error":"too_many_requests"}`, "RateLimit-Reset", "12"),
			remote.Error{Status: 429, Code: "too_many_requests", After: 12 * time.Second}, 3},
		{"over the limit, as others say it", "PUT", answer(429, `{}`, "Retry-After", "3"), remote.Error{Status: 429, After: 3 * time.Second}, 1},
		{"broken", "GET", answer(502, "<html>bad gateway"), remote.Error{Status: 502, Odd: true}, 3},
		{"broken after a write", "PUT", answer(500, `{"error":"internal_server_error"}`), remote.Error{Status: 500, Code: "internal_server_error"}, 1},
		{"cut off", "GET", cut, remote.Error{}, 3},
		{"cut off after a write", "POST", cut, remote.Error{}, 1},
		{"too much", "GET", answer(200, `{"id":"`+strings.Repeat("x", 2000)+`"}`), remote.Error{Status: 200, Odd: true, TooLarge: true}, 1},
		{"elsewhere", "GET", answer(302, "", "Location", "https://other.example/"), remote.Error{Status: 302}, 1},
		{"elsewhere after a write", "PUT", answer(307, "", "Location", "/x"), remote.Error{Status: 307}, 1},
		{"Stripe's form", "GET", answer(402, `{"error":{"code":"card_declined","message":"No."}}`), remote.Error{Status: 402, Code: "card_declined", Description: "No."}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, tries := serve(t, c.server, func(o *remote.Options) { o.MaxBody = 1000 })
			var into struct{ ID int }
			_, err := client.Do(t.Context(), remote.Call{Name: "test", Method: c.method, Path: "/a", Into: &into})
			if tries.Load() != c.tries {
				t.Errorf("%d tries, want %d", tries.Load(), c.tries)
			}
			if c.want.Status == -1 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			got := remote.AsError(err)
			if got == nil {
				t.Fatalf("no error of ours: %v", err)
			}
			if got.Status != c.want.Status || got.Code != c.want.Code || got.Odd != c.want.Odd || got.TooLarge != c.want.TooLarge || got.After != c.want.After || got.Unsent ||
				c.want.Description != "" && got.Description != c.want.Description {
				t.Errorf("got %+v, want %+v", *got, c.want)
			}
		})
	}
}

func TestReadingsAreTriedAgain(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `{"id":7}`)
	})
	var into struct{ ID int }
	if _, err := client.Do(t.Context(), remote.Call{Method: "GET", Into: &into}); err != nil || into.ID != 7 {
		t.Errorf("%d, %v", into.ID, err)
	}
}

func TestRequestsAreWritten(t *testing.T) {
	t.Parallel()
	var got []string
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, fmt.Sprint(r.Method, " ", r.URL, " ", r.Header.Get("Content-Type"), " ", r.Header.Get("Authorization"), " ", string(body)))
	})
	for _, c := range []remote.Call{
		{Method: "GET", Path: "/a", Query: url.Values{"q": {"a b"}}, Header: http.Header{"Authorization": {"Bearer x"}}},
		{Method: "POST", Path: "/a/b%2Fc", Body: map[string]any{"charge": true}},
		{Method: "POST", Path: "/f", Body: url.Values{"amount": {"100"}}},
	} {
		if _, err := client.Do(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{`GET /a?q=a+b application/json Bearer x `, `POST /a/b%2Fc application/json  {"charge":true}`, `POST /f application/x-www-form-urlencoded  amount=100`}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}

func TestErrorsGiveNothingAway(t *testing.T) {
	t.Parallel()
	secret := "s3cr+t/=x"
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":%q,"error_description":%q}`, "bad:"+r.Header.Get("Authorization"),
			"GET "+r.URL.String()+" of ana@example.com with "+secret+" and "+url.QueryEscape(secret)+" token "+r.Header.Get("Authorization"))
	}
	gone := httptest.NewServer(http.HandlerFunc(echo))
	address := gone.URL
	gone.Close()
	client, _ := serve(t, echo)
	broken, _ := serve(t, cut)
	for name, c := range map[string]*remote.Client{"echo": client, "cut": broken, "gone": remote.New(remote.Options{Base: address, Wait: func(context.Context, time.Duration) error { return nil }}),
		"no address": remote.New(remote.Options{Base: "http://a b"})} {
		_, err := c.Do(t.Context(), remote.Call{Name: "read", Method: "GET", Path: "/x", Query: url.Values{"client_secret": {secret}, "email": {"ana@example.com"}},
			Header: http.Header{"Authorization": {"Bearer t0ken"}}, Secrets: []string{secret, "t0ken"}})
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, word := range []string{secret, url.QueryEscape(secret), "s3cr", "t0ken", "ana", "client_secret"} {
			if text := fmt.Sprintf("%v %+v", err, *remote.AsError(err)); strings.Contains(text, word) {
				t.Errorf("%s: %q is in %s", name, word, text)
			}
		}
		if e := remote.AsError(err); e.Unsent != (name == "gone" || name == "no address") {
			t.Errorf("%s: unsent %v", name, e.Unsent)
		}
	}
}

func TestTimeAndGivingUp(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	slow := func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-hang:
		}
	}
	client, tries := serve(t, slow, func(o *remote.Options) { o.Timeout = 20 * time.Millisecond })
	_, err := client.Do(t.Context(), remote.Call{Method: "PUT"})
	if e := remote.AsError(err); e == nil || e.Unsent || e.Status != 0 || e.Err != nil || tries.Load() != 1 {
		t.Errorf("a slow write: %+v after %d tries", e, tries.Load())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = client.Do(ctx, remote.Call{Method: "GET", Timeout: time.Minute})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up: %v", err)
	}
}

// A clock that moves only when somebody waits.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// counter is a Counter in memory, of whole minutes.
type counter struct {
	mu      sync.Mutex
	minutes map[int64]int
	paused  [2]int64
	leases  int
}

func (c *counter) LeaseCalls(_ context.Context, _ string, now int64, n, most int, slow bool) (bool, int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	until := c.paused[0]
	if slow {
		until = max(until, c.paused[1])
	}
	if until > now {
		return false, until, nil
	}
	if c.minutes[now/60_000]+n > most {
		return false, 0, nil
	}
	c.leases++
	c.minutes[now/60_000] += n
	return true, 0, nil
}

func (c *counter) PauseCalls(_ context.Context, _ string, until int64, slow bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := 0
	if slow {
		i = 1
	}
	c.paused[i] = max(c.paused[i], until)
	return nil
}

func TestSharedLimiter(t *testing.T) {
	t.Parallel()
	at := &clock{now: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
	shared := &counter{minutes: map[int64]int{}}
	replica := func() *remote.Shared {
		return remote.NewShared(remote.SharedOptions{Counter: shared, Platform: "p", PerMinute: 100, Reserve: 20, Now: at.Now, Wait: at.Wait, Jitter: func() float64 { return 0 }})
	}
	one, two := replica(), replica()
	rest := remote.Background(t.Context())
	for i := range 80 {
		if err := []*remote.Shared{one, two}[i/10%2].Take(rest); err != nil {
			t.Fatal(err)
		}
	}
	if at.now.Second() != 0 || shared.leases != 8 {
		t.Errorf("80 calls took until %s and %d leases", at.now, shared.leases)
	}
	for range 20 {
		if err := one.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if at.now.Second() != 0 {
		t.Errorf("people waited until %s", at.now)
	}
	if err := two.Take(rest); err != nil || at.now.Minute() != 1 {
		t.Errorf("the 101st call: %v at %s", err, at.now)
	}

	// Who cannot wait that long is told how long it takes, and calls nobody.
	two.Told(t.Context(), remote.Quota{Known: true, Remaining: 20, Reset: 30 * time.Second})
	short, cancel := context.WithTimeout(rest, 5*time.Second)
	defer cancel()
	if e := remote.AsError(one.Take(short)); e == nil || !e.Unsent || e.After < 20*time.Second {
		t.Errorf("slowed by another replica: %+v", e)
	}
	before := at.now
	if err := one.Take(t.Context()); err != nil || at.now != before {
		t.Errorf("people are slowed too: %v at %s", err, at.now)
	}
	two.Told(t.Context(), remote.Quota{Over: true, Reset: 40 * time.Second})
	fresh := replica() // one that has nothing leased, and reads it
	if err := fresh.Take(t.Context()); err != nil || at.now.Sub(before) < 40*time.Second {
		t.Errorf("over the quota: %v after %s", err, at.now.Sub(before))
	}
}

func TestALimiterWithoutItsCounter(t *testing.T) {
	t.Parallel()
	limiter := remote.NewShared(remote.SharedOptions{Counter: away{}, Platform: "p", PerMinute: 10})
	client, tries := serve(t, answer(200, "{}"), func(o *remote.Options) { o.Limiter = limiter })
	_, err := client.Do(t.Context(), remote.Call{Name: "write", Method: "PUT"})
	if e := remote.AsError(err); e == nil || !e.Unsent || tries.Load() != 0 || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v after %d tries", err, tries.Load())
	}
}

type away struct{}

func (away) LeaseCalls(context.Context, string, int64, int, int, bool) (bool, int64, error) {
	return false, 0, errors.New("no database (secret)")
}
func (away) PauseCalls(context.Context, string, int64, bool) error { return nil }
