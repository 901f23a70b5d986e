package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
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
