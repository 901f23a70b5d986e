package discord

import (
	"strings"
	"testing"
	"testing/quick"
	"unicode/utf8"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
)

// hostile are texts that would be markup.
var hostile = []string{
	`**bold** *italic* _also_ __under__ ~~gone~~ ||spoiler|| ` + "`code` ```block```", `\ \\ \* \_`, `# Heading`, "## Two\n### Three\n-# small", "> quote\n>>> all",
	"- item\n* item\n+ item\n1. one\n12. twelve", "  - nested", `@everyone @here <@1001> <@!1001> <@&7> <#8> </support:5> <t:1700000000:R>`,
	`<:name:123> <a:name:123> :smile: :smile_face: :a:b:c:`, `[text](https://evil.example) <https://evil.example> https://evil.example/a_b_c?d=*`, `10:30:45 a::b`,
	"a\\", "snake_case_name", "2 * 3 * 4", "mailto:x@example.com javascript://x", "محمد 👩🏽‍🍳 :)",
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		if got := fakediscord.Plain(escape(text)); got != text {
			t.Errorf("%q is read as %q (sent: %q)", text, got, escape(text))
		}
	}
}

// TestEscapeLengths: shortened and split texts fit, are read as they were written, and lose nothing but white space.
func TestEscapeLengths(t *testing.T) {
	t.Parallel()
	check := func(text string, n uint8) bool {
		limit := int(n)%200 + 2
		if !utf8.ValidString(text) {
			return true
		}
		if got := escapeIn(text, limit); count.Length(got) > limit {
			t.Errorf("%q is shortened to %q, %d characters, want %d", text, got, count.Length(got), limit)
			return false
		}
		var all strings.Builder
		for _, piece := range escapeSplit(text, limit) {
			if count.Length(piece) > limit {
				t.Errorf("a piece of %q has %d characters, want %d", text, count.Length(piece), limit)
				return false
			}
			all.WriteString(fakediscord.Plain(piece))
		}
		if got, want := strings.Join(strings.Fields(all.String()), ""), strings.Join(strings.Fields(text), ""); got != want {
			t.Errorf("%q is split into %q", want, got)
			return false
		}
		return true
	}
	for _, text := range hostile {
		for n := range uint8(60) {
			if !check(strings.Repeat(text+" ", 20), n) {
				return
			}
		}
	}
	if err := quick.Check(func(words []string, n uint8) bool {
		var text strings.Builder
		for i, w := range words {
			text.WriteString(hostile[i%len(hostile)])
			for _, r := range w {
				if r >= ' ' && r != 0x7f {
					text.WriteRune(r)
				}
			}
			text.WriteString(" ")
		}
		return check(text.String(), n)
	}, &quick.Config{MaxCount: 200}); err != nil {
		t.Error(err)
	}
}
