package flowstest

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/store/storetest"
)

// TestLinkFromAMailOpensItsPurchase follows the link of a mail into the chat: a stranger is asked for a code first and
// then stands before that purchase, not before a list; whoever is known stands there at once; a forged link is no link.
func TestLinkFromAMailOpensItsPurchase(t *testing.T) {
	t.Parallel()
	w := openOn(t, storetest.New(t), parseGiven(t, []byte(`
now: 2026-03-10T12:00:00Z
locale: en
people: {rui: manager}
purchases:
  HP1100000101: {product: Bread, buyer: Marina Duarte <marina.duarte@example.com>, price: 297.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z}
  HP1100000102: {product: Cakes, buyer: Marina Duarte <marina.duarte@example.com>, price: 39.00 BRL, ordered: -2d, guarantee_ends: 2026-03-17T02:59:59Z}
`)))
	must(t, w.act(act{who: "rui", text: "/resend HP1100000101"}, true))
	must(t, w.act(act{who: "rui", button: "Resend access"}, true))
	w.settle(t)
	_, words, found := strings.Cut(w.mailed, "?start=")
	if !found {
		t.Fatalf("the mail's link is %q", w.mailed)
	}
	says := func(line, want string) {
		t.Helper()
		w.chats.take()
		must(t, w.act(act{who: "marina", text: line}, true))
		w.settle(t)
		if got := strings.Join(w.chats.take(), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s is answered\n%s\nwant %q", line, got, want)
		}
	}
	says("/start "+words[:len(words)-1]+"x", "How can we help?")
	says("/start "+words, "Type the code from your e-mail")
	says("Code: 100001", "Code: HP1100000101")
	says("/start "+words, "Code: HP1100000101")
}
