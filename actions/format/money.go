package format

import (
	"strconv"
	"strings"
)

// Money writes an amount of minor units (cents) of an ISO 4217 currency: "R$ 297,00", "R$297.00", "CLP 29,990".
// A currency without a symbol that is clear to readers of that language is written with its code.
func Money(locale string, minor int64, currency string) string {
	locale = known(locale)
	currency = strings.ToUpper(strings.TrimSpace(currency))
	sign, whole, fraction := split(minor, Digits(currency))

	var b strings.Builder
	b.WriteString(sign)
	symbol := symbolOf(locale, currency)
	b.WriteString(symbol)
	if symbol != "" && (locale == PortugueseBrazil || symbol == currency) {
		b.WriteByte(' ') // CLDR: pt writes a space, the others only after a letter
	}
	b.WriteString(group(whole, separators[locale].group))
	if fraction != "" {
		b.WriteString(separators[locale].decimal)
		b.WriteString(fraction)
	}
	return b.String()
}

// Plain writes an amount for machines and files: "297.00", with a point and without currency.
func Plain(minor int64, currency string) string {
	sign, whole, fraction := split(minor, Digits(currency))
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}

// Digits is how many decimals the minor unit of a currency stands for (ISO 4217: two, but for those listed here).
func Digits(currency string) int {
	switch strings.ToUpper(currency) {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}

// symbolOf returns the symbol that is unambiguous to readers of the language, else the code.
func symbolOf(locale, currency string) string {
	switch currency {
	case "BRL":
		return "R$"
	case "EUR":
		return "€"
	case "GBP":
		return "£"
	case "USD":
		if locale == English {
			return "$"
		}
		return "US$"
	}
	return currency
}

// split cuts an amount into sign, whole units and exactly digits decimals.
func split(minor int64, digits int) (sign, whole, fraction string) {
	text := strconv.FormatInt(minor, 10) // cut as text: the smallest int64 has no opposite
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	if missing := digits + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	return sign, text[:len(text)-digits], text[len(text)-digits:]
}
