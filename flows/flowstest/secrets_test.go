package flowstest

import (
	"context"
	"strings"
	"testing"
)

// Codes of authenticator apps, recovery codes and invitations are typed and shown, and no conversation keeps them: neither
// when they were wrong, nor while it waits for the next answer.
func TestCodesAreInNoConversation(t *testing.T) {
	t.Parallel()
	w := open(t, parseGiven(t, []byte(`
now: 2026-03-10T12:00:00Z
locale: en
people: {ana: agent, rui: manager, zeca: admin}
purchases:
  HP1100000500: {product: Bread, buyer: Marina Duarte <marina.duarte@example.com>, price: 897.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z}
`)))
	secrets := []string{"257075", "111222", "333444", "ABCDEFGHJKLMNPQR", "STUVWXYZ23456789", "WXYZ234567", "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"}
	bare := strings.NewReplacer("-", "", " ", "")
	looked := 0
	for _, text := range []string{
		"rui> /security", "rui> [Set it up]", "rui> 111222", "rui> 257075",
		"ana> /refund HP1100000500", "ana> [Technical problem]", "ana> [Skip]", "ana> [Refund R$897.00]",
		"rui> /refunds", "rui> [Refund · Marina Duarte · R$897.00]", "rui> [Approve]", "rui> [Approve]", "rui> 333444", "rui> 257075",
		"otto> /join ABCD-EFGH-JKLM-NPQR", "otto> STUV-WXYZ-2345-6789", "rui> wxyz2-34567",
	} {
		a, err := parseAct(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.act(a, false); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		w.settle(t)
		saved, err := w.store.In(context.Background()).OpenConversation(account, platform, "@"+a.who, a.who)
		if err != nil {
			continue // over
		}
		looked++
		for _, secret := range secrets {
			if strings.Contains(bare.Replace(strings.ToUpper(string(saved.Blob))), secret) {
				t.Errorf("after %q the conversation holds %s:\n%s", text, secret, saved.Blob)
			}
		}
	}
	if looked < 10 {
		t.Errorf("only %d conversations were looked at", looked)
	}
}
