package actions

import (
	"regexp"
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

var (
	addressLike  = regexp.MustCompile(`[^\s<>()"',;:]+@[^\s<>()"',;:]+`)
	documentLike = regexp.MustCompile(`[0-9A-Za-z][0-9A-Za-z./-]{9,16}[0-9]`)
)

// MaskText masks what people write into free text although it is nobody else's business: addresses, and documents whose
// check digits are right.
func MaskText(s string) string {
	s = addressLike.ReplaceAllStringFunc(s, func(found string) string { return Email(found).Masked() })
	return documentLike.ReplaceAllStringFunc(s, func(found string) string {
		d, err := ParseDocument(found)
		if err != nil {
			return found
		}
		return d.Masked()
	})
}
