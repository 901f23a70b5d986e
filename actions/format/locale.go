// Package format writes money, numbers, dates and lists the way a reader's language does. It takes plain values and
// imports nothing of ours, so that chat, mail and exports write the same amount the same way.
//
// The conventions are CLDR's for pt-BR, en and es-419 (the Spanish we write is Latin American); a test compares
// them with golang.org/x/text. Spaces are ordinary ones: people copy amounts into search boxes.
package format

import "strings"

// The languages that the program speaks.
const (
	PortugueseBrazil = "pt-BR"
	English          = "en"
	Spanish          = "es"
)

// Locales lists the languages that the program speaks, the one with most readers first.
func Locales() []string { return []string{PortugueseBrazil, English, Spanish} }

// Match returns which of Locales suits a language hint such as "pt", "es-419", "en_GB.UTF-8" or "por"; "" when none does.
func Match(hint string) string {
	language, _, _ := strings.Cut(strings.TrimSpace(hint), "-")
	language, _, _ = strings.Cut(language, "_")
	language, _, _ = strings.Cut(language, ".")
	switch strings.ToLower(language) {
	case "pt", "por":
		return PortugueseBrazil
	case "en", "eng":
		return English
	case "es", "spa":
		return Spanish
	}
	return ""
}

// known returns a locale that this package can write: English for a hint that Match does not know.
func known(locale string) string {
	if l := Match(locale); l != "" {
		return l
	}
	return English
}
