package hotmart

import "strings"

// Numbers with a country code have 8 to 15 digits (ITU-T E.164, 6.1); those that come without one are Brazil's, with their
// area code: 10 or 11.
const (
	minPhone, maxPhone = 8, 15
	brazil             = "55"
	minLocal, maxLocal = 10, 11
)

// phoneOf is a person's telephone number, the country code first, digits alone; empty when there is none that could be.
func phoneOf(p person) string {
	code, number := onlyDigits(p.PhoneCode), strings.TrimLeft(onlyDigits(p.Phone), "0")
	switch {
	case number != "" && code != "":
		number = code + number
	case number == "":
		number = strings.TrimLeft(onlyDigits(p.Phone2), "0")
	}
	if code == "" && len(number) >= minLocal && len(number) <= maxLocal {
		number = brazil + number
	}
	if len(number) < minPhone || len(number) > maxPhone {
		return ""
	}
	return number
}

func onlyDigits(h hidden) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, string(h))
}
