package actions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// otherEvents draws events about a single purchase of another buyer, whom the platform may move, and carts that were left.
func otherEvents(t *rapid.T) []actions.SaleEvent {
	jo := actions.SoldTo{Name: "João", Email: "joao@example.com", Locale: "es"}
	var events []actions.SaleEvent
	for i := range rapid.IntRange(0, 5).Draw(t, "other events") {
		id, at := fmt.Sprintf("o%d", i), rapid.IntRange(0, 5).Draw(t, "at")
		if rapid.IntRange(0, 4).Draw(t, "cart") == 0 {
			events = append(events, actions.SaleEvent{Source: "hotmart", ID: id, At: hours(at), Cart: &actions.LeftCart{Product: bread, Buyer: jo}})
			continue
		}
		status := rapid.SampledFrom([]actions.Status{actions.WaitingPayment, actions.Failed, actions.Expired, actions.Approved, actions.Complete, actions.Disputed, actions.Refunded}).Draw(t, "status")
		events = append(events, sold(id, at, status, func(e *actions.SaleEvent) { e.Sale.Buyer, e.Sale.Product = jo, bread }))
	}
	return events
}

// drawRules draws rules about two lists.
func drawRules(t *rapid.T) []store.ListRule {
	rules := make([]store.ListRule, rapid.IntRange(1, 8).Draw(t, "rules"))
	for i := range rules {
		event := rapid.SampledFrom(actions.ListEvents).Draw(t, "event")
		r := store.ListRule{Event: string(event), Act: rapid.SampledFrom([]string{"add", "add", "remove"}).Draw(t, "act"),
			ListID: rapid.SampledFrom([]string{"L1", "L2"}).Draw(t, "list"), Undo: rapid.Bool().Draw(t, "undo"), Since: hours(rapid.SampledFrom([]int{-1, -1, 2}).Draw(t, "since")), CreatedAt: hours(-1)}
		switch rapid.IntRange(0, 6).Draw(t, "condition") {
		case 0:
			r.Locale = "es"
		case 1:
			r.ProductID = "bread"
		case 2:
			r.FirstPurchase = event.Of() == actions.SubjectPurchase
		case 3:
			r.Plan = "Plan of 3"
		case 4:
			r.Least, r.Currency = 100_00, "BRL"
		case 5:
			until := hours(4)
			r.Until = &until
		}
		rules[i] = r
	}
	return rules
}

// placed is who is on which list after events, in an account of its own with these rules.
func placed(t *rapid.T, w *world, account string, rules []store.ListRule, events []actions.SaleEvent) string {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.store.SaveAccount(store.Account{ID: account, Name: account, Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: start}))
	must(w.store.PutProducts([]store.Product{{ID: account + "bread", AccountID: account, Code: bread.Code, Name: bread.Name, CreatedAt: start}}))
	for i, r := range rules {
		r.ID, r.AccountID, r.ListID = fmt.Sprintf("%sR%d", account, i), account, account+r.ListID
		if r.ProductID != "" {
			r.ProductID = account + r.ProductID
		}
		must(w.store.AddRule(r))
	}
	for _, e := range events {
		_, err := w.core.Apply(context.Background(), account, e)
		must(err)
	}
	var all []string
	for _, list := range []string{"L1", "L2"} {
		on, err := w.store.ListMembers(account+list, nil, "news", store.Cursor{}, 100)
		must(err)
		for _, m := range on {
			all = append(all, fmt.Sprintf("%s %s since %s", list, m.Buyer.Email, m.Member.At.UTC()))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// TestListsIgnoreOrder: the same events, in any order and any number of times, put the same people on the same lists.
func TestListsIgnoreOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n, full := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		events, rules := append(life(t), otherEvents(t)...), drawRules(t)
		again := append(rapid.Permutation(events).Draw(t, "order"), rapid.SliceOfN(rapid.SampledFrom(events), 0, 3).Draw(t, "repeated")...)
		n += 2
		want := placed(t, w, fmt.Sprintf("a%d", n), rules, events)
		got := placed(t, w, fmt.Sprintf("a%d", n+1), rules, again)
		if got != want {
			t.Fatalf("in another order:\n got %s\nwant %s", got, want)
		}
		if want != "" {
			full++
		}
	})
	if full < n/20 {
		t.Errorf("of %d runs only %d put anybody on a list", n/2, full)
	}
}
