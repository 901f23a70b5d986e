package store_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// BenchmarkFind looks purchases up among AFTERSALE_BENCH_PURCHASES (100,000 unless set) on a SQLite file and on
// PostgreSQL: the first page of each search and the one behind it. The target is 10 ms at 10 million.
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
				{"everybodys_name", store.PurchaseFilter{NameWords: []string{"souza"}}},
			} {
				for _, beside := range []struct {
					name string
					set  func(*store.PurchaseFilter)
				}{
					{"alone", func(*store.PurchaseFilter) {}},
					{"status", func(f *store.PurchaseFilter) { f.Status = "approved" }},
					{"rare_status", func(f *store.PurchaseFilter) { f.Status = "refunded" }},
					{"product", func(f *store.PurchaseFilter) { f.Product = "curso 10" }},
					{"product_and_status", func(f *store.PurchaseFilter) { f.Product, f.Status = "curso 10", "approved" }},
					{"last_days", func(f *store.PurchaseFilter) { f.From = benchOrdered(n - n/25) }},
					{"first_days", func(f *store.PurchaseFilter) { f.To = benchOrdered(n / 50) }},
				} {
					f := c.filter
					beside.set(&f)
					benchPages(b, s, c.name+"/"+beside.name, f)
				}
			}
			for _, c := range []struct {
				name   string
				filter store.PurchaseFilter
			}{
				{"product_status_time", store.PurchaseFilter{Product: "curso 10", Status: "refunded", From: benchStart, To: benchStart.AddDate(1, 0, 0)}},
				{"product_status_time_tenth_page", store.PurchaseFilter{Product: "curso 10", Status: "refunded", From: benchStart,
					To: benchStart.AddDate(1, 0, 0), After: benchCursor(n - 350*100)}},
				{"newest", store.PurchaseFilter{}},
				{"newest_tenth_page", store.PurchaseFilter{After: benchCursor(n - 100)}},
				{"newest_from_the_middle", store.PurchaseFilter{After: benchCursor(n / 2)}},
			} {
				benchPages(b, s, c.name, c.filter)
			}
		})
	}
}

// benchPages times the first page of a search, and the page behind it when there is one: half of the looks take as long, at
// most.
func benchPages(b *testing.B, s *store.Store, name string, f store.PurchaseFilter) {
	b.Helper()
	f.Account, f.Limit = "shop", 11
	b.Run(name, func(b *testing.B) {
		for _, page := range []string{"first", "next"} {
			var took []time.Duration
			var found []store.FullPurchase
			for range b.N {
				began := time.Now()
				var err error
				if found, err = s.In(b.Context()).FindPurchases(f); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, page+"-p50-ms")
			if len(found) < f.Limit {
				return
			}
			last := found[f.Limit-2].Purchase
			f.After = store.Cursor{At: last.OrderedAt, ID: last.ID}
		}
	})
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
			if err := tx.AddBuyers(buyers, nil); err != nil {
				return err
			}
			return tx.PutPurchases(purchases)
		}))
	}
	if s.Dialect() == "postgres" {
		must(s.DB().Exec("ANALYZE").Error) // as autovacuum does; SQLite is asked by nobody
	}
}
