package discord

import (
	"regexp"
	"strings"
)

// special are the characters that begin markup anywhere in a line: emphasis, code, spoilers, links, mentions, times,
// custom emoji.
const special = "\\*_~`|<["

// everybody are the mentions without "<". Addresses keep their "@": they are everywhere.
var everybody = strings.NewReplacer("@everyone", `\@everyone`, "@here", `\@here`)

var (
	// lineStart is markup at the beginning of a line: headings, small print, quotes, lists.
	lineStart = regexp.MustCompile(`(?m)^([ \t]*)(#{1,3}[ \t]|-#[ \t]|>|[-+][ \t]|\d+\.[ \t])`)
	// inWord is markup that ordinary punctuation makes: an emoji by name, an address. Addresses are not made to be
	// clicked: what stands here may have been written by a stranger.
	inWord = regexp.MustCompile(`:[A-Za-z0-9+\-]*(?:\\_[A-Za-z0-9+\-]*)*:|[A-Za-z][A-Za-z0-9+.\-]*://`)
)

// escape makes text that Discord shows as it was written. Discord takes a backslash before any punctuation away.
func escape(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(special, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	out := b.String()
	if strings.Contains(out, "@") { // they notify nobody, but must not be drawn as if they did
		out = everybody.Replace(out)
	}
	if strings.Contains(out, ":") {
		out = inWord.ReplaceAllStringFunc(out, func(m string) string {
			return strings.ReplaceAll(m, ":", `\:`)
		})
	}
	if !beginsBlock(out) {
		return out
	}
	return lineStart.ReplaceAllStringFunc(out, func(m string) string {
		i := strings.IndexAny(m, "#->+.")
		return m[:i] + `\` + m[i:]
	})
}

// beginsBlock reports whether a line of s may begin markup, which few do: the pattern is slow.
func beginsBlock(s string) bool {
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimLeft(line, " \t")
		if line != "" && strings.IndexByte("#->+0123456789", line[0]) >= 0 {
			return true
		}
	}
	return false
}

// escapeIn escapes a text and shortens it so that what is sent has at most n characters.
func escapeIn(s string, n int) string {
	for limit := n; ; {
		text := escape(count.Clamp(s, limit))
		over := count.Length(text) - n
		if over <= 0 || limit <= 1 {
			return text
		}
		limit = max(1, limit-max(over/2, 1))
	}
}

// escapeSplit escapes a text in pieces of at most n characters each; nothing is lost.
func escapeSplit(s string, n int) []string { return splitAt(s, n, n) }

func splitAt(s string, n, limit int) []string {
	var pieces []string
	for _, piece := range count.Split(s, limit) {
		text := escape(piece)
		if count.Length(text) > n && limit > 1 {
			pieces = append(pieces, splitAt(piece, n, limit*3/4)...) // much markup: at half the limit all of it fits
			continue
		}
		pieces = append(pieces, text)
	}
	return pieces
}

// oneLine is a text without line breaks, for places that have one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
