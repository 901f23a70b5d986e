package flowstest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/store/storetest"
)

// TestDocumentIsNotKeptInTheConversation looks for what was typed in all that is stored, after a wrong document and after
// the right one, on platforms with forms and without; and for the mark by which adapters delete the message.
func TestDocumentIsNotKeptInTheConversation(t *testing.T) {
	t.Parallel()
	for _, forms := range []bool{true, false} {
		w := openOn(t, storetest.New(t), parseGiven(t, []byte(`
now: 2026-03-10T12:00:00Z
locale: en
people: {rui: manager}
purchases:
  HP1100000101: {product: Bread, buyer: Marina Duarte <marina.duarte@example.com>, price: 97.00 BRL, ordered: -3d, guarantee_ends: 2026-03-20T02:59:59Z, document: '52998224725'}
`)))
		say := func(label, text string) {
			t.Helper()
			if forms {
				text = label + ": " + text
			}
			must(t, w.act(act{who: "otto", text: text}, forms))
			w.settle(t)
		}
		must(t, w.act(act{who: "otto", text: "/email"}, forms))
		say("Purchase code or e-mail", "HP1100000101")
		must(t, w.act(act{who: "otto", button: "I cannot read that mailbox"}, forms))
		erased := 0
		for _, typed := range []string{"11144477735", "52998224725"} {
			say("CPF or CNPJ", typed)
			messages := w.chats.messages["@otto"]
			if messages[len(messages)-1].shown.Erase {
				erased++
			}
			saved, err := w.store.In(t.Context()).OpenConversation(account, platform, "@otto", "otto")
			must(t, err)
			entries, err := w.store.In(t.Context()).AuditEntries(account, 0, 1000)
			must(t, err)
			if all := fmt.Sprintf("%s %s", saved.Blob, fmt.Sprint(entries)); strings.Contains(all, typed) || strings.Contains(all, typed[:9]) {
				t.Errorf("forms %t: what was typed is kept: %s", forms, all)
			}
			if !strings.Contains(string(saved.Blob), "HP1100000101") {
				t.Fatalf("the conversation is not the one: %s", saved.Blob)
			}
		}
		if want := map[bool]int{true: 0, false: 2}[forms]; erased != want {
			t.Errorf("forms %t: %d messages are to be deleted, want %d", forms, erased, want)
		}
	}
}
