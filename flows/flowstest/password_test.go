package flowstest

import (
	"os"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/store"
)

// TestPasswordTypedInAChat looks for passwords in the raw file of a database after somebody wrote them wherever he could: as
// text in and after the conversation about them, behind commands, in forms, and in the middle of others.
func TestPasswordTypedInAChat(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/shop.db"
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
	must(t, err)
	must(t, s.Migrate(t.Context()))
	w := openOn(t, s, parseGiven(t, []byte(`
now: 2026-03-10T12:00:00Z
locale: en
people: {rui: manager}
buyers: {ines: ines.valente@example.org}
purchases:
  HP1100000301: {product: Oven Notes, buyer: Inês Valente <ines.valente@example.org>, price: 89.00 BRL, ordered: -3d, guarantee_ends: 2026-03-20T02:59:59Z}
`)))
	erased := 0
	say := func(who string, forms bool, texts ...string) {
		t.Helper()
		for _, text := range texts {
			must(t, w.act(act{who: who, text: text}, forms))
			w.settle(t)
			messages := w.chats.messages["@"+who]
			if messages[len(messages)-1].shown.Erase {
				erased++
			}
		}
	}
	say("otto", false, "/password", "Segredo-01", "/password Segredo-02", "my password is Segredo-03", "/find senha: Segredo-04")
	say("otto", true, "/find", "Purchase code or e-mail: contraseña es Segredo-05")
	say("ines", false, "/password")
	must(t, w.act(act{who: "ines", button: "Mail the link"}, false))
	w.settle(t)
	say("ines", false, "Segredo-06", "/refund HP1100000301", "the password: Segredo-07")
	if erased != 7 {
		t.Errorf("%d messages are to be deleted, want 7", erased)
	}
	saved, err := w.store.In(t.Context()).OpenConversation(account, platform, "@ines", "ines")
	if err != nil || saved.Flow != "refund" || !strings.Contains(string(saved.Blob), "HP1100000301") {
		t.Errorf("her conversation is %s %s, %v", saved.Flow, saved.Blob, err)
	}
	must(t, s.Close())
	raw, err := os.ReadFile(path)
	must(t, err)
	wal, _ := os.ReadFile(path + "-wal") // there may be none
	if all := string(raw) + string(wal); strings.Contains(all, "Segredo-0") || !strings.Contains(all, "ines.valente@example.org") {
		t.Error("the database holds what was typed, or is not the one")
	}
}
