package hotmart

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
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

// testClock stands still unless it is moved.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *testClock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

const testSecret = "s3cr+t/&=x"

// A stub answers as a test wants, by method and path, and gives out tokens t1, t2 … of which the last is good.
type stub struct {
	*httptest.Server
	clock *testClock
	mux   *http.ServeMux

	mu     sync.Mutex
	calls  []string // method, path and query of each, but for tokens
	tokens atomic.Int64
	token  func(w http.ResponseWriter, r *http.Request) // instead of a token
}

// newStub returns a stub and the platform that calls it.
func newStub(t *testing.T) (*stub, *Platform) {
	t.Helper()
	s := &stub{mux: http.NewServeMux(), clock: &testClock{now: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	p := New(Options{APIURL: s.URL, AuthURL: s.URL, ClientID: "client-1", ClientSecret: testSecret, Now: s.clock.Now, Log: slog.New(slog.DiscardHandler)})
	return s, p
}

func (s *stub) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/security/oauth/token" {
		if s.token != nil {
			s.token(w, r)
			return
		}
		n := s.tokens.Add(1)
		fmt.Fprintf(w, `{"access_token":"t%d","token_type":"bearer","expires_in":86400}`, n)
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, r.Method+" "+r.URL.RequestURI())
	s.mu.Unlock()
	if r.Header.Get("Authorization") != fmt.Sprintf("Bearer t%d", s.tokens.Load()) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"token_expired"}`)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *stub) made() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.calls...)
}

// on answers a method and path with texts, one after the other; the last one stays.
func (s *stub) on(pattern string, answers ...string) {
	var n atomic.Int64
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		text := answers[min(int(n.Add(1)), len(answers))-1]
		if status, body, ok := strings.Cut(text, " "); ok && len(status) == 3 && status[0] >= '2' && status[0] <= '5' {
			var code int
			_, _ = fmt.Sscan(status, &code)
			w.WriteHeader(code)
			text = body
		}
		_, _ = io.WriteString(w, text)
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	s.on("GET /products/api/v1/products", `{"items":[]}`)
	read := func() error { _, err := p.products(t.Context(), ""); return err }

	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := read(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.tokens.Load(); n != 1 {
		t.Errorf("20 calls at once asked for %d tokens", n)
	}
	s.clock.pass(86400*time.Second - renewAhead - time.Second)
	if err := read(); err != nil || s.tokens.Load() != 1 {
		t.Errorf("before it is time: %v, %d tokens", err, s.tokens.Load())
	}
	s.clock.pass(2 * time.Second)
	if err := read(); err != nil || s.tokens.Load() != 2 {
		t.Errorf("renewed ahead: %v, %d tokens", err, s.tokens.Load())
	}
	s.tokens.Add(1) // the platform ends the token that we have
	if err := read(); err != nil || s.tokens.Load() != 4 {
		t.Errorf("once again on 401: %v, %d tokens", err, s.tokens.Load())
	}

	// A renewal ahead that fails costs nothing while the token is good.
	s.clock.pass(86400*time.Second - renewAhead + time.Second)
	s.token = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	if err := read(); err != nil {
		t.Errorf("the token is good for a while: %v", err)
	}
	s.clock.pass(renewAhead)
	before := len(s.made())
	err := read()
	if e := remote.AsError(err); e == nil || !e.Unsent || len(s.made()) != before {
		t.Errorf("no token: %v", err)
	}
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"id and secret":   {ClientID: " client-1 ", ClientSecret: testSecret},
		"basic alone":     {Basic: "Y2xpZW50LTE6czNjcit0LyY9eA=="},
		"as it is copied": {Basic: "Basic Y2xpZW50LTE6czNjcit0LyY9eA=="},
	} {
		s, _ := newStub(t)
		var got *http.Request
		s.token = func(w http.ResponseWriter, r *http.Request) {
			got = r
			_, _ = io.WriteString(w, `{"access_token":"`+strings.Repeat("x", 3000)+`"}`)
		}
		o.APIURL, o.AuthURL, o.Now = s.URL, s.URL, s.clock.Now
		token, err := New(o).auth.get(t.Context(), "")
		if err != nil || len(token) != 3000 {
			t.Errorf("%s: a token of %d bytes, %v", name, len(token), err)
			continue
		}
		id, secret, ok := got.BasicAuth()
		q := got.URL.Query()
		if got.Method != "POST" || !ok || id != "client-1" || secret != testSecret || q.Get("client_id") != "client-1" || q.Get("client_secret") != testSecret ||
			q.Get("grant_type") != "client_credentials" {
			t.Errorf("%s: %s %s, %q %q", name, got.Method, got.URL, id, secret)
		}
	}
}

func TestSecretsAreInNoError(t *testing.T) {
	t.Parallel()
	echo := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			text, _ := json.Marshal(map[string]string{"error": r.URL.Query().Get("client_secret"), "error_description": r.URL.String() + r.Header.Get("Authorization")})
			_, _ = w.Write(text)
		}
	}
	check := func(name string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s: no error", name)
			return
		}
		text := fmt.Sprintf("%v %+v", err, *remote.AsError(err))
		for _, s := range []string{testSecret, url.QueryEscape(testSecret), "s3cr", "Y2xpZW50LTE6", "t1"} {
			if strings.Contains(text, s) {
				t.Errorf("%s: %q is in %s", name, s, text)
			}
		}
	}
	for _, status := range []int{200, 302, 400, 401, 403, 404, 429, 500} {
		s, p := newStub(t)
		s.token = echo(status)
		_, err := p.products(t.Context(), "")
		check(fmt.Sprint("token ", status), err)
	}
	s, p := newStub(t)
	s.mux.HandleFunc("GET /products/api/v1/products", echo(400))
	_, err := p.products(t.Context(), "")
	check("an API that echoes the token", err)
	s.Close()
	_, err = New(Options{APIURL: s.URL, AuthURL: s.URL, ClientID: "c", ClientSecret: testSecret, Now: s.clock.Now}).products(t.Context(), "")
	check("nobody there", err)
}

func TestPages(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	long := strings.Repeat("T=", 400)
	s.on("GET /payments/api/v1/sales/history",
		`{"items":[{"purchase":{"transaction":"HP1"}},7,{"purchase":{"transaction":"HP2","price":"odd"}}],"page_info":{"next_page_token":"`+long+`","results_per_page":3}}`,
		`{"items":[{"purchase":{"transaction":"HP3"}}],"page_info":{"next_page_token":null}}`)
	first, err := p.sales(t.Context(), salesQuery{status: "REFUNDED", since: s.clock.Now()}, "")
	if err != nil || len(first.Items) != 2 || len(first.Bad) != 1 || first.Next != long || !first.AsOf.Equal(s.clock.Now()) {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := p.sales(t.Context(), salesQuery{status: "REFUNDED", since: s.clock.Now()}, first.Next)
	if err != nil || len(second.Items) != 1 || second.Next != "" {
		t.Fatalf("%+v, %v", second, err)
	}
	want := "GET /payments/api/v1/sales/history?max_results=500&page_token=" + url.QueryEscape(long) + "&start_date=1773489600000&transaction_status=REFUNDED"
	if calls := s.made(); calls[1] != want {
		t.Errorf("got %s\nwant %s", calls[1], want)
	}
}

func TestListingsEnd(t *testing.T) {
	t.Parallel()
	l := listing{name: "list", path: "/l"}
	for name, c := range map[string]struct {
		answers []string
		items   int
		fails   bool
	}{
		"no body":               {[]string{""}, 0, false},
		"two pages":             {[]string{`{"items":[{},{}],"page_info":{"next_page_token":"a"}}`, `{"items":[{}]}`}, 3, false},
		"a page that is last":   {[]string{`{"items":[{}],"page_info":{}}`}, 1, false},
		"one that names itself": {[]string{`{"items":[{}],"page_info":{"next_page_token":"a"}}`}, 1, true},
		"too many":              {[]string{`{"items":[{}],"page_info":{"next_page_token":"a"}}`, `{"items":[{}],"page_info":{"next_page_token":"b"}}`, `{"items":[{}],"page_info":{"next_page_token":"c"}}`}, 3, true},
		"a mistake":             {[]string{`400 {"error":"invalid_parameter"}`}, 0, true},
	} {
		s, p := newStub(t)
		s.on("GET /l", c.answers...)
		n, failed := 0, false
		for _, err := range allOf[productItem](t.Context(), p, l, 3) {
			if err != nil {
				failed = true
				continue
			}
			n++
		}
		if n != c.items || failed != c.fails {
			t.Errorf("%s: %d items, failed %v", name, n, failed)
		}
	}
	s, p := newStub(t)
	s.on("GET /l", `400 {"error":"invalid_token"}`)
	if _, err := pageOf[productItem](context.Background(), p, l, "old"); !isStaleToken(err) {
		t.Errorf("a token that is not good any more: %v", err)
	}
}

func TestSubscriptionsAreAskedForFromTheBeginning(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	s.on("GET /payments/api/v1/subscriptions", `{"items":[{"subscriber_code":"OTHER"},{"subscriber_code":"otto26qx","status":"ACTIVE"}]}`)
	item, _, ok, err := p.subscription(t.Context(), "OTTO26QX", "")
	if err != nil || !ok || item.Status != "ACTIVE" {
		t.Errorf("%+v, %v, %v", item, ok, err)
	}
	if got := s.made()[0]; got != "GET /payments/api/v1/subscriptions?accession_date=1293840000000&subscriber_code=OTTO26QX" {
		t.Error(got)
	}
}

// noWait is a pause that is over at once.
func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }
