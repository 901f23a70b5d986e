package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// counts counts the gestures that reach it.
func counts(n *atomic.Int64) handlerFunc {
	return func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		n.Add(1)
		_, err := on.Show(ctx, flow.Shown{Token: "01JD.1", Kind: "menu", Title: "Hello", Buttons: []flow.ShownButton{{Token: "01JD.1.go", Label: "Go"}}})
		return err
	}
}

func TestRefusedPosts(t *testing.T) {
	t.Parallel()
	var handled atomic.Int64
	d := openDesk(t, counts(&handled))
	said := replyOf(t, d.post("/c/say", seat(Team, "ana", "text", "hi"), "Accept", "application/json"))
	mine := said.Messages[1].ID
	handled.Store(0)
	long := strings.Repeat("t", 65)
	tests := []struct {
		name   string
		path   string
		form   url.Values
		header []string
		want   int
	}{
		{"from another site", "/c/say", seat(Team, "ana", "text", "hi"), []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"from another site of the same domain", "/c/press", seat(Team, "ana", "message", mine, "token", "t"), []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"from another origin, by an older browser", "/c/say", seat(Team, "ana", "text", "hi"), []string{"Origin", "http://evil.example"}, 403},
		{"under a name that is not ours", "/c/say", seat(Team, "ana", "text", "hi"), []string{"Host", "evil.example"}, 421},
		{"by somebody unknown", "/c/say", seat(Team, "mallory", "text", "hi"), nil, 403},
		{"by somebody of another pane", "/c/say", seat(Team, "marina", "text", "hi"), nil, 403},
		{"in no pane", "/c/say", url.Values{"team": {"ana"}, "text": {"hi"}}, nil, 400},
		{"in an unknown pane", "/c/say", seat("office", "ana", "text", "hi"), nil, 400},
		{"too large", "/c/say", seat(Team, "ana", "text", strings.Repeat("x", maxBody)), nil, 413},
		{"not a form", "/c/say", nil, []string{"Content-Type", "application/x-www-form-urlencoded", "Body", "%zz=1"}, 400},
		{"a press without a token", "/c/press", seat(Team, "ana", "message", mine), nil, 400},
		{"a press with a long token", "/c/press", seat(Team, "ana", "message", mine, "token", long), nil, 400},
		{"a press on no message", "/c/press", seat(Team, "ana", "message", "nope", "token", "t"), nil, 404},
		{"a press on somebody else's message", "/c/press", seat(Team, "rui", "message", mine, "token", "t"), nil, 404},
		{"a press on a message of another pane", "/c/press", seat(Creator, "clara", "message", mine, "token", "t"), nil, 404},
		{"a form without a token", "/c/submit", seat(Team, "ana", "message", mine), nil, 400},
		{"a form of somebody else's message", "/c/submit", seat(Team, "rui", "message", mine, "token", "t"), nil, 404},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			form := test.form.Encode()
			r, err := http.NewRequest("POST", d.server.URL+test.path, strings.NewReader(form))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for i := 0; i+1 < len(test.header); i += 2 {
				switch test.header[i] {
				case "Host":
					r.Host = test.header[i+1]
				case "Body":
					r, _ = http.NewRequest("POST", r.URL.String(), strings.NewReader(test.header[i+1]))
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				default:
					r.Header.Set(test.header[i], test.header[i+1])
				}
			}
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != test.want {
				t.Errorf("status %s, want %d: %s", answer.Status, test.want, body(t, answer))
			}
		})
	}
	if n := handled.Load(); n != 0 {
		t.Errorf("%d refused posts reached the flows", n)
	}
}

func TestAcceptedOrigins(t *testing.T) {
	t.Parallel()
	var handled atomic.Int64
	d := openDesk(t, counts(&handled))
	for _, header := range [][]string{nil, {"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "none"}, {"Origin", d.server.URL}} {
		if r := d.post("/c/say", seat(Buyer, "marina", "text", "hi"), header...); r.StatusCode != http.StatusSeeOther {
			t.Errorf("%v: status %s", header, r.Status)
		}
	}
	if n := handled.Load(); n != 4 {
		t.Errorf("%d posts reached the flows, want 4", n)
	}
}

func TestOtherHostsReadNothing(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	for _, path := range []string{"/c/", "/c/events", "/c/mail/2.eml", "/c/mail/2.eml/html", "/c/static/console.js"} {
		r, _ := http.NewRequest("GET", d.server.URL+path, nil)
		r.Host = "rebound.example:8080"
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if text := body(t, answer); answer.StatusCode != http.StatusMisdirectedRequest || strings.Contains(text, "Cozinha") {
			t.Errorf("%s: status %s: %s", path, answer.Status, text)
		}
		answer.Body.Close()
	}
	own := openDesk(t, says(flow.Shown{}), func(o *Options) { o.Hosts = []string{"support.example.com"} })
	if r := own.get("/c/"); r.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("with hosts of its own, the loopback is answered %s", r.Status)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	r := d.get("/c/")
	csp := r.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %s: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Errorf("the policy allows what it should not: %s", csp)
	}
	page := body(t, r)
	for _, wrong := range []string{" style=", " onclick=", " onload=", "<style", "javascript:"} {
		if strings.Contains(page, wrong) {
			t.Errorf("the page has%s, which the policy forbids", wrong)
		}
	}
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the page may be kept: %s", got)
	}
	for _, file := range []string{"console.js", "console.css", "panes.css", "mark.svg", "paper.svg"} {
		if r := d.get("/c/static/" + file + "?v=" + version); r.StatusCode != 200 || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s, %s", file, r.Status, r.Header.Get("Cache-Control"))
		}
	}
	if r := d.get("/c/static/..%2ftemplates%2fpage.html"); r.StatusCode < 400 {
		t.Errorf("a template is served: %s", r.Status)
	}
}

func TestNoJavaScript(t *testing.T) {
	t.Parallel()
	d := openDesk(t, handlerFunc(emailForm))
	r := d.post("/c/say", seat(Team, "rui", "text", "/email HP1", "buyer", "joao"))
	at, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusSeeOther || at.Path != "/c/" {
		t.Fatalf("%s to %q", r.Status, r.Header.Get("Location"))
	}
	q := at.Query()
	if q.Get("team") != "rui" || q.Get("buyer") != "joao" || q.Get("tab") != "team" || at.Fragment != "m-"+q.Get("form") {
		t.Errorf("the way back loses who sits where, or the message: %s", at)
	}
	page := parseHTML(t, body(t, d.get(at.RequestURI())))
	dialog := page.with("id", "d-"+q.Get("form"))
	if dialog == nil {
		t.Fatal("there is no form")
	}
	if _, open := dialog.attr["open"]; !open {
		t.Error("the form is not open")
	}
	form := seat(Team, "rui", "message", q.Get("form"), "token", dialog.with("name", "token").attr["value"], "f.email", "a@example.com", "f.email_again", "b@example.com")
	r = d.post("/c/submit", form)
	page = parseHTML(t, body(t, d.get(strings.Split(r.Header.Get("Location"), "#")[0])))
	wrong := page.with("id", "d-"+q.Get("form")+"-email_again-wrong")
	if wrong == nil || wrong.words() != "The addresses are not the same." {
		t.Errorf("beside the field stands %v", wrong)
	}
	if again := page.with("name", "f.email_again"); again.attr["value"] != "b@example.com" || again.attr["aria-invalid"] != "true" {
		t.Errorf("the field is %v", again.attr)
	}
	form.Set("f.email_again", "a@example.com")
	r = d.post("/c/submit", form)
	if text := body(t, d.get(strings.Split(r.Header.Get("Location"), "#")[0])); !strings.Contains(text, "Changed to a@example.com") {
		t.Error("the result is not on the page")
	}
}

func TestTooLongIsRefusedAndSaid(t *testing.T) {
	t.Parallel()
	var handled atomic.Int64
	d := openDesk(t, counts(&handled))
	form := seat(Creator, "clara", "text", strings.Repeat("é", 2001))
	if out := replyOf(t, d.post("/c/say", form, "Accept", "application/json")); out.Problem != "That is longer than a message can be." {
		t.Errorf("a script is told %q", out.Problem)
	}
	r := d.post("/c/say", form)
	if text := body(t, d.get(strings.Split(r.Header.Get("Location"), "#")[0])); !strings.Contains(text, "That is longer than a message can be.") {
		t.Error("a browser without script is told nothing")
	}
	if r := d.get("/c/?problem=%3Cb%3E&tab=team"); strings.Contains(body(t, r), "<b>") {
		t.Error("the address writes into the page")
	}
	if handled.Load() != 0 {
		t.Error("it reached the flows")
	}
	replyOf(t, d.post("/c/say", seat(Creator, "clara", "text", strings.Repeat("é", 2000)), "Accept", "application/json"))
	if handled.Load() != 1 {
		t.Error("the longest message did not reach the flows")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want flow.Gesture
	}{
		{"/refund", flow.Command{Word: "refund"}},
		{"/Refund  HP1  now ", flow.Command{Word: "refund", Rest: "HP1  now"}},
		{"/support refund HP1", flow.Command{Word: "refund", Rest: "HP1"}},
		{"/support", flow.Command{Word: "help"}},
		{"/", flow.Command{Word: "help"}},
		{"/refund\nHP1", flow.Command{Word: "refund", Rest: "HP1"}},
		{"refund /HP1", flow.Typed{Text: "refund /HP1"}},
		{"👍", flow.Typed{Text: "👍"}},
	}
	for _, test := range tests {
		if got := parse(test.text); got != test.want {
			t.Errorf("parse(%q) = %#v, want %#v", test.text, got, test.want)
		}
	}
}

func TestCleanText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" a\r\nb ": "a\nb", "a\x00b\x1bc": "abc", "a\xffb": "a\uFFFDb", "\t ": "", "e\u0301 \u200d": "e\u0301 \u200d",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRepeatedDelivery(t *testing.T) {
	t.Parallel()
	ids := make(chan string, 10)
	d := openDesk(t, handlerFunc(func(_ context.Context, in flow.Inbound, _ flow.Screen) error {
		ids <- in.ID
		return nil
	}))
	form := seat(Buyer, "marina", "text", "refund please", "id", "abc")
	d.post("/c/say", form)
	d.post("/c/say", form) // the browser sends it again: the way back was lost
	form.Set("text", "another thing")
	d.post("/c/say", form) // an old page: the same name for another text
	first, second, third := <-ids, <-ids, <-ids
	if first != second || first == third || first == "" {
		t.Errorf("deliveries are %q, %q, %q; want the first two alike", first, second, third)
	}
	if other := delivery(Buyer, "joao", "abc", "refund please"); other == first {
		t.Error("somebody else can name this delivery")
	}
	if n := strings.Count(body(t, d.get("/c/")), "refund please"); n != 1 {
		t.Errorf("it is shown %d times", n)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	page := parseHTML(t, body(t, d.get("/c/?team=rui&tab=creator")))
	if got := page.all("body", "")[0].attr["data-tab"]; got != "creator" {
		t.Errorf("the open tab is %q", got)
	}
	for _, p := range Panes() {
		if page.with("id", string(p)) == nil {
			t.Errorf("there is no pane %s", p)
		}
	}
	if o := page.with("id", "team").with("value", "rui"); o == nil {
		t.Error("rui is not at the team's keyboard")
	} else if _, ok := page.with("id", "team").all("option", "")[1].attr["selected"]; !ok {
		t.Error("the switch does not show rui")
	}
	if text := page.words(); strings.Contains(text, "[console.") {
		t.Errorf("a word is missing: %s", text[strings.Index(text, "[console."):][:40])
	}
	if r, err := http.DefaultTransport.RoundTrip(request(t, d, "/c/?team=mallory")); err != nil || r.Header.Get("Location") != "/c/" {
		t.Errorf("an unknown user leads to %v, %v", r, err)
	}
	// A pane without users, a console without mailbox and log.
	bare := openDesk(t, says(flow.Shown{}), func(o *Options) {
		o.Mailbox, o.Audit = nil, nil
		o.Users = func(_ context.Context, p Pane) ([]User, error) { return people[p][:map[Pane]int{Buyer: 1}[p]], nil }
	})
	page = parseHTML(t, body(t, bare.get("/c/?tab=office")))
	if page.with("id", "team") != nil || page.with("id", "office") != nil || page.with("id", "buyer") == nil {
		t.Error("a bare console shows more or less than the buyer's pane")
	}
	if got := page.all("body", "")[0].attr["data-tab"]; got != "buyer" {
		t.Errorf("the open tab is %q", got)
	}
	if r := bare.get("/c/mail/2.eml"); r.StatusCode != http.StatusNotFound {
		t.Errorf("mail without a mailbox: %s", r.Status)
	}
}

func request(t *testing.T, d *desk, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", d.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCommandsByRole(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	for user, want := range map[string]string{"ana": "/refund /resend", "rui": "/refund /refunds /resend"} {
		page := parseHTML(t, body(t, d.get("/c/?team="+user)))
		var words []string
		for _, o := range page.with("id", "team-words").all("option", "") {
			words = append(words, o.attr["value"])
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s is offered %q, want %q", user, got, want)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	lang := func(header ...string) string {
		r := request(t, d, "/c/")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return parseHTML(t, body(t, answer)).all("html", "")[0].attr["lang"]
	}
	for _, test := range []struct{ accept, cookie, want string }{
		{"", "", "pt-BR"}, // the account's
		{"en-GB,en;q=0.9", "", "en"},
		{"de-DE,de;q=0.9,es-AR;q=0.5", "", "es"},
		{"de", "", "pt-BR"},
		{"en", "es", "es"},
		{"en", "xx", "en"},
	} {
		if got := lang("Accept-Language", test.accept, "Cookie", cookieLang+"="+test.cookie); got != test.want {
			t.Errorf("%q with the choice %q is shown %s, want %s", test.accept, test.cookie, got, test.want)
		}
	}
	r, err := http.DefaultTransport.RoundTrip(request(t, d, "/c/?lang=es&team=rui"))
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "console_lang=es; Path=/c/") || !strings.Contains(r.Header.Get("Location"), "team=rui") {
		t.Errorf("the choice is kept as %q, leading to %q", got, r.Header.Get("Location"))
	}
	if r, _ := http.DefaultTransport.RoundTrip(request(t, d, "/c/?theme=%22%3E")); r.Header.Get("Set-Cookie") != "" {
		t.Error("nonsense is kept as a choice")
	}
}

func TestMail(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	window := body(t, d.get("/c/mail/2.eml"))
	if !strings.Contains(window, "Your refund &lt;soon&gt;") || !strings.Contains(window, `src="/c/mail/2.eml/html"`) || strings.Contains(window, "alert(1)") {
		t.Errorf("the window is %s", window)
	}
	r := d.get("/c/mail/2.eml/html")
	if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || strings.Contains(csp, "allow-scripts") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("a mail may do too much: %s", csp)
	}
	if text := body(t, r); !strings.Contains(text, "Hello <b>João</b>") {
		t.Errorf("the mail is %s", text)
	}
	if r := d.get("/c/mail/nope"); r.StatusCode != http.StatusNotFound {
		t.Errorf("no mail is %s", r.Status)
	}
	page := parseHTML(t, body(t, d.get("/c/?mail=1.eml")))
	letter := page.with("id", "letter")
	if _, open := letter.attr["open"]; !open || !strings.Contains(letter.words(), "Only text") {
		t.Errorf("without JavaScript the mail is %q", letter.words())
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	d := openDesk(t, handlerFunc(func(context.Context, flow.Inbound, flow.Screen) error { return errors.New("secret cause") }))
	out := replyOf(t, d.post("/c/say", seat(Team, "ana", "text", "hi"), "Accept", "application/json"))
	if out.Problem == "" || strings.Contains(out.Problem, "secret") {
		t.Errorf("the person reads %q", out.Problem)
	}
	broken := openDesk(t, says(flow.Shown{}), func(o *Options) {
		o.Audit = func(context.Context, int) ([]AuditLine, error) { return nil, errors.New("secret cause") }
	})
	if r := broken.get("/c/"); r.StatusCode != http.StatusInternalServerError || strings.Contains(body(t, r), "secret") {
		t.Errorf("a broken page is %s", r.Status)
	}
}

func TestPosterKeepsToItsPane(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	team, buyer := d.adapter.Poster(Team), d.adapter.Poster(Buyer)
	if _, err := team.Post(t.Context(), Buyer.Chat("marina"), flow.Shown{Title: "x"}); err == nil {
		t.Error("the team's poster posts to a buyer")
	}
	id, err := buyer.Post(t.Context(), Buyer.Chat("marina"), flow.Shown{Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := buyer.Edit(t.Context(), Buyer.Chat("joao"), id, flow.Shown{Title: "y"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a message is edited in a chat that it is not in: %v", err)
	}
	if err := buyer.Edit(t.Context(), Buyer.Chat("marina"), "nope", flow.Shown{Title: "y"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no message is edited: %v", err)
	}
}

func TestPostWithinATransaction(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	gone := errors.New("rolled back")
	err := d.options.Store.Tx(t.Context(), func(tx *store.Store) error {
		if _, err := d.adapter.Poster(Team).Post(tx.Context(), Team.Room("approvals"), flow.Shown{Title: "never said"}); err != nil {
			return err
		}
		return gone
	})
	if !errors.Is(err, gone) {
		t.Fatal(err)
	}
	if strings.Contains(body(t, d.get("/c/")), "never said") {
		t.Error("a message survived the transaction that it was part of")
	}
}

// A feed reads an event stream.
type feed struct {
	t    *testing.T
	scan *bufio.Scanner
	id   string
}

func (d *desk) feed(t *testing.T, query string, header ...string) *feed {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	r := request(t, d, "/c/events?"+query).WithContext(ctx)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream is %s, %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	scan := bufio.NewScanner(answer.Body)
	scan.Buffer(nil, 1<<20)
	return &feed{t: t, scan: scan}
}

// messages waits for the next event with messages; nil at the end of the stream.
func (f *feed) messages() []patch {
	f.t.Helper()
	event := ""
	for f.scan.Scan() {
		line := f.scan.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			f.id = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && event == "messages" {
			var ps []patch
			if err := json.Unmarshal([]byte(data), &ps); err != nil {
				f.t.Fatal(err)
			}
			return ps
		}
	}
	return nil
}

func TestEvents(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{Kind: "notice", Title: "Hello", Ended: true}))
	ana, rui := d.feed(t, "team=ana"), d.feed(t, "team=rui")
	d.post("/c/say", seat(Team, "ana", "text", "between us"))
	var seen []string
	for len(seen) < 2 {
		for _, p := range ana.messages() {
			seen = append(seen, fmt.Sprintf("%s/%d/%v/%v", p.Chat, p.Rev, strings.Contains(p.HTML, "between us"), strings.Contains(p.HTML, "Hello")))
		}
	}
	if got, want := fmt.Sprint(seen), "[team:ana/0/true/false team:ana/0/false/true]"; got != want {
		t.Errorf("ana is sent %s, want %s", got, want)
	}
	poster := d.adapter.Poster(Team)
	id, err := poster.Post(t.Context(), Team.Room("approvals"), flow.Shown{Title: "Somebody asks"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*feed{ana, rui} {
		if ps := f.messages(); len(ps) != 1 || ps[0].ID != id || ps[0].Rev != 0 {
			t.Fatalf("sent %+v, want just the room's card %s", ps, id)
		}
	}
	if err := poster.Edit(t.Context(), Team.Room("approvals"), id, flow.Shown{Title: "Approved"}); err != nil {
		t.Fatal(err)
	}
	if ps := rui.messages(); len(ps) != 1 || ps[0].Rev != 1 || !strings.Contains(ps[0].HTML, "Approved") {
		t.Errorf("sent %+v, want the edited card", ps)
	}
	// A browser that comes back, here to another process on the same database, misses nothing.
	other := &desk{t: t, options: d.options}
	other.start()
	t.Cleanup(other.stop)
	if _, err := poster.Post(t.Context(), Team.Chat("rui"), flow.Shown{Title: "Said meanwhile"}); err != nil {
		t.Fatal(err)
	}
	back := other.feed(t, "team=rui", "Last-Event-ID", rui.id)
	found := false
	for !found {
		ps := back.messages()
		if ps == nil {
			t.Fatal("the stream ended without it")
		}
		for _, p := range ps {
			found = found || strings.Contains(p.HTML, "Said meanwhile")
		}
	}
	// And what is said in one process reaches the browsers of the other, by its look at the database.
	if _, err := poster.Post(t.Context(), Team.Chat("rui"), flow.Shown{Title: "From over there"}); err != nil {
		t.Fatal(err)
	}
	if ps := back.messages(); len(ps) != 1 || !strings.Contains(ps[0].HTML, "From over there") {
		t.Errorf("the other process sends %+v", ps)
	}
}

func TestEventsEndAtClose(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	f := d.feed(t, "")
	d.adapter.Close()
	if ps := f.messages(); ps != nil {
		t.Errorf("after the end came %+v", ps)
	}
	if r := d.get("/c/events"); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("a closed console opens a stream: %s", r.Status)
	}
	if r := d.get("/c/events?team=mallory"); r.StatusCode != http.StatusForbidden {
		t.Errorf("an unknown user gets a stream: %s", r.Status)
	}
}

func TestHubIsBounded(t *testing.T) {
	t.Parallel()
	h := newHub()
	for range maxStreams {
		if _, _, ok := h.join(); !ok {
			t.Fatal("no place for a stream")
		}
	}
	if _, _, ok := h.join(); ok {
		t.Error("there is a place for one stream too many")
	}
	for range 1000 {
		h.wake() // nobody listens: it must not wait for anybody
	}
}
