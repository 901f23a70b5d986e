package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// served is a server that run started in this process.
type served struct {
	address string
	log     *output
	stop    context.CancelFunc
	code    chan int
}

var servingAt = regexp.MustCompile(`msg=serving address=(\S+)`)

// serveFor starts `serve` on a database and waits until it says where it listens.
func serveFor(t *testing.T, databaseURL string, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &served{log: newOutput(), stop: cancel, code: make(chan int, 1)}
	getenv := env("AFTERSALE_DATABASE_URL", databaseURL, "AFTERSALE_SECRET_KEY", goodKey, "AFTERSALE_LISTEN", "127.0.0.1:0",
		"AFTERSALE_MAIL_OUTBOX_DIR", t.TempDir(), "AFTERSALE_MAIL_FROM", "help@example.com")
	go func() { s.code <- run(ctx, append([]string{"serve"}, args...), getenv, nil, s.log, s.log) }()
	t.Cleanup(cancel)
	s.address = s.log.await(t, servingAt)[1]
	return s
}

// end stops it and checks that it ended in order.
func (s *served) end(t *testing.T) {
	t.Helper()
	s.stop()
	select {
	case code := <-s.code:
		if code != exitDone {
			t.Errorf("serve ended with %d: %s", code, s.log)
		}
	case <-time.After(patience):
		t.Fatalf("serve does not stop: %s", s.log)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "x.db") },
		"postgres": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			s := serveFor(t, at)
			root := "http://" + s.address
			for path, want := range map[string]int{
				"/healthz": 200, "/readyz": 200, "/metrics": 200, "/c/": 404, "/": 404, "/slack/events": 404,
			} {
				if code, body := get(t, root+path); code != want {
					t.Errorf("%s answers %d, want %d: %s", path, code, want, body)
				}
			}
			if code, page := get(t, root+actions.NotMePath+"forged?lang=en"); code != 404 || !strings.Contains(page, "This link does not work") {
				t.Errorf("a forged link of a mail answers %d: %s", code, page)
			}
			var out, trouble strings.Builder
			if code := run(t.Context(), []string{"healthcheck"}, env("AFTERSALE_LISTEN", s.address), nil, &out, &trouble); code != exitDone || out.String() != "ok\n" {
				t.Errorf("healthcheck: exit code %d, %q, %q", code, out.String(), trouble.String())
			}
			s.end(t)
			if code := run(t.Context(), []string{"healthcheck"}, env("AFTERSALE_LISTEN", s.address), nil, &out, &trouble); code != exitFailed {
				t.Errorf("healthcheck of a stopped process: exit code %d", code)
			}
			serveFor(t, at, "--no-migrate").end(t) // what the first one made is enough for the next
		})
	}
}

// TestSeveralStartAtOnce has four processes bring an empty database up; all must come up and one account be there.
func TestSeveralStartAtOnce(t *testing.T) {
	t.Parallel()
	at := storetest.PostgresURL(t)
	for code := exitDone; code == exitDone; { // down to nothing: the test database comes migrated
		code = run(t.Context(), []string{"migrate", "down"}, env("AFTERSALE_DATABASE_URL", at), nil, io.Discard, io.Discard)
	}
	starting := make([]*process, 4)
	for i := range starting {
		starting[i] = startServe(t, at)
	}
	for _, p := range starting {
		p.output.await(t, servingAt)
	}
	for _, p := range starting {
		p.stopWell()
	}
	s, err := store.Open(t.Context(), store.Options{URL: at})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.In(t.Context()).Account(accountID); err != nil {
		t.Error(err)
	}
}

func startServe(t *testing.T, databaseURL string) *process {
	t.Helper()
	return launch(t, []string{
		"AFTERSALE_DATABASE_URL=" + databaseURL, "AFTERSALE_SECRET_KEY=" + goodKey, "AFTERSALE_LISTEN=127.0.0.1:0",
		"AFTERSALE_MAIL_OUTBOX_DIR=" + t.TempDir(), "AFTERSALE_MAIL_FROM=help@example.com",
	}, "serve")
}

func TestASecondSignalStopsAtOnce(t *testing.T) {
	t.Parallel()
	p := startServe(t, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	address := p.output.await(t, servingAt)[1]
	// A request that has begun and does not end holds the stop in order back for some seconds.
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	fmt.Fprint(slow, "GET /healthz HTTP/1.1\r\n")
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.output.await(t, regexp.MustCompile("msg=\"stopping:"))
	var exit *exec.ExitError
	if err := p.stop(syscall.SIGTERM); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("ended with %v, want by the second signal", err)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	log := newOutput()
	s := storetest.New(t)
	mux := http.NewServeMux()
	server := newServer(mux, []probe{
		{"database", func(context.Context) error { return nil }},
		{"jobs", func(context.Context) error { return errors.New("the cause") }},
	}, newMetrics(s, logTo(log)), logTo(log))
	answer := httptest.NewRecorder()
	server.Handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if got, want := answer.Body.String(), "database: ok\njobs: not ready\n"; answer.Code != http.StatusServiceUnavailable || got != want {
		t.Errorf("%d %q, want 503 %q", answer.Code, got, want)
	}
	if !strings.Contains(log.String(), "the cause") {
		t.Errorf("the cause is not in the log: %s", log.String())
	}
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := answer.Header().Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if server.ReadHeaderTimeout == 0 || server.ReadTimeout == 0 || server.IdleTimeout == 0 || server.MaxHeaderBytes == 0 {
		t.Errorf("a limit is missing: %+v", server)
	}
}

func TestSometimesRemembers(t *testing.T) {
	t.Parallel()
	calls := 0
	check := sometimes(time.Hour, func(context.Context) error { calls++; return errors.New("x") })
	for range 3 {
		if err := check(t.Context()); err == nil {
			t.Error("the remembered failure is forgotten")
		}
	}
	if calls != 1 {
		t.Errorf("checked %d times, want once", calls)
	}
}

func logTo(o *output) *slog.Logger { return slog.New(slog.NewTextHandler(o, nil)) }
