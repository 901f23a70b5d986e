package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aftersale/aftersale/adapters/adaptertest/browser"
)

// A reader is somebody at the console of a running demo.
type reader struct{ browser.Tab }

// presses clicks the newest button of a part of the page whose label holds a text.
func (r reader) presses(part, label string) {
	r.T.Helper()
	button := fmt.Sprintf("[...document.querySelectorAll(%q)].filter(b => b.innerText.includes(%q) && !b.disabled).at(-1)", part+" button[name=token]", label)
	r.Until(button + " !== undefined")
	browser.Eval[bool](r.Tab, button+".click() ?? true")
}

func (r reader) sees(part, text string) {
	r.T.Helper()
	r.Until(fmt.Sprintf("document.querySelector(%q).innerText.includes(%q)", part, text))
}

func (r reader) types(pane, text string) {
	r.T.Helper()
	r.Do(chromedp.SendKeys(pane+" .say input[name=text]", text+kb.Enter))
}

// picture keeps what the page looks like where AFTERSALE_PICTURES names a folder: docs/images is made so.
func (r reader) picture(name string) {
	r.T.Helper()
	folder := os.Getenv("AFTERSALE_PICTURES")
	if folder == "" {
		return
	}
	r.Until("document.getAnimations().every(a => a.playState !== 'running')")
	png, err := chromedp.Run(r.Ctx, chromedp.CaptureScreenshot())
	if err != nil {
		r.T.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), png, 0o644); err != nil {
		r.T.Fatal(err)
	}
}

// TestStory is what the console is for: a buyer asks for his money back, the team sees it at once with the rule, the
// creator approves, every card changes, mail arrives, and the audit log shows who did what.
func TestStory(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	p := launch(t, []string{"TMPDIR=" + t.TempDir(), "LC_ALL=en_US.UTF-8"}, "demo", "--listen", "127.0.0.1:0")
	address := p.output.await(t, consoleLine)[1]
	desk := reader{browser.OpenTab(t, chromium, address+"?buyer=marina", 1600, 1000)}

	desk.types("#buyer", "/refund")
	desk.presses("#buyer", "R$297.00")
	desk.presses("#buyer", "Not what was expected")
	desk.presses("#buyer", "Skip")
	desk.sees("#buyer", "Somebody on the team who may decide has to approve it first")
	desk.presses("#buyer", "Refund R$297.00")
	desk.sees("#buyer", "sent for a decision")

	for _, room := range []string{"#team .room", "#creator .room"} {
		desk.sees(room, "Refund of R$297.00 waits for a decision")
		desk.sees(room, "is above R$100.00")
		desk.sees(room, "M. A.") // names are masked where others read
	}
	desk.sees("#letters", "Recebemos o seu pedido de reembolso") // mail speaks the language of the purchase
	desk.types("#team", "/find joao")
	desk.sees("#team .direct", "Which of these purchases?")
	desk.presses("#creator .room", "Approve")
	desk.sees("#creator .room", "Approve this request?")
	desk.picture("console-light.png")
	desk.Do(chromedp.EmulateViewport(1600, 1000))

	desk.presses("#creator .room", "Approve")
	for _, part := range []string{"#team .room", "#creator .room"} {
		desk.sees(part, "approved by Clara")
		desk.sees(part, "Done")
	}
	desk.sees("#buyer", "Refund of R$297.00 done")
	desk.sees("#letters", "Devolvemos R$ 297,00 para você")
	desk.sees("#audit", "refund.approved")
	desk.sees("#audit", "refund.done")

	// Approved is approved: the other one who may decide finds no button any more.
	desk.Until(`![...document.querySelectorAll("#team .room .msg")].some(m => m.innerText.includes("approved by Clara") &&
		[...m.querySelectorAll("button[name=token]")].some(b => b.innerText.includes("Approve")))`)
	if code := p.stop(os.Interrupt); code != nil {
		t.Errorf("the demo ends with %v:\n%s", code, p.output)
	}
}

// TestNonsense types what nobody foresaw into every pane, and presses things twice.
func TestNonsense(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: browser tests in -short")
	}
	chromium := browser.Open(t)
	p := launch(t, []string{"TMPDIR=" + t.TempDir(), "LC_ALL=en_US.UTF-8"}, "demo", "--listen", "127.0.0.1:0")
	address := p.output.await(t, consoleLine)[1]
	desk := reader{browser.OpenTab(t, chromium, address+"?buyer=marina", 1600, 1000)}

	for _, pane := range []string{"#team", "#creator", "#buyer"} {
		desk.types(pane, "<b>';--\u200b مرحبا 🥖 ${x} {{.}}")
		if pane == "#buyer" { // it may be a question to the team: nothing that a buyer writes is lost
			desk.sees(pane+" .direct", "What is it about?")
			desk.presses(pane+" .direct", "Cancel")
			desk.sees(pane+" .direct", "Cancelled")
		} else {
			desk.presses(pane+" .direct", "Help")
			desk.sees(pane+" .direct", "/language")
		}
		desk.types(pane, "/frobnicate <i>")
		desk.sees(pane+" .direct", "frobnicate")
	}
	// The same button twice at once opens one question.
	desk.types("#buyer", "/start")
	desk.sees("#buyer .direct", "Hi! How can we help?")
	button := `[...document.querySelectorAll("#buyer button[name=token]")].filter(b => b.innerText.includes("Ask for a refund")).at(-1)`
	desk.Until(button + " !== undefined")
	browser.Eval[bool](desk.Tab, "(() => { const b = "+button+"; b.click(); b.click(); return true })()")
	desk.sees("#buyer .direct", "Which purchase is the refund for?")
	if n := browser.Eval[int](desk.Tab, `document.querySelector("#buyer .direct").innerText.split("Which purchase is the refund for?").length - 1`); n != 1 {
		t.Errorf("two presses at once asked %d times", n)
	}
	desk.types("#buyer", "not a purchase at all")
	desk.sees("#buyer .direct", "What is it about?")
	desk.presses("#buyer .direct", "Cancel")
	desk.sees("#buyer .direct", "Cancelled. Nothing was changed.")
}
