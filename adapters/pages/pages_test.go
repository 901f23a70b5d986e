package pages_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/adapters/pages"
)

// A got is what a server answered.
type got struct {
	code   int
	header http.Header
	body   string
}

// ask sends one request and follows no redirect.
func (w *world) ask(method, url, body string, header ...string) got {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, url, strings.NewReader(body))
	w.must(err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	w.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	return got{answer.StatusCode, answer.Header, string(text)}
}

func TestOnlyTheButtonActs(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.link()
	for range 3 { // a mail program and two scanners
		page := w.ask("GET", link, "")
		if page.code != http.StatusOK || !strings.Contains(page.body, "This was not me, put it back") {
			t.Fatalf("the page is %d:\n%s", page.code, page.body)
		}
	}
	for _, method := range []string{"HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} {
		if page := w.ask(method, link, ""); page.code != http.StatusMethodNotAllowed || page.header.Get("Allow") != "GET, POST" || page.body != "" {
			t.Errorf("%s is answered %d, %q", method, page.code, page.body)
		}
	}
	if got := w.email(); got != "otto@thief.example" {
		t.Fatalf("looking has moved the purchase to %s", got)
	}
	if page := w.ask("POST", link, "", "Sec-Fetch-Site", "cross-site"); page.code != http.StatusNotFound || w.email() != "otto@thief.example" {
		t.Errorf("pressed from another site: %d, and the purchase is at %s", page.code, w.email())
	}
	pressed := w.ask("POST", link+"?lang=es", "", "Sec-Fetch-Site", "same-origin")
	if to := pressed.header.Get("Location"); pressed.code != http.StatusSeeOther || !strings.HasSuffix(link+"?lang=es", to) || to == "" {
		t.Errorf("the button leads to %d %q", pressed.code, to)
	}
	if got := w.email(); got != "marina.duarte@example.com" {
		t.Errorf("the purchase is at %s", got)
	}
	done := w.ask("GET", link, "")
	if done.code != http.StatusOK || !strings.Contains(done.body, "The purchase is back at your address") || strings.Contains(done.body, "<button") ||
		!strings.Contains(done.body, "until 13 Mar 2026") {
		t.Errorf("afterwards the page is %d:\n%s", done.code, done.body)
	}
	if again := w.ask("POST", link, ""); again.code != http.StatusSeeOther {
		t.Errorf("pressed again: %d", again.code)
	}
	w.pass(8 * 24 * time.Hour)
	if page := w.ask("GET", link, ""); !strings.Contains(page.body, "The purchase is back at your address") {
		t.Errorf("a week later:\n%s", page.body)
	}
}

func TestLateAndForgedLinks(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.link()
	for _, forged := range []string{link + "x", link[:len(link)-1], w.server.URL + "/b/not-me/", w.server.URL + "/b/not-me/" + strings.Repeat("a", 5000),
		w.server.URL + "/b/not-me/%3Cscript%3E", w.server.URL + "/b/else", w.server.URL + "/b/not-me/x/y"} {
		for _, method := range []string{"GET", "POST"} {
			page := w.ask(method, forged, "", "Accept-Language", "es-AR,es;q=0.9")
			if page.code != http.StatusNotFound || !strings.Contains(page.body, "Este enlace no funciona") || strings.Contains(page.body, "<script") || strings.Contains(page.body, "Marina") {
				t.Errorf("%s %.80s: %d\n%s", method, forged, page.code, page.body)
			}
		}
	}
	w.pass(7*24*time.Hour + time.Second)
	page := w.ask("GET", link, "")
	if page.code != http.StatusOK || !strings.Contains(page.body, "no longer valid") || strings.Contains(page.body, "<button") || !strings.Contains(page.body, "ajuda@cozinha.example") {
		t.Errorf("too late: %d\n%s", page.code, page.body)
	}
	w.ask("POST", link, "")
	if got := w.email(); got != "otto@thief.example" {
		t.Errorf("a late link has moved the purchase to %s", got)
	}
	if w.log.Len() > 0 {
		t.Errorf("the log has %s", w.log)
	}
}

func TestPagesAreGuarded(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.link()
	page := w.ask("GET", link, "")
	policy := page.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'sha256-", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	for header, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"X-Robots-Tag": "noindex, nofollow", "Content-Type": "text/html; charset=utf-8", "Content-Language": "en"} {
		if got := page.header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if loads := regexp.MustCompile(`(?i)\s(src|srcset|action|data|poster)=|<(script|img|iframe|link|object)|url\(|@import|https?://`).FindString(page.body); loads != "" {
		t.Errorf("the page loads something: %s", loads)
	}
	if strings.Contains(page.body, "otto@") || strings.Contains(page.body, "<b>") || !strings.Contains(page.body, "o•••o@t•••f.example") || !strings.Contains(page.body, "&lt;b&gt;") {
		t.Errorf("the page shows\n%s", page.body)
	}
	if big := w.ask("POST", link, strings.Repeat("x", 1<<20)); big.code != http.StatusRequestEntityTooLarge || w.email() != "otto@thief.example" {
		t.Errorf("a large body: %d, and the purchase is at %s", big.code, w.email())
	}
	w.pass(time.Minute)
	codes := map[int]int{}
	for range 40 {
		codes[w.ask("GET", link, "", "X-Forwarded-For", "203.0.113.9, 198.51.100.7").code]++
	}
	if codes[200] != 30 || codes[429] != 10 {
		t.Errorf("forty requests of one address: %v", codes)
	}
	busy := w.ask("POST", link, "", "X-Forwarded-For", "198.51.100.7")
	if busy.code != 429 || busy.header.Get("Retry-After") != "60" || !strings.Contains(busy.body, "Espere um minuto") || w.email() != "otto@thief.example" {
		t.Errorf("the next one: %d %v\n%s", busy.code, busy.header, busy.body)
	}
	if other := w.ask("GET", link, "", "X-Forwarded-For", "198.51.100.7, 203.0.113.10"); other.code != 200 {
		t.Errorf("another address: %d", other.code)
	}
	w.pass(time.Minute)
	if later := w.ask("GET", link, "", "X-Forwarded-For", "198.51.100.7"); later.code != 200 {
		t.Errorf("a minute later: %d", later.code)
	}
}

// TestPagesSpeak: the buyer's language, another one that he chooses, and every word there is.
func TestPagesSpeak(t *testing.T) {
	t.Parallel()
	titles := map[string]string{"pt-BR": "Trocaram o e-mail da sua compra sem você?", "en": "Was the e-mail of your purchase changed without you?", "es": "¿Cambiaron el correo de tu compra sin ti?"}
	for _, mine := range format.Locales() {
		w := open(t, mine)
		if page := w.ask("GET", w.link(), "", "Accept-Language", "de"); !strings.Contains(page.body, titles[mine]) || !strings.Contains(page.body, `<html lang="`+mine+`">`) {
			t.Errorf("%s: %s", mine, page.body)
		}
		for _, other := range format.Locales() {
			page := w.ask("GET", w.link()+"?lang="+other, "")
			if !strings.Contains(page.body, titles[other]) || !strings.Contains(page.body, `lang="`+other+`" hreflang="`+other+`" aria-current="true"`) {
				t.Errorf("%s read in %s: %s", mine, other, page.body)
			}
		}
		w.ask("POST", w.link(), "")
		for _, other := range format.Locales() {
			w.ask("GET", w.link()+"?lang="+other, "")
			w.ask("GET", w.server.URL+"/b/x?lang="+other, "")
		}
		w.pass(8 * 24 * time.Hour)
		for key, n := range w.words.Missing() {
			t.Errorf("no words for %s (wanted %d times)", key, n)
		}
	}
}

// A brokenCore is one whose database is away.
type brokenCore struct {
	pages.Core
	err error
}

func (b brokenCore) NotMe(context.Context, string) (actions.NotMe, error) {
	return actions.NotMe{}, b.err
}
func (b brokenCore) PutBack(context.Context, string) (actions.NotMe, error) {
	return actions.NotMe{}, b.err
}

func TestPagesThatFail(t *testing.T) {
	t.Parallel()
	for code, err := range map[int]error{
		http.StatusServiceUnavailable:  &actions.Error{Code: actions.Unavailable, Key: "error.unavailable", Err: errors.New("secret cause")},
		http.StatusInternalServerError: errors.New("secret cause"),
	} {
		w := open(t, "en")
		var log strings.Builder
		mux := http.NewServeMux()
		pages.New(pages.Options{Core: brokenCore{err: err}, Words: w.words, Shop: "Shop", Locale: "en", Now: w.clock, NewID: func() string { return "ID7" },
			Log: slog.New(slog.NewTextHandler(&log, nil))}).Routes(mux)
		server := httptest.NewServer(mux)
		defer server.Close()
		page := w.ask("POST", server.URL+"/b/not-me/some_words", "")
		if page.code != code || !strings.Contains(page.body, "Nothing was changed") || !strings.Contains(page.body, "ID7") || strings.Contains(page.body, "secret") {
			t.Errorf("%d: %d\n%s", code, page.code, page.body)
		}
		if !strings.Contains(log.String(), "id=ID7") || !strings.Contains(log.String(), "secret cause") || strings.Contains(log.String(), "some_words") {
			t.Errorf("the log says %s", &log)
		}
	}
}
