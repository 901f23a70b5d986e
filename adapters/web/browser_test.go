package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	device "github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
		"typing":    browserTyping,
		"press":     browserPress,
		"sure":      browserSure,
		"elsewhere": browserElsewhere,
		"form":      browserForm,
		"pages":     browserPages,
		"words":     browserWords,
		"live":      browserLive,
		"phone":     browserPhone,
		"letter":    browserLetter,
		"theme":     browserTheme,
		"keyboard":  browserKeyboard,
		"offline":   browserOffline,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}
