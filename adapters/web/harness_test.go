package web

import (
	"context"
	"encoding/json"
	"encoding/xml"
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

	"github.com/aftersale/aftersale/adapters/adaptertest"
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
			{ID: "2.eml", From: "Cozinha da Ana <ajuda@example.com>", To: "joao@example.com", Subject: "Your refund <soon>", At: start, Text: "Hello João", HTML: "<p>Hello <b>João</b><script>alert(1)</script></p>"},
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
	d.adapter = New(d.options)
	mux := http.NewServeMux()
	d.adapter.Routes(mux)
	d.server = httptest.NewServer(mux)
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

// A node is an element of a page.
type node struct {
	name string
	attr map[string]string
	kids []*node
	text string // of a text node
}

// parse reads a page. The templates write HTML that closes what it opens, so an XML reader in its lenient mode will do.
func parseHTML(t testing.TB, page string) *node {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	root := &node{}
	open := []*node{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return root
		}
		if err != nil {
			t.Fatalf("read page: %v", err)
		}
		top := open[len(open)-1]
		switch x := token.(type) {
		case xml.StartElement:
			n := &node{name: x.Name.Local, attr: map[string]string{}}
			for _, a := range x.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.kids = append(top.kids, &node{text: string(x)})
		}
	}
}

// all lists the elements below n of that name ("" for any) that have the class ("" for any).
func (n *node) all(name, class string) []*node {
	var found []*node
	for _, k := range n.kids {
		if k.name != "" && (name == "" || k.name == name) && (class == "" || slices.Contains(strings.Fields(k.attr["class"]), class)) {
			found = append(found, k)
		}
		found = append(found, k.all(name, class)...)
	}
	return found
}

func (n *node) with(attr, value string) *node {
	for _, k := range n.all("", "") {
		if k.attr[attr] == value {
			return k
		}
	}
	return nil
}

// words is the text below n.
func (n *node) words() string {
	var b strings.Builder
	b.WriteString(n.text)
	for _, k := range n.kids {
		b.WriteString(k.words())
	}
	return b.String()
}

// A pane is the harness of the contract suite: one pane of a desk, driven without JavaScript.
type pane struct {
	*desk
	pane Pane
}

func (p pane) Can() []adaptertest.Capability {
	all := []adaptertest.Capability{adaptertest.Edits, adaptertest.StaleButtons, adaptertest.History, adaptertest.ManyPeople}
	if p.pane != Buyer {
		all = append(all, adaptertest.Forms, adaptertest.FieldProblems, adaptertest.Rooms, adaptertest.Whispers)
	}
	return all
}

func (p pane) Users() [2]string {
	return [2]string{people[p.pane][0].ID, people[p.pane][1].ID}
}
func (p pane) Longest() int            { return paneLimits[p.pane].Text }
func (p pane) Poster() flow.Poster     { return p.adapter.Poster(p.pane) }
func (p pane) Room() string            { return p.pane.Room("approvals") }
func (p pane) Chat(user string) string { return p.pane.Chat(user) }
func (p pane) Restart()                { p.stop(); p.start() }

func (p pane) Type(user, text string) {
	p.t.Helper()
	p.done(p.post("/c/say", seat(p.pane, user, "text", text)))
}

func (p pane) Press(user, message, token string) {
	p.t.Helper()
	p.done(p.post("/c/press", seat(p.pane, user, "message", message, "token", token)))
}

func (p pane) Submit(user, message string, values map[string]string) {
	p.t.Helper()
	form := seat(p.pane, user, "message", message)
	for name, value := range values {
		form.Set("f."+name, value)
	}
	dialog := p.page(user).with("id", "d-"+message)
	if dialog == nil {
		p.t.Fatalf("message %s has no form", message)
	}
	form.Set("token", dialog.with("name", "token").attr["value"])
	p.done(p.post("/c/submit", form))
}

func (p pane) done(r *http.Response) {
	p.t.Helper()
	if r.StatusCode != http.StatusSeeOther {
		p.t.Errorf("status %s: %s", r.Status, body(p.t, r))
	}
}

func (p pane) page(user string) *node {
	p.t.Helper()
	r := p.get("/c/?" + url.Values{string(p.pane): {user}}.Encode())
	if r.StatusCode != http.StatusOK {
		p.t.Fatalf("status %s: %s", r.Status, body(p.t, r))
	}
	return parseHTML(p.t, body(p.t, r))
}

func (p pane) See(user string) []adaptertest.Seen {
	p.t.Helper()
	return p.seen(user, p.Chat(user))
}

func (p pane) SeeRoom(user string) []adaptertest.Seen {
	p.t.Helper()
	return p.seen(user, p.Room())
}

func (p pane) seen(user, chat string) []adaptertest.Seen {
	p.t.Helper()
	log := p.page(user).with("data-chat", chat)
	if log == nil {
		p.t.Fatalf("there is no chat %s", chat)
	}
	var all []adaptertest.Seen
	for _, li := range log.all("article", "msg") {
		s := adaptertest.Seen{Message: strings.TrimPrefix(li.attr["id"], "m-"), Whisper: len(li.all("p", "only")) > 0}
		if len(li.all("span", "app")) == 0 {
			s.Author = user
		}
		for _, b := range append(li.all("div", "bubble"), li.all("ol", "choices")...) {
			s.Pieces = append(s.Pieces, strings.Join(lines(b), "\n"))
			for _, w := range b.all("p", "wrong") {
				s.Problem = w.words()
			}
		}
		for _, f := range slices.Concat(li.all("div", "field"), li.all("fieldset", "field")) {
			s.Fields = append(s.Fields, seenField(f))
		}
		slices.SortStableFunc(s.Fields, func(a, b adaptertest.SeenField) int { return order(li, a.Name) - order(li, b.Name) })
		for _, k := range li.all("div", "keys") {
			for _, b := range append(k.all("button", ""), k.all("option", "")...) {
				if token := b.attr["value"]; b.attr["name"] == "token" || b.name == "option" {
					s.Buttons = append(s.Buttons, adaptertest.SeenButton{Token: token, Label: b.words()})
				}
			}
		}
		all = append(all, s)
	}
	return all
}

// lines are the paragraphs of a bubble, and its facts as "label: value".
func lines(n *node) []string {
	var out []string
	for _, k := range n.kids {
		switch k.name {
		case "p", "li":
			out = append(out, k.words())
		case "dl":
			for _, row := range k.all("div", "") {
				out = append(out, row.all("dt", "")[0].words()+": "+row.all("dd", "")[0].words())
			}
		}
	}
	return out
}

func seenField(f *node) adaptertest.SeenField {
	var s adaptertest.SeenField
	for _, l := range append(f.all("legend", ""), f.all("label", "")...) {
		if s.Label == "" {
			s.Label = l.words()
		}
	}
	for _, w := range f.all("p", "wrong") {
		s.Problem = w.words()
	}
	for _, in := range slices.Concat(f.all("input", ""), f.all("textarea", ""), f.all("select", "")) {
		s.Name = strings.TrimPrefix(in.attr["name"], "f.")
		if in.attr["type"] != "radio" {
			s.Value = in.attr["value"]
		}
		if in.name == "textarea" {
			s.Value = in.words()
		}
	}
	for _, l := range f.all("label", "") {
		for _, in := range l.all("input", "") {
			s.Options = append(s.Options, adaptertest.SeenOption{Value: in.attr["value"], Label: strings.TrimSpace(l.words())})
		}
	}
	for _, o := range f.all("option", "") {
		if o.attr["value"] != "" {
			s.Options = append(s.Options, adaptertest.SeenOption{Value: o.attr["value"], Label: o.words()})
		}
	}
	return s
}

// order is where a field stands on the page.
func order(li *node, name string) int {
	return slices.IndexFunc(li.all("", ""), func(n *node) bool { return n.attr["name"] == "f."+name })
}

func TestContract(t *testing.T) {
	t.Parallel()
	for _, p := range Panes() {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			adaptertest.Run(t, func(t *testing.T, handler flow.Handler) adaptertest.Harness {
				return pane{openDesk(t, handler), p}
			})
		})
	}
}
