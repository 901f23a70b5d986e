package actions_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// salesReport is a sales report of many rows: two purchases a buyer, fifty products, one subscription in ten rows.
func salesReport(rows int) string {
	var b strings.Builder
	b.WriteString("Código da transação;Status da transação;Data da transação;Confirmação do pagamento;Código do produto;Produto;Moeda de compra;" +
		"Valor de compra com impostos;Método de pagamento;Quantidade total de parcelas;Quantidade de cobranças;Código do assinante;Comprador(a);" +
		"Email do(a) Comprador(a);Telefone;Documento;Endereço;Cidade\n")
	for i := range rows {
		subscriber := "(none)"
		if i%10 == 0 {
			subscriber = fmt.Sprintf("SUB%05d", i/40)
		}
		fmt.Fprintf(&b, "HP%010d;Completo;%02d/%02d/2025 10:%02d:01;%02d/%02d/2025 10:%02d:09;%d;Curso número %d;BRL;1.2%02d,90;Cartão de Crédito;%d;1;%s;"+
			"Compradora Número%d da Silva;compradora%d@example.com;11999990000;12345678909;Rua das Panelas 12;São Paulo\n",
			i, i%28+1, i%12+1, i%60, i%28+1, i%12+1, i%60, 5000+i%50, i%50, i%90, i%12+1, subscriber, i/2, i/2)
	}
	return b.String()
}

// BenchmarkImportReport imports rows of a sales report: rows per second, from reading to commit, in a shop without rules for
// contact lists and in one with twenty: each about one of the fifty products, or each about all of them.
func BenchmarkImportReport(b *testing.B) {
	for _, on := range []struct {
		name  string
		open  func(testing.TB, ...func(*store.Options)) *store.Store
		rules int
		all   bool // of them meet everything
	}{{"sqlite", storetest.File, 0, false}, {"sqlite_rules", storetest.File, 20, false}, {"sqlite_rules_for_all", storetest.File, 20, true},
		{"postgres", storetest.Postgres, 0, false}, {"postgres_rules", storetest.Postgres, 20, false}, {"postgres_rules_for_all", storetest.Postgres, 20, true}} {
		b.Run(on.name, func(b *testing.B) {
			s := on.open(b)
			now := func() time.Time { return start }
			ids := 0
			newID := func() string { ids++; return fmt.Sprintf("%012d", ids) }
			core := actions.New(actions.Options{Store: s, Commerce: ledger.New(s, now), Policy: actions.DefaultPolicy(), Now: now, NewID: newID})
			if err := s.SaveAccount(store.Account{ID: shop, Name: shop, Locale: "pt-BR", Timezone: "UTC", Currency: "BRL", CreatedAt: start}); err != nil {
				b.Fatal(err)
			}
			for i := range on.rules {
				id := fmt.Sprint("rule", i)
				r := store.ListRule{ID: id, AccountID: shop, Event: string(actions.OnCompleted), Act: "add", ListID: id, Undo: i%2 == 0,
					Since: start.AddDate(-2, 0, 0), CreatedAt: start}
				if !on.all {
					r.ProductID = id
					if err := s.PutProducts([]store.Product{{ID: id, AccountID: shop, Code: fmt.Sprint(5000 + i), Name: id, NameKey: id, Kind: "course", CreatedAt: start}}); err != nil {
						b.Fatal(err)
					}
				}
				_, err := s.AddList(store.ContactList{ID: id, AccountID: shop, Kind: "list", Name: id, NameKey: id, CreatedAt: start})
				if err = errors.Join(err, s.AddRule(r)); err != nil {
					b.Fatal(err)
				}
			}
			content := salesReport(b.N)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			b.ResetTimer()
			file, err := hotmart.Read(strings.NewReader(content), "report.csv", hotmart.FileOptions{})
			if err != nil {
				b.Fatal(err)
			}
			report, err := core.Import(b.Context(), shop, file.Items, actions.ImportOptions{})
			b.StopTimer()
			if err != nil || report.Applied != b.N {
				b.Fatalf("%d of %d applied, %v: %v", report.Applied, b.N, err, report.Bad)
			}
			for i := range on.rules {
				if n, _, err := s.CountMembers(fmt.Sprint("rule", i), "mail"); err != nil || n == 0 && b.N > 100 {
					b.Errorf("rule %d put nobody on its list: %v", i, err)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(int64(after.HeapInuse)-int64(before.HeapInuse))/(1<<20), "MB-kept")
		})
	}
}
