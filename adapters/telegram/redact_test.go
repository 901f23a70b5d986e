package telegram

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

// errorPaths are all ways in which a call fails; each returns an address to be configured as api_url.
var errorPaths = map[string]func(t *testing.T) string{
	"nobody listens": func(t *testing.T) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return "http://" + l.Addr().String()
	},
	"no such host":     func(*testing.T) string { return "http://no-such-host.invalid" },
	"not a TLS server": func(t *testing.T) string { return strings.Replace(answering(t, 200, "{}"), "http:", "https:", 1) },
	"HTML of a proxy":  func(t *testing.T) string { return answering(t, 502, "<html>Bad Gateway</html>") },
	"empty":            func(t *testing.T) string { return answering(t, 200, "") },
	"cut off":          func(t *testing.T) string { return answering(t, 200, `{"ok":true,"result":{"id":`) },
	"another result":   func(t *testing.T) string { return answering(t, 200, `{"ok":true,"result":"7"}`) },
	"server error": func(t *testing.T) string {
		return answering(t, 500, `{"ok":false,"error_code":500,"description":"oops"}`)
	},
	"an echo": func(t *testing.T) string {
		return answering(t, 400, `{"ok":false,"error_code":400,"description":"bad /bot`+marker+`/x"}`)
	},
	"cut connection": func(t *testing.T) string {
		return serving(t, func(w http.ResponseWriter, r *http.Request) {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				c.Close()
			}
		})
	},
	"redirect": func(t *testing.T) string {
		return serving(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1"+r.URL.Path, http.StatusTemporaryRedirect)
		})
	},
	"time-out": func(t *testing.T) string {
		return serving(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice that the caller has gone
			<-r.Context().Done()
		})
	},
	"odd address": func(t *testing.T) string { return answering(t, 502, "") + "/%2F%25" },
}

func answering(t *testing.T, status int, body string) string {
	return serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
}

func serving(t *testing.T, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// TestTokenIsNeverSeen drives all that can be called through all that can fail, and searches what comes out.
func TestTokenIsNeverSeen(t *testing.T) {
	t.Parallel()
	for name, open := range errorPaths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Webhook, shows(card))
			options := w.options
			options.APIURL = open(t)
			options.HTTP = &http.Client{Timeout: 300 * time.Millisecond}
			options.Staff = func(context.Context) ([]int64, error) { return []int64{ana}, nil }
			a, err := New(options)
			if err != nil {
				t.Fatal(err)
			}
			a.pause = func(context.Context, time.Duration) bool { return true }
			var out bytes.Buffer
			seen := func(what string, err error) {
				if err == nil {
					t.Errorf("%s: no error", what)
				} else {
					fmt.Fprintln(&out, what, err)
					fmt.Fprintf(&out, "%+v %#v\n", err, err.Error())
				}
			}
			_, err = a.Username(t.Context())
			seen("Username", err)
			a.me = "cozinha_bot" // from here on the rest fails
			_, err = a.Poster().Post(t.Context(), "5001", card)
			seen("Post", err)
			for _, kind := range []string{"text/csv", "image/png"} {
				_, err = a.Poster().(flow.FilePoster).PostFile(t.Context(), "5001", flow.File{Name: "x", MIME: kind, Body: []byte("x")})
				seen("PostFile", err)
			}
			if err := a.Poster().Edit(t.Context(), "5001", "7", card); name != "another result" { // an edit has no use for it
				seen("Edit", err)
			}
			seen("Setup", a.Setup(t.Context(), &out))
			for _, f := range a.Check(t.Context(), public) {
				fmt.Fprintln(&out, f)
			}
			for _, mode := range []string{Polling, Webhook} {
				o := options
				o.Mode = mode
				running, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				tries := 0
				running.pause = func(context.Context, time.Duration) bool {
					if tries++; tries == 3 {
						cancel()
					}
					return ctx.Err() == nil
				}
				if name != "another result" { // then it is told no name and goes on trying
					seen("Ready", running.Ready(ctx))
				}
				if err := running.Run(ctx); err != nil {
					fmt.Fprintln(&out, err)
				}
				cancel()
			}
			on := &screen{a: a, event: event{user: ana}, acked: closed(), stop: func() {}}
			_, err = on.Show(t.Context(), card)
			seen("Show", err)
			a.answer(t.Context(), "1", map[string]string{})
			all := out.String() + w.log.String()
			if strings.Contains(all, "MARKER") || strings.Contains(all, "SECRET-TOKEN") {
				t.Errorf("the token is in:\n%s", all)
			}
			if strings.Contains(all, secret) {
				t.Errorf("the webhook's secret is in:\n%s", all)
			}
			if len(all) < 200 {
				t.Errorf("hardly anything was said: %q", all)
			}
		})
	}
}

func closed() chan struct{} { c := make(chan struct{}); close(c); return c }

// TestLogsHoldNothingPersonal searches what is logged of a busy day.
func TestLogsHoldNothingPersonal(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, shows(flow.Shown{Title: "The buyer is joao@example.com"}))
	w.say(ana, "my address is joao@example.com")
	w.fake.Next("sendMessage", faketelegram.Fault{Code: 400, Description: "Bad Request: odd"})
	w.say(ana, "/email joao@example.com")
	w.fake.Block(ana, "bot was blocked by the user")
	m := w.fake.Messages(ana)[1]
	w.press(ana, m.ID, "01JDTESTCARD.1.confirm")
	if log := w.log.String(); strings.Contains(log, "joao") || strings.Contains(log, "01JDTESTCARD") || !strings.Contains(log, "blocked") {
		t.Errorf("the log says:\n%s", log)
	}
}
