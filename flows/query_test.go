package flows

import (
	"testing"

	"github.com/aftersale/aftersale/actions"
)

func TestReadQuery(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]actions.Filter{
		"":                       {},
		" hp1100000101 ":         {Transaction: "HP1100000101"},
		"marina@example.com":     {Email: "marina@example.com"},
		"marina@":                {Email: "marina@"},
		"marina.d":               {Email: "marina.d"},
		"Marina Duarte":          {Name: "Marina Duarte"},
		"Maria 2":                {Name: "Maria 2"},
		"In 2026 I paid 1997.00": {Name: "In 2026 I paid 1997.00"},
		"Hi! I cannot enter, my e-mail is <mailto:Marina@example.com|Marina@example.com>. Thanks": {Email: "Marina@example.com"},
		"olá, comprei com (joao.pereira@example.com) e nada":                                      {Email: "joao.pereira@example.com"},
		"Refund HP17715690036014, please":                                                         {Transaction: "HP17715690036014"},
		"HP17715690036014 is by\nmarina@example.com":                                              {Email: "marina@example.com"},
	} {
		var got actions.Filter
		readQuery(text, &got)
		if got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func FuzzReadQuery(f *testing.F) {
	f.Add("Hi, <mailto:a@b.example|a@b.example> HP1100000101")
	f.Fuzz(func(_ *testing.T, text string) {
		var filter actions.Filter
		readQuery(text, &filter)
	})
}
