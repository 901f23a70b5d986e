package flows

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

func TestUnwanted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		open, text string
		role       actions.Role
		want       bool
	}{
		// One word, while it is about a password.
		{"password", "segredo123", actions.BuyerRole, true},
		{"password", "  Pão-Quente7 ", actions.BuyerRole, true},
		{"password", "p4ssw0rd!", actions.BuyerRole, true},
		{"password", "segredo123", actions.Agent, false},
		{"find", "segredo123", actions.BuyerRole, false},
		{"", "segredo123", actions.BuyerRole, false},
		{"password", "HP1100000101", actions.BuyerRole, false},
		{"password", "hp1100000101", actions.BuyerRole, false},
		{"password", "PED-2024-0001", actions.BuyerRole, false},
		{"password", "123456", actions.BuyerRole, false},
		{"password", "123 456", actions.BuyerRole, false},
		{"password", "marina1234@example.com", actions.BuyerRole, false},
		{"password", "https://a.io/x1", actions.BuyerRole, false},
		{"password", "ABCD-EFGH-JKLM-NPQR", actions.BuyerRole, false},
		{"password", "obrigada", actions.BuyerRole, false},
		{"password", "não chegou nada em 2 dias", actions.BuyerRole, false},
		{"password", "abc 1234567", actions.BuyerRole, false},
		{"password", "", actions.BuyerRole, false},
		// Said to be one, anywhere.
		{"", "minha senha é Segredo123", actions.BuyerRole, true},
		{"refund", "Senha: banana7", actions.BuyerRole, true},
		{"", "mi contraseña es gato2020", actions.BuyerRole, true},
		{"", "contrasena=gato2020", actions.BuyerRole, true},
		{"", "la clave nueva es gato2020, gracias", actions.BuyerRole, true},
		{"", "my PASSWORD is \"hunter2!\"", actions.BuyerRole, true},
		{"", "email marina@example.com password hunter2", actions.BuyerRole, false}, // nothing says that it is one
		{"", "the new password: 12345678", actions.BuyerRole, true},
		{"", "pwd: x9y8z7", actions.BuyerRole, true},
		{"", "minha senha é Segredo123", actions.Manager, false},
		{"", "minha senha é muito difícil", actions.BuyerRole, false},
		{"", "a senha é a mesma de 2020?", actions.BuyerRole, false},
		{"", "my password is not working since 12 March", actions.BuyerRole, false},
		{"", "password: see HP1100000101", actions.BuyerRole, false},
		{"", "senha: HP1100000101", actions.BuyerRole, false},
		{"", "compass: x9y8z7w6", actions.BuyerRole, false},
		{"", "esqueci a senha", actions.BuyerRole, false},
		{"", "olvidé mi contraseña, compré el 3/3/2026", actions.BuyerRole, false},
	} {
		if _, got := unwanted(c.open, c.role, c.text); got != c.want {
			t.Errorf("%s, while %q is open, from a %s: %v, want %v", c.text, c.open, c.role, got, c.want)
		}
	}
}

// FuzzUnwanted: whatever is typed is judged, and no rule of ours takes a code, an address or an answer of digits for a password.
func FuzzUnwanted(f *testing.F) {
	for _, seed := range []string{"minha senha é x1y2", "password=", "\xff", "senha: ", "HP1100000101"} {
		f.Add("password", seed)
	}
	f.Fuzz(func(t *testing.T, open, text string) {
		_, found := unwanted(open, actions.BuyerRole, text)
		if _, staff := unwanted(open, actions.Agent, text); staff {
			t.Errorf("%q of an agent is refused", text)
		}
		if _, err := actions.ParseEmail(text); err == nil && found {
			t.Errorf("the address %q is refused", text)
		}
		if actions.ParseCode(text) != "" && strings.Trim(text, "0123456789 -.") == "" && found {
			t.Errorf("the code %q is refused", text)
		}
	})
}
