package actions_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// stranger is a chat user of whom nothing is known.
func (w *world) stranger(user string) actions.Actor { return w.actor("telegram", user) }

func (w *world) sendCode(who actions.Actor, known string) (actions.SentCode, error) {
	return w.core.SendCode(w.t.Context(), who, actions.SendCodeInput{Conversation: "c-" + who.Identity, Purpose: actions.CodeLink, Known: known})
}

func (w *world) enter(who actions.Actor, id, code string) error {
	return w.core.CheckCode(w.t.Context(), who, actions.CheckCodeInput{ID: id, Purpose: actions.CodeLink, Code: code})
}

// lastCode is the code of the newest mail.
func (w *world) lastCode() string {
	w.t.Helper()
	w.work()
	for _, m := range slices.Backward(w.mailbox.Sent()) {
		if len(m.Values.Code) == actions.CodeDigits {
			return m.Values.Code
		}
	}
	w.t.Fatal("no code was mailed")
	return ""
}

// other is a code that is not this one.
func other(code string) string {
	if code == "123456" {
		return "654321"
	}
	return "123456"
}

func key(err error) string {
	var e *actions.Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return e.Key
}

func TestCodeMakesAStrangerKnown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.bought("HP100", w.marina)
		for _, known := range []string{"hp100", " Marina.Duarte@EXAMPLE.com "} {
			who := w.stranger("u-" + known)
			sent, err := w.sendCode(who, known)
			w.must(err)
			if sent.To != "" {
				t.Errorf("a stranger is told that %s is known", sent.To)
			}
			w.must(w.enter(who, sent.ID, w.lastCode()))
			again, err := w.core.Again(t.Context(), who)
			w.must(err)
			if _, err := w.core.Purchase(t.Context(), again, code); err != nil || again.Name != "Marina Duarte" {
				t.Errorf("%s does not see the purchase: %v", again.Name, err)
			}
			w.pass(2 * time.Hour)
		}
		who := w.stranger("u-hp100")
		w.pass((actions.ProofDays + 1) * 24 * time.Hour)
		if who = w.stranger("u-hp100"); len(who.Buyers) != 0 {
			t.Error("a proof holds for ever")
		}
	})
}

func TestCodeIsGoodOnceAndForOneChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	who, thief := w.stranger("who"), w.stranger("thief")
	first, err := w.sendCode(who, "HP100")
	w.must(err)
	old := w.lastCode()
	sent, err := w.sendCode(who, "HP100")
	w.must(err)
	code := w.lastCode()
	for name, got := range map[string]error{
		"voided by a newer one": w.enter(who, first.ID, old), "by another chat": w.enter(thief, sent.ID, code),
		"no such code":        w.enter(who, "nonsense", code),
		"for another purpose": w.core.CheckCode(t.Context(), who, actions.CheckCodeInput{ID: sent.ID, Purpose: actions.CodeRefund, Code: code}),
	} {
		if got == nil {
			t.Errorf("%s: taken", name)
		}
	}
	w.must(w.enter(who, sent.ID, code))
	if err := w.enter(who, sent.ID, code); key(err) != "code.void" {
		t.Errorf("entered twice: %v", err)
	}
	if got := w.stranger("thief"); len(got.Buyers) != 0 {
		t.Error("the thief is in")
	}
}

func TestCodeGuessing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP100", w.marina)
		who := w.stranger("who")
		sent, err := w.sendCode(who, "HP100")
		w.must(err)
		for range actions.CodeTries + 1 {
			if err := w.enter(who, sent.ID, "123456"); key(err) != "code.not_yet" {
				t.Errorf("before it was mailed: %v", err)
			}
		}
		code := w.lastCode()
		for i, want := range []string{"code.wrong", "code.wrong", "code.tries"} {
			if err := w.enter(who, sent.ID, other(code)); key(err) != want {
				t.Errorf("try %d: %v, want %s", i+1, err, want)
			}
		}
		if err := w.enter(who, sent.ID, code); key(err) != "code.void" {
			t.Errorf("the right code after too many tries: %v", err)
		}
		w.pass(actions.CodeLife)
		sent, err = w.sendCode(who, "HP100")
		w.must(err)
		code = w.lastCode()
		w.pass(actions.CodeLife + time.Second)
		if err := w.enter(who, sent.ID, code); key(err) != "code.expired" {
			t.Errorf("an old code: %v", err)
		}
	})
}

// TestStrangersLearnNothing compares what is done and answered for a purchase that is there with one that is not.
func TestStrangersLearnNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	answers := map[string]string{}
	for _, known := range []string{"HP100", "HP999", "marina.duarte@example.com", "nobody@example.com"} {
		who := w.stranger("u-" + known)
		var got []string
		for range 4 { // one more than may be sent to an address
			sent, err := w.sendCode(who, known)
			got = append(got, key(err), sent.To, fmt.Sprint(sent.ID != ""))
			w.work()
			if err == nil {
				got = append(got, key(w.enter(who, sent.ID, "000000")))
			}
		}
		answers[known] = strings.Join(got, " ")
		w.pass(2 * time.Hour)
	}
	for known, got := range answers {
		if want := answers["HP999"]; got != want {
			t.Errorf("%s is answered\n%s\nand an unknown one\n%s", known, got, want)
		}
	}
	for _, m := range w.mailbox.Sent() {
		if m.To != "marina.duarte@example.com" {
			t.Errorf("a mail went to %s", m.To)
		}
	}
}

func TestCodesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) { p.Codes = actions.CodesPolicy{PerAddress: 2, PerConversation: 3, PerShop: 4} })
	w.bought("HP100", w.marina)
	w.bought("HP200", w.paulo)
	send := func(user, known, want string) {
		t.Helper()
		if _, err := w.sendCode(w.stranger(user), known); key(err) != want {
			t.Errorf("%s for %s: %v, want %s", user, known, err, want)
		}
	}
	send("a", "HP100", "<nil>")
	send("b", "marina.duarte@example.com", "<nil>")
	send("c", "HP100", "<nil>") // two to that address within an hour, whoever asked: he is answered, and nothing is mailed
	w.work()
	equal(t, "mails", w.mails(), []string{"code_link marina.duarte@example.com", "code_link marina.duarte@example.com"})
	send("c", "HP100", "code.too_many") // two of that word
	send("d", "HP200", "<nil>")
	send("f", "paulo@example.net", "<nil>")
	send("e", "nobody@example.com", "code.too_many") // four of the shop
	w.pass(time.Hour + time.Second)
	send("c", "HP100", "<nil>")
	send("d", "HP997", "<nil>")
	send("d", "HP998", "<nil>")
	send("d", "HP999", "code.too_many") // three of that conversation, however old
}

// TestStrangersUseUpNobodysCodes has a crowd ask for codes for nobody: buyers still get theirs.
func TestStrangersUseUpNobodysCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) { p.Codes.PerShop = 2 })
	w.bought("HP100", w.marina)
	for i := range 5 {
		if _, err := w.sendCode(w.stranger(fmt.Sprint("crowd", i)), fmt.Sprintf("nobody%d@example.com", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.sendCode(w.stranger("who"), "HP100"); err != nil {
		t.Errorf("a buyer gets no code: %v", err)
	}
}

// TestCodeIsNowhere looks for the code in the whole database, after a mail server that failed.
func TestCodeIsNowhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP100", w.marina)
		who := w.stranger("who")
		sent, err := w.sendCode(who, "HP100")
		w.must(err)
		w.mailbox.Fail(1)
		w.pass(time.Minute)
		code := ""
		for range 3 { // the job is tried again after a while
			w.work()
			w.pass(2 * time.Minute)
			if all := w.mailbox.Sent(); len(all) > 0 {
				code = all[len(all)-1].Values.Code
			}
		}
		row, err := s.Code(sent.ID)
		w.must(err)
		if code == "" || row.CodeHash == "" || strings.Contains(fmt.Sprintf("%+v", row), code) {
			t.Errorf("code %q, row %+v", code, row)
		}
		w.must(w.enter(who, sent.ID, code))
	})
}

func TestLinkFromAMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	_, err := w.resend(w.ana, "k", code)
	w.must(err)
	w.work()
	_, words, ok := strings.Cut(w.mailbox.Sent()[0].Values.ChatURL, "?start=")
	if !ok || len(words) > 64 || strings.Trim(words, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		t.Fatalf("the link's words are %q", words)
	}
	if got, ok := w.core.OpenLink(t.Context(), words); !ok || got != code {
		t.Errorf("opens %q, %v", got, ok)
	}
	last := words[:len(words)-1] + "x"
	for _, forged := range []string{"", "_", words + "x", last, strings.ToUpper(words), string(code), "id0001_" + words[len(words)-24:]} {
		if got, ok := w.core.OpenLink(t.Context(), forged); ok {
			t.Errorf("%q opens %s", forged, got)
		}
	}
}

// TestRefundNeedsItsOwnCode tries every other proof than the one for this refund, by this person, now, once.
func TestRefundNeedsItsOwnCode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		cheap := func(p *store.Purchase) { p.Amount = 5000 }
		code, second := w.bought("HP100", w.marina, cheap), w.bought("HP200", w.marina, cheap)
		ctx := t.Context()
		n := 0
		try := func(name string, who actions.Actor, about actions.Transaction, proof, want string) {
			t.Helper()
			n++
			in := refund(fmt.Sprint("try", n), about, who)
			in.Proof = proof
			if _, err := w.core.Refund(ctx, who, in); key(err) != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
		unused, err := w.core.SendCode(ctx, w.marina, actions.SendCodeInput{Conversation: "c", Purpose: actions.CodeRefund, Transaction: code})
		w.must(err)
		if unused.To != "m•••e@e•••e.com" {
			t.Errorf("the code is said to go to %q", unused.To)
		}
		try("none", w.marina, code, "", "code.needed")
		try("one that is nowhere", w.marina, code, "nonsense", "code.needed")
		try("one that was not entered", w.marina, code, unused.ID, "code.needed")
		try("one for another purchase", w.marina, code, w.proof(w.marina, second), "code.needed")
		linked, err := w.sendCode(w.stranger("who"), "HP100")
		w.must(err)
		w.must(w.enter(w.stranger("who"), linked.ID, w.lastCode()))
		try("one for another purpose", w.stranger("who"), code, linked.ID, "code.needed")
		w.pass(time.Hour) // the limits of sending
		try("another's", w.stranger("who"), code, w.proof(w.marina, code), "code.needed")
		late := w.proof(w.marina, code)
		w.pass(actions.CodeLife + time.Second)
		try("an old one", w.marina, code, late, "code.needed")
		w.pass(time.Hour)
		changed := w.proof(w.marina, code)
		w.change(code, func(p *store.Purchase) { p.Amount = 9000 })
		try("one for another amount", w.marina, code, changed, "code.needed")
		right := w.proof(w.marina, code)
		try("the right one", w.marina, code, right, "<nil>")
		w.work()
		if left, err := s.Code(right); err != nil || left.VoidedAt == nil {
			t.Errorf("the proof is good for more: %+v, %v", left, err)
		}
		if got := len(w.platform.Acted()); got != 1 {
			t.Errorf("%d refunds, want 1", got)
		}
	})
}

// TestAskerSeesWhatCameOfIt lets the proof of who he is run out between asking and the answer: he still reads what came of
// what he asked for, and nobody else does.
func TestAskerSeesWhatCameOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.Amount = 5000 })
	w.refund(w.marina, "k", code)
	w.work()
	w.pass((actions.ProofDays + 1) * 24 * time.Hour)
	again := w.stranger("marina")
	if len(again.Buyers) != 0 {
		t.Fatal("the proof has not run out")
	}
	if r, err := w.core.Request(t.Context(), again, "k"); err != nil || r.State != actions.RequestDone {
		t.Errorf("she reads %v, %v", r.State, err)
	}
	if _, err := w.core.Request(t.Context(), w.paulo, "k"); err == nil {
		t.Error("somebody else reads it")
	}
	lost, err := w.core.Unreached(t.Context(), actions.Tell{Account: shop, Identity: again.Identity, Request: "k"}, "blocked")
	if err != nil || !lost.Mailed {
		t.Errorf("unreached: %+v, %v", lost, err)
	}
}
