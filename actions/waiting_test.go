package actions_test

import (
	"context"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// periodic runs the job that a clock runs, and what follows from it.
func (w *world) periodic() {
	w.t.Helper()
	w.must(w.core.Handlers()[actions.JobExpire](w.t.Context(), jobs.Job{Kind: actions.JobExpire}))
	w.work()
}

func TestRefundThatWaitsOnThePlatformIsLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.platform.Then(actionstest.Requested)
	w.refund(w.ana, "k1", code)
	w.work()
	w.noted()
	for range 3 {
		w.pass(time.Hour + time.Second)
		w.periodic()
	}
	equal(t, "nothing has happened", []any{len(w.noted()), len(w.platform.Orders()), len(w.mails())}, []any{0, 1, 1})

	_, err := w.platform.Commerce.Do(t.Context(), w.platform.Orders()[0]) // the platform's nightly run
	w.must(err)
	w.pass(time.Hour + time.Second)
	w.periodic()
	w.periodic()
	p := w.purchase(code)
	equal(t, "purchase", []any{p.Status, p.Refunding, p.Access[0].Active}, []any{"refunded", false, false})
	equal(t, "mails", w.mails(), []string{"refund_requested marina.duarte@example.com", "refund_done marina.duarte@example.com"})
	equal(t, "jobs", w.noted(), []string{"refresh request:k1", "tell i-ana k1"})
	equal(t, "audit", w.audit(code), []string{"p-ana refund.requested", "system refund.waiting (asked by p-ana)", "system refund.done (asked by p-ana)"})
	equal(t, "calls", len(w.platform.Orders()), 1)
}

func TestChargebackEndsARefundThatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.platform.Then(actionstest.NeedsBuyer)
	w.refund(w.ana, "k1", code)
	w.work()
	w.change(code, func(p *store.Purchase) { p.Status = string(actions.Chargeback) })
	w.pass(2 * time.Hour)
	w.periodic()
	r, err := w.core.Request(t.Context(), w.ana, "k1")
	w.must(err)
	equal(t, "request", []any{r.State, r.Detail, r.Purchase.Status}, []any{"refused", "outcome.refused.chargeback", "chargeback"})
}

func TestWorkWithoutAJobIsTakenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.refund(w.ana, "k1", code)
	mail := store.Mail{ID: "m1", AccountID: shop, Key: "m1", Recipient: "a@example.com", Template: "access", Locale: "en", Values: []byte("{}"), CreatedAt: w.clock()}
	old := mail
	old.ID, old.Key, old.CreatedAt = "m2", "m2", w.clock().Add(-6*24*time.Hour)
	for _, m := range []store.Mail{mail, old} {
		_, err := w.store.In(t.Context()).AddMail(m)
		w.must(err)
	}
	// Their jobs are given up: all handlers cancel.
	giveUp := w.handlers()
	giveUp[actions.JobRequest] = func(_ context.Context, _ jobs.Job) error { return jobs.Cancel(actionstest.ErrTimeout) }
	_, err := w.store.RunDue(t.Context(), giveUp, w.clock())
	w.must(err)

	w.pass(3*time.Hour + time.Second)
	w.periodic()
	w.periodic()
	equal(t, "the refund", w.purchase(code).Status, actions.Refunded)
	equal(t, "orders", len(w.platform.Orders()), 1)
	equal(t, "mails so far", w.mails(), []string{"access a@example.com", "refund_done marina.duarte@example.com"})
	w.pass(24 * time.Hour)
	w.periodic()
	w.periodic()
	equal(t, "mails", len(w.mails()), 3)
	w.pass(30 * 24 * time.Hour)
	w.periodic()
	equal(t, "no more", len(w.mails()), 3)
}
