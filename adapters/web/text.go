package web

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

// parse tells a command from an answer. The word of the real platforms' one command may stand in front:
// "/support refund HP1" is what people type in Slack and Discord.
func parse(text string) flow.Gesture {
	line, ok := strings.CutPrefix(text, "/")
	if !ok {
		return flow.Typed{Text: text}
	}
	word, rest := cutWord(line)
	if word == "support" {
		word, rest = cutWord(rest)
	}
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

// clean makes typed text storable on every database: valid UTF-8 without control characters but the line break.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// delivery names a post by what the browser called it and by all that it says, so that a repeat is known, another text
// under the same name is not lost, and nobody can name somebody else's.
func delivery(p Pane, user, id, text string) string {
	sum := sha256.Sum256([]byte(string(p) + "\x00" + user + "\x00" + id + "\x00" + text))
	return "say-" + hex.EncodeToString(sum[:12])
}
