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
			s, n := open(b), benchPurchases(b)
			fillShop(b, s, n)
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
				{"product_status_time_tenth_page", store.PurchaseFilter{Product: "curso 10", Status: "refunded", From: benchStart,
					To: benchStart.AddDate(1, 0, 0), After: benchCursor(n - 350*100)}},
				{"newest", store.PurchaseFilter{}},
				{"newest_tenth_page", store.PurchaseFilter{After: benchCursor(n - 100)}},
				{"newest_from_the_middle", store.PurchaseFilter{After: benchCursor(n / 2)}},
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

// benchPurchases is how many purchases to look up among.
func benchPurchases(b *testing.B) int {
	b.Helper()
	text := os.Getenv("AFTERSALE_BENCH_PURCHASES")
	if text == "" {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// benchOrdered is when the nth purchase was ordered; benchCursor is the page that ends with it.
func benchOrdered(n int) time.Time { return benchStart.Add(time.Duration(n) * time.Minute / 4) }

func benchCursor(n int) store.Cursor {
	return store.Cursor{At: benchOrdered(n), ID: fmt.Sprintf("%07d", n)}
}

// fillShop makes n purchases, four to a buyer, in seventy products.
func fillShop(tb testing.TB, s *store.Store, n int) {
	tb.Helper()
	must := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
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
		must(s.Tx(tb.Context(), func(tx *store.Store) error {
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
				ordered := benchOrdered(i)
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
	if s.Dialect() == "postgres" {
		must(s.DB().Exec("ANALYZE").Error) // as autovacuum does; SQLite is asked by nobody
	}
}
