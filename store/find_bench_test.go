package store_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// BenchmarkFind looks purchases up among AFTERSALE_BENCH_PURCHASES (100,000 unless set) on a SQLite file and on
// PostgreSQL. The target is 10 ms at 10 million.
func BenchmarkFind(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...func(*store.Options)) *store.Store{"sqlite": storetest.File, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			n := fillShop(b, s)
			some := fmt.Sprintf("%07d", n/3)
			for _, c := range []struct {
				name   string
				filter store.PurchaseFilter
			}{
				{"code", store.PurchaseFilter{Transaction: "HP" + some}},
				{"email", store.PurchaseFilter{EmailKey: "buyer" + some + "@example.com"}},
				{"email_part", store.PurchaseFilter{EmailPart: "buyer" + some}},
				{"rare_name", store.PurchaseFilter{NameWords: []string{"zenobia" + some[:6]}}},
				{"two_names", store.PurchaseFilter{NameWords: []string{"ma", "souza" + some[3:5]}}},
				{"name_of_hundreds", store.PurchaseFilter{NameWords: []string{"souza" + some[3:5]}}},
				{"common_name", store.PurchaseFilter{NameWords: []string{"mar"}}},
				{"product_status_time", store.PurchaseFilter{Product: "curso 10", Status: "refunded", From: benchStart, To: benchStart.AddDate(1, 0, 0)}},
				{"rare_name_and_status", store.PurchaseFilter{NameWords: []string{"zenobia" + some[:6]}, Status: "approved"}},
				{"newest", store.PurchaseFilter{}},
			} {
				c.filter.Account, c.filter.Limit = "shop", 11
				b.Run(c.name, func(b *testing.B) {
					for b.Loop() {
						found, err := s.In(b.Context()).FindPurchases(c.filter)
						if err != nil || len(found) == 0 {
							b.Fatalf("%d found, %v", len(found), err)
						}
					}
				})
			}
		})
	}
}

var benchStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fillShop makes purchases, four to a buyer in seven hundred products, and returns how many there are.
func fillShop(b *testing.B, s *store.Store) int {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	n := 100_000
	if text := os.Getenv("AFTERSALE_BENCH_PURCHASES"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		must(err)
	}
	must(s.SaveAccount(store.Account{ID: "shop", Name: "Shop", Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: benchStart}))
	var products []store.Product
	for i := range 70 {
		id := strconv.Itoa(i)
		products = append(products, store.Product{ID: "product" + id, AccountID: "shop", Code: id, Name: "Curso " + id, NameKey: "curso " + id, Kind: "course", CreatedAt: benchStart})
	}
	must(s.PutProducts(products))
	first := []string{"maria", "mario", "jose", "ana", "joao", "lucas", "paula", "marta", "pedro", "lucia"}
	const batch = 500
	for at := 0; at < n; at += batch {
		must(s.Tx(b.Context(), func(tx *store.Store) error {
			var buyers []store.Buyer
			var purchases []store.Purchase
			for i := at; i < min(at+batch, n); i++ {
				id := fmt.Sprintf("%07d", i)
				owner := fmt.Sprintf("%07d", i-i%4)
				if i%4 == 0 || i == n/3 {
					owner = id
					email := "buyer" + id + "@example.com"
					name := fmt.Sprintf("%s souza%s zenobia%s", first[i%len(first)], id[3:], id[:6])
					buyers = append(buyers, store.Buyer{ID: id, AccountID: "shop", Email: email, EmailKey: email, Name: name, CreatedAt: benchStart})
				}
				status := "approved"
				if i%50 == 0 {
					status = "refunded"
				}
				ordered := benchStart.Add(time.Duration(i) * time.Minute / 4)
				purchases = append(purchases, store.Purchase{ID: id, AccountID: "shop", Transaction: "HP" + id, BuyerID: owner,
					ProductID: "product" + strconv.Itoa(i%70), Status: status, StatusAt: ordered, Amount: 100, Currency: "BRL", Quantity: 1, OrderedAt: ordered,
					CreatedAt: ordered, UpdatedAt: ordered})
			}
			if err := tx.AddBuyers(buyers); err != nil {
				return err
			}
			return tx.PutPurchases(purchases)
		}))
	}
	must(s.DB().Exec("ANALYZE").Error) // as autovacuum does
	return n
}
