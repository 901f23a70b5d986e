package telegram

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

func smallTurns() *chat.Turns { return chat.NewTurns(chat.TurnsOptions{Queue: 2}) }

const hello = `{"update_id":1,"message":{"message_id":1,"date":1790000000,"chat":{"id":5001,"type":"private"},"from":{"id":5001,"is_bot":false,"first_name":"Ana"},"text":"hi"}}`

func TestWebhookRefuses(t *testing.T) {
	t.Parallel()
	var handled atomic.Int64
	w := run(t, Webhook, desk(func(context.Context, flow.Inbound, flow.Screen) error {
		handled.Add(1)
		return nil
	}))
	for _, test := range []struct {
		name, method, path, secret, body string
		want                             int
	}{
		{"without a secret", "POST", WebhookPath, "", hello, 401},
		{"with another secret", "POST", WebhookPath, secret + "x", hello, 401},
		{"with a part of it", "POST", WebhookPath, secret[:5], hello, 401},
		{"too large", "POST", WebhookPath, secret, `{"update_id":1,"x":"` + strings.Repeat("x", maxUpdate) + `"}`, 413},
		{"too large and without a secret", "POST", WebhookPath, "", strings.Repeat("x", maxUpdate+1), 401},
		{"no JSON", "POST", WebhookPath, secret, "hello=1", 400},
		{"cut off", "POST", WebhookPath, secret, hello[:50], 400},
		{"empty", "POST", WebhookPath, secret, "", 400},
		{"by GET", "GET", WebhookPath, secret, "", 405},
		{"elsewhere", "POST", WebhookPath + "/x", secret, hello, 404},
		{"nothing for us", "POST", WebhookPath, secret, `{"update_id":2,"poll":{"id":"1"}}`, 200},
		{"of other types", "POST", WebhookPath, secret, `{"update_id":"two","message":[]}`, 200},
	} {
		r, err := http.NewRequest(test.method, w.local.URL+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		if test.secret != "" {
			r.Header.Set("X-Telegram-Bot-Api-Secret-Token", test.secret)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != test.want {
			t.Errorf("%s: %s, want %d", test.name, answer.Status, test.want)
		}
	}
	if n := handled.Load(); n != 0 {
		t.Errorf("%d of them reached the flows", n)
	}
}

// TestWebhookAnswersAfterTheUpdateIsHandled: a crash before that leads to another delivery.
func TestWebhookAnswersAfterTheUpdateIsHandled(t *testing.T) {
	t.Parallel()
	began, release := make(chan struct{}), make(chan struct{})
	w := run(t, Webhook, desk(func(context.Context, flow.Inbound, flow.Screen) error {
		close(began)
		<-release
		return nil
	}))
	update := w.fake.Say(ana, "hi")
	<-began
	if w.fake.Confirmed(update) {
		t.Error("it was answered before it was handled")
	}
	close(release)
	w.fake.AwaitConfirmed(update)
}

// TestWebhookBeforeTheNameIsKnown: a command in a group may be for another bot, so nothing is taken until the bot knows
// its name.
func TestWebhookBeforeTheNameIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Webhook, shows(card))
	o := w.options
	o.APIURL = "http://127.0.0.1:1" // nobody there
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	a.Routes(mux)
	r := httptest.NewRequest("POST", WebhookPath, strings.NewReader(hello))
	r.Header.Set(secretHeader, secret)
	out := httptest.NewRecorder()
	mux.ServeHTTP(out, r)
	if out.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want that Telegram brings it again", out.Code)
	}
}

func TestWebhookHangsUp(t *testing.T) {
	t.Parallel()
	release, done := make(chan struct{}), make(chan struct{})
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	w := run(t, Webhook, desk(func(ctx context.Context, _ flow.Inbound, on flow.Screen) error {
		hangUp()
		<-release
		_, err := on.Show(ctx, flow.Shown{Title: "Finished"})
		close(done)
		return err
	}))
	r, err := http.NewRequestWithContext(ctx, "POST", w.local.URL+WebhookPath, strings.NewReader(hello))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(secretHeader, secret)
	if answer, err := http.DefaultClient.Do(r); err == nil {
		answer.Body.Close()
		t.Fatal("it was answered")
	}
	close(release)
	<-done
	if got := w.last(ana).Text; got != "Finished" {
		t.Errorf("what was begun is not finished: %q", got)
	}
}

func TestNoWebhookInModePolling(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, shows(card))
	r, err := http.Post(w.local.URL+WebhookPath, "application/json", strings.NewReader(hello))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusNotFound {
		t.Errorf("status %s", r.Status)
	}
}

func TestRunWithoutAWebhookSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Webhook, shows(card))
	a, err := New(w.options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- a.Run(ctx) }()
	w.log.await(t, "no webhook is set, so nothing will come: run `aftersale setup telegram`")
	cancel()
	if err := <-over; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	good := newWorld(t, Webhook, shows(card)).options
	for name, spoil := range map[string]func(*Options){
		"no token":          func(o *Options) { o.Token = "" },
		"no token, a path":  func(o *Options) { o.Token = "../x" },
		"no mode":           func(o *Options) { o.Mode = "" },
		"another mode":      func(o *Options) { o.Mode = "socket" },
		"no secret":         func(o *Options) { o.WebhookSecret = "" },
		"a secret of signs": func(o *Options) { o.WebhookSecret = "geheim!" },
		"a long secret":     func(o *Options) { o.WebhookSecret = strings.Repeat("s", 257) },
		"no address":        func(o *Options) { o.APIURL = "api.telegram.org" },
		"no words":          func(o *Options) { o.Words = nil },
		"a bad word":        func(o *Options) { o.Commands = []flow.CommandInfo{{Word: "Refund-All"}} },
	} {
		o := good
		spoil(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	o := good
	o.Mode, o.WebhookSecret, o.APIURL = Polling, "", ""
	if a, err := New(o); err != nil || a.APIURL != "https://api.telegram.org" {
		t.Errorf("the least that is needed: %v", err)
	}
	o.Desk = nil
	if a, err := New(o); err != nil {
		t.Errorf("for setup and doctor: %v", err)
	} else if err := a.Run(t.Context()); err == nil {
		t.Error("it serves nothing")
	}
}
