package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aftersale/aftersale/flows/flow"
)

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
	if got := eval[string](b, "document.querySelector('#buyer .msg.person .bubble p').innerText"); got != nonsense {
		t.Errorf("the pane shows %q", got)
	}
	if title := eval[string](b, "document.title"); strings.Contains(title, "hacked") {
		t.Error("typed markup ran")
	}
	// The answer may come by the stream before the page hears that its own request is done.
	b.until("document.querySelector('#buyer .say input[name=text]').value === ''")
	b.until("document.activeElement === document.querySelector('#buyer .say input[name=text]')")
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

// A slow answer must not take the focus from somebody who types in another pane meanwhile.
func browserElsewhere(t *testing.T, browser context.Context) {
	held := make(chan struct{})
	b := openTab(t, browser, openDesk(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		if in.User == "ana" {
			<-held
			return emailForm(ctx, in, on)
		}
		return counter(ctx, in, on)
	})), 1440, 900, "")
	b.types(Team, "/email")
	b.do(chromedp.SendKeys("#buyer .say input[name=text]", "half a sen"))
	close(held)
	b.sees(Team, "Fill in")
	b.do(chromedp.KeyEvent("tence" + kb.Enter))
	b.sees(Buyer, "half a sentence")
	if eval[bool](b, "!!document.querySelector('dialog[open]')") {
		t.Error("a form opened over what was being typed")
	}
}

// What is typed while an answer is awaited is neither lost nor overtakes what was sent before.
func browserMeanwhile(t *testing.T, browser context.Context) {
	held := make(chan struct{})
	d := openDesk(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		if typed, ok := in.Input.(flow.Typed); ok && typed.Text == "first" {
			<-held
		}
		return counter(ctx, in, on)
	}))
	b := openTab(t, browser, d, 1440, 900, "")
	b.types(Buyer, "first")
	b.types(Buyer, "second")
	b.do(chromedp.SendKeys("#buyer .say input[name=text]", "half a sen"))
	close(held)
	b.until("document.querySelectorAll('#buyer .msg.bot').length === 2")
	b.until("!document.querySelector('#buyer .say[aria-busy]')")
	if got := eval[string](b, "[...document.querySelectorAll('#buyer .msg.person .bubble p')].map(p => p.innerText).join()"); got != "first,second" {
		t.Errorf("said was %s, want first,second", got)
	}
	if got := eval[string](b, "document.querySelector('#buyer .say input[name=text]').value"); got != "half a sen" {
		t.Errorf("the input holds %q", got)
	}
	d.stop()
	b.do(chromedp.SendKeys("#buyer .say input[name=text]", kb.Enter))
	b.until("document.querySelector('#buyer .problem').innerText.includes('try again')")
	if got := eval[string](b, "document.querySelector('#buyer .say input[name=text]').value"); got != "half a sen" {
		t.Errorf("what could not be sent is %q now", got)
	}
}

// A file goes out when it is chosen, and the pane is ready for the next one.
func browserUpload(t *testing.T, browser context.Context) {
	sent := make(chan string, 10)
	b := openTab(t, browser, openDesk(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		if f, ok := in.Input.(flow.Sent); ok {
			sent <- in.ID + " " + f.Name
		}
		return counter(ctx, in, on)
	})), 390, 844, "")
	path := filepath.Join(t.TempDir(), "proof.txt")
	if err := os.WriteFile(path, []byte("The oven stays cold."), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Click(`[data-tab-to="buyer"]`))
	var ids []string
	for range 2 {
		b.do(chromedp.SetUploadFiles("#buyer .upload input[type=file]", []string{path}))
		id, name, _ := strings.Cut(<-sent, " ")
		if ids = append(ids, id); name != "proof.txt" {
			t.Errorf("%q was sent", name)
		}
		b.until("!document.querySelector('#buyer .upload[aria-busy]') && !document.querySelector('#buyer .upload input[type=file]').value")
	}
	if ids[0] == ids[1] {
		t.Error("the second file has the id of the first: it would be taken for the same delivery")
	}
	film := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(film, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(film, maxUpload+1); err != nil { // no byte of it is on the disk
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles("#buyer .upload input[type=file]", []string{film}))
	b.until("document.querySelector('#buyer .problem').innerText.includes('8 MB')")
	b.noOverflow()
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
