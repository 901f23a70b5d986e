package actions_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// nextCharge is when the subscriptions of these tests are charged next: 27 days from the start.
var nextCharge = start.AddDate(0, 0, 27)

// subscribed records a subscription of the club with two charges, the second of which it returns; change it as needed.
func (w *world) subscribed(code string, buyer actions.Actor, change ...func(*store.Subscription)) actions.Transaction {
	w.t.Helper()
	sub := store.Subscription{ID: "sub-" + code, AccountID: shop, Code: code, BuyerID: buyer.Buyers[0], ProductID: "club", Plan: "Mensal",
		Status: string(actions.SubscriptionActive), StatusAt: start.AddDate(0, 0, -33), NextChargeAt: &nextCharge, CreatedAt: start, UpdatedAt: start}
	for _, f := range change {
		f(&sub)
	}
	w.must(w.store.PutSubscriptions([]store.Subscription{sub}))
	for n, days := range []int{33, 3} {
		w.bought(fmt.Sprint("HP", code, n+1), buyer, func(p *store.Purchase) {
			at := start.AddDate(0, 0, -days)
			ends := at.AddDate(0, 0, 7)
			p.ProductID, p.SubscriptionID, p.Recurrence, p.Amount = "club", sub.ID, n+1, 59_90
			p.OrderedAt, p.ApprovedAt, p.StatusAt, p.GuaranteeEnds = at, &at, at, &ends
		})
	}
	return actions.Transaction(fmt.Sprint("HP", code, 2))
}

func (w *world) cancel(who actions.Actor, key string, t actions.Transaction) (actions.Result, error) {
	w.t.Helper()
	in := actions.CancelInput{Key: key, Transaction: t, ReplyTo: who.Identity}
	if !who.Staff() {
		in.Proof, _ = w.enters(who, actions.SendCodeInput{Purpose: actions.CodeCancel, Transaction: t})
	}
	return w.core.Cancel(w.t.Context(), who, in)
}

// standsAt is the subscription as the manager sees it, and the state of a request about it.
func (w *world) standsAt(t actions.Transaction, key string) []any {
	w.t.Helper()
	r, err := w.core.Request(w.t.Context(), w.rui, key)
	w.must(err)
	s := w.purchase(t).Subscription
	return []any{r.State, s.Status, s.UnderWay}
}

func TestCancelEndsASubscriptionOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.subscribed("MARINA25", w.marina)
		result, err := w.cancel(w.ana, "k1", code)
		w.must(err)
		again, err := w.cancel(w.ana, "k1", code)
		w.must(err)
		equal(t, "the same key again", again, result)
		equal(t, "recorded", w.standsAt(code, "k1"), []any{"recorded", "active", true})
		_, err = w.cancel(w.rui, "k2", "HPMARINA251") // another charge of the same subscription
		wantError(t, err, actions.Conflict, "verdict.cancel.under_way")
		w.work()
		equal(t, "done", w.standsAt(code, "k1"), []any{"done", "cancelled", false})
		if end := w.purchase(code).Subscription.NextChargeAt; !end.Equal(nextCharge) {
			t.Errorf("access ends %v, want %v: what was paid for stays", end, nextCharge)
		}
		_, err = w.cancel(w.ana, "k3", code)
		wantError(t, err, actions.Conflict, "verdict.cancel.cancelled_until")
		equal(t, "orders", len(w.platform.Acted()), 1)
		equal(t, "mails", w.mails(), []string{"subscription_cancelled marina.duarte@example.com"})
		if m := w.mailbox.Sent()[0]; !m.Values.Next.Equal(nextCharge) || m.Values.Plan != "Mensal" {
			t.Errorf("the mail says %+v", m.Values)
		}
		equal(t, "audit", w.audit(code), []string{"p-ana cancel.requested", "system cancel.done (asked by p-ana)"})
		equal(t, "told", w.noted(), []string{"refresh request:k1", "tell i-ana k1"})
	})
}

func TestCancelIsForTheSubscriberAndTheTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, who := range []actions.Actor{w.ana, w.rui, w.bia, w.adm, w.marina} {
		code := w.subscribed(fmt.Sprint("SUB", i), w.marina)
		if _, err := w.cancel(who, fmt.Sprint("k", i), code); err != nil {
			t.Errorf("%s: %v", who.Role, err)
		}
	}
	code := w.subscribed("MARINA25", w.marina)
	_, err := w.core.Cancel(t.Context(), w.paulo, actions.CancelInput{Key: "p", Transaction: code})
	wantError(t, err, actions.NotFound, "purchase.not_found")
	_, err = w.core.Subscription(t.Context(), w.paulo, "MARINA25")
	foreign := wantError(t, err, actions.NotFound, "subscription.not_found")
	_, err = w.core.Subscription(t.Context(), w.paulo, "NOSUCH25")
	if none := wantError(t, err, actions.NotFound, "subscription.not_found"); none.Hint != foreign.Hint || none.Field != foreign.Field {
		t.Errorf("somebody else's answers %+v, none answers %+v", foreign, none)
	}
	_, err = w.core.Cancel(t.Context(), w.marina, actions.CancelInput{Key: "m", Transaction: code})
	wantError(t, err, actions.Denied, "code.needed")
	proof, _ := w.enters(w.marina, actions.SendCodeInput{Purpose: actions.CodeRefund, Transaction: code})
	_, err = w.core.Cancel(t.Context(), w.marina, actions.CancelInput{Key: "m", Transaction: code, Proof: proof})
	wantError(t, err, actions.Denied, "code.needed") // a code names what it is for
	_, err = w.core.Cancel(t.Context(), actions.Actor{Account: shop, Role: actions.System}, actions.CancelInput{Key: "s", Transaction: code})
	wantError(t, err, actions.Denied, "error.role")
}

func TestAChargeThatMovedToAnotherAddressLeadsToNoOldSubscriber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.subscribed("MARINA25", w.marina)
	w.must(w.store.MoveSubscription("sub-MARINA25", "paulo", start))
	w.change(code, func(p *store.Purchase) { p.BuyerID = "paulo" })
	_, err := w.cancel(w.marina, "k1", "HPMARINA251")
	wantError(t, err, actions.NotFound, "subscription.not_found")
	found, err := w.core.Subscription(t.Context(), w.paulo, "MARINA25")
	w.must(err)
	equal(t, "the subscriber and his charge", []any{found.Buyer.ID, found.Newest.Transaction, found.First.ID}, []any{"paulo", code, ""})
}

func TestOutcomesOfACancellation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		script []actionstest.Step
		first  actions.RequestState
		last   []any
		mails  int
		acted  int
		calls  int
	}{
		{"done", nil, "done", []any{"done", "cancelled", false}, 1, 1, 1},
		{"decided later", []actionstest.Step{actionstest.Requested}, "requested", []any{"requested", "active", true}, 0, 0, 1},
		{"waits for the subscriber", []actionstest.Step{actionstest.NeedsBuyer}, "needs_buyer", []any{"needs_buyer", "active", true}, 0, 0, 1},
		{"by hand", []actionstest.Step{actionstest.Assisted("outcome.assisted.cancel")}, "assisted", []any{"assisted", "active", true}, 0, 0, 1},
		{"refused", []actionstest.Step{actionstest.Refused("outcome.refused.no_subscription")}, "refused", []any{"refused", "active", false}, 0, 0, 1},
		{"over already", []actionstest.Step{actionstest.Refused(actions.AlreadyCancelled)}, "refused", []any{"refused", "cancelled", false}, 0, 0, 1},
		{"no answer, though it acted", []actionstest.Step{actionstest.TimeoutAfter}, "unknown", []any{"done", "cancelled", false}, 1, 1, 1},
		{"no answer, and it did not act", []actionstest.Step{actionstest.TimeoutBefore}, "unknown", []any{"done", "cancelled", false}, 1, 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.subscribed("MARINA25", w.marina)
			w.platform.Then(c.script...)
			_, err := w.cancel(w.ana, "k1", code)
			w.must(err)
			w.work()
			equal(t, "first", w.standsAt(code, "k1")[0], any(c.first))
			for range 10 {
				w.pass(time.Minute)
				w.work()
			}
			equal(t, "last", w.standsAt(code, "k1"), c.last)
			equal(t, "mails, acted, calls", []int{len(w.mails()), len(w.platform.Acted()), len(w.platform.Orders())}, []int{c.mails, c.acted, c.calls})
		})
	}
}

func TestCancelledMeanwhileByWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.subscribed("MARINA25", w.marina)
	w.platform.Then(actionstest.Requested)
	_, err := w.cancel(w.ana, "k1", code)
	w.must(err)
	w.work()
	w.pass(time.Minute)
	_, err = w.core.Apply(t.Context(), shop, actions.SaleEvent{Source: "hotmart", ID: "e1", Kind: "SUBSCRIPTION_CANCELLATION", At: w.clock(),
		Subscription: &actions.Subscribed{Code: "MARINA25", Status: actions.SubscriptionCancelled, CancelledAt: w.clock(), NextChargeAt: nextCharge,
			Product: actions.SoldProduct{Code: "4100002", Name: "Clube"}, Buyer: actions.SoldTo{Name: "Marina Duarte", Email: "marina.duarte@example.com"}}})
	w.must(err)
	w.work()
	equal(t, "settled by what the platform told", w.standsAt(code, "k1"), []any{"done", "cancelled", false})
	equal(t, "mails", w.mails(), []string{"subscription_cancelled marina.duarte@example.com"})
	equal(t, "orders", len(w.platform.Orders()), 1)
}

func TestChargeDay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.subscribed("MARINA25", w.marina)
		change := func(who actions.Actor, key string, day int) error {
			_, err := w.core.ChangeChargeDay(t.Context(), who, actions.ChargeDayInput{Key: key, Transaction: code, Day: day, ReplyTo: who.Identity})
			return err
		}
		wantError(t, change(w.ana, "k0", 0), actions.Invalid, "chargeday.invalid")
		wantError(t, change(w.paulo, "k0", 5), actions.NotFound, "purchase.not_found")
		w.platform.Then(actionstest.TimeoutAfter)
		w.must(change(w.marina, "k1", 31))
		w.must(change(w.marina, "k1", 31))
		wantError(t, change(w.ana, "k2", 5), actions.Conflict, "verdict.chargeday.under_way")
		for range 3 {
			w.work()
			w.pass(time.Minute)
		}
		sub := w.purchase(code).Subscription
		equal(t, "the day, and the charge that is scheduled", []any{sub.ChargeDay, sub.NextChargeAt, sub.UnderWay}, []any{31, nextCharge, false})
		equal(t, "orders", len(w.platform.Orders()), 1)
		w.must(change(w.ana, "k3", 5))
		w.work()
		w.must(change(w.ana, "k4", 31)) // as it was once before: the last word counts
		w.work()
		equal(t, "the day", w.purchase(code).Subscription.ChargeDay, 31)
		equal(t, "mails", w.mails(), []string{"charge_day_changed marina.duarte@example.com", "charge_day_changed marina.duarte@example.com",
			"charge_day_changed marina.duarte@example.com"})
		equal(t, "audit", w.audit(code), []string{"i-marina chargeday.requested", "system chargeday.unknown (asked by i-marina)",
			"system chargeday.done (asked by i-marina)", "p-ana chargeday.requested", "system chargeday.done (asked by p-ana)",
			"p-ana chargeday.requested", "system chargeday.done (asked by p-ana)"})
	})
}

// TestManyCancelAtOnce: whoever asks, by whichever charge, one order goes out.
func TestManyCancelAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.subscribed("MARINA25", w.marina)
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() {
				in := actions.CancelInput{Key: fmt.Sprint("k", i/2), Transaction: actions.Transaction(fmt.Sprint("HPMARINA25", 1+i/2%2))}
				_, errs[i] = w.core.Cancel(t.Context(), w.ana, in)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if e := actions.AsError(err); e.Key != "verdict.cancel.under_way" {
				t.Errorf("refused by %v", err)
			}
		}
		w.work()
		equal(t, "won, both of a key", won, 2)
		equal(t, "orders", len(w.platform.Orders()), 1)
	})
}

func TestSubscriptionsAreListed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		for i := range 7 {
			w.subscribed(fmt.Sprint("SUB", i), []actions.Actor{w.marina, w.paulo}[i%2], func(sub *store.Subscription) {
				sub.StatusAt = start.AddDate(0, 0, -i)
				if i == 3 {
					sub.Status, sub.Plan = string(actions.SubscriptionCancelled), "Anual"
				}
			})
		}
		list := func(who actions.Actor, f actions.SubscriptionFilter) (codes []string) {
			for {
				page, err := w.core.Subscriptions(t.Context(), who, f)
				w.must(err)
				for _, r := range page.Rows {
					codes = append(codes, r.Subscription.Code)
					if r.Price.Minor != 59_90 || string(r.Transaction) != "HP"+r.Subscription.Code+"2" {
						t.Errorf("%s: newest charge %s of %d", r.Subscription.Code, r.Transaction, r.Price.Minor)
					}
				}
				if f.Cursor = page.Next; f.Cursor == "" {
					return codes
				}
			}
		}
		equal(t, "all", list(w.ana, actions.SubscriptionFilter{Limit: 3}), []string{"SUB0", "SUB1", "SUB2", "SUB3", "SUB4", "SUB5", "SUB6"})
		equal(t, "one's own", list(w.paulo, actions.SubscriptionFilter{Limit: 2}), []string{"SUB1", "SUB3", "SUB5"})
		equal(t, "a stranger's", list(actions.Actor{Account: shop, Role: actions.BuyerRole}, actions.SubscriptionFilter{}), nil)
		equal(t, "cancelled", list(w.ana, actions.SubscriptionFilter{Statuses: []actions.SubscriptionStatus{actions.SubscriptionCancelled}, Product: "club", Plan: "Anual"}), []string{"SUB3"})
		equal(t, "of some days", list(w.ana, actions.SubscriptionFilter{From: start.AddDate(0, 0, -5), To: start.AddDate(0, 0, -3)}), []string{"SUB4", "SUB5"})
	})
}
