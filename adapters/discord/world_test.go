package discord

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
)

// TestMain runs more tests at once than there are processors: most of what they do is wait, a second alone for discordgo
// to close its connection.
func TestMain(m *testing.M) {
	flag.Parse()
	if n := flag.Lookup("test.parallel"); n.Value.String() == n.DefValue {
		if err := flag.Set("test.parallel", "16"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// marker is the bot's token in tests: it must never be seen in an error, a log line or a message.
const marker = "MTAwMDAwMDAw.SECRET-marker.of-the-bot"

// Two people.
const (
	ana = "300000000000000001"
	bia = "300000000000000002"
)

// A world is an adapter, a desk behind it and Discord before it.
type world struct {
	t       *testing.T
	mode    string
	fake    *fakediscord.Server
	desk    *watched
	log     *syncBuffer
	web     *httptest.Server
	served  chan struct{} // that a call to the endpoint is over, once until it is read
	options Options
	slow    time.Duration // deferAfter; 0: as it is

	current atomic.Pointer[Adapter] // that serves now
	mux     atomic.Pointer[http.ServeMux]
	cancel  context.CancelFunc
	ended   chan error
}

// setting changes a world before it starts.
type setting func(*world, *fakediscord.Options)

func lenient(_ *world, o *fakediscord.Options) { o.Lenient = true }

// within sets how long Discord waits for the first answer; 0: as long as the real one.
func within(d time.Duration) setting {
	return func(_ *world, o *fakediscord.Options) { o.Within = d }
}

func deferring(after time.Duration) setting {
	return func(w *world, _ *fakediscord.Options) { w.slow = after }
}

func options(change func(*Options)) setting {
	return func(w *world, _ *fakediscord.Options) { change(&w.options) }
}

// both runs a test on both transports.
func both(t *testing.T, test func(t *testing.T, mode string)) {
	t.Helper()
	for _, mode := range []string{ModeGateway, ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			test(t, mode)
		})
	}
}

// vocabulary are the real words.
var vocabulary = sync.OnceValues(func() (*locales.Words, error) { return locales.New("en", nil) })

func words(t testing.TB) *locales.Words {
	t.Helper()
	w, err := vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var ids atomic.Int64

func newID() string { return fmt.Sprintf("%026d", ids.Add(1)) }

// prepare makes everything but a running adapter.
func prepare(t *testing.T, mode string, desk flow.Desk, settings ...setting) *world {
	t.Helper()
	spec := specs.Load(t)
	w := &world{t: t, mode: mode, desk: watch(desk), log: &syncBuffer{}, served: make(chan struct{}, 1)}
	fake := fakediscord.Options{Token: marker, Within: fakediscord.Patience, Validate: spec.Discord, ValidateCallback: spec.DiscordCallback}
	w.options = Options{
		Desk: w.desk, Words: words(t), Commands: flows.Describe(words(t)), Locale: "en", Mode: mode, Token: marker,
		ApplicationID: fakediscord.ApplicationID, GuildID: fakediscord.GuildID, ApprovalsChannel: fakediscord.Room,
		Now: time.Now, NewID: newID, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	if mode == ModeHTTP {
		w.web = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.mux.Load().ServeHTTP(rw, r)
			select {
			case w.served <- struct{}{}:
			default:
			}
		}))
		t.Cleanup(w.web.Close)
		fake.Endpoint = w.web.URL + "/discord/interactions"
	}
	for _, s := range settings {
		s(w, &fake)
	}
	w.fake = fakediscord.New(t, fake)
	w.options.APIURL, w.options.PublicKey = w.fake.URL(), w.fake.PublicKey()
	w.fake.Direct(ana)
	w.fake.Direct(bia)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the adapter's log:\n%s", w.log)
		}
		if strings.Contains(w.log.String(), "SECRET-marker") {
			t.Errorf("the token is in the log:\n%s", w.log)
		}
	})
	return w
}

// run starts an adapter, too.
func run(t *testing.T, mode string, desk flow.Desk, settings ...setting) *world {
	t.Helper()
	w := prepare(t, mode, desk, settings...)
	w.start()
	t.Cleanup(w.stop)
	return w
}

func (w *world) new() *Adapter {
	w.t.Helper()
	a, err := New(w.options)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.slow > 0 {
		a.deferAfter = w.slow
	}
	return a
}

func (w *world) start() {
	w.t.Helper()
	a := w.new()
	mux := http.NewServeMux()
	a.Routes(mux)
	w.current.Store(a)
	w.mux.Store(mux)
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.ended = cancel, make(chan error, 1)
	go func(ended chan<- error) { ended <- a.Run(ctx) }(w.ended)
}

// stop ends the adapter, which must not take long.
func (w *world) stop() {
	w.t.Helper()
	if w.cancel == nil {
		return
	}
	w.cancel()
	w.cancel = nil
	select {
	case err := <-w.ended:
		if err != nil {
			w.t.Errorf("Run: %v", err)
		}
	case <-time.After(10 * time.Second):
		w.t.Error("the adapter does not stop within 10 s")
	}
}

func (w *world) adapter() *Adapter { return w.current.Load() }

// ready waits until the adapter says that it serves.
func (w *world) ready() {
	w.t.Helper()
	late := time.After(fakediscord.Patience)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for err := w.adapter().Ready(w.t.Context()); err != nil; err = w.adapter().Ready(w.t.Context()) {
		select {
		case <-look.C:
		case <-late:
			w.t.Fatalf("not ready: %v", err)
		}
	}
}

// watched is a desk whose turns can be waited for.
type watched struct {
	flow.Desk
	mu    sync.Mutex
	ended map[string]int
	asked map[string]flow.Inbound
	wake  *sync.Cond
}

func watch(d flow.Desk) *watched {
	w := &watched{Desk: d, ended: map[string]int{}, asked: map[string]flow.Inbound{}}
	w.wake = sync.NewCond(&w.mu)
	return w
}

// Handle implements flow.Handler.
func (w *watched) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	w.mu.Lock()
	w.asked[in.ID] = in
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.ended[in.ID]++
		w.wake.Broadcast()
		w.mu.Unlock()
	}()
	return w.Desk.Handle(ctx, in, on)
}

// turns waits until the delivery was handled n times.
func (w *watched) turns(t testing.TB, id string, n int) {
	t.Helper()
	late := time.AfterFunc(fakediscord.Patience, w.wake.Broadcast)
	defer late.Stop()
	until := time.Now().Add(fakediscord.Patience)
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.ended[id] < n {
		if time.Now().After(until) {
			t.Errorf("delivery %s was not handled %d times but %d", id, n, w.ended[id])
			return
		}
		w.wake.Wait()
	}
}

// deskFunc is a desk of one function, which suggests nothing and shows no cards.
type deskFunc func(ctx context.Context, in flow.Inbound, on flow.Screen) error

func (d deskFunc) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	return d(ctx, in, on)
}
func (deskFunc) Card(context.Context, flow.Inbound, string) (flow.Shown, error) {
	return flow.Shown{}, nil
}
func (deskFunc) Suggest(context.Context, flow.Inbound, string, string, string) ([]flow.ShownOption, error) {
	return nil, nil
}

// showing is a desk that always shows the same.
func showing(v flow.Shown) deskFunc {
	return func(ctx context.Context, _ flow.Inbound, on flow.Screen) error {
		_, err := on.Show(ctx, v)
		return err
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
