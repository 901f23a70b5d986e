// Package browser opens pages in a real Chromium, for tests of what a person sees and does there. No test of it waits by
// the clock: the page says when it has come to where it should be.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to come to a condition, on a slow machine.
const patience = 30 * time.Second

// Open starts a Chromium, or skips. AFTERSALE_TEST_BROWSER=required makes its absence a failure, =off skips always;
// another value is the program to use.
func Open(t *testing.T) context.Context {
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

// A Tab is one page of the browser.
type Tab struct {
	T   *testing.T
	Ctx context.Context
}

// OpenTab opens an address in a tab of that size, after more has been done to it; it has two minutes for all it does.
func OpenTab(t *testing.T, browser context.Context, url string, width, height int64, more ...chromedp.Action[chromedp.Void]) Tab {
	t.Helper()
	return OpenPage(t, browser, url, "html.js", width, height, more...)
}

// OpenPage is OpenTab for pages that are there once something else is, such as those without scripts.
func OpenPage(t *testing.T, browser context.Context, url, ready string, width, height int64, more ...chromedp.Action[chromedp.Void]) Tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b := Tab{T: t, Ctx: ctx}
	b.Do(chromedp.EmulateViewport(width, height))
	b.Do(more...)
	b.Do(chromedp.Navigate(url), chromedp.WaitReady(ready))
	return b
}

// Do has the browser do something.
func (b Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.T.Helper()
	if err := chromedp.Do(b.Ctx, actions...); err != nil {
		b.T.Fatalf("in the browser: %v", err)
	}
}

// NoScripts switches the scripts of a page off. Tests still compute in it.
func NoScripts() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// Phone has a tab be a phone's of that size.
func Phone(width, height int64) []chromedp.Action[chromedp.Void] {
	if width > 600 {
		return nil
	}
	return []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(width, height, chromedp.EmulateMobile)}
}

// Dark has pages drawn for those who like them dark.
func Dark() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		return err
	})
}

// Paper has pages drawn as they are printed.
func Paper() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	})
}

// Press clicks what a selector finds, and waits until the page that comes of it has something else. It asks from outside, as
// pages without scripts cannot tell.
func (b Tab) Press(selector, then string) {
	b.T.Helper()
	b.Do(chromedp.Click(selector))
	look := chromedp.Evaluate[bool](fmt.Sprintf("document.readyState === 'complete' && !!document.querySelector(%q)", then))
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		there, err := chromedp.Run(ctx, look) // fails while one page goes and the other comes
		if err == nil && there {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			b.T.Fatalf("after a click on %s there is no %s: %v", selector, then, err)
		}
	}
}

// Type types into the field that a selector finds, behind what is there.
func (b Tab) Type(selector, text string) {
	b.T.Helper()
	b.Do(chromedp.SendKeys(selector, text))
}

// Picture is what the tab shows, as a PNG.
func (b Tab) Picture() []byte {
	b.T.Helper()
	png, err := chromedp.Run(b.Ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.T.Fatalf("picture: %v", err)
	}
	return png
}

// Eval computes a value in the page.
func Eval[T any](b Tab, script string) T {
	b.T.Helper()
	v, err := chromedp.Run(b.Ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.T.Fatalf("%s: %v", script, err)
	}
	return v
}

// Until waits for a condition of the page.
func (b Tab) Until(condition string) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	wait := fmt.Sprintf("new Promise(done => { const look = () => (%s) ? done(true) : setTimeout(look, 20); look() })", condition)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise)); err != nil {
		b.T.Fatalf("the page never came to %s: %v\n%s", condition, err, Eval[string](b, "document.querySelector('main').innerText"))
	}
}
