package actions_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// BenchmarkReport counts the last thirty days of a shop with AFTERSALE_BENCH_PURCHASES purchases (100,000 unless set) of half
// a year, and a nineteenth as many cases, requests and scores each. The target is a second at a million.
func BenchmarkReport(b *testing.B) {
	purchases := 100_000
	if text := os.Getenv("AFTERSALE_BENCH_PURCHASES"); text != "" {
		var err error
		if purchases, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for _, on := range []struct {
		name string
		open func(testing.TB, ...func(*store.Options)) *store.Store
	}{{"sqlite", storetest.File}, {"postgres", storetest.Postgres}} {
		b.Run(on.name, func(b *testing.B) {
			s := on.open(b)
			end := start.AddDate(0, 6, 0)
			busyShop(b, s, purchases, start, end)
			now := func() time.Time { return end }
			core := actions.New(actions.Options{Store: s, Commerce: ledger.New(s, now), Policy: actions.DefaultPolicy(), Now: now, NewID: func() string { return "id" }})
			who := actions.Actor{ID: "rui", Account: shop, Role: actions.Manager, Timezone: "America/Sao_Paulo"}
			for _, q := range []actions.ReportQuery{{Period: actions.ReportToday}, {Period: actions.ReportWeek}, {Period: actions.ReportMonth},
				{Period: actions.ReportMonth, Product: "d7"}} {
				b.Run(string(q.Period)+q.Product, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						began := time.Now()
						r, err := core.Report(b.Context(), who, q)
						if err != nil || r.Sales == 0 || r.Cases.Closed == 0 || r.Done == 0 {
							b.Fatalf("%+v, %v", r, err)
						}
						took = append(took, time.Since(began))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
				})
			}
		})
	}
}

// busyShop makes n purchases, four to a buyer, in seventy products, spread evenly over a time; every nineteenth has a case, a
// resend and a score.
func busyShop(b *testing.B, s *store.Store, n int, from, to time.Time) {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	must(s.SaveAccount(store.Account{ID: shop, Name: shop, Locale: "pt-BR", Timezone: "America/Sao_Paulo", Currency: "BRL", CreatedAt: from}))
	var products []store.Product
	for i := range 70 {
		id := "d" + strconv.Itoa(i)
		products = append(products, store.Product{ID: id, AccountID: shop, Code: id, Name: "Curso " + id, NameKey: "curso " + id, Kind: "course", CreatedAt: from})
	}
	must(s.PutProducts(products))
	step := to.Sub(from) / time.Duration(n+1)
	for first := 0; first < n; first += store.MaxBatch {
		must(s.Tx(b.Context(), func(tx *store.Store) error {
			var buyers []store.Buyer
			var list []store.Purchase
			for i := first; i < min(first+store.MaxBatch, n); i++ {
				id, buyer, at := fmt.Sprintf("%07d", i), fmt.Sprintf("%07d", i-i%4), from.Add(time.Duration(i)*step)
				if i%4 == 0 {
					buyers = append(buyers, store.Buyer{ID: id, AccountID: shop, Email: id + "@example.com", EmailKey: id + "@example.com", Name: "Maria " + id, CreatedAt: at})
				}
				p := store.Purchase{ID: id, AccountID: shop, Transaction: "HP" + id, BuyerID: buyer, ProductID: "d" + strconv.Itoa(i%70), Status: "approved",
					StatusAt: at, Amount: 9700, Currency: "BRL", Quantity: 1, OrderedAt: at, ApprovedAt: &at, CreatedAt: at, UpdatedAt: at}
				if i%25 == 0 {
					back := at.AddDate(0, 0, 5)
					p.Status, p.StatusAt = "refunded", back
				}
				list = append(list, p)
			}
			if err := tx.AddBuyers(buyers, nil); err != nil {
				return err
			}
			if err := tx.PutPurchases(list); err != nil {
				return err
			}
			for _, p := range list {
				if i, _ := strconv.Atoi(p.ID); i%19 == 0 {
					if err := attended(tx, p, int64(i)); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
	must(s.Analyze())
}

// attended is what happened about a purchase.
func attended(tx *store.Store, p store.Purchase, i int64) error {
	opened := p.OrderedAt.Add(time.Hour)
	replied, closed := opened.Add(time.Duration(i%50)*time.Hour), opened.Add(time.Duration(60+i%200)*time.Hour)
	topic := actions.Topics[int(i/19)%len(actions.Topics)]
	if err := tx.AddCase(store.Case{ID: p.ID, AccountID: shop, Number: i, BuyerID: p.BuyerID, PurchaseID: p.ID, Topic: string(topic), Source: "chat", Status: "closed",
		OpenedAt: opened, DueAt: closed, LastAt: closed, FirstReplyAt: &replied, ClosedAt: &closed}); err != nil {
		return err
	}
	if _, err := tx.Claim(store.Request{Key: "k" + p.ID, AccountID: shop, Action: actions.KindResend, Target: p.Transaction, Actor: "identity", PurchaseID: p.ID,
		State: "done", Payload: []byte("{}"), CreatedAt: opened, UpdatedAt: opened}); err != nil {
		return err
	}
	_, err := tx.AddFeedback(store.Feedback{ID: p.ID, AccountID: shop, About: p.ID, Source: "chat", ProductID: p.ProductID, PurchaseID: p.ID, BuyerID: p.BuyerID,
		Score: int(i)%5 + 1, Category: "praise", CreatedAt: closed})
	return err
}
