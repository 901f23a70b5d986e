package hotmart

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
)

// money reads a price exactly: no binary fractions on the way. A missing price is zero Money.
func money(p price) (actions.Money, error) {
	if p.Value == "" {
		return actions.Money{}, nil
	}
	currency := upper(p.Currency)
	if currency == "" {
		currency = upper(p.Currency2)
	}
	if !validCurrency(currency) {
		return actions.Money{}, fmt.Errorf("%q is no currency", currency)
	}
	minor, err := minorUnits(string(p.Value), format.Digits(currency))
	if err != nil {
		return actions.Money{}, err
	}
	return actions.Money{Minor: minor, Currency: currency}, nil
}

func validCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// maxDigits of an amount before and after the point together: more is no price, and could not be an int64.
const maxDigits = 15

// minorUnits reads a plain decimal such as "297", "59.9" or "2.97e2" into minor units of which digits make a unit.
// What is finer than the minor unit is rounded, half away from zero: nobody is charged a part of a cent, so it can only
// be noise of the sender's own binary fractions (59.900000000000006).
func minorUnits(text string, digits int) (int64, error) {
	wrong := fmt.Errorf("%.40q is no amount", text)
	mantissa, exponent, scaled := strings.Cut(strings.ToLower(text), "e")
	shift := 0
	if scaled {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift < -maxDigits || shift > maxDigits {
			return 0, wrong
		}
	}
	negative := strings.HasPrefix(mantissa, "-")
	whole, fraction, point := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	all := whole + fraction
	if all == "" || len(text) > 60 || point && (whole == "" || fraction == "") || strings.Trim(all, "0123456789") != "" {
		return 0, wrong
	}
	keep := len(whole) + shift + digits // of all, how many are whole minor units
	if keep < 0 {
		return 0, nil
	}
	if keep > len(all) {
		all += strings.Repeat("0", keep-len(all))
	}
	kept, rest := strings.TrimLeft(all[:keep], "0"), all[keep:]
	if len(kept) > maxDigits {
		return 0, wrong
	}
	n, _ := strconv.ParseInt("0"+kept, 10, 64) // up to maxDigits digits: cannot fail
	if rest != "" && rest[0] >= '5' {
		n++
	}
	if negative {
		n = -n
	}
	return n, nil
}
