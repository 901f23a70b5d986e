package stripe

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
)

// Stripe counts in the smallest unit that it knows of a currency, which is not always the one of ISO 4217
// (docs.stripe.com/currencies, read November 2026).
var (
	noDecimals    = " BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF "
	threeDecimals = " BHD JOD KWD OMR TND "
)

func stripeDigits(currency string) int {
	switch {
	case strings.Contains(noDecimals, " "+currency+" "):
		return 0
	case strings.Contains(threeDecimals, " "+currency+" "):
		return 3
	}
	return 2
}

// money is an amount of Stripe's as ours. Zero Money for a currency that cannot be one.
func money(amount int64, currency string) actions.Money {
	currency = strings.ToUpper(currency)
	if len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return actions.Money{}
	}
	for d := stripeDigits(currency); d < format.Digits(currency); d++ {
		amount *= 10
	}
	for d := stripeDigits(currency); d > format.Digits(currency); d-- {
		amount /= 10
	}
	return actions.Money{Minor: amount, Currency: currency}
}

// amount is ours as Stripe counts; false when it has no such fraction.
func amount(m actions.Money) (int64, bool) {
	n := m.Minor
	for d := stripeDigits(m.Currency); d > format.Digits(m.Currency); d-- {
		n *= 10
	}
	for d := stripeDigits(m.Currency); d < format.Digits(m.Currency); d++ {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	return n, true
}
