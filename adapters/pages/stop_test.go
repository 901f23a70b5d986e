package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

// Looking changes nothing; a press does, and a mailbox that presses is not led elsewhere.
func TestMailboxesPressForTheirReaders(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"a person": "", "a mailbox": "List-Unsubscribe=One-Click"} {
		w := open(t, "en")
		b, err := w.store.In(t.Context()).BuyerByEmail(shop, actions.Email("otto@thief.example").Key())
		w.must(err)
		link := w.core.OptOutURL(b.ID, actions.MailNews)
		page := w.ask(http.MethodGet, link, "")
		if page.code != 200 || !strings.Contains(page.body, "No more news and offers?") || strings.Contains(page.body, "otto@thief") {
			t.Errorf("%s: %d %s", name, page.code, page.body)
		}
		pressed := w.ask(http.MethodPost, link, body, "Content-Type", "application/x-www-form-urlencoded")
		if want := map[string]int{"": 303, "List-Unsubscribe=One-Click": 204}[body]; pressed.code != want {
			t.Errorf("%s: answered %d, want %d", name, pressed.code, want)
		}
		page = w.ask(http.MethodGet, link, "")
		if !strings.Contains(page.body, "You get no more news and offers") || strings.Contains(page.body, "<button") {
			t.Errorf("%s: %s", name, page.body)
		}
		if forged := w.ask(http.MethodPost, link+"0", body); forged.code != 404 {
			t.Errorf("%s: a forged link was answered %d", name, forged.code)
		}
	}
}
