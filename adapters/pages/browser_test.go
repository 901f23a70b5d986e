package pages_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/adapters/adaptertest/browser"
)

// pictures is a folder for pictures of the pages, for whoever wants to look at them.
const pictures = "AFTERSALE_TEST_PICTURES"

// TestBrowser presses the button on a phone, with and without scripts, in each language.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	for _, c := range []struct {
		name          string
		width, height int64
		locale        string
		scripts, dark bool
	}{
		{"phone without scripts", 360, 740, "pt-BR", false, false},
		{"phone", 360, 740, "en", true, false},
		{"small phone in the dark", 320, 568, "es", false, true},
		{"desk", 1280, 800, "es", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, c.locale)
			b := openTab(t, chromium, w.link(), c.width, c.height, c.scripts, c.dark)
			b.fits(c.name)
			b.shoot(c.name + " 1 open")
			if got := w.email(); got != "otto@thief.example" {
				t.Fatalf("opening the page has moved the purchase to %s", got)
			}
			b.Press("main form button", "main.good")
			if got := w.email(); got != "marina.duarte@example.com" {
				t.Errorf("after the button the purchase is at %s", got)
			}
			b.fits(c.name)
			b.shoot(c.name + " 2 done")
			for _, locale := range format.Locales() {
				b.Press("nav a[hreflang='"+locale+"']", "html[lang='"+locale+"']")
				b.fits(locale)
			}
			if got := browser.Eval[string](b.Tab, "document.activeElement.tagName"); got != "BODY" {
				t.Errorf("the focus is on %s", got)
			}
		})
	}
}

// TestBrowserMine looks at the page of purchases on phones, in the dark and in each language, and asks for a new link.
func TestBrowserMine(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	for _, c := range []struct {
		name          string
		width, height int64
		locale        string
		scripts, dark bool
	}{
		{"mine small phone", 320, 568, "pt-BR", false, false},
		{"mine phone in the dark", 360, 740, "en", false, true},
		{"mine large phone", 430, 932, "es", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, c.locale)
			link := w.mine(c.locale)
			b := openTab(t, chromium, link, c.width, c.height, c.scripts, c.dark)
			b.fits(c.name)
			b.shoot(c.name + " 1 open")
			for _, locale := range format.Locales() {
				b.Press("nav a[hreflang='"+locale+"']", "html[lang='"+locale+"']")
				b.fits(locale)
			}
			w.pass(8 * 24 * time.Hour)
			b.Press("nav a[hreflang='"+c.locale+"']", "main form button")
			b.fits(c.name + " over")
			b.shoot(c.name + " 2 over")
			b.Press("main form button", "main:not(:has(form))")
			b.fits(c.name + " sent")
			b.shoot(c.name + " 3 sent")
			w.work()
			if fresh := w.mailed("ines.valente@example.org"); fresh == link {
				t.Error("no new link was mailed")
			}
		})
	}
}

// TestBrowserPassword sets a password as people type it: the script says what is still missing, and without it the server does.
func TestBrowserPassword(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	for _, c := range []struct {
		name          string
		width, height int64
		locale        string
		scripts, dark bool
	}{
		{"password phone", 360, 740, "pt-BR", true, false},
		{"password small phone in the dark", 320, 568, "es", true, true},
		{"password without scripts", 430, 932, "en", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, c.locale)
			b := openTab(t, chromium, w.reset(c.locale), c.width, c.height, c.scripts, c.dark)
			b.fits(c.name)
			met := func(want int) {
				t.Helper()
				if !c.scripts {
					want = 0
				}
				if got := browser.Eval[int](b.Tab, "document.querySelectorAll('.rules .met').length"); got != want {
					t.Errorf("%d rules are met, want %d", got, want)
				}
			}
			met(0)
			b.Type("#password", "abc 12")
			met(2) // a letter and a digit
			b.fits(c.name + " typed")
			b.shoot(c.name + " 1 typed")
			b.Press("main form button", "input[aria-invalid]")
			b.fits(c.name + " wrong")
			b.shoot(c.name + " 2 wrong")
			if got := browser.Eval[string](b.Tab, "document.activeElement.id + document.getElementById('password').value"); got != "password" {
				t.Errorf("the focus is on %q", got)
			}
			b.Type("#password", "pão-quente7")
			b.Type("#again", "pão-quente")
			met(4)
			b.Type("#again", "7")
			met(5)
			if c.scripts {
				if got := browser.Eval[int](b.Tab, "document.querySelectorAll('.problem:not([hidden]), [aria-invalid]').length"); got != 0 {
					t.Error("what was wrong is still said")
				}
			}
			b.shoot(c.name + " 3 right")
			b.Press("main form button", "main.good")
			b.fits(c.name + " done")
			b.shoot(c.name + " 4 done")
			if !w.getsIn("pão-quente7") {
				t.Error("the password does not hold")
			}
			w.work()
			off := openTab(t, chromium, w.lastLink("password_changed"), c.width, c.height, c.scripts, c.dark)
			off.fits(c.name + " off")
			off.shoot(c.name + " 5 off")
			off.Press("main form button", "main.good")
			if w.getsIn("pão-quente7") {
				t.Error("the password still holds")
			}
		})
	}
}

type tab struct{ browser.Tab }

func openTab(t *testing.T, chromium context.Context, url string, width, height int64, scripts, dark bool) tab {
	t.Helper()
	more := browser.Phone(width, height)
	if !scripts {
		more = append(more, browser.NoScripts())
	}
	if dark {
		more = append(more, browser.Dark())
	}
	return tab{browser.OpenPage(t, chromium, url, "main", width, height, more...)}
}

// fits checks that nothing reaches out of the screen, that what is pressed can be hit by a thumb, and that all texts can be
// read (WCAG 2.2: 4.5 to 1; targets of 24 pixels and more).
func (b tab) fits(where string) {
	b.T.Helper()
	if browser.Eval[bool](b.Tab, "document.documentElement.scrollWidth > innerWidth") {
		b.T.Errorf("%s: the page is wider than the screen", where)
	}
	if small := browser.Eval[[]string](b.Tab, "[...document.querySelectorAll('nav a, main button, main input, main a')].filter(e => e.getBoundingClientRect().height < 44).map(e => e.innerText)"); len(small) > 0 {
		b.T.Errorf("%s: too small to hit: %v", where, small)
	}
	if low := browser.Eval[[]string](b.Tab, contrast); len(low) > 0 {
		b.T.Errorf("%s: too little contrast: %v", where, low)
	}
	if n := browser.Eval[int](b.Tab, "document.querySelectorAll('h1').length * 10 + document.querySelectorAll('main').length"); n != 11 {
		b.T.Errorf("%s: headings and mains: %d", where, n)
	}
}

// contrast lists the texts that are hard to read.
const contrast = `(() => {
	const rgb = (c) => (c.match(/[\d.]+/g) || []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
	const below = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
	const low = [];
	for (const e of document.querySelectorAll('body *')) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
		const a = light(rgb(getComputedStyle(e).color)), b = light(below(e));
		const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) low.push(e.tagName + ' ' + e.textContent.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
	}
	return low;
})()`

// shoot keeps a picture where somebody has said that he wants some.
func (b tab) shoot(name string) {
	b.T.Helper()
	dir := os.Getenv(pictures)
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Picture(), 0o644); err != nil {
		b.T.Error(err)
	}
}

// enter fills a field in.
func (b tab) enter(field, text string) {
	b.T.Helper()
	browser.Eval[string](b.Tab, fmt.Sprintf("document.getElementById(%q).value = %q", field, text))
}

// TestBrowserTickets names who comes on a phone, and looks at the ticket.
func TestBrowserTickets(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	for _, c := range []struct {
		name          string
		width, height int64
		locale        string
		scripts, dark bool
	}{
		{"phone without scripts", 360, 740, "pt-BR", false, false},
		{"small phone in the dark", 320, 568, "es", true, true},
		{"desk", 1280, 800, "en", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, c.locale)
			b := openTab(t, chromium, w.tickets(c.locale), c.width, c.height, c.scripts, c.dark)
			name := "tickets " + c.name
			b.fits(name)
			b.shoot(name + " 1 list")
			b.Press("article a.button", "input[name=name]")
			b.fits(name)
			b.shoot(name + " 2 form")
			b.enter("name", "Maria Antonieta de Albuquerque")
			b.Press("main form button", "p.note")
			b.shoot(name + " 3 begun")
			b.enter("email", "maria")
			b.Press("main form button", "input[aria-invalid]")
			b.fits(name)
			b.shoot(name + " 4 wrong")
			b.enter("email", "maria@example.com")
			b.Press("main form button", "figure svg")
			b.fits(name)
			b.shoot(name + " 5 ticket")
			if got := browser.Eval[[]float64](b.Tab, "(r => [r.width, r.height, r.left >= 0 && r.right <= innerWidth ? 1 : 0])(document.querySelector('figure svg').getBoundingClientRect())"); got[0] < 200 || got[0] != got[1] || got[2] != 1 {
				t.Errorf("the code is drawn %v", got)
			}
			if got := browser.Eval[string](b.Tab, "getComputedStyle(document.querySelector('figure rect')).fill + getComputedStyle(document.querySelector('figure path')).fill"); got != "rgb(255, 255, 255)rgb(0, 0, 0)" {
				t.Errorf("the code is drawn in %s", got)
			}
			b.Do(browser.Paper())
			if got := browser.Eval[[]string](b.Tab, "[...document.querySelectorAll('nav, form, a')].filter(e => e.getBoundingClientRect().height > 0).map(e => e.tagName + ' ' + e.innerText)"); len(got) > 1 { // the address of the team is of use on paper
				t.Errorf("on paper there are %v", got)
			}
			b.shoot(name + " 6 on paper")
		})
	}
}

// TestBrowserFeedback says what somebody thinks on a phone, by five large buttons and without scripts.
func TestBrowserFeedback(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	for _, c := range []struct {
		name          string
		width, height int64
		locale        string
		scripts, dark bool
	}{
		{"feedback small phone", 320, 568, "pt-BR", false, false},
		{"feedback phone in the dark", 360, 740, "es", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, c.locale)
			b := openTab(t, chromium, w.opinion(), c.width, c.height, c.scripts, c.dark)
			b.fits(c.name)
			b.shoot(c.name + " 1 open")
			b.Press("input[name=score][value='4']", "input[name=score][value='4']:checked")
			b.Press("main form button", "main.good")
			b.fits(c.name + " sent")
			b.shoot(c.name + " 2 sent")
			for _, locale := range format.Locales() {
				b.Press("nav a[hreflang='"+locale+"']", "html[lang='"+locale+"']")
				b.fits(locale)
			}
		})
	}
}
