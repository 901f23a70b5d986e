package actions_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func (w *world) askPassword(who actions.Actor, in actions.PasswordInput) error {
	w.t.Helper()
	in.Key = w.newID()
	_, err := w.core.AskPassword(w.t.Context(), who, in)
	return err
}

// mailedLink are the words behind a path in the last mail of a template to an address; empty: there was none.
func (w *world) mailedLink(to actions.Email, template, path string) (words string) {
	w.t.Helper()
	w.work()
	for _, m := range w.mailbox.Sent() {
		if m.To == to && m.Template == template {
			if _, found, ok := strings.Cut(m.Values.ResetURL+m.Values.NotMeURL, path); ok {
				words = found
			}
		}
	}
	return words
}

func (w *world) resetLink() string {
	w.t.Helper()
	words := w.mailedLink("marina.duarte@example.com", "password_reset", actions.PasswordPath)
	if words == "" {
		w.t.Fatal("no link was mailed")
	}
	return words
}

func (w *world) setPassword(words, password string) (actions.PasswordState, error) {
	w.t.Helper()
	page, err := w.core.SetPassword(w.t.Context(), words, password, password)
	return page.State, err
}

// enters reports whether a password lets Marina in.
func (w *world) getsIn(password string) bool {
	w.t.Helper()
	ok, err := ledger.NewPasswords(w.store).Check(w.t.Context(), shop, "marina.duarte@example.com", password)
	w.must(err)
	return ok
}

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP100", w.marina)
		if w.getsIn("pão-quente7") {
			t.Fatal("she gets in without a password")
		}
		w.must(w.askPassword(w.marina, actions.PasswordInput{Buyer: "marina"}))
		words := w.resetLink()
		page, err := w.core.PasswordPage(t.Context(), words)
		w.must(err)
		if page.State != actions.PasswordOpen || page.Email != "m•••e@e•••e.com" || !page.Until.Equal(start.Add(actions.PasswordLinkLife)) {
			t.Errorf("the page is %+v", page)
		}
		for typed, rule := range map[string]string{"a1b2c3": "too_short", "abcdefghij1234567890x": "too_long", "abcdefgh": "no_digit", "12345678": "no_letter",
			"abc 1234": "spaces", "": "too_short", "abc\u00a01234": "spaces", strings.Repeat("a1", 5000): "too_long"} {
			state, err := w.setPassword(words, typed)
			if key(err) != "password."+rule || state != actions.PasswordOpen {
				t.Errorf("%.30q: %v, %s", typed, err, state)
			}
		}
		if _, err := w.core.SetPassword(t.Context(), words, "pão-quente7", "pão-quente8"); key(err) != "password.differs" {
			t.Errorf("two that differ: %v", err)
		}
		if _, err := w.setPassword(words, "pa\u0303o-quente7"); err != nil { // as another keyboard writes it
			t.Fatal(err)
		}
		if !w.getsIn("pão-quente7") || w.getsIn("pao-quente7") || w.getsIn("") {
			t.Error("another password than hers lets her in, or hers does not")
		}
		if state, err := w.setPassword(words, "outra-senha9"); err != nil || state != actions.PasswordDone || !w.getsIn("pão-quente7") {
			t.Errorf("the link again: %s, %v", state, err)
		}
		if w.mailedLink("marina.duarte@example.com", "password_changed", actions.PasswordOffPath) == "" {
			t.Errorf("she was not told: %v", w.mails())
		}
		equal(t, "audit", w.audit("marina"), []string{"i-marina password.asked", "mailbox password.changed"})
	})
}

// TestPasswordGap is held for whoever asks, in whatever chat, and whatever becomes of the mail.
func TestPasswordGap(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP100", w.marina)
		w.bought("HP200", w.paulo)
		tablet := w.beside("tablet")
		own, theirs := actions.PasswordInput{Buyer: "marina"}, actions.PasswordInput{Transaction: "HP100"}
		w.must(w.askPassword(w.marina, own))
		w.pass(w.core.Terms().PasswordGap - 90*time.Second)
		for _, who := range []actions.Actor{w.marina, tablet} {
			e := wantError(t, w.askPassword(who, own), actions.Conflict, "verdict.password.wait")
			if e.Args["count"] != 2 {
				t.Errorf("%v minutes are left, want 2", e.Args["count"])
			}
		}
		for _, who := range []actions.Actor{w.ana, w.rui, w.bia} {
			wantError(t, w.askPassword(who, theirs), actions.Conflict, "verdict.password.wait")
		}
		w.must(w.askPassword(w.ana, actions.PasswordInput{Transaction: "HP200"})) // somebody else's
		w.pass(90 * time.Second)
		w.must(w.askPassword(w.ana, theirs))
		wantError(t, w.askPassword(w.paulo, own), actions.NotFound, "privacy.not_yours")
		wantError(t, w.askPassword(w.paulo, actions.PasswordInput{}), actions.NotFound, "privacy.not_yours")
		wantError(t, w.askPassword(w.ana, actions.PasswordInput{Transaction: "HP999"}), actions.NotFound, "purchase.not_found")
	})
}

// TestFiftyAsksOneMail and fifty presses one password: whatever happens at once.
func TestFiftyAsksOneMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	var group sync.WaitGroup
	var mu sync.Mutex
	answers := map[string]int{}
	for i := range 50 {
		group.Add(1)
		go func() {
			defer group.Done()
			_, err := w.core.AskPassword(t.Context(), w.ana, actions.PasswordInput{Key: fmt.Sprint("k", i), Transaction: "HP100"})
			mu.Lock()
			defer mu.Unlock()
			answers[key(err)]++
		}()
	}
	group.Wait()
	w.work()
	if answers["<nil>"] != 1 || len(w.mails()) != 1 {
		t.Errorf("answers %v, mails %v", answers, w.mails())
	}
	words := w.resetLink()
	states := map[actions.PasswordState]int{}
	for i := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			_, err := w.setPassword(words, fmt.Sprint("senha-boa", i))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
	for i := range 8 {
		if w.getsIn(fmt.Sprint("senha-boa", i)) {
			states[actions.PasswordDone]++
		}
	}
	if states[actions.PasswordDone] != 1 {
		t.Errorf("%d passwords let her in", states[actions.PasswordDone])
	}
	w.work()
	if n := strings.Count(strings.Join(w.mails(), "\n"), "password_changed"); n != 1 {
		t.Errorf("%d mails say that it was changed", n)
	}
}

// TestPasswordLinksEnd tries what a link must not do after something else has happened.
func TestPasswordLinksEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world){
		"after an hour": func(w *world) { w.pass(actions.PasswordLinkLife + time.Second) },
		"a newer link": func(w *world) {
			w.pass(w.core.Terms().PasswordGap)
			w.must(w.askPassword(w.ana, actions.PasswordInput{Transaction: "HP100"}))
		},
		"the e-mail was changed": func(w *world) { w.stolen("HP100", "thief@example.org") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.bought("HP100", w.marina)
			w.must(w.askPassword(w.marina, actions.PasswordInput{Buyer: "marina"}))
			words := w.resetLink()
			end(w)
			if state, err := w.setPassword(words, "pao-quente7"); err != nil || state != actions.PasswordOver {
				t.Errorf("it still sets one: %s, %v", state, err)
			}
			if _, has, err := w.store.In(t.Context()).Password("marina"); err != nil || has {
				t.Errorf("there is a password: %v", err)
			}
		})
	}
	w := newWorld(t)
	w.bought("HP100", w.marina)
	w.must(w.askPassword(w.marina, actions.PasswordInput{Buyer: "marina"}))
	words := w.resetLink()
	for _, forged := range []string{"", words + "x", words[:len(words)-1], strings.ToUpper(words), w.pageWords(w.marina)} {
		if _, err := w.setPassword(forged, "pao-quente7"); key(err) != "link.unknown" {
			t.Errorf("%q: %v", forged, err)
		}
		if err := w.core.AskPasswordAgain(t.Context(), forged); key(err) != "link.unknown" {
			t.Errorf("%q asks again: %v", forged, err)
		}
		if _, err := w.core.TakePasswordOff(t.Context(), forged); key(err) != "link.unknown" {
			t.Errorf("%q takes it off: %v", forged, err)
		}
	}
	if _, err := w.core.TakePasswordOff(t.Context(), words); key(err) != "link.unknown" {
		t.Errorf("the link that sets one takes one off: %v", err)
	}
	_, err := w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com")
	w.must(err)
	if _, err := w.setPassword(words, "pao-quente7"); key(err) != "link.unknown" {
		t.Errorf("the link of somebody erased: %v", err)
	}
}

func TestPasswordAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	w.must(w.askPassword(w.marina, actions.PasswordInput{Buyer: "marina"}))
	words := w.resetLink()
	wantError(t, w.core.AskPasswordAgain(t.Context(), words), actions.Conflict, "verdict.password.wait")
	w.pass(2 * time.Hour)
	w.must(w.core.AskPasswordAgain(t.Context(), words))
	fresh := w.resetLink()
	if state, err := w.setPassword(fresh, "pao-quente7"); fresh == words || err != nil || state != actions.PasswordDone || !w.getsIn("pao-quente7") {
		t.Errorf("the new link: %s, %v", state, err)
	}
}

// TestPasswordWasNotMe ends that password and what chats have proved; a password that was set later stays.
func TestPasswordWasNotMe(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP100", w.marina)
		w.must(w.askPassword(w.ana, actions.PasswordInput{Transaction: "HP100"}))
		_, err := w.setPassword(w.resetLink(), "do-ladrao1")
		w.must(err)
		off := w.mailedLink("marina.duarte@example.com", "password_changed", actions.PasswordOffPath)
		if page, err := w.core.PasswordOff(t.Context(), off); err != nil || page.State != actions.PasswordOpen || !w.getsIn("do-ladrao1") {
			t.Errorf("looking: %+v, %v", page, err)
		}
		for range 3 {
			page, err := w.core.TakePasswordOff(t.Context(), off)
			w.must(err)
			if page.State != actions.PasswordDone || w.getsIn("do-ladrao1") {
				t.Errorf("afterwards: %s", page.State)
			}
		}
		if again := w.actor("telegram", "marina"); len(again.Buyers) != 0 {
			t.Error("chats are still proved")
		}
		if _, err := w.setPassword(w.resetLink(), "da-marina-1"); err != nil || !w.getsIn("da-marina-1") {
			t.Errorf("her own: %v", err)
		}
		if page, err := w.core.TakePasswordOff(t.Context(), off); err != nil || page.State != actions.PasswordDone || !w.getsIn("da-marina-1") {
			t.Errorf("the old link takes hers off: %+v, %v", page, err)
		}
		w.pass(8 * 24 * time.Hour)
		last := w.mailedLink("marina.duarte@example.com", "password_changed", actions.PasswordOffPath)
		if page, err := w.core.TakePasswordOff(t.Context(), last); err != nil || page.State != actions.PasswordOver || !w.getsIn("da-marina-1") {
			t.Errorf("eight days later: %+v, %v", page, err)
		}
		equal(t, "audit", w.audit("marina"), []string{"p-ana password.asked", "mailbox password.changed", "mailbox password.taken_off", "mailbox password.changed"})
	})
}

// TestPasswordOfAThiefEnds with the change of e-mail that is put back.
func TestPasswordOfAThiefEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	thief := w.stolen(code, "thief@example.org")
	w.pass(time.Hour)
	w.must(w.askPassword(thief, actions.PasswordInput{Buyer: thief.Buyers[0]}))
	_, err := w.setPassword(w.mailedLink("thief@example.org", "password_reset", actions.PasswordPath), "do-ladrao1")
	w.must(err)
	w.putBack(w.notMe("marina.duarte@example.com"))
	if w.getsIn("do-ladrao1") {
		t.Error("his password opens what is hers")
	}
}

// TestPasswordElsewhere: where the platform keeps them, the way there is told, and nothing is mailed.
func TestPasswordElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	w.platform.Limit(actions.OpPassword, actions.Assisted)
	p, err := w.core.PasswordCase(t.Context(), w.marina, actions.PasswordInput{Buyer: "marina"})
	w.must(err)
	if p.Way != actions.Assisted || p.URL != "https://platform.example/forgot" || p.Verdict.Decision != actions.Allowed {
		t.Errorf("the case is %+v", p)
	}
	w.must(w.askPassword(w.marina, actions.PasswordInput{Buyer: "marina"}))
	wantError(t, w.askPassword(w.ana, actions.PasswordInput{Transaction: "HP100"}), actions.Conflict, "verdict.password.wait")
	w.work()
	equal(t, "mails", w.mails(), nil)
	w.platform.Limit(actions.OpPassword, actions.NoSupport)
	w.pass(time.Hour)
	wantError(t, w.askPassword(w.marina, actions.PasswordInput{Buyer: "marina"}), actions.Conflict, "verdict.password.not_supported")
}

// TestPasswordIsNowhere reads the raw file of a database after a password was set and tried.
func TestPasswordIsNowhere(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/shop.db"
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t, s)
	w.bought("HP100", w.marina)
	w.must(w.askPassword(w.marina, actions.PasswordInput{Buyer: "marina"}))
	words := w.resetLink()
	const wrong, right = "errada", "Segredo-De-Marina7"
	_, _ = w.setPassword(words, wrong)
	_, err = w.setPassword(words, right)
	w.must(err)
	w.work()
	out, err := w.core.ExportBuyer(t.Context(), shop, "marina.duarte@example.com")
	w.must(err)
	if strings.Contains(string(out), "argon2id") {
		t.Error("the export has the hash")
	}
	w.must(s.Close())
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		if err != nil && suffix == "" {
			t.Fatal(err)
		}
		for _, secret := range []string{right, words, words[strings.LastIndexByte(words, '_')+1:]} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("the database%s holds %q", suffix, secret)
			}
		}
	}
	if got := fmt.Sprintf("%v %+v %#v %s", actions.Password(right), actions.Password(right), actions.Password(right), actions.Password(right)); strings.Contains(got, "Segredo") {
		t.Errorf("a password shows itself: %s", got)
	}
}

func FuzzParsePassword(f *testing.F) {
	for _, seed := range []string{"abc1234", "pa\u0303o-quente7", "", "1234567", "        ", "\xff1234abc", "ＡＢＣ１２３４"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := actions.ParsePassword(s)
		if err != nil {
			if e := actions.AsError(err); e.Code != actions.Invalid || e.Field != "password" || e.Err != nil {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again, err := actions.ParsePassword(string(p)); err != nil || again != p {
			t.Errorf("%q is read as %q, and that as %q, %v", s, string(p), string(again), err)
		}
	})
}
