package pages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/adapters/adaptertest/browser"
	"github.com/aftersale/aftersale/store"
)

// asked has a subscriber be asked to go on, and returns the link that was mailed to him.
func (w *world) asked(locale string, charge bool) string {
	w.t.Helper()
	over := w.now.AddDate(0, 0, -20)
	paid := over.AddDate(0, -1, 0)
	buyer := actions.SoldTo{Name: "Raul Pinto", Email: "raul.pinto@example.net", Locale: locale}
	product := actions.SoldProduct{Code: "2", Name: "Clube da Cozinha"}
	_, err := w.core.Apply(w.t.Context(), shop, actions.SaleEvent{Source: "test", ID: "sub", Kind: "SALE", At: paid,
		Sale: &actions.Sale{Transaction: "HP1100000401", Status: actions.Approved, RawStatus: "APPROVED", Product: product, Buyer: buyer,
			Price: actions.Money{Minor: 59_90, Currency: "BRL"}, OrderedAt: paid, ApprovedAt: paid, Recurrence: 2},
		Subscription: &actions.Subscribed{Code: "RAUL25ZT", Plan: "Clube mensal", Status: actions.SubscriptionCancelled, CancelledAt: over,
			NextChargeAt: over, Product: product, Buyer: buyer}})
	w.must(err)
	ana, err := w.core.Actor(w.t.Context(), shop, "slack", "ana", "", "")
	w.must(err)
	_, err = w.core.Reactivate(w.t.Context(), ana, actions.ReactivateInput{Key: "01J/reactivate/0", Transaction: "HP1100000401", Charge: charge})
	w.must(err)
	w.work()
	for _, m := range w.mailbox.Sent() {
		if m.Values.AcceptURL != "" && m.To == "raul.pinto@example.net" {
			return m.Values.AcceptURL
		}
	}
	w.t.Fatal("no link was mailed")
	return ""
}

func (w *world) subscription() store.Subscription {
	w.t.Helper()
	s, err := w.store.In(w.t.Context()).SubscriptionByCode(shop, "RAUL25ZT")
	w.must(err)
	return s
}

func TestASubscriberAccepts(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.asked("en", true)
	for range 3 {
		page := w.ask("GET", link, "")
		for _, says := range []string{"Should your subscription go on?", "Yes, and charge R$59.90 now", "Clube mensal", "10 Apr 2026", "13 Mar 2026"} {
			if page.code != http.StatusOK || !strings.Contains(page.body, says) {
				t.Fatalf("the page is %d and does not say %q:\n%s", page.code, says, page.body)
			}
		}
	}
	w.work()
	if s := w.subscription(); s.Status != string(actions.SubscriptionCancelled) {
		t.Fatalf("looking has made the subscription %s", s.Status)
	}
	for range 2 {
		if page := w.ask("POST", link, ""); page.code != http.StatusSeeOther {
			t.Fatalf("the button is answered %d:\n%s", page.code, page.body)
		}
	}
	if page := w.ask("GET", link, ""); !strings.Contains(page.body, "Thank you, your subscription goes on") || strings.Contains(page.body, "<button") {
		t.Errorf("after the button:\n%s", page.body)
	}
	w.work()
	if page := w.ask("GET", link, ""); !strings.Contains(page.body, "It is active again") {
		t.Errorf("when it is done:\n%s", page.body)
	}
	if s := w.subscription(); s.Status != string(actions.SubscriptionActive) || s.UnderWay != "" {
		t.Errorf("the subscription is %+v", s)
	}
}

func TestALateOrForgedAcceptanceDoesNothing(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.asked("en", true)
	for _, forged := range []string{link[:len(link)-1] + "0", link[:len(link)-26] + "zzzzzz" + link[len(link)-26:],
		strings.Replace(w.link(), "/not-me/", "/accept/", 1), strings.Replace(link, "/accept/", "/not-me/", 1)} {
		if page := w.ask("POST", forged, ""); page.code != http.StatusNotFound {
			t.Errorf("%s is answered %d", forged, page.code)
		}
	}
	w.pass(3*24*time.Hour + time.Second)
	if page := w.ask("POST", link, ""); page.code != http.StatusSeeOther {
		t.Errorf("too late is answered %d", page.code)
	}
	w.work()
	if page := w.ask("GET", link, ""); !strings.Contains(page.body, "There is nothing to accept any more") {
		t.Errorf("too late:\n%s", page.body)
	}
	if s := w.subscription(); s.Status != string(actions.SubscriptionCancelled) {
		t.Errorf("the subscription is %s", s.Status)
	}
}

// TestBrowserAccept presses the button on a phone without scripts, in each language.
func TestBrowserAccept(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	for _, locale := range format.Locales() {
		t.Run(locale, func(t *testing.T) {
			w := open(t, locale)
			b := openTab(t, chromium, w.asked(locale, locale != format.Spanish), 360, 740, false, locale == format.English)
			b.fits("accept " + locale)
			b.shoot("accept " + locale + " 1 open")
			b.Press("main form button", "main:not(:has(form))")
			b.fits("accepted " + locale)
			b.shoot("accept " + locale + " 2 accepted")
			w.work()
			if s := w.subscription(); s.Status != string(actions.SubscriptionActive) {
				t.Errorf("the subscription is %s", s.Status)
			}
		})
	}
}
