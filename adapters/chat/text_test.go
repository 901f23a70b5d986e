package chat_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want flow.Gesture
	}{
		{"/refund", flow.Command{Word: "refund"}},
		{"/Refund  HP1  now ", flow.Command{Word: "refund", Rest: "HP1  now"}},
		{"/support refund HP1", flow.Command{Word: "refund", Rest: "HP1"}},
		{"/support", flow.Command{Word: "help"}},
		{"/", flow.Command{Word: "help"}},
		{"/refund\nHP1", flow.Command{Word: "refund", Rest: "HP1"}},
		{"refund /HP1", flow.Typed{Text: "refund /HP1"}},
		{"👍", flow.Typed{Text: "👍"}},
	}
	for _, test := range tests {
		if got := chat.Parse(test.text, "/support"); !reflect.DeepEqual(got, test.want) {
			t.Errorf("parse(%q) = %#v, want %#v", test.text, got, test.want)
		}
	}
}

func TestCleanText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" a\r\nb ": "a\nb", "a\x00b\x1bc": "abc", "a\xffb": "a\uFFFDb", "\t ": "", "e\u0301 \u200d": "e\u0301 \u200d",
	} {
		if got := chat.Clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("one\n\ntwo three", 5)
	f.Add("🥖🥖 محمد", 3)
	f.Fuzz(func(t *testing.T, text string, n int) {
		n = 2 + (n&0x7fffffff)%5000 // a surrogate pair fits
		text = strings.ToValidUTF8(text, "")
		for _, m := range []chat.Measure{chat.Runes, chat.UTF16} {
			var all strings.Builder
			for _, piece := range m.Split(text, n) {
				if m.Length(piece) > n {
					t.Fatalf("a piece of %d, limit %d: %q", m.Length(piece), n, piece)
				}
				all.WriteString(piece)
			}
			same := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
			if same(all.String()) != same(text) {
				t.Fatalf("%q became %q", text, all.String())
			}
			if clamped := m.Clamp(text, n); m.Length(clamped) > n || !utf8.ValidString(clamped) {
				t.Fatalf("clamped to %q, limit %d", clamped, n)
			}
		}
		if got, want := chat.UTF16.Length(text), len(utf16.Encode([]rune(text))); got != want {
			t.Fatalf("%d units, want %d", got, want)
		}
	})
}
