package hotmart

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
)

// amount reads a price as spreadsheets write it: "1.234,56", "1,234.56", "297", "R$ 29,90". Where point and comma
// both occur, the last is the decimal one. A single one before exactly three digits parts thousands if the report's
// language does so; if it does not, nobody knows what is meant, and a price is not guessed.
func amount(text, currency string, lang language) (actions.Money, error) {
	currency = strings.ToUpper(currency)
	if !validCurrency(currency) {
		return actions.Money{}, fmt.Errorf("%.20q is no currency", currency)
	}
	digits := format.Digits(currency)
	s := withoutSign(text, currency)
	last := strings.LastIndexAny(s, ".,")
	if last >= 0 {
		separator, other := s[last:last+1], ","
		if separator == "," {
			other = "."
		}
		several, mixed := strings.Count(s, separator) > 1, strings.Contains(s, other)
		thousandth := len(s)-last-1 == 3 && digits != 3
		switch {
		case several && mixed, several && !thousandth:
			s = ""
		case several, thousandth && !mixed && separator == thousands(lang):
			s = ungroup(s, separator)
		case thousandth:
			return actions.Money{}, fmt.Errorf("%.40q can be read in two ways", text)
		default:
			s = ungroup(s[:last], other) + "." + s[last+1:]
		}
	}
	minor, err := minorUnits(s, digits)
	if err != nil || strings.Contains(s, "E") {
		return actions.Money{}, fmt.Errorf("%.40q is no amount", text)
	}
	return actions.Money{Minor: minor, Currency: currency}, nil
}

// thousands is what parts groups of digits in a language.
func thousands(lang language) string {
	if lang == english {
		return ","
	}
	return "."
}

// signs stand beside amounts.
var signs = []string{"R$", "US$", "MX$", "COL$", "$", "€", "£"}

// withoutSign drops spaces and the currency, which may stand before or behind the amount.
func withoutSign(text, currency string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, text)
	for _, sign := range append([]string{currency}, signs...) {
		if rest := strings.TrimSuffix(strings.TrimPrefix(s, sign), sign); rest != s {
			return rest
		}
	}
	return s
}

// ungroup drops thousands separators, if there are any; empty when what they part are no groups of three.
func ungroup(s, separator string) string {
	groups := strings.Split(s, separator)
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && (len(g) == 0 || len(strings.TrimPrefix(g, "-")) > 3) {
			return ""
		}
	}
	return strings.Join(groups, "")
}

// dateLayouts are the forms of dates in reports, without those that begin with day or month and slashes.
var dateLayouts = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly, time.RFC3339}

var (
	dayFirst   = []string{"02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006"}
	monthFirst = []string{"01/02/2006 15:04:05", "01/02/2006 15:04", "01/02/2006", "01/02/2006 03:04:05 PM", "01/02/2006 03:04 PM"}
)

var errNoDate = errors.New("no date")

// date reads a time in the account's zone. Without a time of day it is that day's midnight.
func date(text string, month bool, zone *time.Location) (time.Time, error) {
	slashes := dayFirst
	if month {
		slashes = monthFirst
	}
	text = padded(strings.ToUpper(strings.Join(strings.Fields(text), " ")))
	for _, layouts := range [][]string{slashes, dateLayouts} {
		for _, l := range layouts {
			if t, err := time.ParseInLocation(l, text, zone); err == nil && t.Year() >= 2000 && t.Year() <= 2100 {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is %w", text, errNoDate)
}

// padded writes 3/5/2026 as 03/05/2026, for spreadsheets drop the zeros.
func padded(s string) string {
	day, rest, ok := strings.Cut(s, "/")
	month, year, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 || len(day) > 2 || len(month) > 2 {
		return s
	}
	return strings.Repeat("0", 2-len(day)) + day + "/" + strings.Repeat("0", 2-len(month)) + month + "/" + year
}

// monthLeads tells by the dates of a report's beginning whether the month is written first; without a day above 12 to
// tell by, English reports are taken to do so.
func monthLeads(dates []string, lang language) bool {
	for _, d := range dates {
		a, rest, ok := strings.Cut(strings.TrimSpace(d), "/")
		b, _, ok2 := strings.Cut(rest, "/")
		if !ok || !ok2 || len(a) > 2 || len(b) > 2 {
			continue
		}
		switch {
		case atLeast13(a):
			return false
		case atLeast13(b):
			return true
		}
	}
	return lang == english
}

func atLeast13(s string) bool { return len(s) == 2 && s >= "13" && s <= "31" }
