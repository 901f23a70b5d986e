package hooks_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hooks"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	older  = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// receiver answers with a status, and hands on what it got.
func receiver(t *testing.T, status int) (*httptest.Server, chan http.Header) {
	t.Helper()
	got := make(chan http.Header, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Header.Set("X-Body", string(body))
		got <- r.Header
		w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Repeat("long ", 10_000))
	}))
	t.Cleanup(s.Close)
	return s, got
}

func call(url string, secrets ...string) actions.HookCall {
	return actions.HookCall{ID: "01J", At: time.Now(), URL: url, Secrets: secrets, Body: []byte(`{"type":"test"}`)}
}

// A receiver that knows one of the two secrets takes the call; one that knows another does not.
func TestCallsAreSigned(t *testing.T) {
	t.Parallel()
	s, got := receiver(t, http.StatusOK)
	status, problem := hooks.New(hooks.Options{Allow: []string{"127.0.0.1"}}).Call(t.Context(), call(s.URL, secret, older))
	if status != 200 || problem != "" {
		t.Fatalf("got %d %q", status, problem)
	}
	header := <-got
	for _, known := range []string{secret, older} {
		wh, err := standardwebhooks.NewWebhook(known)
		if err != nil {
			t.Fatal(err)
		}
		if err := wh.Verify([]byte(header.Get("X-Body")), header); err != nil {
			t.Errorf("with %s: %v", known, err)
		}
		if err := wh.Verify([]byte(header.Get("X-Body")+" "), header); err == nil {
			t.Error("a changed body was taken")
		}
	}
	stranger, _ := standardwebhooks.NewWebhook("whsec_c3RyYW5nZXIgc3RyYW5nZXIgc3RyYW4=")
	if err := stranger.Verify([]byte(header.Get("X-Body")), header); err == nil {
		t.Error("a stranger's secret was taken")
	}
	if id := header.Get("webhook-id"); id != "01J" {
		t.Errorf("id %q", id)
	}
}

// What answers is told by its status; where it leads to is not followed.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 302, 307, 400, 410, 429, 500, 503} {
		s, got := receiver(t, status)
		have, problem := hooks.New(hooks.Options{Allow: []string{"127.0.0.1"}}).Call(t.Context(), call(s.URL, secret))
		if have != status || problem != "" {
			t.Errorf("%d: got %d %q", status, have, problem)
		}
		if len(got) != 1 {
			t.Errorf("%d: called %d times", status, len(got))
		}
	}
	s, _ := receiver(t, 200)
	s.Close()
	if status, problem := hooks.New(hooks.Options{Allow: []string{"127.0.0.1"}}).Call(t.Context(), call(s.URL, secret)); status != 0 || problem != actions.HookUnreachable {
		t.Errorf("a closed port: %d %q", status, problem)
	}
	late, end := context.WithTimeout(t.Context(), time.Nanosecond)
	defer end()
	s, _ = receiver(t, 200)
	if status, problem := hooks.New(hooks.Options{Allow: []string{"127.0.0.1"}}).Call(late, call(s.URL, secret)); status != 0 || problem != actions.HookTimeout {
		t.Errorf("too late: %d %q", status, problem)
	}
	own := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(own.Close)
	if status, problem := hooks.New(hooks.Options{Allow: []string{"127.0.0.1"}}).Call(t.Context(), call(own.URL, secret)); status != 0 || problem != actions.HookCertificate {
		t.Errorf("a certificate of its own: %d %q", status, problem)
	}
}

// Addresses that lead into this machine or this network are refused when they are named.
func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	c := hooks.New(hooks.Options{Allow: []string{"receiver.lan:8080"}})
	for _, address := range []string{
		"", "crm", "http://crm.example.com/x", "ftp://crm.example.com", "https://", "https://user:pass@crm.example.com", "https://crm.example.com/#x",
		"https://localhost/x", "https://LOCALHOST./x", "https://127.0.0.1", "https://127.1", "https://2130706433", "https://0x7f000001", "https://0x7f.1",
		"https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25eth0]/",
		"https://10.0.0.1", "https://172.16.0.1", "https://192.168.1.1", "https://169.254.169.254/latest/meta-data", "https://[fd00:ec2::254]/", "https://100.64.0.1",
		"https://0.0.0.0", "https://224.0.0.1", "https://255.255.255.255", "https://db.internal", "https://printer.local", "https://x.localhost",
		"https://receiver.lan", "javascript:alert(1)", "https://crm.example.com/ x", "https://" + strings.Repeat("a", 500) + ".com",
	} {
		if err := c.Check(address); err == nil {
			t.Errorf("%q was taken", address)
		}
		if status, problem := c.Call(t.Context(), call(address, secret)); status != 0 || problem != actions.HookRefused {
			t.Errorf("%q was called: %d %q", address, status, problem)
		}
	}
	for _, address := range []string{"https://crm.example.com/hook?key=1", "https://crm.example.com:8443", "https://93.184.216.34/x", "https://[2606:2800:220:1:248:1893:25c8:1946]/", "http://receiver.lan:8080/x"} {
		if err := c.Check(address); err != nil {
			t.Errorf("%q was refused: %v", address, err)
		}
	}
}

// A name that is public by its words and leads to this machine is refused when the connection is made.
func TestNamesThatLeadInside(t *testing.T) {
	t.Parallel()
	s, got := receiver(t, 200)
	port := netip.MustParseAddrPort(strings.TrimPrefix(s.URL, "http://")).Port()
	for _, name := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"} {
		ip := netip.MustParseAddr(name)
		if err := hooks.Dialed(t.Context(), netip.AddrPortFrom(ip, port).String()); !errors.Is(err, hooks.ErrPrivate) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(got) > 0 {
		t.Error("the receiver was reached")
	}
}

// FuzzCheck: whatever is typed, an address that is taken has https, a host with a domain or a public address, and no user.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"https://crm.example.com/x", "https://[::1]/", "https://127.0.0.1:80", "http://a.b", "https://a.b@c.d", "https://ⓛocalhost.", "https://127.0.0.1."} {
		f.Add(seed)
	}
	c := hooks.New(hooks.Options{})
	f.Fuzz(func(t *testing.T, address string) {
		if c.Check(address) != nil {
			return
		}
		req, err := http.NewRequest(http.MethodPost, address, nil)
		if err != nil {
			return // Call refuses it
		}
		u := req.URL
		if u.Scheme != "https" || u.User != nil || !strings.Contains(u.Hostname(), ".") && !strings.Contains(u.Hostname(), ":") {
			t.Errorf("%q was taken", address)
		}
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil && (ip.Unmap().IsLoopback() || ip.Unmap().IsPrivate() || ip.Unmap().IsLinkLocalUnicast()) {
			t.Errorf("%q was taken", address)
		}
	})
}
