package actions_test

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// optional writes a mail of a kind to the buyer, and returns those that were sent so far.
func (w *world) optional(kind actions.MailKind, key string) []actions.Message {
	w.t.Helper()
	w.must(w.store.Tx(w.t.Context(), func(tx *store.Store) error {
		b, err := tx.Buyer("marina")
		if err != nil {
			return err
		}
		return w.core.WriteOptional(tx, b, kind, key)
	}))
	w.work()
	return w.mailbox.Sent()
}

// A mail that nobody needs has a link that ends its kind; after that none is written, and all others still are.
func TestOptOutByLink(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		sent := w.optional(actions.MailFeedback, "m1")
		if len(sent) != 1 || !strings.HasPrefix(sent[0].Unsubscribe, "https://support.example"+actions.OptOutPath) {
			t.Fatalf("sent: %+v", sent)
		}
		words := sent[0].Unsubscribe[strings.LastIndexByte(sent[0].Unsubscribe, '/')+1:]
		for _, wrong := range []string{"", "x", words + "0", "news" + strings.TrimPrefix(words, "feedback"), strings.Replace(words, "marina", "paulo", 1)} {
			if _, err := w.core.Stop(t.Context(), wrong); !actions.AsError(err).Has(actions.NotFound) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		p, err := w.core.StopPage(t.Context(), words)
		w.must(err)
		if p.Stopped || p.Kind != actions.MailFeedback {
			t.Errorf("looking has changed something: %+v", p)
		}
		for range 2 {
			p, err = w.core.Stop(t.Context(), words)
			w.must(err)
			if !p.Stopped {
				t.Error("not stopped")
			}
		}
		if n := len(w.optional(actions.MailFeedback, "m2")); n != 1 {
			t.Errorf("%d mails after that", n)
		}
		if n := len(w.optional(actions.MailNews, "m3")); n != 2 {
			t.Errorf("%d mails with one of another kind", n)
		}
		if n := len(w.optional("", "m4")); n != 3 || w.mailbox.Sent()[2].Unsubscribe != "" {
			t.Errorf("%d mails with one that a purchase needs", n)
		}
		if changed, err := w.core.OptOut(t.Context(), w.marina, actions.OptOutInput{Key: "o1", Buyer: "marina", Kind: actions.MailFeedback, Again: true}); err != nil || !changed {
			t.Error("not wanted again:", changed, err)
		}
		if n := len(w.optional(actions.MailFeedback, "m5")); n != 4 {
			t.Errorf("%d mails when they are wanted again", n)
		}
		_, err = w.core.OptOut(t.Context(), w.paulo, actions.OptOutInput{Key: "o2", Buyer: "marina", Kind: actions.MailFeedback})
		if !actions.AsError(err).Has(actions.NotFound) {
			t.Errorf("somebody else's mails: %v", err)
		}
		equal(t, "audit", w.audit("marina"), []string{"mailbox mail_kind.declined", "i-marina mail_kind.wanted"})
	})
}
