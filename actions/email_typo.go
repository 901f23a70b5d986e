package actions

import "strings"

// commonDomains are the mail hosts that most buyers have, so that a near miss is likely a slip. An address at one of
// them is never corrected, nor one that is a known host in its own right, such as mail.com beside gmail.com.
var commonDomains = []string{
	"gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "live.com",
	"hotmail.com.br", "outlook.com.br", "yahoo.com.br", "uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br", "globo.com",
	"hotmail.es", "outlook.es", "yahoo.es", "yahoo.com.mx", "yahoo.com.ar", "hotmail.com.ar", "outlook.pt", "sapo.pt",
}

// otherDomains are real hosts that lie within a slip of a common one.
var otherDomains = []string{
	"mail.com", "email.com", "ymail.com", "rocketmail.com", "gmx.com", "gmx.net", "me.com", "mac.com", "msn.com", "aol.com",
	"live.com.mx", "live.com.ar", "live.com.br", "live.com.pt", "hotmail.co", "hotmail.fr", "hotmail.it", "yahoo.fr", "yahoo.it",
	"outlook.fr", "outlook.it", "ig.com", "uol.com", "globo.com.br", "terra.com", "bol.com", "love.com", "olive.com", "proton.me",
}

// Suggestion returns the address with a likely slip in its domain put right ("ana@gmial.com" → "ana@gmail.com"), or
// "" when it looks right. It is a hint to ask with, never a correction to make.
func (e Email) Suggestion() Email {
	local, domain, found := strings.Cut(string(e), "@")
	if !found {
		return ""
	}
	for _, list := range [][]string{commonDomains, otherDomains} {
		for _, known := range list {
			if domain == known {
				return ""
			}
		}
	}
	best, least := "", 3
	for _, common := range commonDomains {
		if d := distance(domain, common); d < least && d <= slips(common) {
			best, least = common, d
		}
	}
	if best == "" {
		return ""
	}
	return Email(local + "@" + best)
}

// slips is how many slips still make a domain look like the common one: short names have too many neighbours.
func slips(common string) int {
	name, _, _ := strings.Cut(common, ".")
	if len(name) < 5 {
		return 1
	}
	return 2
}

// distance is the number of letters to insert, leave out, replace or swap with their neighbour (optimal string
// alignment) to make b of a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
