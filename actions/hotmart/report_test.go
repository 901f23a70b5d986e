package hotmart

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/aftersale/aftersale/actions"
)

// Headers as the platform exports them: of the detailed model in three languages, and of the older report.
const (
	detailed = `Código da transação;Status da transação;Data da transação;Confirmação do pagamento;Produtor(a);Código do produto;Produto;Código do preço;Nome deste preço;Moeda de compra;Valor de compra com impostos;Valor de compra sem impostos;Método de pagamento;Tipo de cobrança;Quantidade total de parcelas;Quantidade de cobranças;Código do assinante;Nome do(a) Afiliado(a);Comprador(a);Email do(a) Comprador(a);Telefone;Documento;Estado;Quantidade de itens;Transação do Produto Principal`
	detalle  = `Código de la transacción;Estatus de la transacción;Fecha de la transacción;Confirmación del pago;Productor(a);Código del producto;Producto;Código del precio;Nombre de este precio;Moneda de compra;Valor de compra con impuestos;Valor de compra sin impuestos;Método de pago;Tipo de cobro;Cantidad total de cuotas;Cantidad de cobros;Código del suscriptor;Nombre del(la) Afiliado(a);Comprador(a);Email del(la) Comprador(a);Teléfono;Documento;Estado;Cantidad de ítems;Transacción del producto principal`
	detail   = `Transaction code,Transaction status,Transaction date,Payment confirmation,Producer,Product code,Product,Price code,Name of this price,Purchase currency,Purchase value with taxes,Purchase value without taxes,Payment method,Billing type,Total number of installments,Number of charges,Subscriber code,Affiliate name,Buyer,Buyer email,Phone,Document,State,Number of items,Main product transaction`
	older    = `Nome do Produto;Nome do Produtor;Transação;Meio de Pagamento;Moeda;Preço do Produto;Moeda;Preço da Oferta;Taxa de Câmbio;Número da Parcela;Recorrência;Data de Venda;Data de Confirmação;Status;Nome;Documento;Email;Estado;Código do Produto;Código de Oferta;Tipo de Pagamento;Preço Total;Quantidade de itens;Moeda;Valor que você recebeu convertido;Código do assinante`
)

var (
	rowPT  = `HP42;Aprovado;12/03/2026 10:05:01;12/03/2026 10:05:08;Ana;5200001;Pão;pfn;À vista;BRL;1.297,50;1.297,50;Cartão de Crédito;Único;3;1;(none);(none);Beatriz Nogueira;beatriz@example.com;41999990000;12345678909;PR;1;(none)`
	rowES  = `HP42;Aprobado;12/03/2026 10:05:01;12/03/2026 10:05:08;Ana;5200001;Pão;pfn;Contado;BRL;1.297,50;1.297,50;Tarjeta de crédito;Único;3;1;;;Beatriz Nogueira;beatriz@example.com;41999990000;12345678909;PR;1;`
	rowEN  = `HP42,Approved,03/12/2026 10:05:01,03/12/2026 10:05:08,Ana,5200001,Pão,pfn,One-off,BRL,"1,297.50","1,297.50",Credit card,Single,3,1,,,Beatriz Nogueira,beatriz@example.com,41999990000,12345678909,PR,1,`
	rowOld = `Pão;Ana;HP42;HotPay;BRL;1297.5;BRL;1297.5;1;3;;12/03/2026 10:05:01;12/03/2026 10:05:08;Aprovado;Beatriz Nogueira;12345678909;beatriz@example.com;PR;5200001;pfn;Cartão de Crédito;1297.5;1;USD;240.10;`
)

// reportOf is a report with a header and the same row some times.
func reportOf(lang language, rows int) string {
	header, row := detailed, rowPT
	switch lang {
	case spanish:
		header, row = detalle, rowES
	case english:
		header, row = detail, rowEN
	}
	return header + "\n" + strings.Repeat(row+"\n", rows)
}

var zone = time.FixedZone("São Paulo", -3*3600)

// reading is the one event of a report.
func reading(t *testing.T, content string, o FileOptions) actions.SaleEvent {
	t.Helper()
	f, err := Read(strings.NewReader(content), "report.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	var events []actions.SaleEvent
	for item := range f.Items {
		if item.Err != nil {
			t.Fatalf("line %d: %v", item.Line, item.Err)
		}
		events = append(events, item.Event)
	}
	if len(events) != 1 {
		t.Fatalf("%d events, want 1", len(events))
	}
	return events[0]
}

// TestReportLanguages: the same sale in every form of the report is the same event, down to its id.
func TestReportLanguages(t *testing.T) {
	t.Parallel()
	want := actions.SaleEvent{Source: "csv", Kind: "row", Sale: &actions.Sale{
		Transaction: "HP42", Status: actions.Approved, Product: actions.SoldProduct{Code: "5200001", Name: "Pão"},
		Buyer: actions.SoldTo{Name: "Beatriz Nogueira", Email: "beatriz@example.com"}, Price: actions.Money{Minor: 129750, Currency: "BRL"},
		Quantity: 1, Payment: actions.Card, Installments: 3, OfferCode: "pfn",
		OrderedAt: time.Date(2026, 3, 12, 13, 5, 1, 0, time.UTC), ApprovedAt: time.Date(2026, 3, 12, 13, 5, 8, 0, time.UTC),
	}}
	latin, err := charmap.Windows1252.NewEncoder().String(detailed + "\r\n" + rowPT + "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"Portuguese":               detailed + "\n" + rowPT + "\n",
		"without a last line end":  detailed + "\n" + rowPT,
		"with a byte order mark":   "\xEF\xBB\xBF" + detailed + "\r\n" + rowPT + "\r\n",
		"Latin-1":                  latin,
		"with commas":              strings.ReplaceAll(strings.ReplaceAll(detailed+"\n"+rowPT, "1.297,50", `"1.297,50"`), ";", ","),
		"with tabs":                strings.ReplaceAll(detailed+"\n"+rowPT, ";", "\t"),
		"marked by Excel":          "sep=;\r\n" + detailed + "\r\n" + rowPT,
		"empty lines":              detailed + "\n\n" + rowPT + "\n\n",
		"empty columns at the end": detailed + ";;\n" + rowPT + ";;\n",
		"capitals":                 strings.ToUpper(detailed) + "\n" + rowPT,
		"without accents":          strings.NewReplacer("ã", "a", "ó", "o", "ç", "c", "é", "e").Replace(detailed) + "\n" + rowPT,
		"a decimal point":          detailed + "\n" + strings.ReplaceAll(rowPT, "1.297,50", "1297.5"),
		"a currency sign":          detailed + "\n" + strings.ReplaceAll(rowPT, "1.297,50", "R$ 1.297,50"),
		"ISO dates":                detailed + "\n" + strings.ReplaceAll(rowPT, "12/03/2026", "2026-03-12"),
		"dates without zeros":      detailed + "\n" + strings.ReplaceAll(rowPT, "12/03/2026", "12/3/2026"),
		"Spanish":                  detalle + "\n" + rowES,
		"English":                  detail + "\n" + rowEN,
		"English, day first":       detail + "\n" + strings.ReplaceAll(rowEN, "03/12/2026 10:05:08", "13/12/2026 10:05:08"),
		"the older report":         older + "\n" + rowOld,
		"quoted":                   `"` + strings.ReplaceAll(detailed, ";", `";"`) + "\"\n\"" + strings.ReplaceAll(rowPT, ";", `";"`) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := reading(t, content, FileOptions{Location: zone})
			expected := *want.Sale
			expected.RawStatus = got.Sale.RawStatus // in its language
			if name == "English, day first" {
				expected.OrderedAt, expected.ApprovedAt = time.Date(2026, 12, 3, 13, 5, 1, 0, time.UTC), time.Date(2026, 12, 13, 13, 5, 8, 0, time.UTC)
			}
			if diff := cmp.Diff(&expected, got.Sale); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Source != want.Source || got.Kind != want.Kind || !strings.HasPrefix(got.ID, "HP42-") || !got.At.IsZero() || got.Subscription != nil {
				t.Errorf("got %+v", got)
			}
			for _, private := range []string{"12345678909", "41999990000", "beatriz"} {
				if strings.Contains(string(got.Payload), private) {
					t.Errorf("%q is stored: %s", private, got.Payload)
				}
			}
		})
	}
}

// TestReportIdentity: a row is the same one wherever it stands and whatever columns are not read, and another one
// when what it says has changed.
func TestReportIdentity(t *testing.T) {
	t.Parallel()
	first := reading(t, detailed+"\n"+rowPT, FileOptions{Location: zone})
	same := reading(t, detailed+"\n"+strings.Replace(rowPT, "41999990000", "41888880000", 1), FileOptions{Location: zone})
	if first.ID != same.ID {
		t.Error("a column that is not read makes another row")
	}
	changed := reading(t, detailed+"\n"+strings.Replace(rowPT, "Aprovado", "Completo", 1), FileOptions{Location: zone})
	if first.ID == changed.ID {
		t.Error("another status makes no other row")
	}
}

func TestReportSubscription(t *testing.T) {
	t.Parallel()
	row := strings.Replace(strings.Replace(rowPT, ";3;1;(none);", ";1;4;caio26qx;", 1), ";(none)", ";Rede Sabor", 1)
	got := reading(t, detailed+"\n"+row, FileOptions{Location: zone})
	if got.Sale.Recurrence != 4 || got.Subscription == nil || got.Subscription.Code != "CAIO26QX" || got.Subscription.Status != "" ||
		got.Sale.Product.Kind != "membership" || !got.Sale.HasAffiliate {
		t.Errorf("got %+v, %+v", got.Sale, got.Subscription)
	}
}

// TestReportBadRows: a bad row is named by its line and all that is wrong with it; the rows around it are read.
func TestReportBadRows(t *testing.T) {
	t.Parallel()
	swap := func(old, new string) string {
		if !strings.Contains(rowPT, old) {
			t.Fatalf("the row holds no %q", old)
		}
		return strings.Replace(rowPT, old, new, 1)
	}
	for name, c := range map[string]struct{ row, want string }{
		"half a row":              {rowPT[:60], "row has 6 of 25 columns"},
		"a column too many":       {rowPT + ";x", "row has 26 of 25 columns"},
		"no transaction":          {swap("HP42", ""), "transaction: missing or no transaction code"},
		"no address":              {swap("beatriz@example.com", "(none)"), "buyer's e-mail: missing or no address"},
		"no amount":               {swap("1.297,50", "free"), `price: "free" is no amount`},
		"amount in two ways":      {swap("1.297,50", "1,297"), `price: "1,297" can be read in two ways`},
		"amount with odd groups":  {swap("1.297,50", "12.97,50"), `is no amount`},
		"no currency":             {swap("BRL", "reais"), "is no currency"},
		"no date":                 {swap("12/03/2026 10:05:01", "yesterday"), `date of the transaction: "YESTERDAY" is no date`},
		"an impossible date":      {swap("12/03/2026 10:05:01", "31/02/2026"), "is no date"},
		"everything at once":      {swap("HP42;Aprovado;12/03/2026 10:05:01", ";;"), "date of the transaction: missing; transaction: missing or no transaction code; status: missing"},
		"a quote never closed":    {swap("Beatriz Nogueira", `"Beatriz`), "a quote is opened and not closed"},
		"a quote in the middle":   {swap("Beatriz Nogueira", `Bea"triz`), "a quote stands in the middle"},
		"text behind a quote":     {swap("Beatriz Nogueira", `"Bea"triz`), "a quote stands in the middle"},
		"not UTF-8":               {swap("Beatriz Nogueira", "Jo\xe3o"), "not UTF-8"},
		"a line without an end":   {strings.Repeat("x", 2*maxLine), "line of more than"},
		"a quote through many":    {`"` + strings.Repeat("x\n", 3), "a quote is opened and not closed"},
		"a transaction with tabs": {swap("HP42", "HP\t42"), "no transaction code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := items(t, detailed+"\n"+rowPT+"\n"+c.row+"\n"+swap("HP42", "HP43")+"\n", FileOptions{Location: zone})
			if len(got) < 3 || strings.Contains(got[0], ":  ") {
				t.Fatalf("got %q", got)
			}
			if !strings.HasPrefix(got[1], "3: ") || !strings.Contains(got[1], c.want) {
				t.Errorf("got %.200q, want line 3 with %q", got[1], c.want)
			}
			if last := got[len(got)-1]; !strings.Contains(last, ": HP43-") {
				t.Errorf("the row after it was not read: %q", got)
			}
		})
	}
}

// TestReportLineBreaks: a quoted field may hold them, and the lines after it are still counted right.
func TestReportLineBreaks(t *testing.T) {
	t.Parallel()
	row := strings.Replace(rowPT, "À vista", "\"À\nvista \"\"promo\"\"\"", 1)
	got := items(t, detailed+"\n"+row+"\n"+rowPT[:40]+"\n", FileOptions{Location: zone})
	if len(got) != 2 || !strings.HasPrefix(got[0], "2: ") || !strings.HasPrefix(got[1], "4: row has") {
		t.Errorf("got %q", got)
	}
}

// TestReportCurrencies: the older report has several columns with the same name; a price is not guessed.
func TestReportCurrencies(t *testing.T) {
	t.Parallel()
	got := items(t, older+"\n"+strings.Replace(rowOld, "1297.5;BRL;1297.5", "1297.5;EUR;220", 1), FileOptions{})
	if len(got) != 1 || !strings.Contains(got[0], "currency: both BRL and EUR") {
		t.Errorf("got %q", got)
	}
}

// TestReportHeaders: a header that lacks something says all that it lacks, in its own language.
func TestReportHeaders(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"Código da transação;Status;Produto\nHP1;Aprovado;Pão\n": `missing columns: date of the transaction ("Data da transação"), product code ("Código do produto"), buyer's e-mail ("Email do(a) Comprador(a)"), price ("Valor de compra com impostos"), currency ("Moeda de compra")`,
		strings.Replace(detalle, "Moneda de compra", "X", 1):     `missing columns: currency ("Moneda de compra")`,
		strings.Replace(detail, "Buyer email", "X", 1):           `missing columns: buyer's e-mail ("Buyer email")`,
		detailed:         "only the header",
		detailed + "\n":  "only the header",
		"a;b;c\n1;2;3\n": "neither webhook payloads",
		"\"" + detailed:  "header: a quote is opened",
	} {
		_, err := Read(strings.NewReader(content), "report.csv", FileOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q:\n got %v\nwant %s", content, err, want)
		}
	}
}

// TestReportFormat: the operator reads what the file was taken for.
func TestReportFormat(t *testing.T) {
	t.Parallel()
	latin, err := charmap.Windows1252.NewEncoder().String(detailed + "\n" + rowPT)
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]string{
		approved:                "webhook payloads",
		detailed + "\n" + rowPT: "sales report, columns in Portuguese, parted by ;",
		detalle + "\n" + rowES:  "sales report, columns in Spanish, parted by ;",
		detail + "\n" + rowEN:   "sales report, columns in English, parted by ,",
		latin:                   "sales report, columns in Portuguese, parted by ;, Windows-1252 (Latin-1) read as such",
		strings.ReplaceAll(detailed+"\n"+rowPT, ";", "\t"): "sales report, columns in Portuguese, parted by tabs",
	} {
		f, err := Read(strings.NewReader(content), "file", FileOptions{})
		if err != nil || f.Format != want {
			t.Errorf("got %q, %v; want %q", f.Format, err, want)
		}
	}
}

func TestReportWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]actions.Status{
		"Aguardando pagamento": actions.WaitingPayment, "Boleto Impresso": actions.WaitingPayment, "Em análise": actions.Processing,
		"APROVADO": actions.Approved, "Aprobada": actions.Approved, "Completo": actions.Complete, "Completed": actions.Complete,
		"Cancelado": actions.Failed, "Recusado": actions.Failed, "Expirado": actions.Expired, "Atrasado": actions.Overdue,
		"Reclamado": actions.Disputed, "Claimed": actions.Disputed, "Reembolsado": actions.Refunded, "Refunded": actions.Refunded,
		"Parcialmente reembolsado": actions.PartlyRefunded, "Chargeback": actions.Chargeback, "Contracargo": actions.Chargeback,
		"PRINTED_BILLET": actions.WaitingPayment, "Partially refunded": actions.PartlyRefunded, "Suspenso": actions.UnknownStatus,
	} {
		if got := reportStatus(text); got != want {
			t.Errorf("status %q is %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]actions.Payment{
		"Cartão de Crédito": actions.Card, "Tarjeta de crédito": actions.Card, "Pix": actions.Pix, "Boleto Bancário": actions.Boleto,
		"PayPal": actions.PayPal, "Google Pay": actions.Wallet, "Saldo Hotmart": actions.Wallet, "SEPA_DIRECT_DEBIT": actions.DirectDebit,
		"Débito direto SEPA": actions.DirectDebit, "Vale": actions.OtherPayment, "": "",
	} {
		if got := reportPayment(text); got != want {
			t.Errorf("payment %q is %s, want %s", text, got, want)
		}
	}
}

func TestAmount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, currency string
		lang           language
		want           int64
	}{
		{"297", "BRL", portuguese, 29700}, {"297,00", "BRL", portuguese, 29700}, {"297.00", "BRL", portuguese, 29700},
		{"1.297", "BRL", portuguese, 129700}, {"1,297", "USD", english, 129700}, {"1.297,5", "BRL", portuguese, 129750},
		{"1,297.5", "USD", english, 129750}, {"1,297.50", "BRL", portuguese, 129750}, {"1.234.567,89", "BRL", portuguese, 123456789},
		{"1.234.567", "BRL", english, 123456700}, {"R$ 29,90", "BRL", portuguese, 2990}, {"US$ 19.99", "USD", english, 1999},
		{"19.99 EUR", "EUR", spanish, 1999}, {"29.990", "CLP", spanish, 29990}, {"12.345", "KWD", english, 12345},
		{"59.900000000000006", "BRL", portuguese, 5990}, {"1 297,50", "EUR", spanish, 129750}, {"0,00", "BRL", portuguese, 0},
	} {
		got, err := amount(c.text, c.currency, c.lang)
		if err != nil || got.Minor != c.want || got.Currency != c.currency {
			t.Errorf("amount(%q, %s, %s) = %v, %v; want %d", c.text, c.currency, c.lang, got, err, c.want)
		}
	}
	for _, c := range []struct {
		text string
		lang language
	}{{"", portuguese}, {"1,297", portuguese}, {"1.297", english}, {"1.29.7", portuguese}, {"1.2345,00", portuguese}, {".297", portuguese},
		{"0x10", english}, {"1e5", english}, {"5 pesos", spanish}, {"1,2,3", english}, {"--5", english}, {"5-", english}} {
		if got, err := amount(c.text, "BRL", c.lang); err == nil {
			t.Errorf("amount(%q, %s) = %v, want an error", c.text, c.lang, got)
		}
	}
}

// FuzzReport: no file makes the reader panic, loop, or answer with less than a line for each bad row.
func FuzzReport(f *testing.F) {
	f.Add([]byte(detailed + "\n" + rowPT))
	f.Add([]byte(detalle + "\r\n" + rowES + "\r\n" + rowES[:50]))
	f.Add([]byte(detail + "\n" + rowEN + "\n\"" + rowEN))
	f.Add([]byte(older + "\n" + rowOld))
	f.Add([]byte("sep=;\n" + detailed + "\n" + strings.Replace(rowPT, "Nogueira", "\"No\ngueira\"", 1)))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := Read(strings.NewReader(string(content)), "fuzz", FileOptions{})
		if err != nil {
			return
		}
		n := 0
		for item := range file.Items {
			n++
			if item.Line < 1 || item.Read > int64(len(content)) || n > len(content) {
				t.Fatalf("item %d: line %d, %d bytes of %d", n, item.Line, item.Read, len(content))
			}
			if item.Err == nil && item.Event.ID == "" {
				t.Fatalf("item %d is neither an event nor an error", n)
			}
		}
	})
}

// TestProducts: the list of products, which is ours.
func TestProducts(t *testing.T) {
	t.Parallel()
	f, err := Read(strings.NewReader("\xEF\xBB\xBFcode,name,kind,access_url,guarantee_days,support_email\r\n"+
		"1,\"Pão, massas\",Course,https://a.example/pao,15,ajuda@a.example\r\n2,,,,,\r\n"+
		",Pão,car,javascript:alert(1),5,nobody\n3,Pão\n"), "products.csv", FileOptions{})
	if err != nil || f.Format != "list of products" {
		t.Fatalf("%q, %v", f.Format, err)
	}
	var got []actions.Listed
	var wrong []string
	for item := range f.Items {
		if item.Err != nil {
			wrong = append(wrong, item.Err.Error())
			continue
		}
		got = append(got, *item.Event.Product)
	}
	if diff := cmp.Diff([]actions.Listed{{Code: "1", Name: "Pão, massas", Kind: "course", AccessURL: "https://a.example/pao", GuaranteeDays: 15,
		SupportEmail: "ajuda@a.example"}, {Code: "2"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`code: missing; kind: "car" is none of course, membership, ebook, event, bundle, physical, other; ` +
		`access_url: no address of a web page; guarantee_days: a whole number from 7 to 60; support_email: no address`, "row has 2 of 6 columns"}, wrong); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	events := "code,name,kind,access_url,guarantee_days,support_email,starts_at,ends_at,timezone,place\n" +
		"3,Jantar,event,,,,2026-12-05 19:30,2026-12-05T23:00,Europe/Lisbon,\"Rua do Pão, 12\"\n" +
		"4,Sarau,event,,,,2026-12-05 19:30,,,\n" +
		"5,Baile,event,,,,5/12/2026,2026-12-05 23:00,,\n" +
		"6,Baile,event,,,,2026-12-05 23:00,2026-12-05 19:30,,\n" +
		"7,Baile,event,,,,2026-12-05 23:00,,Lisbon,\n"
	f, err = Read(strings.NewReader(events), "products.csv", FileOptions{Location: time.FixedZone("-03", -3*60*60)})
	if err != nil {
		t.Fatal(err)
	}
	got, wrong = nil, nil
	for item := range f.Items {
		if item.Err != nil {
			wrong = append(wrong, item.Err.Error())
			continue
		}
		got = append(got, *item.Event.Product)
	}
	if diff := cmp.Diff([]actions.Listed{
		{Code: "3", Name: "Jantar", Kind: "event", Event: actions.Event{Starts: time.Date(2026, 12, 5, 19, 30, 0, 0, time.UTC),
			Ends: time.Date(2026, 12, 5, 23, 0, 0, 0, time.UTC), Timezone: "Europe/Lisbon", Place: "Rua do Pão, 12"}},
		{Code: "4", Name: "Sarau", Kind: "event", Event: actions.Event{Starts: time.Date(2026, 12, 5, 22, 30, 0, 0, time.UTC)}},
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"starts_at: no time such as 2026-12-05 19:30", "ends_at: must come after starts_at",
		`timezone: "Lisbon" is none, such as America/Sao_Paulo`}, wrong); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := items(t, "code;access_url\n1;https://a.example\n", FileOptions{}); len(got) != 1 || !strings.Contains(got[0], "1: the columns of a list of products are") {
		t.Errorf("got %q", got)
	}
}
