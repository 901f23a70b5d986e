package web

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	device "github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aftersale/aftersale/adapters/adaptertest/browser"
)

// A tab is one page of the browser with a desk behind it.
type tab struct {
	*desk
	browser.Tab
	ctx context.Context
}

func openTab(t *testing.T, chromium context.Context, d *desk, width, height int64, query string, more ...chromedp.Action[chromedp.Void]) tab {
	t.Helper()
	b := browser.OpenTab(t, chromium, d.server.URL+"/c/?"+query, width, height, more...)
	return tab{d, b, b.Ctx}
}

func (b tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.Do(actions...)
}

// eval computes a value in the page.
func eval[T any](b tab, script string) T {
	b.t.Helper()
	return browser.Eval[T](b.Tab, script)
}

func (b tab) until(condition string) {
	b.t.Helper()
	b.Until(condition)
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
	chromium := browser.Open(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"typing":    browserTyping,
		"press":     browserPress,
		"sure":      browserSure,
		"elsewhere": browserElsewhere,
		"meanwhile": browserMeanwhile,
		"upload":    browserUpload,
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
		t.Run(name, func(t *testing.T) { test(t, chromium) })
	}
}
