package actions_test

import (
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

// BenchmarkImportReport imports rows of a sales report into a SQLite file: rows per second, from reading to commit.
func BenchmarkImportReport(b *testing.B) {
	for _, on := range []struct {
		name string
		open func(testing.TB, ...func(*store.Options)) *store.Store
	}{{"sqlite", storetest.File}, {"postgres", storetest.Postgres}} {
		b.Run(on.name, func(b *testing.B) {
			s := on.open(b)
			now := func() time.Time { return start }
			ids := 0
			newID := func() string { ids++; return fmt.Sprintf("%012d", ids) }
			core := actions.New(actions.Options{Store: s, Commerce: ledger.New(s, now), Policy: actions.DefaultPolicy(), Now: now, NewID: newID})
			if err := s.SaveAccount(store.Account{ID: shop, Name: shop, Locale: "pt-BR", Timezone: "UTC", Currency: "BRL", CreatedAt: start}); err != nil {
				b.Fatal(err)
			}
			content := salesReport(b.N)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			b.ResetTimer()
			file, err := hotmart.Read(strings.NewReader(content), "report.csv", hotmart.Options{})
			if err != nil {
				b.Fatal(err)
			}
			report, err := core.Import(b.Context(), shop, file.Items, actions.ImportOptions{})
			b.StopTimer()
			if err != nil || report.Applied != b.N {
				b.Fatalf("%d of %d applied, %v: %v", report.Applied, b.N, err, report.Bad)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(int64(after.HeapInuse)-int64(before.HeapInuse))/(1<<20), "MB-kept")
		})
	}
}
