package format_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/aftersale/aftersale/actions/format"
)

func TestMoney(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale   string
		minor    int64
		currency string
		want     string
	}{
		{"pt-BR", 29700, "BRL", "R$ 297,00"},
		{"en", 29700, "BRL", "R$297.00"},
		{"es", 29700, "BRL", "R$297.00"},
		{"pt-BR", 123456789, "BRL", "R$ 1.234.567,89"},
		{"en", 123456789, "USD", "$1,234,567.89"},
		{"es", 123456789, "USD", "US$1,234,567.89"},
		{"pt-BR", 1999, "USD", "US$ 19,99"},
		{"pt-BR", 1999, "EUR", "€ 19,99"},
		{"en", 1999, "EUR", "€19.99"},
		{"es", 1999, "EUR", "€19.99"},
		{"pt-BR", 29990, "CLP", "CLP 29.990"},
		{"es", 29990, "CLP", "CLP 29,990"},
		{"en", 5000, "JPY", "JPY 5,000"},
		{"en", 1234, "KWD", "KWD 1.234"},
		{"es", 12345678, "CLF", "CLF 1,234.5678"},
		{"es", 4500000, "COP", "COP 45,000.00"},
		{"pt-BR", 0, "BRL", "R$ 0,00"},
		{"pt-BR", 5, "BRL", "R$ 0,05"},
		{"pt-BR", -5, "BRL", "-R$ 0,05"},
		{"en", -29700, "USD", "-$297.00"},
		{"en", 0, "JPY", "JPY 0"},
		{"en", math.MinInt64, "JPY", "-JPY 9,223,372,036,854,775,808"},
		{"en", math.MinInt64, "USD", "-$92,233,720,368,547,758.08"},
		{"en", 100, "xyz", "XYZ 1.00"},
		{"en", 100, "", "1.00"},
		{"pt", 29700, " brl ", "R$ 297,00"},
		{"fr", 29700, "BRL", "R$297.00"},
	} {
		if got := format.Money(c.locale, c.minor, c.currency); got != c.want {
			t.Errorf("Money(%q, %d, %q) = %q, want %q", c.locale, c.minor, c.currency, got, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor    int64
		currency string
		want     string
	}{{29700, "BRL", "297.00"}, {-7, "USD", "-0.07"}, {5000, "JPY", "5000"}, {1, "KWD", "0.001"}} {
		if got := format.Plain(c.minor, c.currency); got != c.want {
			t.Errorf("Plain(%d, %q) = %q, want %q", c.minor, c.currency, got, c.want)
		}
	}
}

// The separators are CLDR's: golang.org/x/text, which has the whole of it, writes the same numbers.
func TestNumbersAgreeWithCLDR(t *testing.T) {
	t.Parallel()
	for locale, tag := range map[string]string{"pt-BR": "pt-BR", "en": "en", "es": "es-419"} {
		printer := message.NewPrinter(language.MustParse(tag))
		for _, n := range []int64{0, 7, 999, 1000, 12345, 1234567, 1000000000} {
			if got, want := format.Number(locale, n), printer.Sprint(number.Decimal(n)); got != want {
				t.Errorf("Number(%q, %d) = %q, CLDR %q", locale, n, got, want)
			}
			got := format.Money(locale, n*100+50, "BRL")
			want := printer.Sprint(number.Decimal(float64(n)+0.5, number.Scale(2)))
			if !strings.HasSuffix(got, want) {
				t.Errorf("Money(%q, %d) = %q, CLDR's number is %q", locale, n*100+50, got, want)
			}
		}
	}
}

// Digits are ISO 4217's; CLDR has the same for every currency that the commerce platforms sell in.
func TestDigitsAgreeWithCLDR(t *testing.T) {
	t.Parallel()
	for _, code := range strings.Fields("BRL USD EUR GBP MXN ARS PEN UYU BOB CAD AUD CHF INR CLP JPY KRW PYG VND KWD BHD TND") {
		scale, _ := currency.Standard.Rounding(currency.MustParseISO(code))
		if got := format.Digits(code); got != scale {
			t.Errorf("Digits(%q) = %d, CLDR %d", code, got, scale)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 3, 13, 2, 5, 59, 0, time.UTC) // still the 12th in São Paulo
	for _, c := range []struct{ locale, zone, date, dateTime string }{
		{"pt-BR", "America/Sao_Paulo", "12 de mar. de 2026", "12 de mar. de 2026, 23:05"},
		{"en", "America/Sao_Paulo", "12 Mar 2026", "12 Mar 2026, 23:05"},
		{"es", "America/Sao_Paulo", "12 mar 2026", "12 mar 2026, 23:05"},
		{"pt-BR", "UTC", "13 de mar. de 2026", "13 de mar. de 2026, 02:05"},
		{"en", "Asia/Kolkata", "13 Mar 2026", "13 Mar 2026, 07:35"},
		{"en", "", "13 Mar 2026", "13 Mar 2026, 02:05"},
		{"en", "Nowhere/At_All", "13 Mar 2026", "13 Mar 2026, 02:05"},
		{"en", "../../etc/passwd", "13 Mar 2026", "13 Mar 2026, 02:05"},
		{"", "UTC", "13 Mar 2026", "13 Mar 2026, 02:05"},
	} {
		if got := format.Date(c.locale, c.zone, night); got != c.date {
			t.Errorf("Date(%q, %q) = %q, want %q", c.locale, c.zone, got, c.date)
		}
		if got := format.DateTime(c.locale, c.zone, night); got != c.dateTime {
			t.Errorf("DateTime(%q, %q) = %q, want %q", c.locale, c.zone, got, c.dateTime)
		}
	}
	if got := format.Date("en", "UTC", time.Time{}) + format.DateTime("en", "UTC", time.Time{}); got != "" {
		t.Errorf("a zero time is written as %q", got)
	}
}

func TestEveryMonthHasAName(t *testing.T) {
	t.Parallel()
	for _, locale := range format.Locales() {
		seen := map[string]bool{}
		for m := time.January; m <= time.December; m++ {
			seen[format.Date(locale, "UTC", time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC))] = true
		}
		if len(seen) != 12 {
			t.Errorf("%s: %d different months", locale, len(seen))
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale string
		items  []string
		want   string
	}{
		{"pt-BR", nil, ""},
		{"pt-BR", []string{"Pão"}, "Pão"},
		{"pt-BR", []string{"Pão", "Bolo"}, "Pão e Bolo"},
		{"en", []string{"a", "b", "c"}, "a, b and c"},
		{"es", []string{"a", "b", "c"}, "a, b y c"},
		{"es", []string{"Pan", "Inglés"}, "Pan e Inglés"},
		{"es", []string{"Pan", "¡Hijos!"}, "Pan e ¡Hijos!"},
		{"es", []string{"Agua", "hielo"}, "Agua y hielo"},
		{"es", []string{"Pan", ""}, "Pan y "},
	} {
		if got := format.List(c.locale, c.items); got != c.want {
			t.Errorf("List(%q, %q) = %q, want %q", c.locale, c.items, got, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for hint, want := range map[string]string{
		"pt": "pt-BR", "pt-BR": "pt-BR", "pt_BR": "pt-BR", "PT-pt": "pt-BR", "por": "pt-BR",
		"en": "en", "en-GB": "en", "en_US.UTF-8": "en", "es": "es", "es-419": "es", "es_MX": "es", " es ": "es",
		"": "", "fr": "", "und": "", "C.UTF-8": "", "espanol": "", "zh-Hant": "", "-": "", "\x00": "",
	} {
		if got := format.Match(hint); got != want {
			t.Errorf("Match(%q) = %q, want %q", hint, got, want)
		}
	}
	for _, l := range format.Locales() {
		if format.Match(l) != l {
			t.Errorf("Match(%q) = %q", l, format.Match(l))
		}
	}
}
