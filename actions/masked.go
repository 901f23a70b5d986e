package actions

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxInitials is how many initials of a name are shown.
const maxInitials = 3

// MaskedName shows who is meant to those who know him: "Marina da Silva" is "M. S.".
func MaskedName(name string) string {
	var all []string
	for _, word := range strings.Fields(name) {
		first, _ := utf8.DecodeRuneInString(word)
		particle := unicode.IsLower(first) && len(all) > 0 // da, de, van
		if unicode.IsLetter(first) && !particle && len(all) < maxInitials {
			all = append(all, string(unicode.ToUpper(first))+".")
		}
	}
	if len(all) == 0 {
		return "•"
	}
	return strings.Join(all, " ")
}
