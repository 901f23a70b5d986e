package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes text comparable the way people search: lower case, without accents, words parted by one space. "José
// ÁVILA" and "jose avila" are the same. It is what the keys for search hold, so it must never change for stored rows.
func Fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = b.Len() > 0
			continue
		case space:
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// maxWord keeps index entries small; nobody types more to find a name.
const maxWord = 40

// BuyerWords lists what a buyer is found by, by the beginning of any: each word of his name and of his address before
// the @, and the domain as one word, unless it is a mail host that thousands share and that would find them all.
func BuyerWords(name, email string) []string {
	local, domain, _ := strings.Cut(Fold(email), "@")
	parts := append(split(Fold(name)), split(local)...)
	if domain != "" && !sharedHosts[domain] {
		parts = append(parts, domain)
	}
	seen := map[string]bool{}
	var words []string
	for _, w := range parts {
		if runes := []rune(w); len(runes) > maxWord {
			w = string(runes[:maxWord])
		}
		if w != "" && !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	return words
}

// split cuts folded text into words: runs of letters and digits of any script.
func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

var sharedHosts = map[string]bool{
	"gmail.com": true, "hotmail.com": true, "outlook.com": true, "yahoo.com": true, "icloud.com": true, "live.com": true,
	"hotmail.com.br": true, "outlook.com.br": true, "yahoo.com.br": true, "uol.com.br": true, "bol.com.br": true,
	"terra.com.br": true, "ig.com.br": true, "globo.com": true, "msn.com": true, "aol.com": true, "me.com": true,
	"proton.me": true, "protonmail.com": true, "googlemail.com": true, "ymail.com": true, "gmx.com": true,
}
