package actions_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// A pageServer answers as Hotmart does for a shop of n sales in ten years, two to a buyer, in fifty products. Pages are made when
// they are asked for, so that it holds nothing.
type pageServer struct {
	n     int
	calls int
}

// pageServerEnd is when the last of the sales was.
var pageServerEnd = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)

func (s *pageServer) step() time.Duration { return 10 * 365 * 24 * time.Hour / time.Duration(s.n) }

// rare are the statuses that one sale in a hundred has each; the others are complete.
var rare = []string{"REFUNDED", "PRINTED_BILLET", "PROTESTED", "CHARGEBACK", "APPROVED"}

func (s *pageServer) status(i int) string {
	if i%100 < len(rare) {
		return rare[i%100]
	}
	return "COMPLETE"
}

func (s *pageServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls++
	q := r.URL.Query()
	switch r.URL.Path {
	case "/security/oauth/token":
		fmt.Fprint(w, `{"access_token":"t","token_type":"bearer","expires_in":86400}`)
	case "/products/api/v1/products":
		body := []byte(`{"items":[`)
		for i := range 50 {
			body = fmt.Appendf(body, `{"id":%d,"name":"Curso %d","format":"ONLINE_COURSE","status":"ACTIVE","is_subscription":false,"warranty_period":7},`, 5000+i, i)
		}
		_, _ = w.Write(append(body[:len(body)-1], `],"page_info":{}}`...))
	case "/payments/api/v1/sales/history":
		from, _ := strconv.ParseInt(q.Get("start_date"), 10, 64)
		to, _ := strconv.ParseInt(q.Get("end_date"), 10, 64)
		after, err := strconv.Atoi(q.Get("page_token"))
		if err != nil {
			after = -1
		}
		s.history(w, q.Get("transaction_status"), time.UnixMilli(from), time.UnixMilli(to), after)
	default:
		fmt.Fprint(w, `{"items":[],"page_info":{}}`)
	}
}

// history writes a page of the sales of a span, the newest first: number i was i steps before the end.
func (s *pageServer) history(w http.ResponseWriter, status string, from, to time.Time, after int) {
	step := s.step()
	first := max(0, int((pageServerEnd.Sub(to)+step-1)/step), after+1)
	last := min(s.n-1, int(pageServerEnd.Sub(from)/step))
	body, items, next := []byte(`{"items":[`), 0, -1
	for i := first; i <= last; i++ {
		if is := s.status(i); is != status && (status != "" || is != "APPROVED" && is != "COMPLETE") {
			continue
		}
		if items == 500 {
			next = i - 1
			break
		}
		items++
		at := pageServerEnd.Add(-time.Duration(i) * step)
		paid := ""
		if s.status(i) != "PRINTED_BILLET" {
			paid = fmt.Sprintf(`"approved_date":%d,"warranty_expire_date":%d,`, at.Add(time.Minute).UnixMilli(), at.Truncate(24*time.Hour).AddDate(0, 0, 8).UnixMilli())
		}
		body = fmt.Appendf(body, `{"product":{"id":%d,"name":"Curso %d"},"buyer":{"name":"Compradora%d Souza%d","ucode":"b%d","email":"compradora%d@example.com"},`+
			`"producer":{"name":"Cozinha","ucode":"p"},"purchase":{"transaction":"HP%010d","order_date":%d,%s"status":"%s","is_subscription":false,`+
			`"commission_as":"PRODUCER","price":{"value":297.5,"currency_code":"BRL"},"payment":{"method":"VISA_CREDIT_CARD","installments_number":3,"type":"CREDIT_CARD"},`+
			`"tracking":{"source":"x"},"offer":{"payment_mode":"UNIQUE_PAYMENT","code":"o%d"},"hotmart_fee":{"total":29.9,"fixed":0.5,"currency_code":"BRL","base":297.0,"percentage":9.9}}},`,
			5000+i%50, i%50, i/2, i/2%1000, i/2, i/2, i, at.UnixMilli(), paid, s.status(i), i%90)
	}
	if items > 0 {
		body = body[:len(body)-1]
	}
	body = append(body, `],"page_info":{"results_per_page":500`...)
	if next >= 0 {
		body = fmt.Appendf(body, `,"next_page_token":"%d"`, next)
	}
	_, _ = w.Write(append(body, `}}`...))
}

// benchSales is how many sales are read: AFTERSALE_BENCH_SALES, or 20,000.
func benchSales(b *testing.B) int {
	b.Helper()
	n := 20_000
	if text := os.Getenv("AFTERSALE_BENCH_SALES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// BenchmarkBackfill reads a whole shop over HTTP, from its server's first page to the last commit: sales per second and the most
// memory in use; then the same again, of which nothing is new; then finds some of it. The quota of the platform does not count:
// its 500 calls a minute are 250,000 sales a minute at most.
func BenchmarkBackfill(b *testing.B) {
	for _, on := range []struct {
		name string
		open func(testing.TB, ...func(*store.Options)) *store.Store
	}{{"sqlite", storetest.File}, {"postgres", storetest.Postgres}} {
		b.Run(on.name, func(b *testing.B) {
			pages := &pageServer{n: benchSales(b)}
			server := httptest.NewServer(pages)
			defer server.Close()
			s := on.open(b)
			ids := 0
			newID := func() string { ids++; return fmt.Sprintf("%012d", ids) }
			now := func() time.Time { return pageServerEnd.Add(time.Hour) }
			platform := hotmart.New(hotmart.Options{APIURL: server.URL, AuthURL: server.URL, ClientID: "c", ClientSecret: "s", Now: now})
			core := actions.New(actions.Options{Store: s, Commerce: ledger.New(s, now), Feed: platform, Policy: actions.DefaultPolicy(), Now: now, NewID: newID})
			if err := s.SaveAccount(store.Account{ID: shop, Name: shop, Locale: "pt-BR", Timezone: "UTC", Currency: "BRL", CreatedAt: start}); err != nil {
				b.Fatal(err)
			}
			for _, round := range []string{"first", "again"} {
				peak := uint64(0)
				began := time.Now()
				report, err := core.Sync(b.Context(), shop, actions.SyncOptions{Progress: func(actions.SyncReport) {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapInuse)
				}})
				took := time.Since(began)
				want := actions.SyncCount{Items: pages.n, News: pages.n}
				if round == "again" {
					want.News = 0
				}
				if err != nil || report.Parts["sales"] != want || report.BadCount > 0 {
					b.Fatalf("%s: %+v, want %+v: %v", round, report, want, err)
				}
				b.ReportMetric(float64(pages.n)/took.Seconds(), round+"-sales/s")
				b.ReportMetric(float64(peak)/(1<<20), round+"-peak-MB")
				b.Logf("%s: %d sales in %s, %d calls, most heap in use %d MB", round, pages.n, took.Round(time.Second), pages.calls, peak>>20)
				pages.calls = 0
			}
			findSome(b, s, pages.n)
		})
	}
}

// findSome looks sales up in each of the ways in which people do.
func findSome(b *testing.B, s *store.Store, n int) {
	b.Helper()
	for _, c := range []struct {
		name   string
		filter func(i int) store.PurchaseFilter
	}{
		{"code", func(i int) store.PurchaseFilter { return store.PurchaseFilter{Transaction: fmt.Sprintf("HP%010d", i)} }},
		{"email", func(i int) store.PurchaseFilter {
			return store.PurchaseFilter{EmailKey: fmt.Sprintf("compradora%d@example.com", i/2)}
		}},
		{"name", func(i int) store.PurchaseFilter {
			return store.PurchaseFilter{NameWords: []string{fmt.Sprintf("souza%d", i/2%1000)}}
		}},
	} {
		var took []time.Duration
		for k := range 200 {
			f := c.filter(k * n / 200)
			f.Account, f.Limit = shop, 11
			began := time.Now()
			found, err := s.In(context.Background()).FindPurchases(f)
			took = append(took, time.Since(began))
			if err != nil || len(found) == 0 {
				b.Fatalf("%s: %d found, %v", c.name, len(found), err)
			}
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, c.name+"-p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, c.name+"-p99-ms")
	}
}
