package pages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// mine is the link to the page of a buyer who has one purchase of each kind that there is something to say about.
func (w *world) mine(locale string) string {
	w.t.Helper()
	for i, p := range []struct {
		code    string
		status  actions.Status
		payment actions.Payment
	}{
		{"HP1100000201", actions.Approved, actions.Pix}, {"HP1100000202", actions.Refunded, actions.Card},
		{"HP1100000203", actions.Disputed, actions.Boleto}, {"HP1100000204", actions.WaitingPayment, actions.Boleto},
	} {
		at := w.clock().Add(-time.Duration(i+1) * 24 * time.Hour)
		_, err := w.core.Apply(w.t.Context(), shop, actions.SaleEvent{Source: "test", ID: "m" + p.code, Kind: "SALE", At: at, Sale: &actions.Sale{
			Transaction: actions.Transaction(p.code), Status: p.status, RawStatus: "X", Payment: p.payment,
			Product: actions.SoldProduct{Code: p.code, Name: "Forno <i>de</i> Pedra " + p.code[9:]},
			Buyer:   actions.SoldTo{Name: "Inês Valente", Email: "ines.valente@example.org", Locale: locale}, Price: actions.Money{Minor: 123400, Currency: "BRL"},
			OrderedAt: at, ApprovedAt: at}})
		w.must(err)
		full, err := w.store.In(w.t.Context()).PurchaseByTransaction(shop, p.code)
		w.must(err)
		full.Product.AccessURL = "https://club.example/forno"
		w.must(w.store.PutProducts([]store.Product{full.Product}))
	}
	w.must(w.core.AskPage(w.t.Context(), actions.AskPageInput{Account: shop, Known: "ines.valente@example.org", From: "test"}))
	w.work()
	return w.mailed("ines.valente@example.org")
}

// mailed is the last link to a page of purchases that was mailed to an address; empty: there was none.
func (w *world) mailed(to actions.Email) (link string) {
	for _, m := range w.mailbox.Sent() {
		if m.To == to && m.Values.PageURL != "" {
			link = m.Values.PageURL
		}
	}
	return link
}

func TestMyPurchases(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.mine("en")
	page := w.ask("GET", link, "")
	for _, want := range []string{"My purchases", "Forno &lt;i&gt;de&lt;/i&gt; Pedra", "HP1100000201", "R$1,234.00", "i•••e@e•••e.org", "Open Forno", "was refunded on 8 Mar 2026", "On a card",
		"asked for on the sales platform", "Waiting for payment", "This link is good until 17 Mar 2026"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(page.body, `class="button"`); n != 1 {
		t.Errorf("%d purchases can be entered", n)
	}
	for _, secret := range []string{"HP1100000101", "Marina", "otto@", "ines.valente@", "<i>"} {
		if strings.Contains(page.body, secret) {
			t.Errorf("the page shows %s", secret)
		}
	}
	if t.Failed() {
		t.Log(page.body)
	}
	if page := w.ask("POST", link, ""); page.code != http.StatusSeeOther {
		t.Errorf("a press on a page without a button: %d", page.code)
	}
	if bad := w.ask("GET", link+"?after=nonsense", ""); bad.code != http.StatusNotFound {
		t.Errorf("a made-up place in the list: %d", bad.code)
	}
	for _, forged := range []string{link + "x", strings.Replace(link, "_0_", "_1_", 1), w.server.URL + "/b/mine/" + strings.Split(w.link(), "/not-me/")[1]} {
		if page := w.ask("GET", forged, ""); page.code != http.StatusNotFound {
			t.Errorf("%s: %d", forged, page.code)
		}
	}
}

// TestOldLinkOffersANewOne, and who presses reads the same whatever comes of it.
func TestOldLinkOffersANewOne(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.mine("es")
	w.pass(8 * 24 * time.Hour)
	page := w.ask("GET", link, "")
	if page.code != http.StatusOK || !strings.Contains(page.body, "Enviarme un enlace nuevo") || strings.Contains(page.body, "Forno") || strings.Contains(page.body, "example.org") {
		t.Errorf("the page is %d\n%s", page.code, page.body)
	}
	pressed := w.ask("POST", link+"?lang=pt-BR", "")
	to := pressed.header.Get("Location")
	if pressed.code != http.StatusSeeOther || !strings.HasSuffix(to, "?lang=pt-BR&sent=1") {
		t.Errorf("pressed: %d %s", pressed.code, to)
	}
	if page := w.ask("GET", w.server.URL+to, ""); !strings.Contains(page.body, "Olhe a sua caixa de e-mail") {
		t.Errorf("afterwards:\n%s", page.body)
	}
	w.work()
	fresh := w.mailed("ines.valente@example.org")
	if page := w.ask("GET", fresh, ""); fresh == link || !strings.Contains(page.body, "HP1100000201") {
		t.Errorf("the new link %s shows\n%s", fresh, page.body)
	}
	for range 3 {
		pressed = w.ask("POST", link, "", "Accept-Language", "en-US,en")
	}
	if pressed.code != http.StatusTooManyRequests || !strings.Contains(pressed.body, "Too many links have been sent") {
		t.Errorf("pressed too often: %d\n%s", pressed.code, pressed.body)
	}
}

// TestAskForMyPage: the same answer for everybody.
func TestAskForMyPage(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	w.mine("en")
	form := w.server.URL + "/b/mine/"
	w.pass(2 * time.Hour)
	sent := len(w.mailbox.Sent())
	kind := []string{"Content-Type", "application/x-www-form-urlencoded"}
	var answers []got
	for _, known := range []string{"ines.valente%40example.org", "nobody%40example.org", "HP1100000201", "HP999"} {
		a := w.ask("POST", form, "known="+known, kind...)
		a.header.Del("Date")
		answers = append(answers, a)
	}
	for _, a := range answers {
		if a.code != http.StatusSeeOther || a.header.Get("Location") != "/b/mine/?sent=1" || a.body != answers[0].body || len(a.header) != len(answers[0].header) {
			t.Errorf("answered %d %v %s", a.code, a.header, a.body)
		}
	}
	w.work()
	if got := len(w.mailbox.Sent()) - sent; got != 2 {
		t.Errorf("%d mails, want 2", got)
	}
	wrong := w.ask("POST", form+"?lang=en", "known=%22%3E%3Cscript%3E%40", kind...)
	if wrong.code != http.StatusUnprocessableEntity || !strings.Contains(wrong.body, "neither a purchase code nor") || strings.Contains(wrong.body, "<script") || !strings.Contains(wrong.body, `aria-invalid="true"`) {
		t.Errorf("nonsense: %d\n%s", wrong.code, wrong.body)
	}
}

// TestAllPagesSpeak looks at every state of the pages in every language for words that are missing.
func TestAllPagesSpeak(t *testing.T) {
	t.Parallel()
	for _, locale := range format.Locales() {
		w := open(t, locale)
		link := w.mine(locale)
		full, err := w.store.In(t.Context()).PurchaseByTransaction(shop, "HP1100000201")
		w.must(err)
		standings := []actions.RefundState{actions.RefundAsked, actions.RefundClaimed, actions.RefundUnderWay, actions.RefundDone, actions.RefundPart, actions.RefundDenied,
			actions.RefundRefused, actions.RefundClosed, actions.RefundChargeback}
		for _, s := range standings {
			if !w.words.Has("page.mine.refund."+string(s), locale) {
				t.Errorf("no words for a refund that is %s in %s", s, locale)
			}
		}
		w.must(w.store.Tx(t.Context(), func(tx *store.Store) error {
			locked, err := tx.LockPurchase(shop, full.Purchase.Transaction)
			until := w.clock().Add(time.Hour)
			locked.Purchase.FrozenUntil = &until
			w.must(err)
			return tx.UpdatePurchase(&locked.Purchase)
		}))
		w.ask("GET", link, "")
		w.ask("GET", w.server.URL+"/b/mine/", "")
		w.ask("GET", w.server.URL+"/b/mine/?sent=1", "")
		w.ask("POST", w.server.URL+"/b/mine/", "known=x%40", "Content-Type", "application/x-www-form-urlencoded")
		w.pass(8 * 24 * time.Hour)
		w.ask("GET", link, "")
		for key, n := range w.words.Missing() {
			t.Errorf("no words for %s (wanted %d times)", key, n)
		}
	}
}
