package slack

import (
	"regexp"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
)

// marked finds what Slack makes of addresses and names in a typed text: <mailto:ana@example.com|ana@example.com>,
// <https://example.com>, <@U1>, <@U1|ana>, <#C1|general>, <!here>.
var marked = regexp.MustCompile(`<(mailto:|tel:|https?://|@|#|!)([^<>|]*)(?:\|([^<>]*))?>`)

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// plain is a text as it was typed, without what Slack has made of it (docs.slack.dev, messaging/formatting-message-text,
// read 2026-07). Whoever types "<@U1>" sends "&lt;@U1&gt;", so nothing else is taken apart.
func plain(s string) string {
	s = chat.Runes.Clamp(s, maxText)
	s = marked.ReplaceAllStringFunc(s, func(found string) string {
		m := marked.FindStringSubmatch(found)
		sign, target, label := m[1], m[2], m[3]
		switch {
		case sign == "#" && label != "":
			return "#" + label
		case sign == "@" && label != "":
			return "@" + strings.TrimPrefix(label, "@")
		case sign == "@" || sign == "#":
			return sign + target
		case sign == "!":
			name, _, _ := strings.Cut(target, "^")
			if label != "" {
				return label
			}
			return "@" + name
		case label != "":
			return label
		case sign == "mailto:" || sign == "tel:":
			return target
		}
		return sign + target
	})
	return unescape.Replace(s)
}

// escape makes a text mean nothing in Slack's mrkdwn. Only these three signs can be escaped; where a star or an
// underscore must not mean anything either, the text goes into plain_text or rich_text.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func escape(s string) string { return escaper.Replace(s) }
