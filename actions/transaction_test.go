package actions_test

import (
	"errors"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// An action joins the transaction of whoever calls it: all of it, or nothing.
func TestActionsJoinTheCallersTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	crash := errors.New("the conversation could not be saved")
	err := w.store.Tx(t.Context(), func(tx *store.Store) error {
		if _, err := w.core.Refund(tx.Context(), w.ana, refund("k1", code, w.ana)); err != nil {
			return err
		}
		if p, err := w.core.Purchase(tx.Context(), w.ana, code); err != nil || !p.Refunding {
			t.Errorf("inside: refunding %v, %v", p.Refunding, err)
		}
		return crash
	})
	if !errors.Is(err, crash) {
		t.Fatal(err)
	}
	w.work()
	equal(t, "afterwards", []any{w.purchase(code).Refunding, len(w.audit(code)), len(w.platform.Orders()), len(w.mails())}, []any{false, 0, 0, 0})
	_, err = w.core.Request(t.Context(), w.ana, "k1")
	wantError(t, err, actions.NotFound, "request.not_found")
	equal(t, "and the key is free", w.refund(w.ana, "k1", code).State, actions.ResultRequested)
}

func TestActionsSayWhenTheDatabaseIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	broken, err := store.Open(t.Context(), store.Options{URL: "sqlite::memory:"})
	w.must(err)
	w.must(broken.Migrate(t.Context()))
	core := actions.New(actions.Options{Store: broken, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID})
	w.must(broken.Close())
	if _, err := core.Refund(t.Context(), w.ana, refund("k1", code, w.ana)); actions.AsError(err).Code != actions.Unavailable && actions.AsError(err).Code != actions.Internal {
		t.Errorf("error %v", err)
	}
	if _, err := core.Find(t.Context(), w.ana, actions.Filter{}); err == nil {
		t.Error("found something in a closed database")
	}
}

func TestDeniedEmailChangeIsMailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) { p.EmailChange.SelfService, p.EmailChange.Codes = false, false })
	code := w.bought("HP100", w.marina)
	r, err := w.core.ChangeEmail(t.Context(), w.marina, change("k1", code, "new@example.org", w.marina))
	w.must(err)
	_, err = w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: r.Proposal, Reason: "Não reconhecemos o pedido."})
	w.must(err)
	w.work()
	sent := w.mailbox.Sent()
	if len(sent) != 1 {
		t.Fatalf("%d mails", len(sent))
	}
	equal(t, "mail", []string{sent[0].Template, string(sent[0].To), sent[0].Values.NewEmail, sent[0].Values.Reason},
		[]string{"email_denied", "marina.duarte@example.com", "n•••@e•••e.org", "Não reconhecemos o pedido."})
	equal(t, "audit", w.audit(code), []string{"i-marina email.proposed", "p-rui email.denied (asked by i-marina)"})
}
