package actions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// calls counts what the receiver was told, by event.
func (h *hookServer) calls() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[string]int{}
	for _, body := range h.got {
		_, rest, _ := strings.Cut(body, `"type":"`)
		kind, _, _ := strings.Cut(rest, `"`)
		_, event, _ := strings.Cut(kind, ".")
		all[event]++
	}
	return all
}

// told has the receiver called for each of some events, and a list filled by the first.
func (w *world) told(h *hookServer, events ...actions.ListEvent) (list string) {
	w.t.Helper()
	end := w.endpoint(h)
	list = w.list("told")
	w.rule(actions.RuleInput{Event: events[0], Act: actions.ActAdd, List: list})
	for _, e := range events {
		w.rule(actions.RuleInput{Event: e, Act: actions.ActWebhook, Endpoint: end})
	}
	w.pass(time.Second)
	return list
}

// TestSubscriptionsThatWeEndAreToldOfOnce: by the single act, by many at once, and not again when the platform tells of it.
func TestSubscriptionsThatWeEndAreToldOfOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, h := worldOn(t, s), newHookServer(t)
		list := w.told(h, actions.OnSubscriptionOver, actions.OnSubscriptionActive)
		w.subscribers(3)
		w.changeSubscription("SUB00003", func(sub *store.Subscription) { sub.Plan = "Anual" })
		_, err := w.cancel(w.rui, "k0", "HPSUB000032")
		w.must(err)
		w.work()
		w.wantOn(list, "member3@example.org")
		run := w.start("k2", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
		w.until(run.ID, actions.BulkDone)
		w.wantOn(list, "member1@example.org member2@example.org member3@example.org")
		w.work()
		equal(t, "calls", h.calls(), map[string]int{"subscription_cancelled": 3})

		w.pass(time.Minute)
		for i := 1; i <= 3; i++ { // the platform tells of it too
			w.apply(actions.SaleEvent{Source: "hotmart", ID: fmt.Sprint("c", i), Kind: "SUBSCRIPTION_CANCELLATION", At: w.clock(),
				Subscription: &actions.Subscribed{Code: fmt.Sprintf("SUB%05d", i), Status: actions.SubscriptionCancelled, CancelledAt: w.clock(),
					Product: actions.SoldProduct{Code: "5300002", Name: "Clube"}, Buyer: actions.SoldTo{Email: actions.Email(fmt.Sprintf("member%d@example.org", i))}}})
		}
		w.work()
		equal(t, "calls after the platform has told", h.calls(), map[string]int{"subscription_cancelled": 3})

		for i := 1; i <= 3; i++ {
			w.changeSubscription(fmt.Sprintf("SUB%05d", i), func(sub *store.Subscription) { over := start.AddDate(0, 0, -1); sub.NextChargeAt = &over })
		}
		run = w.start("k4", w.collectClub("k3", actions.KindReactivate, actions.BulkFilter{}))
		w.until(run.ID, actions.BulkDone)
		equal(t, "asked is not active", h.calls()["subscription_active"], 0)
		if _, err := w.core.AcceptReactivation(t.Context(), w.asked()); err != nil {
			t.Fatal(err)
		}
		w.work()
		w.work()
		equal(t, "one has accepted", h.calls(), map[string]int{"subscription_cancelled": 3, "subscription_active": 1})
	})
}

func TestTicketsThatWaitForANameAreToldOfOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, h := worldOn(t, s), newHookServer(t)
		list := w.told(h, actions.OnCheckinPending)
		dinner := func(kind string) func(*actions.SaleEvent) {
			return func(e *actions.SaleEvent) {
				e.Sale.Product, e.Sale.Quantity = actions.SoldProduct{Code: "77", Name: "Ceia", Kind: kind}, 2
			}
		}
		w.sells("HP1", "marina.duarte@example.com", actions.WaitingPayment, dinner("event"))
		w.wantOn(list, "")
		w.sells("HP1", "marina.duarte@example.com", actions.Approved, dinner("event"))
		w.sells("HP1", "marina.duarte@example.com", actions.Complete, dinner("event"))
		w.sells("HP2", "paulo@example.net", actions.Approved) // a course
		w.wantOn(list, "marina.duarte@example.com")
		w.work()
		equal(t, "calls", h.calls(), map[string]int{"checkin_pending": 1})

		other := func(kind string) func(*actions.SaleEvent) {
			return func(e *actions.SaleEvent) {
				e.Sale.Product = actions.SoldProduct{Code: "78", Name: "Oficina", Kind: kind}
			}
		}
		w.sells("HP3", "paulo@example.net", actions.Approved, other(""))
		w.wantOn(list, "marina.duarte@example.com")
		w.sells("HP4", "zoe@example.com", actions.Approved, other("event")) // now it is known to be an event
		w.wantOn(list, "marina.duarte@example.com paulo@example.net zoe@example.com")
		w.work()
		equal(t, "calls", h.calls(), map[string]int{"checkin_pending": 3})
	})
}

func TestSolvedCasesAreToldOf(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, h := worldOn(t, s), newHookServer(t)
		list := w.told(h, actions.OnCaseSolved)
		c := w.asks(w.marina, "c1", actions.TopicAccess, w.bought("HP1", w.marina))
		w.wantOn(list, "")
		for _, key := range []string{"x1", "x1", "x2"} {
			_, err := w.core.CloseCase(t.Context(), w.ana, actions.CaseInput{Key: key, Case: c.ID})
			w.must(err)
		}
		w.work()
		w.wantOn(list, "marina.duarte@example.com")
		equal(t, "calls", h.calls(), map[string]int{"case_solved": 1})
		other := w.asks(w.marina, "c2", actions.TopicOther, "")
		w.pass(time.Minute)
		_, err := w.core.ReplyCase(t.Context(), w.ana, actions.ReplyInput{Key: "r1", Case: other.ID, Text: "It works now.", Close: true})
		w.must(err)
		w.work()
		equal(t, "calls", h.calls(), map[string]int{"case_solved": 2})
	})
}
