package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// words are the console's words in English, from testdata; a key of a flow is its own word.
type words map[string]string

var readWords = sync.OnceValue(func() words {
	w := words{}
	text, err := os.ReadFile("testdata/words.txt")
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		w["console."+key] = value
	}
	return w
})

func (w words) Text(t flow.Text, r flow.Reader) string {
	text, ok := w[t.Key]
	if !ok {
		return "[" + t.Key + "]"
	}
	for name, value := range t.Args {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
	}
	return text
}

// people sit at each pane.
var people = map[Pane][]User{
	Team:    {{"ana", "Ana Lima", "agent", "en"}, {"rui", "Rui Costa", "manager", "pt-BR"}},
	Creator: {{"clara", "Clara Dias", "producer", "en"}, {"teo", "Téo Reis", "manager", "en"}},
	Buyer:   {{"marina", "Marina <b>Alves</b>", "buyer", "en"}, {"joao", "João Souza", "buyer", ""}},
}

// outbox is a mailbox of two letters.
type outbox []Letter

func (o outbox) List(limit int) ([]Letter, error) { return o[:min(limit, len(o))], nil }

func (o outbox) Open(id string) (Letter, error) {
	i := slices.IndexFunc(o, func(l Letter) bool { return l.ID == id })
	if i < 0 {
		return Letter{}, store.ErrNotFound
	}
	return o[i], nil
}

// A desk is a console under test.
type desk struct {
	t       testing.TB
	options Options
	adapter *Adapter
	server  *httptest.Server
	routes  atomic.Pointer[http.ServeMux]
}

// handlerFunc is a flow.Handler.
type handlerFunc func(ctx context.Context, in flow.Inbound, on flow.Screen) error

func (f handlerFunc) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	return f(ctx, in, on)
}

// says answers everything with one view.
func says(v flow.Shown) handlerFunc {
	return func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		_, err := on.Show(ctx, v)
		return err
	}
}

func openDesk(t testing.TB, handler flow.Handler, change ...func(*Options)) *desk {
	t.Helper()
	var tick, id atomic.Int64
	start := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	o := Options{
		Store: storetest.File(t), Handler: handler, Words: readWords(),
		Account: store.Account{ID: "acc", Name: "Cozinha da Ana", Locale: "pt-BR", Timezone: "America/Sao_Paulo"},
		Rooms:   map[Pane]string{Team: "approvals", Creator: "approvals"},
		Users:   func(_ context.Context, p Pane) ([]User, error) { return people[p], nil },
		Mailbox: outbox{
			{ID: "2.eml", From: "Cozinha da Ana <ajuda@example.com>", To: `"João Souza" <joao@example.com>`, Subject: "Your refund <soon>", At: start, Text: "Hello João", HTML: "<p>Hello <b>João</b><script>alert(1)</script></p>"},
			{ID: "1.eml", From: "ajuda@example.com", To: "marina@example.com", Subject: "Access", At: start.AddDate(0, 0, -3), Text: "Only text"},
		},
		Audit: func(context.Context, int) ([]AuditLine, error) {
			return []AuditLine{{Seq: 1, At: start, Actor: "Ana Lima", Action: "refund.requested", Target: "HP1100000101", Note: "not_expected", Hash: "3fa9c1d2e4"}}, nil
		},
		Commands: []Command{{Word: "refund", About: flow.T("refund.about")}, {Word: "refunds", About: flow.T("refunds.about"), Roles: []string{"manager", "producer"}}, {Word: "resend", About: flow.T("resend.about")}},
		Poll:     10 * time.Millisecond,
		Now:      func() time.Time { return start.Add(time.Duration(tick.Add(1)) * time.Millisecond) },
		NewID:    func() string { return fmt.Sprintf("01JDTEST%06d", id.Add(1)) },
		Log:      slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&o)
	}
	d := &desk{t: t, options: o}
	d.start()
	t.Cleanup(d.stop)
	return d
}

func (d *desk) start() {
	d.open()
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.routes.Load().ServeHTTP(w, r) }))
}

// open puts a new adapter behind the same address, as a restart of the program does.
func (d *desk) open() {
	d.adapter = New(d.options)
	mux := http.NewServeMux()
	d.adapter.Routes(mux)
	d.routes.Store(mux)
}

func (d *desk) stop() {
	d.adapter.Close()
	d.server.Close()
}

// get reads a page of the console.
func (d *desk) get(path string) *http.Response {
	d.t.Helper()
	r, err := http.Get(d.server.URL + path)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { r.Body.Close() })
	return r
}

// post sends a form as the page's script does. Redirects are not followed.
func (d *desk) post(path string, form url.Values, header ...string) *http.Response {
	d.t.Helper()
	r, err := http.NewRequest("POST", d.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// seat is a form of a pane with one of its users in it.
func seat(p Pane, user string, more ...string) url.Values {
	v := url.Values{"pane": {string(p)}, string(p): {user}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func replyOf(t testing.TB, r *http.Response) reply {
	t.Helper()
	var out reply
	if r.StatusCode != http.StatusOK {
		t.Fatalf("status %s: %s", r.Status, body(t, r))
	}
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
