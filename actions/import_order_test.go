package actions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}

// life draws events about one purchase, the first charge of a subscription to a bundle: payments, claims, refunds, first
// openings, changes of plan, and rows of one report. Few instants, so that many happen at the same one; what is said of one
// instant may differ in the status, but does not contradict itself otherwise.
func life(t *rapid.T) []actions.SaleEvent {
	statuses := []actions.Status{actions.Started, actions.WaitingPayment, actions.Failed, actions.Approved, actions.Complete, actions.Disputed,
		actions.PartlyRefunded, actions.Refunded, actions.Chargeback, actions.UnknownStatus}
	subscriptions := []actions.SubscriptionStatus{actions.SubscriptionStarted, actions.SubscriptionActive, actions.SubscriptionLate, actions.SubscriptionCancelled}
	var events []actions.SaleEvent
	for i := range rapid.IntRange(1, 7).Draw(t, "events") {
		id, at := fmt.Sprint(i), rapid.IntRange(0, 5).Draw(t, "at")
		switch kind := rapid.SampledFrom([]string{"sale", "sale", "sale", "row", "opening", "plan"}).Draw(t, "kind"); kind {
		case "sale", "row":
			e := sold(id, at, rapid.SampledFrom(statuses).Draw(t, "status"), charge(1, rapid.SampledFrom(subscriptions).Draw(t, "subscription")))
			e.Subscription.NextChargeAt, e.Subscription.Plan = hours(at+100), fmt.Sprintf("plan of %d", at)
			if rapid.Bool().Draw(t, "contents known") {
				e.Sale.Product, e.Sale.Contents = bundle, []actions.SoldProduct{bread, sauces}
			} else {
				e.Sale.Product = bundle
			}
			e.Subscription.Product = e.Sale.Product
			if rapid.Bool().Draw(t, "guarantee told") {
				e.Sale.GuaranteeEnds = hours(rapid.IntRange(200, 202).Draw(t, "guarantee"))
			}
			if kind == "row" {
				reported(&e)
				e.Sale.Contents, e.Sale.GuaranteeEnds, e.Subscription.Status, e.Subscription.NextChargeAt = nil, time.Time{}, "", time.Time{}
				e.Subscription.Plan = ""
				e.Sale.RawStatus = string(e.Sale.Status)
			}
			events = append(events, e)
		case "opening":
			events = append(events, entered(id, at, rapid.SampledFrom([]actions.SoldProduct{bread, sauces}).Draw(t, "product")))
		case "plan":
			events = append(events, actions.SaleEvent{Source: "hotmart", ID: id, At: hours(at), Subscription: &actions.Subscribed{Code: "INES26WB",
				Plan: fmt.Sprintf("plan of %d", at), NextChargeAt: hours(at + 100), Status: rapid.SampledFrom(subscriptions).Draw(t, "subscription"), Product: bundle, Buyer: ines}})
		}
	}
	return events
}

// tells is what everybody sees of a purchase after events.
func tells(t *rapid.T, w *world, account string, events []actions.SaleEvent) string {
	if err := w.store.SaveAccount(store.Account{ID: account, Name: account, Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: start}); err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if _, err := w.core.Apply(context.Background(), account, e); err != nil {
			t.Fatal(err)
		}
	}
	who := w.rui
	who.Account = account
	p, err := w.core.Purchase(context.Background(), who, "HP901")
	if err != nil {
		return "none"
	}
	var doors []string
	for _, a := range p.Access {
		if a.Active || !a.OpenedAt.IsZero() { // a closed door that nobody went through is as good as none
			doors = append(doors, fmt.Sprintf("%s %v %s", a.Product.Code, a.Active, a.OpenedAt))
		}
	}
	slices.Sort(doors)
	return fmt.Sprintf("%s since %s, %s, by %s for %v at %s, approved %s, guarantee to %s, opened %s, %+v\n%s", p.Status, p.StatusAt, p.Product.Name,
		p.Buyer.Email, p.Price, p.OrderedAt, p.ApprovedAt, p.GuaranteeEnds, p.OpenedAt, *p.Subscription, strings.Join(doors, "\n"))
}

// TestImportIgnoresOrder: the events of a purchase, in any order and any number of times, end in the same purchase.
func TestImportIgnoresOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		events := life(t)
		again := append(rapid.Permutation(events).Draw(t, "order"), rapid.SliceOfN(rapid.SampledFrom(events), 0, 3).Draw(t, "repeated")...)
		n += 2
		want := tells(t, w, fmt.Sprintf("a%d", n), events)
		got := tells(t, w, fmt.Sprintf("a%d", n+1), again)
		if got != want {
			t.Fatalf("in another order:\n got %s\nwant %s", got, want)
		}
	})
}
