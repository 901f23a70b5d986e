package actions_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// ended has a subscription be cancelled, and what was paid for be over.
func ended(sub *store.Subscription) {
	over := start.AddDate(0, 0, -5)
	sub.Status, sub.StatusAt, sub.CancelledAt, sub.NextChargeAt = string(actions.SubscriptionCancelled), over, &over, &over
}

func (w *world) reactivate(who actions.Actor, key string, t actions.Transaction, charge bool) (actions.Result, error) {
	w.t.Helper()
	return w.core.Reactivate(w.t.Context(), who, actions.ReactivateInput{Key: key, Transaction: t, Charge: charge, ReplyTo: who.Identity})
}

// asked is the link of the last mail that asks the subscriber.
func (w *world) asked() string {
	w.t.Helper()
	var last string
	for _, m := range w.mailbox.Sent() {
		if m.Template == "reactivation_asked" {
			last = m.Values.AcceptURL
		}
	}
	words, ok := strings.CutPrefix(last, "https://support.example"+actions.AcceptPath)
	if !ok {
		w.t.Fatalf("the mail leads to %q", last)
	}
	return words
}

func TestReactivationWaitsForTheSubscriber(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.subscribed("RAUL25ZT", w.paulo, ended)
		_, err := w.reactivate(w.ana, "k1", code, true)
		w.must(err)
		_, err = w.reactivate(w.ana, "k1", code, true)
		w.must(err)
		w.work()
		equal(t, "asked", w.standsAt(code, "k1"), []any{"needs_buyer", "cancelled", true})
		_, err = w.reactivate(w.rui, "k2", "HPRAUL25ZT1", false)
		wantError(t, err, actions.Conflict, "verdict.reactivate.waiting")

		words := w.asked()
		for range 3 { // a mail program and two scanners
			shown, err := w.core.Reactivation(t.Context(), words)
			w.must(err)
			equal(t, "the page", []any{shown.State, shown.Charge, shown.Price.Minor, shown.Next}, []any{"open", true, 5990, start.AddDate(0, 1, 0)})
		}
		w.work()
		equal(t, "looking does nothing", w.standsAt(code, "k1"), []any{"needs_buyer", "cancelled", true})
		for range 2 {
			if _, err := w.core.AcceptReactivation(t.Context(), words); err != nil {
				t.Fatal(err)
			}
			w.work()
		}
		equal(t, "accepted", w.standsAt(code, "k1"), []any{"done", "active", false})
		if next := w.purchase(code).Subscription.NextChargeAt; !next.Equal(start.AddDate(0, 1, 0)) {
			t.Errorf("the next charge is %v", next)
		}
		equal(t, "charged", w.charges("RAUL25ZT"), []int64{59_90})
		equal(t, "mails", w.mails(), []string{"reactivation_asked paulo@example.net", "subscription_active paulo@example.net"})
		equal(t, "audit", w.audit(code), []string{"p-ana reactivate.requested", "system reactivate.needs_buyer (asked by p-ana)",
			"mailbox reactivate.accepted", "system reactivate.done (asked by p-ana)"})
		if _, err := w.core.Reactivation(t.Context(), words[:len(words)-1]+"x"); actions.AsError(err).Code != actions.NotFound {
			t.Errorf("a link that was changed: %v", err)
		}
	})
}

// charges are what the ledger says is due for a subscription's reactivations.
func (w *world) charges(subscription string) []int64 {
	entries, err := w.store.LedgerEntriesOf(shop, subscription)
	w.must(err)
	var all []int64
	for _, e := range entries {
		if e.Amount > 0 {
			all = append(all, e.Amount)
		}
	}
	return all
}

func TestReactivationIsOverAfterThreeDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.subscribed("RAUL25ZT", w.paulo, ended)
	_, err := w.reactivate(w.ana, "k1", code, true)
	w.must(err)
	w.work()
	words := w.asked()
	w.pass(3*24*time.Hour - time.Minute)
	w.work()
	equal(t, "on the third day", w.standsAt(code, "k1"), []any{"needs_buyer", "cancelled", true})
	w.pass(time.Minute + 2*time.Second)
	w.work()
	equal(t, "after it", w.standsAt(code, "k1"), []any{"refused", "cancelled", false})
	shown, err := w.core.AcceptReactivation(t.Context(), words)
	w.must(err)
	w.work()
	equal(t, "too late", []any{shown.State, w.purchase(code).Subscription.Status}, []any{"over", "cancelled"})
	_, err = w.reactivate(w.ana, "k2", code, false)
	w.must(err)
	w.work()
	if _, err := w.core.AcceptReactivation(t.Context(), w.asked()); err != nil {
		t.Fatal(err)
	}
	w.work()
	equal(t, "asked again", w.standsAt(code, "k2"), []any{"done", "active", false})
	equal(t, "charged", len(w.charges("RAUL25ZT")), 0)
}

func TestReactivationIsTheSubscribersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.subscribed("RAUL25ZT", w.paulo, ended)
	for _, who := range []actions.Actor{w.marina, w.paulo, {Account: shop, Role: actions.System}} {
		_, err := w.reactivate(who, "b", code, false)
		wantError(t, err, actions.Denied, "error.role")
	}
	accept := func(who actions.Actor, proof string) error {
		_, err := w.core.AcceptOwn(t.Context(), who, actions.AcceptInput{Transaction: code, Proof: proof})
		return err
	}
	wantError(t, accept(w.paulo, ""), actions.Conflict, "accept.over")
	_, err := w.reactivate(w.ana, "k1", code, false)
	w.must(err)
	w.work()
	wantError(t, accept(w.ana, ""), actions.Denied, "error.role")
	wantError(t, accept(w.marina, ""), actions.NotFound, "purchase.not_found")
	wantError(t, accept(w.paulo, ""), actions.Denied, "code.needed")
	proof, _ := w.enters(w.paulo, actions.SendCodeInput{Purpose: actions.CodeCancel, Transaction: code})
	wantError(t, accept(w.paulo, proof), actions.Denied, "code.needed")
	words := w.asked()
	w.must(w.store.MoveSubscription("sub-RAUL25ZT", "marina", start)) // to another address, since he was asked
	shown, err := w.core.AcceptReactivation(t.Context(), words)
	w.must(err)
	equal(t, "the old mailbox's link", shown.State, actions.ReactivationOver)
	w.must(w.store.MoveSubscription("sub-RAUL25ZT", "paulo", start))
	proof, _ = w.enters(w.paulo, actions.SendCodeInput{Purpose: actions.CodeAccept, Transaction: code})
	w.must(accept(w.paulo, proof))
	w.must(accept(w.paulo, proof))
	w.work()
	equal(t, "accepted", w.standsAt(code, "k1"), []any{"done", "active", false})
}

func TestReactivatedByThePlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.platform.Limit(actions.OpAccept, actions.NoSupport) // it asks by itself
	code := w.subscribed("RAUL25ZT", w.paulo, ended)
	_, err := w.reactivate(w.ana, "k1", code, true)
	w.must(err)
	w.work()
	if m := w.mailbox.Sent()[0]; m.Values.AcceptURL != "" {
		t.Errorf("our mail leads to %s", m.Values.AcceptURL)
	}
	w.pass(time.Hour)
	_, err = w.core.Apply(t.Context(), shop, actions.SaleEvent{Source: "hotmart", ID: "e1", Kind: "PURCHASE_APPROVED", At: w.clock(),
		Subscription: &actions.Subscribed{Code: "RAUL25ZT", Status: actions.SubscriptionActive, NextChargeAt: nextCharge,
			Product: actions.SoldProduct{Code: "4100002", Name: "Clube"}, Buyer: actions.SoldTo{Name: "Paulo", Email: "paulo@example.net"}}})
	w.must(err)
	w.work()
	equal(t, "done by what it told", w.standsAt(code, "k1"), []any{"done", "active", false})
	if next := w.purchase(code).Subscription.NextChargeAt; !next.Equal(nextCharge) {
		t.Errorf("the next charge is %v", next)
	}
}

// forgetful is a platform that does not say whether the subscriber was asked.
type forgetful struct{ actions.Commerce }

func (f forgetful) State(ctx context.Context, account string, t actions.Transaction) (actions.RemoteState, error) {
	s, err := f.Commerce.State(ctx, account, t)
	s.Subscription.Asked = actions.AskedUntold
	return s, err
}

func TestNobodyIsAskedTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		script actionstest.Step
		blind  bool
		calls  int
	}{
		{"no answer, though it asked", actionstest.TimeoutAfter, false, 1},
		{"no answer, and it did not ask", actionstest.TimeoutBefore, false, 2},
		{"no answer, and it does not tell", actionstest.TimeoutBefore, true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if c.blind {
				w.core = actions.New(actions.Options{Store: w.store, Commerce: forgetful{w.platform}, Mailer: w.mailbox, Policy: actions.DefaultPolicy(),
					Now: w.clock, NewID: w.newID, Vault: secrets})
			}
			code := w.subscribed("RAUL25ZT", w.paulo, ended)
			w.platform.Then(c.script)
			_, err := w.reactivate(w.ana, "k1", code, true)
			w.must(err)
			for range 5 {
				w.work()
				w.pass(time.Minute)
			}
			equal(t, "waits", w.standsAt(code, "k1"), []any{"needs_buyer", "cancelled", true})
			equal(t, "calls", len(w.platform.Orders()), c.calls)
		})
	}
}

// TestAQuestionThatWasAskedUnheardEndsWithItsTime: the platform has asked, its answer was lost, and nobody looked for longer than
// the subscriber had. Nobody has accepted, so nothing goes on.
func TestAQuestionThatWasAskedUnheardEndsWithItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.subscribed("RAUL25ZT", w.paulo, ended)
	w.platform.Then(actionstest.TimeoutAfter)
	_, err := w.reactivate(w.ana, "k1", code, true)
	w.must(err)
	w.work()
	w.pass(40 * 24 * time.Hour)
	w.work()
	equal(t, "not accepted", w.standsAt(code, "k1"), []any{"refused", "cancelled", false})
	equal(t, "charged", len(w.charges("RAUL25ZT")), 0)
	w.pass(time.Minute)
	_, err = w.reactivate(w.ana, "k2", code, true)
	w.must(err)
	w.work()
	equal(t, "asked again", w.standsAt(code, "k2"), []any{"needs_buyer", "cancelled", true})
}

// TestSubscriptionsNeverEndOrChargeTwice has the team and the subscriber do what they like in any order, with a platform that
// times out and refuses, and jobs that come twice. After each step no charge is due that nobody accepted, none twice, and what
// is cancelled was cancelled once since it was last active.
func TestSubscriptionsNeverEndOrChargeTwice(t *testing.T) {
	t.Parallel()
	outer, often := t, draws()
	rapid.Check(t, func(t *rapid.T) {
		if !often() {
			return
		}
		w := newWorldOn(outer)
		code := w.subscribed("RAUL25ZT", w.paulo)
		n, keys, accepted := 0, []string{}, 0
		team := []actions.Actor{w.ana, w.rui, w.bia}
		key := func() string {
			if len(keys) > 0 && rapid.Bool().Draw(t, "again") {
				return rapid.SampledFrom(keys).Draw(t, "key")
			}
			n++
			keys = append(keys, fmt.Sprint("k", n))
			return keys[len(keys)-1]
		}
		t.Repeat(map[string]func(*rapid.T){
			"cancel": func(t *rapid.T) { _, _ = w.cancel(rapid.SampledFrom(team).Draw(t, "who"), key(), code) },
			"reactivate": func(t *rapid.T) {
				_, _ = w.reactivate(rapid.SampledFrom(team).Draw(t, "who"), key(), code, rapid.Bool().Draw(t, "charge"))
			},
			"accept": func(t *rapid.T) {
				for _, m := range w.mailbox.Sent() {
					words, ok := strings.CutPrefix(m.Values.AcceptURL, "https://support.example"+actions.AcceptPath)
					if !ok {
						continue
					}
					before, err := w.core.Reactivation(outer.Context(), words)
					w.must(err)
					if before.State == actions.ReactivationOpen && before.Charge {
						accepted++
					}
					_, err = w.core.AcceptReactivation(outer.Context(), words)
					w.must(err)
				}
			},
			"work": func(*rapid.T) { w.work() },
			"a job comes twice": func(*rapid.T) {
				for _, k := range keys {
					job, err := jobs.New(actions.JobRequest, actions.Work{Key: k})
					w.must(err)
					w.must(w.store.In(outer.Context()).Enqueue(job))
				}
			},
			"time passes": func(t *rapid.T) {
				w.pass(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 25 * time.Hour, 40 * 24 * time.Hour}).Draw(t, "span"))
			},
			"trouble": func(t *rapid.T) {
				w.platform.Then(rapid.SampledFrom([]actionstest.Step{actionstest.Pass, actionstest.TimeoutAfter, actionstest.TimeoutBefore,
					actionstest.Refused("outcome.refused.no_subscription")}).Draw(t, "step"))
			},
			"": func(*rapid.T) {
				if due := len(w.charges("RAUL25ZT")); due > accepted {
					t.Fatalf("%d charges are due, and %d were accepted", due, accepted)
				}
				entries, err := w.store.LedgerEntriesOf(shop, "RAUL25ZT")
				w.must(err)
				ended, taken := 0, 0 // what happened at one instant has no order
				for _, e := range entries {
					switch actions.Operation(e.Op) {
					case actions.OpCancel:
						ended++
					case actions.OpAccept:
						taken++
					}
				}
				if ended > taken+1 || taken > ended {
					t.Fatalf("cancelled %d times and taken up again %d times", ended, taken)
				}
			},
		})
	})
}
