package format

import (
	"strings"
	"unicode"
)

// separators are CLDR's for each language: between groups of three digits, and before decimals.
var separators = map[string]struct{ group, decimal string }{
	PortugueseBrazil: {".", ","},
	English:          {",", "."},
	Spanish:          {",", "."}, // es-419; Spain and the south of America would swap them
}

// Number writes a count: "1.234" in pt-BR, "1,234" in en and es.
func Number(locale string, n int64) string {
	sign, whole, _ := split(n, 0)
	return sign + group(whole, separators[known(locale)].group)
}

// group puts sep between groups of three digits.
func group(digits, sep string) string {
	if len(digits) <= 3 {
		return digits
	}
	first := (len(digits)-1)%3 + 1
	var b strings.Builder
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		b.WriteString(sep)
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// List joins items as a sentence does: "a, b e c", "a, b and c", "a, b y c".
func List(locale string, items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := items[len(items)-1]
	return strings.Join(items[:len(items)-1], ", ") + " " + and(known(locale), last) + " " + last
}

// and is the word before the last item; Spanish changes it before the sound "i" (RAE, Diccionario panhispánico de dudas, y²).
func and(locale, next string) string {
	switch locale {
	case PortugueseBrazil:
		return "e"
	case English:
		return "and"
	}
	word := strings.ToLower(strings.TrimLeftFunc(next, func(r rune) bool { return !unicode.IsLetter(r) }))
	switch {
	case strings.HasPrefix(word, "hie"), strings.HasPrefix(word, "hia"), strings.HasPrefix(word, "io"):
		return "y" // hielo, hiato, ion: the sound is that of "y"
	case strings.HasPrefix(word, "i"), strings.HasPrefix(word, "í"), strings.HasPrefix(word, "hi"), strings.HasPrefix(word, "hí"):
		return "e"
	}
	return "y"
}
