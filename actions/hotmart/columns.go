package hotmart

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A column is what a column of the sales report means.
type column string

// The columns that are read; a report has three times as many.
const (
	colTransaction  column = "transaction"
	colStatus       column = "status"
	colOrdered      column = "date of the transaction"
	colConfirmed    column = "date of the payment"
	colProductCode  column = "product code"
	colProduct      column = "product"
	colName         column = "buyer's name"
	colEmail        column = "buyer's e-mail"
	colPrice        column = "price"
	colCurrency     column = "currency"
	colPayment      column = "payment method"
	colInstallments column = "installments"
	colOffer        column = "offer code"
	colSubscriber   column = "subscriber code"
	colRecurrence   column = "recurrence"
	colAffiliate    column = "affiliate"
	colQuantity     column = "quantity"
	colParent       column = "main product's transaction"
)

// required are the columns without which no row can be used.
var required = []column{colTransaction, colStatus, colOrdered, colProductCode, colProduct, colEmail, colPrice, colCurrency}

// A language is one in which reports are exported.
type language string

const (
	portuguese language = "Portuguese"
	spanish    language = "Spanish"
	english    language = "English"
)

// languages in the order in which they win when a header fits two of them equally well.
var languages = []language{portuguese, spanish, english}

// headers are the names under which a column is known, by language, the preferred one first: of the detailed model
// and of the older report, as found in exports and in programs that read them. They are compared by headerKey. Some
// words mean another thing in another language ("Estado" is a status in Spanish and part of the address in
// Portuguese), so a header is read in one language.
var headers = map[language]map[column][]string{
	portuguese: {
		colTransaction:  {"Código da transação", "Transação"},
		colStatus:       {"Status da transação", "Status"},
		colOrdered:      {"Data da transação", "Data de venda", "Data da venda", "Data do pedido"},
		colConfirmed:    {"Confirmação do pagamento", "Data de confirmação", "Data de aprovação"},
		colProductCode:  {"Código do produto"},
		colProduct:      {"Produto", "Nome do produto"},
		colName:         {"Comprador(a)", "Nome do(a) comprador(a)", "Nome"},
		colEmail:        {"Email do(a) Comprador(a)", "Email"},
		colPrice:        {"Valor de compra com impostos", "Preço total", "Valor total", "Valor de compra"},
		colCurrency:     {"Moeda de compra", "Moeda"},
		colPayment:      {"Método de pagamento", "Tipo de pagamento", "Meio de pagamento", "Forma de pagamento"},
		colInstallments: {"Quantidade total de parcelas", "Quantidade de parcelas", "Número da parcela", "Parcelas"},
		colOffer:        {"Código do preço", "Código de oferta", "Código da oferta"},
		colSubscriber:   {"Código do(a) assinante", "Código de assinante"},
		colRecurrence:   {"Quantidade de cobranças", "Número de recorrência", "Número da recorrência", "Recorrência"},
		colAffiliate:    {"Nome do(a) afiliado(a)", "Afiliado(a)"},
		colQuantity:     {"Quantidade de itens"},
		colParent:       {"Transação do produto principal"},
	},
	spanish: {
		colTransaction:  {"Código de la transacción", "Código de transacción", "Transacción"},
		colStatus:       {"Estatus de la transacción", "Estado de la transacción", "Estatus", "Estado"},
		colOrdered:      {"Fecha de la transacción", "Fecha de venta", "Fecha de la venta", "Fecha del pedido"},
		colConfirmed:    {"Confirmación del pago", "Fecha de confirmación", "Fecha de aprobación"},
		colProductCode:  {"Código del producto"},
		colProduct:      {"Producto", "Nombre del producto"},
		colName:         {"Comprador(a)", "Nombre del(la) comprador(a)", "Nombre del comprador", "Nombre"},
		colEmail:        {"Email del(la) comprador(a)", "Email del comprador", "Correo electrónico del comprador", "Email", "Correo electrónico"},
		colPrice:        {"Valor de compra con impuestos", "Precio total", "Valor total", "Valor de compra"},
		colCurrency:     {"Moneda de compra", "Moneda"},
		colPayment:      {"Método de pago", "Tipo de pago", "Medio de pago", "Forma de pago"},
		colInstallments: {"Cantidad total de cuotas", "Cantidad total de plazos", "Número de la cuota", "Número de cuotas", "Cuotas"},
		colOffer:        {"Código del precio", "Código de la oferta", "Código de oferta"},
		colSubscriber:   {"Código del(la) suscriptor(a)", "Código del suscriptor", "Código de suscriptor"},
		colRecurrence:   {"Cantidad de cobros", "Número de recurrencia", "Número de la recurrencia", "Recurrencia"},
		colAffiliate:    {"Nombre del(la) afiliado(a)", "Nombre del afiliado", "Afiliado(a)"},
		colQuantity:     {"Cantidad de ítems", "Cantidad de artículos"},
		colParent:       {"Transacción del producto principal"},
	},
	english: {
		colTransaction:  {"Transaction code", "Transaction", "Transaction ID"},
		colStatus:       {"Transaction status", "Status"},
		colOrdered:      {"Transaction date", "Date of transaction", "Sale date", "Order date", "Purchase date"},
		colConfirmed:    {"Payment confirmation", "Confirmation date", "Payment confirmation date", "Approval date"},
		colProductCode:  {"Product code", "Product ID"},
		colProduct:      {"Product", "Product name"},
		colName:         {"Buyer", "Buyer name", "Buyer's name", "Name"},
		colEmail:        {"Buyer email", "Buyer's email", "Email of the buyer", "Email", "Email address"},
		colPrice:        {"Purchase value with taxes", "Purchase value with tax", "Purchase price with taxes", "Total price", "Purchase value"},
		colCurrency:     {"Purchase currency", "Currency"},
		colPayment:      {"Payment method", "Payment type"},
		colInstallments: {"Total number of installments", "Number of installments", "Installment number", "Installments"},
		colOffer:        {"Price code", "Offer code"},
		colSubscriber:   {"Subscriber code"},
		colRecurrence:   {"Number of charges", "Recurrence number", "Recurrence"},
		colAffiliate:    {"Affiliate name", "Affiliate's name", "Affiliate"},
		colQuantity:     {"Number of items", "Item quantity", "Quantity"},
		colParent:       {"Main product transaction", "Main product's transaction"},
	},
}

// headerKeys are the headers as they are compared.
var headerKeys = func() map[language]map[column][]string {
	all := map[language]map[column][]string{}
	for lang, columns := range headers {
		all[lang] = map[column][]string{}
		for col, names := range columns {
			for _, name := range names {
				all[lang][col] = append(all[lang][col], headerKey(name))
			}
		}
	}
	return all
}()

// A layout says where the columns of one report are.
type layout struct {
	language   language
	at         map[column]int
	currencies []int // all columns of the currency that stand before the price: the older report has several
	width      int
}

// layoutOf reads a header in the language in which most of it makes sense. found is how many columns it knows.
func layoutOf(header []string) (l layout, found int) {
	keys := make([]string, len(header))
	for i, h := range header {
		keys[i] = headerKey(h)
	}
	for _, lang := range languages {
		at := map[column]int{}
		for col, names := range headerKeys[lang] {
			for _, name := range names {
				if i := slices.Index(keys, name); i >= 0 {
					at[col] = i
					break
				}
			}
		}
		if len(at) > found {
			l, found = layout{language: lang, at: at, width: len(header)}, len(at)
		}
	}
	price, priced := l.at[colPrice]
	first, named := l.at[colCurrency]
	if !priced || !named {
		return l, found
	}
	l.currencies = []int{first}
	for i := first + 1; i < price; i++ {
		if keys[i] == keys[first] {
			l.currencies = append(l.currencies, i)
		}
	}
	return l, found
}

// missing names every required column that the header lacks, as it is called in the header's language.
func (l layout) missing() error {
	var names []string
	for _, col := range required {
		if _, ok := l.at[col]; !ok {
			names = append(names, fmt.Sprintf("%s (%q)", col, headers[l.language][col][0]))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("missing columns: %s", strings.Join(names, ", "))
}

// headerKey makes names of columns comparable: lower case, without accents, "(a)" and punctuation.
func headerKey(s string) string {
	s = strings.ToLower(s)
	for _, gendered := range []string{"(a)", "(as)", "(la)"} {
		s = strings.ReplaceAll(s, gendered, "")
	}
	s = strings.ReplaceAll(s, "e-mail", "email")
	s = strings.ReplaceAll(s, "'s ", " ")
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
