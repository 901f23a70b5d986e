package actions_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func (w *world) resend(who actions.Actor, key string, t actions.Transaction) (actions.Result, error) {
	return w.core.Resend(w.t.Context(), who, actions.ResendInput{Key: key, Transaction: t, ReplyTo: who.Identity})
}

func TestResendOfABundleIsOneMailPerProduct(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.ProductID = "bundle" })
		result, err := w.resend(w.ana, "k1", code)
		w.must(err)
		again, err := w.resend(w.ana, "k1", code)
		w.must(err)
		equal(t, "the same key again", again, result)
		if result.State != actions.ResultDone || len(result.Products) != 2 || result.Products[0].ID != "course" || result.Products[1].ID != "ebook" {
			t.Fatalf("result = %+v", result)
		}
		w.work()
		sent := w.mailbox.Sent()
		if len(sent) != 2 {
			t.Fatalf("%d mails", len(sent))
		}
		links := map[string]string{}
		for _, m := range sent {
			links[m.Values.Product] = m.Values.AccessURL
			equal(t, "mail", []any{m.Template, string(m.To), m.ToName, m.Locale, m.Timezone, m.Sender.Name, m.Values.Transaction, m.At},
				[]any{"access", "marina.duarte@example.com", "Marina Duarte", "pt-BR", "America/Sao_Paulo", "Cozinha da Ana", "HP100", start})
		}
		equal(t, "links", links, map[string]string{"Pão em Casa": "https://club.example/pao", "Receitas": "https://club.example/receitas"})
		for _, a := range w.purchase(code).Access {
			if !a.SentAt.Equal(start) || a.SentCount != 1 {
				t.Errorf("access to %s: sent %d times, last %v", a.Product.Name, a.SentCount, a.SentAt)
			}
		}
		equal(t, "audit", w.audit(code), []string{"p-ana access.resent"})
	})
}

func TestResendIsNoMailCannon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code, other := w.bought("HP100", w.marina), w.bought("HP200", w.marina)
	for i := range 3 {
		_, err := w.resend(w.marina, fmt.Sprint("k", i), code)
		w.must(err)
		w.pass(time.Hour)
	}
	_, err := w.resend(w.marina, "k3", code)
	e := wantError(t, err, actions.Conflict, "verdict.resend.daily_limit")
	equal(t, "free again", e.Args["date"].(time.Time), start.Add(24*time.Hour))
	_, err = w.resend(w.marina, "k4", other)
	w.must(err)
	_, err = w.resend(w.ana, "k5", code)
	w.must(err)
	w.pass(21 * time.Hour)
	_, err = w.resend(w.marina, "k6", code)
	wantError(t, err, actions.Conflict, "verdict.resend.daily_limit") // the team's counts: it is the same mailbox
	w.pass(time.Hour)
	_, err = w.resend(w.marina, "k6", code)
	w.must(err)
	w.work()
	equal(t, "mails", len(w.mails()), 6)
}

func TestResendIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	_, err := w.resend(w.paulo, "k1", code)
	wantError(t, err, actions.NotFound, "purchase.not_found")
	w.refund(w.ana, "k2", code)
	_, err = w.resend(w.ana, "k3", code)
	wantError(t, err, actions.Conflict, "verdict.resend.refunding")
	w.work()
	_, err = w.resend(w.ana, "k4", code)
	wantError(t, err, actions.Conflict, "verdict.resend.status")
}

func TestMailIsSentOnceThoughItsServerIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.mailbox.Fail(3)
	_, err := w.resend(w.ana, "k1", code)
	w.must(err)
	for range 10 {
		w.work()
		w.pass(time.Minute)
	}
	equal(t, "mails", len(w.mailbox.Sent()), 1)
	list, err := w.store.In(t.Context()).Mails(shop, "", 10)
	w.must(err)
	if len(list) != 1 || list[0].SentAt == nil {
		t.Errorf("mails on record: %+v", list)
	}
}
