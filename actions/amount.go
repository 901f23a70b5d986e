package actions

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions/format"
)

// An Amount is a sum in the account's currency as an operator writes it: "100.00". It is kept in hundredths of the
// currency's unit, because the policy is read before the account's currency is known. In makes it comparable.
type Amount int64

// In returns the amount as money of a currency, whose minor unit need not be a hundredth.
func (a Amount) In(currency string) Money {
	minor := int64(a)
	for d := format.Digits(currency); d > 2; d-- {
		minor *= 10
	}
	for d := format.Digits(currency); d < 2; d++ {
		minor /= 10
	}
	return Money{Minor: minor, Currency: currency}
}

// maxAmount keeps every conversion of In far from overflow.
const maxAmount Amount = 1_000_000_000_00

// UnmarshalText reads "100", "100.5" or "100.00".
func (a *Amount) UnmarshalText(text []byte) error {
	whole, cents, point := strings.Cut(strings.TrimSpace(string(text)), ".")
	if point && (cents == "" || len(cents) > 2) || strings.Trim(whole+cents, "0123456789") != "" {
		return fmt.Errorf("must be an amount such as 100.00, not %q", text)
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil || whole == "" || Amount(n) > maxAmount {
		return fmt.Errorf("must be an amount from 0.00 to %s, not %q", maxAmount, text)
	}
	*a = Amount(n)
	return nil
}

// MarshalText writes "100.00".
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// String writes "100.00".
func (a Amount) String() string { return fmt.Sprintf("%d.%02d", a/100, a%100) }
