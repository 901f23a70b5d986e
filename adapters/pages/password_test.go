package pages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/actions/ledger"
)

// reset has the team ask for a new password for Inês, and returns the link that was mailed to her.
func (w *world) reset(locale string) string {
	w.t.Helper()
	w.mine(locale)
	ana, err := w.core.Actor(w.t.Context(), shop, "slack", "ana", "", "")
	w.must(err)
	_, err = w.core.AskPassword(w.t.Context(), ana, actions.PasswordInput{Key: "reset", Transaction: "HP1100000201"})
	w.must(err)
	w.work()
	return w.lastLink("password_reset")
}

// lastLink is the link that the last mail of a template leads to.
func (w *world) lastLink(template string) (link string) {
	for _, m := range w.mailbox.Sent() {
		if m.Template == template {
			link = m.Values.ResetURL + m.Values.NotMeURL
		}
	}
	return link
}

func (w *world) getsIn(password string) bool {
	w.t.Helper()
	ok, err := ledger.NewPasswords(w.store).Check(w.t.Context(), shop, "ines.valente@example.org", password)
	w.must(err)
	return ok
}

var form = []string{"Content-Type", "application/x-www-form-urlencoded"}

func TestPasswordPage(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.reset("en")
	page := w.ask("GET", link, "")
	for _, want := range []string{"Set a new password", "i•••e@e•••e.org", "7 to 20 characters", `autocomplete="new-password"`, `type="password"`} {
		if page.code != http.StatusOK || !strings.Contains(page.body, want) {
			t.Errorf("the page is %d and lacks %q", page.code, want)
		}
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s", policy)
	}
	if policy := w.ask("GET", w.mailed("ines.valente@example.org"), "").header.Get("Content-Security-Policy"); strings.Contains(policy, "script-src") {
		t.Errorf("a page without a script allows one: %s", policy)
	}
	for typed, why := range map[string]string{"password=abc&again=abc": "too short", "password=abcdefgh&again=abcdefgh": "one digit", "password=Secret-77&again=Secret-78": "not the same", "": "too short"} {
		got := w.ask("POST", link, typed, form...)
		if got.code != http.StatusUnprocessableEntity || !strings.Contains(got.body, why) || strings.Contains(got.body, "Secret-7") || !strings.Contains(got.body, `aria-invalid="true"`) {
			t.Errorf("%s: %d\n%s", typed, got.code, got.body)
		}
	}
	if got := w.ask("POST", link+"?password=Secret-77&again=Secret-77", "", form...); got.code != http.StatusUnprocessableEntity {
		t.Errorf("a password in the address is taken: %d", got.code)
	}
	set := w.ask("POST", link, "password=Secret-77&again=Secret-77", form...)
	if set.code != http.StatusSeeOther || !w.getsIn("Secret-77") {
		t.Fatalf("set: %d", set.code)
	}
	for range 2 {
		if done := w.ask("GET", link, ""); !strings.Contains(done.body, "Your new password is set") || strings.Contains(done.body, "<form") {
			t.Errorf("afterwards:\n%s", done.body)
		}
		w.pass(40 * time.Minute)
	}
	if again := w.ask("POST", link, "password=Other-777&again=Other-777", form...); again.code != http.StatusSeeOther || !w.getsIn("Secret-77") {
		t.Errorf("the link sets another one: %d", again.code)
	}
	if strings.Contains(w.log.String(), "Secret") {
		t.Errorf("the log has %s", w.log)
	}
}

func TestOldPasswordLink(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.reset("en")
	w.pass(20 * time.Minute)
	if early := w.ask("GET", link, ""); !strings.Contains(early.body, "<form") {
		t.Fatal("it is over too soon")
	}
	w.pass(41 * time.Minute)
	over := w.ask("GET", link, "")
	if !strings.Contains(over.body, "no longer valid") || !strings.Contains(over.body, "Mail me a new link") || strings.Contains(over.body, `type="password"`) {
		t.Errorf("an hour later:\n%s", over.body)
	}
	pressed := w.ask("POST", link, "password=Secret-77&again=Secret-77", form...)
	if pressed.code != http.StatusSeeOther || w.getsIn("Secret-77") {
		t.Errorf("pressed: %d", pressed.code)
	}
	if sent := w.ask("GET", w.server.URL+pressed.header.Get("Location"), ""); !strings.Contains(sent.body, "Look into your mailbox") {
		t.Errorf("afterwards:\n%s", sent.body)
	}
	w.work()
	if fresh := w.lastLink("password_reset"); fresh == link || !strings.Contains(w.ask("GET", fresh, "").body, `type="password"`) {
		t.Errorf("the new link is %s", fresh)
	}
	if soon := w.ask("POST", link, ""); soon.code != http.StatusTooManyRequests || !strings.Contains(soon.body, "possible in 30 minutes") {
		t.Errorf("pressed again: %d\n%s", soon.code, soon.body)
	}
}

func TestPasswordOffPage(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	w.ask("POST", w.reset("en"), "password=Secret-77&again=Secret-77", form...)
	w.work()
	off := w.lastLink("password_changed")
	for range 2 {
		if page := w.ask("GET", off, ""); !strings.Contains(page.body, "This was not me, end that password") || !w.getsIn("Secret-77") {
			t.Errorf("looking:\n%s", page.body)
		}
	}
	if pressed := w.ask("POST", off, ""); pressed.code != http.StatusSeeOther || w.getsIn("Secret-77") {
		t.Errorf("pressed: %d", pressed.code)
	}
	if done := w.ask("GET", off, ""); !strings.Contains(done.body, "opens nothing any more") || strings.Contains(done.body, "<form") {
		t.Errorf("afterwards:\n%s", done.body)
	}
	for _, forged := range []string{off + "x", strings.Replace(off, "password-off", "password", 1), strings.Replace(off, "password-off", "not-me", 1), strings.Replace(off, "password-off", "mine", 1)} {
		for _, method := range []string{"GET", "POST"} {
			if page := w.ask(method, forged, "password=Secret-77&again=Secret-77", form...); page.code != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, forged, page.code)
			}
		}
	}
}

func TestPasswordPagesSpeak(t *testing.T) {
	t.Parallel()
	for _, locale := range format.Locales() {
		w := open(t, locale)
		link := w.reset(locale)
		w.ask("GET", link, "")
		for _, typed := range []string{"abc", "abcdefgh", "12345678", "abc+12345", "abcdefghij12345678901"} {
			w.ask("POST", link, "password="+typed+"&again="+typed, form...)
		}
		w.ask("POST", link, "password=Secret-77&again=x", form...)
		w.ask("POST", link, "password=Secret-77&again=Secret-77", form...)
		w.ask("GET", link, "")
		w.work()
		off := w.lastLink("password_changed")
		w.ask("GET", off, "")
		w.ask("POST", off, "")
		w.ask("GET", off, "")
		w.work()
		late := w.lastLink("password_reset")
		w.pass(2 * time.Hour)
		w.ask("GET", late, "")
		w.ask("POST", late, "")
		w.ask("POST", late, "")
		w.ask("GET", late+"?sent=1", "")
		w.pass(8 * 24 * time.Hour)
		w.ask("GET", off, "")
		for key, n := range w.words.Missing() {
			t.Errorf("%s: no words for %s (wanted %d times)", locale, key, n)
		}
	}
}
