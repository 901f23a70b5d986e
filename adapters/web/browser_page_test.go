package web

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aftersale/aftersale/flows/flow"
)

// noOverflow fails when the page can be scrolled sideways.
func (b tab) noOverflow() {
	b.t.Helper()
	if d := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); d > 0 {
		b.t.Errorf("the page is %d pixels too wide", d)
	}
	wide := eval[[]string](b, "[...document.querySelectorAll('.log')].filter(l => l.scrollWidth > l.clientWidth).map(l => l.dataset.chat)")
	if len(wide) > 0 {
		b.t.Errorf("chats can be scrolled sideways: %v", wide)
	}
}

func browserWords(t *testing.T, browser context.Context) {
	b := openTab(t, browser, openDesk(t, handlerFunc(counter)), 1440, 900, "")
	field := "#team .say input[name=text]"
	offered := "[...document.querySelectorAll('#team [role=option] b')].map(o => o.textContent).join()"
	b.do(chromedp.SendKeys(field, "/re"))
	b.until("!document.querySelector('#team .words[role=listbox]').hidden")
	if got := eval[string](b, offered); got != "/refund,/resend" {
		t.Errorf("an agent is offered %s", got)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown), enter)
	if got := eval[string](b, "document.querySelector('#team .say input[name=text]').value"); got != "/resend " {
		t.Errorf("the input holds %q", got)
	}
	b.do(chromedp.KeyEvent("HP1" + kb.Enter))
	b.sees(Team, "Refund this purchase?")
	if got := eval[string](b, "document.querySelector('#team .msg.person .bubble').innerText"); got != "/resend HP1" {
		t.Errorf("sent %q", got)
	}
	// A whole word is sent by Enter at once.
	b.types(Team, "/refund")
	b.until("document.querySelectorAll('#team .msg.person').length === 2")
	b.do(chromedp.SendKeys(field, "/"), chromedp.KeyEvent(kb.Escape))
	b.until("document.querySelector('#team .words[role=listbox]').hidden")
}

func browserLive(t *testing.T, browser context.Context) {
	d := openDesk(t, handlerFunc(counter))
	one := openTab(t, browser, d, 1440, 900, "team=ana")
	two := openTab(t, browser, d, 1440, 900, "team=rui")
	one.until("document.querySelector('#state').innerText === 'Live'")
	two.until("document.querySelector('#state').innerText === 'Live'")
	poster := d.adapter.Poster(Team)
	id, err := poster.Post(t.Context(), Team.Room("approvals"), flow.Shown{Kind: "notice", Title: "Somebody asks", Buttons: []flow.ShownButton{{Token: "p:1.1.a", Label: "Approve"}}})
	if err != nil {
		t.Fatal(err)
	}
	one.sees(Team, "Approve")
	two.sees(Team, "Approve")
	one.types(Team, "only ana")
	one.sees(Team, "only ana")
	if err := poster.Edit(t.Context(), Team.Room("approvals"), id, flow.Shown{Kind: "notice", Title: "Approved by Rui", Ended: true}); err != nil {
		t.Fatal(err)
	}
	for _, b := range []tab{one, two} {
		b.sees(Team, "Approved by Rui")
		if eval[bool](b, "!!document.querySelector('#team .room button')") {
			t.Error("the buttons of the decided card are still there")
		}
	}
	if eval[bool](two, "document.querySelector('#team').innerText.includes('only ana')") {
		t.Error("another person's private chat is shown")
	}
	// A restart: the stream comes back by itself and brings what was said meanwhile.
	d.adapter.Close()
	one.until("document.querySelector('#state').classList.contains('lost')")
	d.open()
	if _, err := d.adapter.Poster(Team).Post(t.Context(), Team.Chat("ana"), flow.Shown{Kind: "notice", Title: "Said meanwhile", Ended: true}); err != nil {
		t.Fatal(err)
	}
	one.sees(Team, "Said meanwhile")
}

func browserPhone(t *testing.T, browser context.Context) {
	d := openDesk(t, handlerFunc(emailForm))
	b := openTab(t, browser, d, 360, 740, "tab=team", chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	shown := "[...document.querySelectorAll('main > *')].filter(p => p.checkVisibility()).map(p => p.id).join()"
	if got := eval[string](b, shown); got != "team" {
		t.Errorf("a phone shows %s at once", got)
	}
	b.types(Team, "/email "+strings.Repeat("a-very-long-word-", 20))
	b.until("document.querySelector('#team dialog')?.open")
	b.noOverflow()
	if !eval[bool](b, "(({left, right, top, bottom}) => left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight)(document.querySelector('#team dialog').getBoundingClientRect())") {
		t.Error("the dialog reaches out of the screen")
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	for _, tab := range []string{"creator", "buyer", "office"} {
		b.do(chromedp.Click(".tabs [data-tab-to=" + tab + "]"))
		if got := eval[string](b, shown); got != tab {
			t.Errorf("the tab %s shows %s", tab, got)
		}
		b.noOverflow()
	}
	if _, err := d.adapter.Poster(Team).Post(t.Context(), Team.Chat("ana"), flow.Shown{Kind: "notice", Title: "News", Ended: true}); err != nil {
		t.Fatal(err)
	}
	b.until("document.querySelector('.tabs [data-tab-to=team]').classList.contains('news')")
}

func browserLetter(t *testing.T, browser context.Context) {
	b := openTab(t, browser, openDesk(t, handlerFunc(counter)), 1440, 900, "")
	b.do(chromedp.Click("#letters a"))
	b.until("document.querySelector('#letter').matches(':modal')")
	if got := eval[string](b, "document.querySelector('#letter-title').innerText"); got != "Your refund <soon>" {
		t.Errorf("the subject is %q", got)
	}
	b.until("document.querySelector('#letter iframe')")
	if eval[bool](b, "(() => { try { return !!document.querySelector('#letter iframe').contentDocument } catch { return false } })()") {
		t.Error("the page can reach into the mail, so the mail could reach out")
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until("!document.querySelector('#letter').open")
	if !eval[bool](b, "document.activeElement.matches('#letters a')") {
		t.Error("the focus has not come back to the list")
	}
}

func browserTheme(t *testing.T, browser context.Context) {
	b := openTab(t, browser, openDesk(t, handlerFunc(counter)), 1440, 900, "")
	for _, p := range Panes() {
		b.types(p, "/refund")
		b.sees(p, "Refund this purchase?")
	}
	background := "getComputedStyle(document.body).backgroundColor"
	light := eval[string](b, background)
	b.do(chromedp.Click(".themes .dark"))
	dark := eval[string](b, background)
	if light == dark {
		t.Errorf("dark looks like light: %s", dark)
	}
	b.do(chromedp.Reload(), chromedp.WaitReady("html.js"))
	if got := eval[string](b, background); got != dark {
		t.Errorf("after a reload the background is %s, want %s", got, dark)
	}
	b.do(chromedp.Click(".themes .light")) // the browser is shared
	for _, theme := range []string{"light", "dark"} {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.documentElement.dataset.theme = %q", theme)))
		for _, p := range Panes() {
			if low := eval[[]string](b, fmt.Sprintf(contrast, p)); len(low) > 0 {
				t.Errorf("%s, %s: too little contrast: %v", p, theme, low)
			}
		}
	}
}

// contrast lists the texts of a pane whose contrast is below WCAG's AA, 4.5 to 1.
const contrast = `(() => {
	const rgb = (c) => (c.match(/[\d.]+/g) || []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
	const below = (e) => { for (; e; e = e.parentElement) { const s = getComputedStyle(e), c = rgb(s.backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
	const low = [];
	for (const e of document.querySelectorAll('#%s *')) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility() || e.closest('.face, dialog')) continue;
		const a = light(rgb(getComputedStyle(e).color)), b = light(below(e));
		const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) low.push(e.className + ' ' + e.textContent.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
	}
	return low;
})()`

func browserKeyboard(t *testing.T, browser context.Context) {
	b := openTab(t, browser, openDesk(t, handlerFunc(counter)), 1440, 900, "")
	b.do(chromedp.Focus("#team .seat select"))
	var order []string
	for range 7 {
		b.do(chromedp.KeyEvent(kb.Tab))
		order = append(order, eval[string](b, "document.activeElement.closest('.pane, .office')?.id + ' ' + document.activeElement.tagName.toLowerCase()"))
		if eval[string](b, "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement.closest('.say') || document.body).boxShadow") == "nonenone" {
			t.Errorf("nothing shows where the focus is: %s", order[len(order)-1])
		}
	}
	want := "team input,team button,creator select,creator input,creator button,buyer select,buyer input"
	if got := strings.Join(order, ","); got != want {
		t.Errorf("Tab goes %s, want %s", got, want)
	}
}

func browserOffline(t *testing.T, browser context.Context) {
	d := openDesk(t, handlerFunc(counter))
	b := openTab(t, browser, d, 1440, 900, "")
	d.stop()
	b.types(Buyer, "hello?")
	b.until("document.querySelector('#buyer .problem').innerText.includes('try again')")
	if got := eval[string](b, "document.querySelector('#buyer .say input[name=text]').value"); got != "hello?" {
		t.Errorf("what was typed is %q now", got)
	}
}
