package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	device "github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aftersale/aftersale/flows/flow"
)

// openBrowser starts a Chromium, or skips. AFTERSALE_TEST_BROWSER=required makes its absence a failure, =off skips
// always; another value is the program to use.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	want := os.Getenv("AFTERSALE_TEST_BROWSER")
	if want == "off" {
		t.Skip("SKIPPED: browser tests are switched off by AFTERSALE_TEST_BROWSER")
	}
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if want != "" && want != "required" {
		names = []string{want}
	}
	program := ""
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			program = p
			break
		}
	}
	if program == "" {
		if want != "" {
			t.Fatalf("no browser: none of %s is installed", strings.Join(names, ", "))
		}
		t.Skip("SKIPPED: no Chromium is installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("accept-lang", "en-US"), chromedp.Flag("force-color-profile", "srgb"), chromedp.UserDataDir(t.TempDir()))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeBrowser := chromedp.NewContext(ctx)
	t.Cleanup(closeBrowser)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return ctx
}

// A tab is one page of the browser with a desk behind it.
type tab struct {
	*desk
	ctx context.Context
}

func openTab(t *testing.T, browser context.Context, d *desk, width, height int64, query string, more ...chromedp.Action[chromedp.Void]) tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancel)
	b := tab{d, ctx}
	b.do(chromedp.EmulateViewport(width, height))
	b.do(more...)
	b.do(chromedp.Navigate(d.server.URL+"/c/?"+query), chromedp.WaitReady("html.js"))
	return b
}

func (b tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
}

// eval computes a value in the page.
func eval[T any](b tab, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a condition of the page; the page decides when, not a clock.
func (b tab) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	wait := fmt.Sprintf("new Promise(done => { const look = () => (%s) ? done(true) : setTimeout(look, 20); look() })", condition)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise)); err != nil {
		b.t.Fatalf("the page never came to %s: %v\n%s", condition, err, eval[string](b, "document.querySelector('main').innerText"))
	}
}

// sees waits until a pane shows a text.
func (b tab) sees(p Pane, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.getElementById(%q).innerText.includes(%q)", p, text))
}

// types writes into a pane's input and sends it.
func (b tab) types(p Pane, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys("#"+string(p)+" .say input[name=text]", text+kb.Enter))
}

// enter is the key as a keyboard sends it: a page that takes it for itself gets no character after it.
var enter = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	for _, kind := range []device.DispatchKeyEventType{device.DispatchKeyEventTypeRawKeyDown, device.DispatchKeyEventTypeKeyUp} {
		key := device.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
		if _, err := cdp.Call(ctx, t, device.DispatchKeyEvent, key); err != nil {
			return err
		}
	}
	return nil
})

func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	browser := openBrowser(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"typing":   browserTyping,
		"press":    browserPress,
		"sure":     browserSure,
		"form":     browserForm,
		"pages":    browserPages,
		"words":    browserWords,
		"live":     browserLive,
		"phone":    browserPhone,
		"letter":   browserLetter,
		"theme":    browserTheme,
		"keyboard": browserKeyboard,
		"offline":  browserOffline,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

// counter answers with a card whose buttons lead to a result that replaces it.
func counter(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	v := flow.Shown{Token: "01JD.1", Kind: "confirm", Title: "Refund this purchase?", Buttons: []flow.ShownButton{
		{Token: "01JD.1.confirm", Label: "Refund R$ 297,00", Style: flow.Danger}, {Token: "01JD.1.cancel", Label: "Cancel"}}}
	if typed, ok := in.Input.(flow.Typed); ok {
		v = flow.Shown{Kind: "notice", Title: "You wrote", Body: []string{typed.Text}, Ended: true}
	}
	if pressed, ok := in.Input.(flow.Pressed); ok {
		v = flow.Shown{Kind: "result", Title: "Pressed " + pressed.Token, Ended: true, Replace: in.Message}
	}
	_, err := on.Show(ctx, v)
	return err
}

func browserTyping(t *testing.T, browser context.Context) {
	b := openTab(t, browser, openDesk(t, handlerFunc(counter)), 1440, 900, "")
	nonsense := `<img src=x onerror=document.title='hacked'> & "quotes" */ 🍰 مرحبا ` + strings.Repeat("x", 400)
	b.types(Buyer, nonsense)
	b.sees(Buyer, "You wrote")
	if got := eval[string](b, "document.querySelector('#buyer .msg.person .bubble').innerText"); got != nonsense {
		t.Errorf("the pane shows %q", got)
	}
	if title := eval[string](b, "document.title"); strings.Contains(title, "hacked") {
		t.Error("typed markup ran")
	}
	if got := eval[string](b, "document.querySelector('#buyer .say input[name=text]').value"); got != "" {
		t.Errorf("the input still holds %q", got)
	}
	if !eval[bool](b, "document.activeElement === document.querySelector('#buyer .say input[name=text]')") {
		t.Error("the focus has left the input")
	}
	b.noOverflow()
	b.types(Buyer, "   ")
	b.types(Buyer, "again")
	b.until("document.querySelectorAll('#buyer .msg.bot').length === 2")
	if n := eval[int](b, "document.querySelectorAll('#buyer .msg.person').length"); n != 2 {
		t.Errorf("%d lines of the person, want 2: an empty one is not sent", n)
	}
	if eval[bool](b, "document.querySelector('#team').innerText.includes('You wrote')") {
		t.Error("another pane shows the buyer's chat")
	}
}

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

func browserPress(t *testing.T, browser context.Context) {
	held := make(chan struct{})
	presses := make(chan string, 10)
	b := openTab(t, browser, openDesk(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		if p, ok := in.Input.(flow.Pressed); ok {
			presses <- p.Token
			<-held
		}
		return counter(ctx, in, on)
	})), 1440, 900, "")
	b.types(Buyer, "/refund")
	b.sees(Buyer, "Refund this purchase?")
	b.do(chromedp.DoubleClick("#buyer .press button.danger"))
	b.until("document.querySelector('#buyer .press button.danger').getAttribute('aria-busy') === 'true'")
	close(held)
	b.sees(Buyer, "Pressed 01JD.1.confirm")
	if n := eval[int](b, "document.querySelectorAll('#buyer .msg.bot button').length"); n != 0 {
		t.Errorf("%d buttons are left on the replaced card", n)
	}
	if n := eval[int](b, "document.querySelectorAll('#buyer .msg.bot').length"); n != 1 {
		t.Errorf("%d messages of the bot, want the one card", n)
	}
	if len(presses) != 1 {
		t.Errorf("a double click pressed %d times", len(presses))
	}
	if !eval[bool](b, "document.activeElement.matches('#buyer .msg.bot')") {
		t.Error("the focus is not on the answer")
	}
}

func browserSure(t *testing.T, browser context.Context) {
	b := openTab(t, browser, openDesk(t, handlerFunc(counter)), 1440, 900, "")
	b.types(Team, "/refund")
	b.sees(Team, "Refund this purchase?")
	b.do(chromedp.Click("#team .press button.danger"), chromedp.WaitVisible("#sure"))
	if got := eval[string](b, "document.querySelector('#sure [value=yes]').textContent"); got != "Refund R$ 297,00" {
		t.Errorf("the dialog offers %q", got)
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until("!document.querySelector('#sure').open")
	if !eval[bool](b, "document.activeElement.matches('#team .press button.danger')") {
		t.Error("the focus has not come back to the button")
	}
	b.do(chromedp.Click("#team .press button.danger"), chromedp.WaitVisible("#sure"),
		chromedp.Click("#sure [value=yes]"))
	b.sees(Team, "Pressed 01JD.1.confirm")
}

// emailForm asks for two addresses and finds fault until they are the same.
func emailForm(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	v := flow.Shown{Token: "01JD.1", Kind: "form", Title: "Change the e-mail of this purchase", Fields: []flow.ShownField{
		{Name: "email", Label: "New address", Hint: "Where access goes from now on", Kind: flow.EmailField},
		{Name: "email_again", Label: "New address again", Kind: flow.EmailField},
	}, Buttons: []flow.ShownButton{{Token: "01JD.1.cancel", Label: "Cancel"}}}
	if s, ok := in.Input.(flow.Submitted); ok {
		v.Replace = in.Message
		v.Fields[0].Value, v.Fields[1].Value = s.Values["email"], s.Values["email_again"]
		v.Fields[1].Problem = "The addresses are not the same."
		v.Problem = v.Fields[1].Problem
		if s.Values["email"] == s.Values["email_again"] {
			v = flow.Shown{Kind: "result", Title: "Changed to " + s.Values["email"], Ended: true, Replace: in.Message}
		}
	}
	_, err := on.Show(ctx, v)
	return err
}

func browserForm(t *testing.T, browser context.Context) {
	for _, p := range []Pane{Team, Creator} {
		b := openTab(t, browser, openDesk(t, handlerFunc(emailForm)), 1440, 900, "")
		dialog := "#" + string(p) + " dialog"
		b.types(p, "/email HP1")
		b.until(fmt.Sprintf("document.querySelector('%s')?.matches(':modal')", dialog))
		if !eval[bool](b, "document.activeElement.name === 'f.email'") {
			t.Errorf("%s: the focus is not in the first field", p)
		}
		// Escape closes; the card keeps a button to open it again, and the focus is somewhere useful.
		b.do(chromedp.KeyEvent(kb.Escape))
		b.until(fmt.Sprintf("!document.querySelector('%s').open", dialog))
		if eval[bool](b, "document.activeElement === document.body") {
			t.Errorf("%s: the focus is lost after Escape", p)
		}
		b.do(chromedp.Click("#" + string(p) + " [data-open]"))
		b.until(fmt.Sprintf("document.querySelector('%s').open", dialog))
		b.do(chromedp.KeyEvent("joao@example.com" + kb.Tab + "joao@exampel.com" + kb.Enter))
		b.until(fmt.Sprintf("document.querySelector('%s [aria-invalid]') && document.querySelector('%s').open", dialog, dialog))
		if !eval[bool](b, "document.activeElement.name === 'f.email_again' && document.activeElement.value === 'joao@exampel.com'") {
			t.Errorf("%s: the focus is not in the field with the problem", p)
		}
		described := "document.activeElement.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).innerText).join()"
		if got := eval[string](b, described); got != "The addresses are not the same." {
			t.Errorf("%s: the field is described by %q", p, got)
		}
		b.do(chromedp.SetValue(dialog+" [name='f.email_again']", "joao@example.com"), chromedp.KeyEvent(kb.Enter))
		b.sees(p, "Changed to joao@example.com")
		if n := eval[int](b, "document.querySelectorAll('dialog[open]').length"); n != 0 {
			t.Errorf("%s: %d dialogs are still open", p, n)
		}
	}
}

func browserPages(t *testing.T, browser context.Context) {
	v := flow.Shown{Token: "01JD.1", Kind: "form", Title: "Find purchases"}
	for i := range 7 {
		v.Fields = append(v.Fields, flow.ShownField{Name: fmt.Sprintf("field%d", i), Label: fmt.Sprintf("Field %d", i), Kind: flow.TextField, Optional: true})
	}
	b := openTab(t, browser, openDesk(t, says(v)), 1440, 900, "")
	visible := "[...document.querySelectorAll('#creator dialog .field')].filter(f => f.checkVisibility()).length"
	b.types(Creator, "/find")
	b.until("document.querySelector('#creator dialog')?.open")
	if n := eval[int](b, visible); n != 5 {
		t.Errorf("the first page has %d fields, want 5", n)
	}
	b.do(chromedp.Click("#creator dialog [data-page='1']"))
	if n := eval[int](b, visible); n != 2 {
		t.Errorf("the second page has %d fields, want 2", n)
	}
	if !eval[bool](b, "document.activeElement.name === 'f.field5' && document.querySelector('#creator [data-submit]').checkVisibility()") {
		t.Error("the focus is not in the first field of the second page, or it cannot be sent")
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
	d.adapter.hub = newHub()
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

// picture writes what the tab shows into the folder named by AFTERSALE_TEST_PICTURES.
func (b tab) picture(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(os.Getenv("AFTERSALE_TEST_PICTURES"), name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
