package chat

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/aftersale/aftersale/flows/flow"
)

// A Measure is how a platform counts the length of a text.
type Measure int

// The measures.
const (
	Runes Measure = iota
	UTF16         // code units: an emoji counts two (Telegram)
)

// Length counts s.
func (m Measure) Length(s string) int {
	if m == Runes {
		return utf8.RuneCountInString(s)
	}
	n := 0
	for _, r := range s {
		n += m.size(r)
	}
	return n
}

func (m Measure) size(r rune) int {
	if m == Runes {
		return 1
	}
	return max(1, utf16.RuneLen(r))
}

// Clamp shortens a text to at most n, with an ellipsis for what is gone.
func (m Measure) Clamp(s string, n int) string {
	if m.Length(s) <= n {
		return s
	}
	return strings.TrimRight(s[:m.index(s, n-1)], " \n") + "…"
}

// index is the byte at which the first n characters end.
func (m Measure) index(s string, n int) int {
	for i, r := range s {
		if n -= m.size(r); n < 0 {
			return i
		}
	}
	return len(s)
}

// Split cuts a text into pieces of at most n: between paragraphs if it can, else between lines, else between words, else
// where the limit is. Nothing is lost but the white space at the cuts.
func (m Measure) Split(s string, n int) []string {
	var pieces []string
	for m.Length(s) > n {
		head := s[:m.index(s, n)]
		cut := len(head)
		for _, sep := range []string{"\n\n", "\n", " "} {
			if i := strings.LastIndex(head, sep); i > len(head)/4 {
				cut = i
				break
			}
		}
		pieces = append(pieces, strings.TrimRight(s[:cut], " \n"))
		s = strings.TrimLeft(s[cut:], " \n")
	}
	if s != "" {
		pieces = append(pieces, s)
	}
	return pieces
}

// Clean makes typed text storable on every database: valid UTF-8 without control characters but line break and tab.
func Clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Parse tells a command from an answer. The platform's one command, such as "/support", may stand before the word.
func Parse(text, command string) flow.Gesture {
	line, ok := strings.CutPrefix(text, "/")
	if !ok {
		return flow.Typed{Text: text}
	}
	if word, rest := cutWord(line); "/"+word == command {
		return ParseWords(rest)
	}
	return ParseWords(line)
}

// ParseWords reads what stands behind the platform's command; nothing asks for help.
func ParseWords(text string) flow.Command {
	word, rest := cutWord(text)
	if word == "" {
		word = "help"
	}
	return flow.Command{Word: word, Rest: rest}
}

func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexAny(s, " \t\n")
	if i < 0 {
		i = len(s)
	}
	return strings.ToLower(s[:i]), strings.TrimSpace(s[i:])
}
