package faketelegram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// tags are the elements of Telegram's HTML style.
var tags = []string{"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote", "tg-spoiler"}

// plain takes the markup out of a text, as strictly as the real server: an element that it does not know, or one that is
// not closed, is refused.
func plain(html string) (string, error) {
	var out strings.Builder
	var open []string
	for i := 0; i < len(html); {
		switch html[i] {
		case '<':
			end := strings.IndexByte(html[i:], '>')
			if end < 0 {
				return "", fmt.Errorf("can't parse entities: Unclosed start tag at byte offset %d", i)
			}
			name, closing := strings.CutPrefix(html[i+1:i+end], "/")
			if !closing {
				name, _, _ = strings.Cut(name, " ")
			}
			switch {
			case !slices.Contains(tags, name):
				return "", fmt.Errorf("can't parse entities: Unsupported start tag %q at byte offset %d", name, i)
			case !closing:
				open = append(open, name)
			case len(open) == 0 || open[len(open)-1] != name:
				return "", fmt.Errorf("can't parse entities: Unexpected end tag at byte offset %d", i)
			default:
				open = open[:len(open)-1]
			}
			i += end + 1
		case '&':
			r, n := entity(html[i:])
			out.WriteString(r)
			i += n
		default:
			out.WriteByte(html[i])
			i++
		}
	}
	if len(open) > 0 {
		return "", fmt.Errorf("can't parse entities: Can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return strings.TrimSpace(out.String()), nil
}

// entity reads one of the four names, or a number; anything else stands for itself.
func entity(s string) (string, int) {
	for name, r := range map[string]string{"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": `"`} {
		if strings.HasPrefix(s, name) {
			return r, len(name)
		}
	}
	if end := strings.IndexByte(s, ';'); end > 2 && end < 10 && s[1] == '#' {
		digits, base := s[2:end], 10
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 32); err == nil {
			return string(rune(n)), end + 1
		}
	}
	return "&", 1
}

// length counts as Telegram does: UTF-16 code units.
func length(s string) int { return len(utf16.Encode([]rune(s))) }
