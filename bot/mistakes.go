package main

import (
	"fmt"
	"strings"
)

// A Mistake is one thing wrong with the configuration.
type Mistake struct {
	Place string // file:line:column, the environment variable, or the key itself where nothing was written
	Text  string
}

// Mistakes are all that is wrong, in the order in which a reader of the file meets them.
type Mistakes []Mistake

// Error lists one mistake per line.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, mistake := range m {
		lines[i] = mistake.Place + ": " + mistake.Text
	}
	return strings.Join(lines, "\n")
}

func (m *Mistakes) add(place, format string, args ...any) {
	*m = append(*m, Mistake{Place: place, Text: fmt.Sprintf(format, args...)})
}

// nearest returns the word that was probably meant, or "" when none is near.
func nearest(word string, words []string) string {
	best, bestDistance := "", 3 // further than two letters off is another word
	for _, w := range words {
		if d := editDistance(word, w); d < bestDistance {
			best, bestDistance = w, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions and replacements that lead from a to b (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := diagonal
			if a[i-1] != b[j-1] {
				replace++
			}
			diagonal = row[j]
			row[j] = min(replace, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
