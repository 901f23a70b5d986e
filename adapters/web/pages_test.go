package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

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
	list := parseHTML(t, body(t, d.get("/c/"))).with("id", "letters")
	if got := list.all("span", "to")[0].words(); got != "joao@example.com" {
		t.Errorf("the list says to %q", got)
	}
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
