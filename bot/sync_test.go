package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// A hotmartShop is a fake Hotmart with sales, and a configuration that connects it.
type hotmartShop struct {
	*fake.Server
	config Config
	store  *store.Store
	calls  atomic.Int64
	// onCall runs before each call of the API.
	onCall func(n int64)
}

func newHotmartShop(t *testing.T, sales int) *hotmartShop {
	t.Helper()
	s := &hotmartShop{Server: fake.New(fake.Options{PerMinute: 1 << 30})}
	s.SeedCast()
	b := s.AddBuyer(fake.Buyer{Name: "Ana Souza", Email: "ana@example.com"})
	for i := range sales {
		at := time.Now().UTC().Add(-time.Duration(i+1) * 24 * time.Hour)
		s.AddSale(fake.Sale{Transaction: fmt.Sprintf("HP55%06d", i), Product: 4100001, Buyer: b, Status: "COMPLETE", Ordered: at, Approved: at})
	}
	s.Tick() // the charges since March, and then that their guarantee is over
	s.Tick()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := s.calls.Add(1)
		if s.onCall != nil {
			s.onCall(n)
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.store = storetest.New(t)
	s.config = DefaultConfig()
	s.config.Hotmart = HotmartConfig{Enabled: true, ReconcileMinutes: 60, ClientID: "client", ClientSecret: "secret", APIURL: server.URL, AuthURL: server.URL}
	return s
}

// sync does what `aftersale sync hotmart` does, and returns what it says and its exit code.
func (s *hotmartShop) sync(ctx context.Context, c syncCommand) (out, trouble string, code int) {
	var stdout, stderr strings.Builder
	c.Platform = "hotmart"
	p := &program{ctx: ctx, stdout: &stdout, stderr: &stderr, log: slog.New(slog.DiscardHandler)}
	code = p.exit(c.read(p, s.config, s.store))
	return stdout.String(), stderr.String(), code
}

// TestSyncCommand reads everything, and again; and what was cut off goes on.
func TestSyncCommand(t *testing.T) {
	t.Parallel()
	s := newHotmartShop(t, 700)
	ctx, stop := context.WithCancel(t.Context())
	s.onCall = func(n int64) {
		if n == 12 {
			stop()
		}
	}
	_, trouble, code := s.sync(ctx, syncCommand{})
	if code != exitFailed || !strings.Contains(trouble, "`aftersale sync hotmart` goes on from there") {
		t.Fatalf("cut off: %d %s", code, trouble)
	}
	s.onCall = nil
	out, trouble, code := s.sync(t.Context(), syncCommand{})
	if code != exitDone || !strings.Contains(out, "going on where it was cut off") || !strings.Contains(out, fmt.Sprintf(" %d read  %10d new", len(s.Sales()), len(s.Sales()))) || strings.Contains(out, "bad") {
		t.Fatalf("gone on: %d\n%s%s", code, out, trouble)
	}
	out, _, code = s.sync(t.Context(), syncCommand{Since: "2026-01-01", Restart: true})
	if code != exitDone || strings.Contains(out, "going on") || strings.Count(out, "         0 new or changed") != 5 {
		t.Errorf("again: %d\n%s", code, out)
	}
}

// TestSyncCommandSaysWhatIsWrong with how it was called, and with the credential.
func TestSyncCommandSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newHotmartShop(t, 0)
	for since, want := range map[string]string{"yesterday": "--since must be a day", "2999-01-01": "--since lies ahead"} {
		if _, trouble, code := s.sync(t.Context(), syncCommand{Since: since}); code != exitUsage || !strings.Contains(trouble, want) {
			t.Errorf("%s: %d %s", since, code, trouble)
		}
	}
	s.config.Hotmart.ClientSecret = "tellnobody"
	if out, trouble, code := s.sync(t.Context(), syncCommand{}); code != exitFailed || strings.Contains(out+trouble, "tellnobody") || !strings.Contains(trouble, "401") {
		t.Errorf("a wrong secret: %d %s%s", code, out, trouble)
	}
	var stderr strings.Builder
	code := run(t.Context(), []string{"sync", "hotmart"}, func(key string) string {
		return map[string]string{"AFTERSALE_DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "x.db"), "AFTERSALE_SECRET_KEY": goodKey}[key]
	}, strings.NewReader(""), io.Discard, &stderr)
	if code != exitUsage || !strings.Contains(stderr.String(), "hotmart is not configured: set hotmart.enabled") {
		t.Errorf("not connected: %d %s", code, &stderr)
	}
}

// TestDoctorLooksAtReadings: that nothing was read, when it last was, and that webhooks seem not to arrive.
func TestDoctorLooksAtReadings(t *testing.T) {
	t.Parallel()
	s := newHotmartShop(t, 3)
	look := func(want string) {
		t.Helper()
		got := fmt.Sprint(checkReading(t.Context(), s.store, s.config))
		if !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	look("never read to the end")
	if _, trouble, code := s.sync(t.Context(), syncCommand{}); code != exitDone {
		t.Fatal(trouble)
	}
	look("ok hotmart sales last read at")
	s.config.Hotmart.ReconcileMinutes = 0
	look("are not read again by themselves")
	for i := range 2 {
		at := now().Add(time.Duration(i) * time.Second)
		if err := s.store.AddSync(store.Sync{ID: fmt.Sprint("y", i), AccountID: accountID, Platform: "hotmart", Kind: "recent", State: "done", Missed: 5, Until: at, CreatedAt: at, UpdatedAt: at, EndedAt: &at}); err != nil {
			t.Fatal(err)
		}
	}
	look("seem not to arrive (none has come yet): the last reading found 5 sales")
	s.config.Hotmart.Enabled = false
	if got := checkReading(t.Context(), s.store, s.config); got != nil {
		t.Errorf("not connected: %v", got)
	}
}
