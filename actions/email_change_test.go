package actions_test

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func change(key string, t actions.Transaction, to actions.Email, who actions.Actor) actions.EmailInput {
	return actions.EmailInput{Key: key, Transaction: t, New: to, Reason: actions.Typo, ReplyTo: who.Identity}
}

func TestEmailChangeByTheTeam(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.bought("HP100", w.marina)
		r, err := w.core.ChangeEmail(t.Context(), w.ana, change("k1", code, "Marina@Example.ORG", w.ana))
		w.must(err)
		equal(t, "result", []any{r.State, r.Verdict.Rule}, []any{"proposed", "email.by_staff"})
		w.work()
		equal(t, "jobs", w.noted(), []string{"announce proposal:" + r.Proposal})
		open := w.proposal(w.rui, r.Proposal)
		equal(t, "sealed", []any{open.Kind, string(open.OldEmail), string(open.NewEmail)}, []any{"email", "marina.duarte@example.com", "Marina@example.org"})

		w.approve(w.rui, "d1", r.Proposal)
		if p := w.purchase(code); !p.FrozenUntil.Equal(start.Add(72 * time.Hour)) {
			t.Errorf("not frozen while it is under way: %v", p.FrozenUntil)
		}
		w.work()
		p := w.purchase(code)
		equal(t, "purchase", []any{string(p.Buyer.Email), p.EmailChanges, p.FrozenUntil}, []any{"Marina@example.org", 1, start.Add(72 * time.Hour)})
		equal(t, "mails", w.mails(), []string{"email_changed_old marina.duarte@example.com", "email_changed_new Marina@example.org"})
		for _, m := range w.mailbox.Sent() {
			equal(t, "addresses in "+m.Template, []string{m.Values.OldEmail, m.Values.NewEmail}, []string{"m•••e@e•••e.com", "M•••a@e•••e.org"})
		}
		equal(t, "audit", w.audit(code), []string{"p-ana email.proposed", "p-rui email.approved (asked by p-ana)", "system email.done (asked by p-ana)"})

		_, err = w.core.ChangeEmail(t.Context(), w.ana, change("k2", code, "third@example.org", w.ana))
		wantError(t, err, actions.Conflict, "verdict.email.frozen")
		_, err = w.core.Refund(t.Context(), w.rui, refund("k3", code, w.rui))
		wantError(t, err, actions.Conflict, "verdict.refund.frozen")
		w.pass(72 * time.Hour)
		equal(t, "thawed", w.refund(w.rui, "k4", code).State, actions.ResultRequested)
	})
}

// The three ways in which a purchase gets another address, by what is there.
func TestEmailChangeFindsTheBuyer(t *testing.T) {
	t.Parallel()
	const to = "new@example.org"
	for _, c := range []struct {
		name     string
		other    bool   // the buyer has another purchase
		known    bool   // somebody has the new address already
		buyer    string // id of the buyer whose the purchase is now
		oldEmail string // of the buyer record that it was
	}{
		{"all that he has: his address changes", false, false, "marina", to},
		{"one of several: a new buyer", true, false, "fresh", "marina.duarte@example.com"},
		{"somebody's already: it moves to him", false, true, "known", "marina.duarte@example.com"},
		{"somebody's already, one of several", true, true, "known", "marina.duarte@example.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.bought("HP100", w.marina)
			if c.other {
				w.bought("HP200", w.marina)
			}
			if c.known {
				w.bought("HP300", w.buyer("known", "Outra", to))
			}
			in := w.bothCodes(w.marina, change("k1", code, to, w.marina))
			in.Current = "MARINA.DUARTE@example.com"
			r, err := w.core.ChangeEmail(t.Context(), w.marina, in)
			w.must(err)
			equal(t, "verdict", []string{r.Verdict.Rule, string(r.State)}, []string{"email.by_codes", "requested"})
			w.work()
			p := w.purchase(code)
			if id := p.Buyer.ID; string(p.Buyer.Email) != to || id != c.buyer && (c.buyer != "fresh" || id == "marina" || id == "known") {
				t.Errorf("the purchase is %s's, at %s", id, string(p.Buyer.Email))
			}
			old, err := w.store.In(t.Context()).BuyersByEmail(shop, []string{c.oldEmail})
			w.must(err)
			if len(old) != 1 {
				t.Errorf("buyers at %s: %d", c.oldEmail, len(old))
			}

			marina := w.actor("telegram", "marina")
			equal(t, "her chat has shown nothing any more", len(marina.Buyers), 0)
			if r, err := w.core.Request(t.Context(), marina, "k1"); err != nil || r.State != actions.RequestDone {
				t.Errorf("she reads what came of it: %v, %v", r.State, err)
			}
			_, err = w.core.Purchase(t.Context(), marina, "HP300")
			wantError(t, err, actions.NotFound, "purchase.not_found")
			page, err := w.core.Find(t.Context(), w.ana, actions.Filter{Email: "new@exam"})
			w.must(err)
			found := false
			for _, p := range page.Purchases {
				found = found || p.Transaction == code
			}
			equal(t, "found by the new address", found, true)
		})
	}
}

func TestEmailChangeRefusesAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	for _, c := range []struct {
		name         string
		current, new actions.Email
		key, field   string
	}{
		{"none", "", "", "email.invalid", "new"},
		{"broken", "", "marina@", "email.invalid", "new"},
		{"the same", "", "marina.duarte@example.com", "email.same", "new"},
		{"the same but for capitals", "", "Marina.Duarte@example.com", "email.same", "new"},
		{"the shop's", "", "ajuda@cozinha.example", "email.producer", "new"},
		{"the product's", "", "Pao@cozinha.example", "email.producer", "new"},
		{"another current one", "paulo@example.net", "new@example.org", "email.current_wrong", "current"},
	} {
		in := change("k-"+c.name, code, c.new, w.marina)
		in.Current = c.current
		_, err := w.core.ChangeEmail(t.Context(), w.marina, in)
		e := actions.AsError(err)
		if e == nil || e.Code != actions.Invalid || e.Key != c.key || e.Field != c.field {
			t.Errorf("%s: error %+v", c.name, e)
		}
	}
	in := change("k", code, "new@example.org", w.marina)
	in.Reason = actions.Fraud
	_, err := w.core.ChangeEmail(t.Context(), w.marina, in)
	equal(t, "field", wantError(t, err, actions.Invalid, "error.reason").Field, "reason")
	_, err = w.core.ChangeEmail(t.Context(), w.paulo, change("k", code, "new@example.org", w.paulo))
	wantError(t, err, actions.NotFound, "purchase.not_found")
	equal(t, "nothing was done", len(w.audit(code)), 0)
}

func TestEmailChangeRefusedByThePlatformThaws(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	r, err := w.core.ChangeEmail(t.Context(), w.ana, change("k1", code, "new@example.org", w.ana))
	w.must(err)
	w.platform.Then(actionstest.TimeoutAfter)
	w.approve(w.rui, "d1", r.Proposal)
	w.work()
	equal(t, "unknown", w.proposal(w.rui, r.Proposal).Outcome, actions.RequestUnknown)
	w.pass(time.Minute)
	w.work()
	equal(t, "read back", string(w.purchase(code).Buyer.Email), "new@example.org")
	equal(t, "orders", len(w.platform.Orders()), 1)

	other := w.bought("HP200", w.paulo)
	r, err = w.core.ChangeEmail(t.Context(), w.ana, change("k2", other, "other@example.org", w.ana))
	w.must(err)
	w.platform.Then(actionstest.Refused("outcome.refused.address_changed"))
	w.approve(w.rui, "d2", r.Proposal)
	w.work()
	p := w.purchase(other)
	equal(t, "as it was", []any{string(p.Buyer.Email), p.FrozenUntil.IsZero(), p.EmailChanges}, []any{"paulo@example.net", true, 0})
}

func TestEmailChangeTooLateToApprove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.OrderedAt = start.AddDate(0, 0, -39) })
	r, err := w.core.ChangeEmail(t.Context(), w.ana, change("k1", code, "new@example.org", w.ana))
	w.must(err)
	w.pass(48 * time.Hour)
	_, err = w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: r.Proposal, Approve: true})
	wantError(t, err, actions.Conflict, "verdict.email.too_late")
	p, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d2", Proposal: r.Proposal, Reason: "tarde"})
	w.must(err)
	equal(t, "denied", p.Status, actions.ProposalDenied)
}
