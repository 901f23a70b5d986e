package ledger_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// sold returns a ledger with three sales to Ana: HP1 and HP2 paid, HP3 not.
func sold(t *testing.T, s *store.Store) *ledger.Ledger {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.SaveAccount(store.Account{ID: "shop", Name: "Shop", Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: noon}))
	must(s.PutBuyer(store.Buyer{ID: "ana", AccountID: "shop", Email: "ana@example.com", EmailKey: "ana@example.com", Name: "Ana", CreatedAt: noon}))
	must(s.PutProducts([]store.Product{{ID: "course", AccountID: "shop", Code: "1", Name: "Course", NameKey: "course", Kind: "course", CreatedAt: noon}}))
	var sales []store.Purchase
	for code, status := range map[string]actions.Status{"HP1": actions.Approved, "HP2": actions.Complete, "HP3": actions.WaitingPayment} {
		sales = append(sales, store.Purchase{ID: code, AccountID: "shop", Transaction: code, BuyerID: "ana", ProductID: "course", Status: string(status),
			StatusAt: noon, Amount: 97_00, Currency: "BRL", Quantity: 1, Source: "ledger", OrderedAt: noon, CreatedAt: noon, UpdatedAt: noon})
	}
	must(s.PutPurchases(sales))
	return ledger.New(s, func() time.Time { return noon.Add(time.Hour) })
}

func refund(key string, t actions.Transaction) actions.Order {
	return actions.Order{Key: key, Account: "shop", Op: actions.OpRefund, Transaction: t, Amount: actions.Money{Minor: 97_00, Currency: "BRL"}}
}

func move(key string, t actions.Transaction, from, to actions.Email) actions.Order {
	return actions.Order{Key: key, Account: "shop", Op: actions.OpChangeEmail, Transaction: t, OldEmail: from, NewEmail: to}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := sold(t, s)
		for _, c := range []struct {
			name  string
			order actions.Order
			want  actions.Outcome
		}{
			{"a refund", refund("a", "HP1"), actions.Outcome{Kind: actions.OutcomeDone}},
			{"the same order again", refund("a", "HP1"), actions.Outcome{Kind: actions.OutcomeDone}},
			{"another order for the same sale", refund("b", "HP1"), actions.Outcome{Kind: actions.OutcomeRefused, Detail: "outcome.refused.already_refunded"}},
			{"a change of a refunded sale", move("c", "HP1", "ana@example.com", "x@example.com"), actions.Outcome{Kind: actions.OutcomeRefused, Detail: "outcome.refused.already_refunded"}},
			{"an unpaid sale", refund("d", "HP3"), actions.Outcome{Kind: actions.OutcomeRefused, Detail: "outcome.refused.not_refundable"}},
			{"no such sale", refund("e", "HP9"), actions.Outcome{Kind: actions.OutcomeRefused, Detail: "outcome.refused.not_found"}},
			{"a change of e-mail", move("f", "HP2", "Ana@example.com", "ana@example.org"), actions.Outcome{Kind: actions.OutcomeDone}},
			{"that change again", move("f", "HP2", "Ana@example.com", "ana@example.org"), actions.Outcome{Kind: actions.OutcomeDone}},
			{"one from an address that is past", move("g", "HP2", "ana@example.com", "eve@example.org"), actions.Outcome{Kind: actions.OutcomeRefused, Detail: "outcome.refused.address_changed"}},
			{"one from the new address", move("h", "HP2", "ana@example.org", "ana@example.net"), actions.Outcome{Kind: actions.OutcomeDone}},
		} {
			got, err := l.Do(t.Context(), c.order)
			if err != nil || got != c.want {
				t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
			}
		}
		for code, want := range map[actions.Transaction]actions.RemoteState{
			"HP1": {Status: actions.Refunded, Email: "ana@example.com", At: noon.Add(time.Hour), Refunded: actions.Money{Minor: 97_00, Currency: "BRL"}},
			"HP2": {Status: actions.Complete, Email: "ana@example.net", At: noon.Add(time.Hour)},
			"HP3": {Status: actions.WaitingPayment, Email: "ana@example.com", At: noon},
		} {
			got, err := l.State(t.Context(), "shop", code)
			if err != nil || got != want {
				t.Errorf("state of %s: %+v, %v; want %+v", code, got, err, want)
			}
		}
		if _, err := l.State(t.Context(), "shop", "HP9"); actions.AsError(err).Code != actions.NotFound {
			t.Errorf("state of no sale: %v", err)
		}
		if _, err := l.Do(t.Context(), refund("a", "HP2")); err == nil {
			t.Error("a key was taken for two sales")
		}
		if l.Can(actions.OpRefund) != actions.ByAPI || l.Can(actions.OpChangeEmail) != actions.ByAPI || l.Can("dance") != actions.NoSupport {
			t.Error("capabilities")
		}
	})
}

func part(key string, t actions.Transaction, minor int64) actions.Order {
	o := refund(key, t)
	o.Amount.Minor, o.Part = minor, true
	return o
}

// TestParts never come to more than the price, however many ask for them at once.
func TestParts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := sold(t, s)
		var wg sync.WaitGroup
		var done atomic.Int64
		for i := range 30 {
			wg.Go(func() {
				outcome, err := l.Do(t.Context(), part(fmt.Sprint("k", i), "HP1", 10_00))
				switch {
				case err != nil:
					t.Error(err)
				case outcome.Kind == actions.OutcomeDone:
					done.Add(1)
				case outcome.Detail != "outcome.refused.more_than_left":
					t.Errorf("refused: %s", outcome.Detail)
				}
			})
		}
		wg.Wait()
		if done.Load() != 9 {
			t.Errorf("%d parts of 10.00 of 97.00", done.Load())
		}
		state, err := l.State(t.Context(), "shop", "HP1")
		if err != nil || state.Status != actions.PartlyRefunded || state.Refunded.Minor != 90_00 {
			t.Fatalf("after nine parts: %+v, %v", state, err)
		}
		if o, err := l.Do(t.Context(), part("k0", "HP1", 10_00)); err != nil || o.Kind != actions.OutcomeDone && o.Detail != "outcome.refused.more_than_left" {
			t.Errorf("one of them again: %+v, %v", o, err)
		}
		if o, err := l.Do(t.Context(), move("m", "HP1", "ana@example.com", "x@example.com")); err != nil || o.Kind != actions.OutcomeRefused {
			t.Errorf("its address: %+v, %v", o, err)
		}
		rest := refund("rest", "HP1")
		rest.Amount.Minor = 7_00
		if o, err := l.Do(t.Context(), rest); err != nil || o.Kind != actions.OutcomeDone {
			t.Fatalf("what is left: %+v, %v", o, err)
		}
		if state, err = l.State(t.Context(), "shop", "HP1"); err != nil || state.Status != actions.Refunded || state.Refunded.Minor != 97_00 {
			t.Errorf("after all: %+v, %v", state, err)
		}
	})
}

func TestManyOrdersAreOneRefund(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := sold(t, s)
		var (
			wg   sync.WaitGroup
			mu   sync.Mutex
			done int
		)
		for i := range 30 {
			wg.Go(func() {
				outcome, err := l.Do(t.Context(), refund(fmt.Sprint("k", i), "HP1"))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if outcome.Kind == actions.OutcomeDone {
					done++
				}
			})
		}
		wg.Wait()
		entries, err := s.LedgerEntries("shop", "HP1")
		if err != nil || done != 1 || len(entries) != 1 {
			t.Errorf("%d done, %d entries, %v", done, len(entries), err)
		}
	})
}
