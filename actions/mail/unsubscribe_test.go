package mail

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"testing"
)

// A mail that nobody needs says where it is ended, whole and in one line; others say nothing.
func TestUnsubscribeHeaders(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"", "https://support.example.com/b/optout/news_01JDZKQ3V7X9T2M4N6P8R0S1W5_" + strings.Repeat("a", 64)} {
		m := message("access", "en")
		m.Unsubscribe = link
		msg, err := compose(&netmail.Address{Address: "ajuda@example.com"}, m)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if _, err := msg.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		read, err := netmail.ReadMessage(&out)
		if err != nil {
			t.Fatal(err)
		}
		want, press := "", ""
		if link != "" {
			want, press = "<"+link+">", "List-Unsubscribe=One-Click"
		}
		if got := read.Header.Get("List-Unsubscribe"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := read.Header.Get("List-Unsubscribe-Post"); got != press {
			t.Errorf("got %q, want %q", got, press)
		}
	}
}
