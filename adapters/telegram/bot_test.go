package telegram

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
)

const (
	marker = "7000:MARKER-SECRET-TOKEN" // must never be seen anywhere
	secret = "webhook_secret-1"
	public = "https://support.example.com"

	ana = 5001
	bia = 5002
)

// desk is the flows' side of a test.
type desk func(ctx context.Context, in flow.Inbound, on flow.Screen) error

func (d desk) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	return d(ctx, in, on)
}

func (d desk) Card(context.Context, flow.Inbound, string) (flow.Shown, error) {
	return flow.Shown{}, nil
}

func (d desk) Suggest(context.Context, flow.Inbound, string, string, string) ([]flow.ShownOption, error) {
	return nil, nil
}

// shows answers everything with the view.
func shows(s flow.Shown) desk {
	return func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		s := s
		s.Replace = in.Message
		_, err := on.Show(ctx, s)
		return err
	}
}

// validator checks calls against the official specification where that is there.
func validator(t testing.TB) func(string, map[string]any) []string {
	t.Helper()
	if _, err := os.Stat(filepath.Join("..", "..", "..", "shared", "specs", "telegram-bot-api.json")); err != nil && os.Getenv("AFTERSALE_TEST_SHARED") != "required" {
		t.Log("the official specification is not beside the repository: the fake server's own rules alone")
		return nil
	}
	return specs.Load(t).Telegram
}

// words are the real ones.
func words(t testing.TB) *locales.Words {
	t.Helper()
	w, err := locales.New("pt-BR", nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A world is a bot and its Telegram.
type world struct {
	t       testing.TB
	fake    *faketelegram.Server
	options Options
	log     *buffer
	local   *httptest.Server // what Telegram reaches, in mode webhook
	served  handlerBox

	prepare func(*Adapter) // before it runs; may be nil
	adapter *Adapter
	stop    func() error
}

// A handlerBox is a handler that can be exchanged, as at a restart.
type handlerBox struct {
	mu sync.Mutex
	h  http.Handler
}

func (b *handlerBox) set(h http.Handler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.h = h
}

func (b *handlerBox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	h := b.h
	b.mu.Unlock()
	if h == nil {
		http.Error(w, "nobody is here", http.StatusBadGateway)
		return
	}
	h.ServeHTTP(w, r)
}

// buffer is a log that many write.
type buffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{} // closed at the next line
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// await waits until the log says something.
func (b *buffer) await(t testing.TB, text string) {
	t.Helper()
	late := time.After(faketelegram.Patience)
	for {
		b.mu.Lock()
		if strings.Contains(b.b.String(), text) {
			b.mu.Unlock()
			return
		}
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		changed := b.changed
		b.mu.Unlock()
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the log does not say %q:\n%s", text, b)
		}
	}
}

// newWorld prepares a bot in the mode; start runs it. tune may change the options of both.
func newWorld(t testing.TB, mode string, d flow.Desk, tune ...func(*Options, *faketelegram.Options)) *world {
	t.Helper()
	w := &world{t: t, log: &buffer{}}
	fake := faketelegram.Options{Token: marker, Validate: validator(t)}
	w.options = Options{
		Desk: d, Words: words(t), Commands: testCommands, Locale: "pt-BR", Mode: mode, Token: marker, WebhookSecret: secret, PublicURL: public,
		Now: time.Now, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range tune {
		f(&w.options, &fake)
	}
	w.fake = faketelegram.New(t, fake)
	w.options.APIURL = w.fake.URL()
	w.local = httptest.NewServer(&w.served)
	t.Cleanup(w.local.Close)
	w.fake.Reach(public, w.local.URL)
	w.fake.Start(ana)
	w.fake.Start(bia)
	return w
}

// start runs the adapter until stop, or the end of the test.
func (w *world) start() {
	w.t.Helper()
	a, err := New(w.options)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.prepare != nil {
		w.prepare(a)
	}
	mux := http.NewServeMux()
	a.Routes(mux)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- a.Run(ctx) }()
	w.served.set(mux)
	w.adapter = a
	w.stop = sync.OnceValue(func() error { cancel(); return <-over })
	w.t.Cleanup(func() {
		if err := w.stop(); err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
	if w.options.Mode == Webhook {
		w.fake.SetWebhook(public+WebhookPath, secret)
	}
}

// run is newWorld and start.
func run(t testing.TB, mode string, d flow.Desk, tune ...func(*Options, *faketelegram.Options)) *world {
	t.Helper()
	w := newWorld(t, mode, d, tune...)
	w.start()
	return w
}

// say has a user write and waits until the bot has handled it.
func (w *world) say(user int64, text string) {
	w.t.Helper()
	w.fake.AwaitConfirmed(w.fake.Say(user, text))
}

// press has a user press and waits until the bot has handled it.
func (w *world) press(user int64, message int, data string) {
	w.t.Helper()
	w.fake.AwaitConfirmed(w.fake.Press(faketelegram.Press{Chat: w.fake.ChatOf(message), User: user, Message: message, Data: data}))
}

// last is the newest message of the bot in a chat.
func (w *world) last(chat int64) faketelegram.Message {
	w.t.Helper()
	all := w.fake.Messages(chat)
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].User == 0 {
			return all[i]
		}
	}
	w.t.Fatalf("the bot has said nothing in %d", chat)
	return faketelegram.Message{}
}

var testCommands = []flow.CommandInfo{
	{Word: "start", About: about("Início", "Start", "Inicio"), Staff: true, Buyers: true},
	{Word: "refund", About: about("Reembolsar uma compra", "Refund a purchase", "Reembolsar una compra"), Staff: true, Buyers: true},
	{Word: "refunds", About: about("Pedidos que esperam decisão", "Requests that wait for a decision", "Solicitudes que esperan decisión"), Staff: true},
	{Word: "help", About: about("O que posso fazer", "What I can do", "Lo que puedo hacer"), Staff: true, Buyers: true},
}

func about(pt, en, es string) map[string]string {
	return map[string]string{"pt-BR": pt, "en": en, "es": es}
}

// both runs a test in both modes.
func both(t *testing.T, test func(t *testing.T, mode string)) {
	t.Helper()
	for _, mode := range []string{Polling, Webhook} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			test(t, mode)
		})
	}
}
