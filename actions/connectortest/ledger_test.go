package connectortest_test

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/connectortest"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func TestLedger(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func(t *testing.T) connectortest.Subject {
		s := storetest.New(t)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.SaveAccount(store.Account{ID: "shop", Name: "Shop", Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: noon}))
		must(s.PutBuyer(store.Buyer{ID: "ana", AccountID: "shop", Email: "ana@example.com", EmailKey: "ana@example.com", Name: "Ana", CreatedAt: noon}))
		must(s.PutProducts([]store.Product{{ID: "course", AccountID: "shop", Code: "1", Name: "Course", NameKey: "course", Kind: "course", CreatedAt: noon}}))
		next := noon.AddDate(0, 1, 0)
		must(s.PutSubscriptions([]store.Subscription{{ID: "sub", AccountID: "shop", Code: "ANA26", BuyerID: "ana", ProductID: "course", Plan: "Monthly",
			Status: string(actions.SubscriptionActive), StatusAt: noon, NextChargeAt: &next, CreatedAt: noon, UpdatedAt: noon}}))
		var sales []store.Purchase
		for code, sub := range map[string]string{"HP1": "", "HP2": "", "HP3": "sub"} {
			sales = append(sales, store.Purchase{ID: code, AccountID: "shop", Transaction: code, BuyerID: "ana", ProductID: "course", SubscriptionID: sub,
				Status: string(actions.Approved), StatusAt: noon, Amount: 97_00, Currency: "BRL", Quantity: 1, Source: "ledger", OrderedAt: noon,
				ApprovedAt: &noon, CreatedAt: noon, UpdatedAt: noon})
		}
		must(s.PutPurchases(sales))
		return connectortest.Subject{Commerce: ledger.New(s, func() time.Time { return noon.Add(time.Hour) }), Account: "shop", Paid: "HP1", Another: "HP2",
			Price: actions.Money{Minor: 97_00, Currency: "BRL"}, Email: "ana@example.com", Charge: "HP3", Subscription: "ANA26", Unknown: "HP9",
			Words: connectortest.Words(), Refunds: func(code actions.Transaction) int {
				entries, err := s.LedgerEntries("shop", string(code))
				must(err)
				n := 0
				for _, e := range entries {
					if e.Op == string(actions.OpRefund) {
						n++
					}
				}
				return n
			}}
	})
}
