package actions_test

import (
	"testing"

	"github.com/aftersale/aftersale/actions"
)

func TestOnlyThanks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"That was it, thank you!":    true,
		"Thanks a lot, it works now": true,
		"thx":                        true,
		"Thank you very much for the quick help 🙏":    true,
		"It's solved, many thanks to the team":        true,
		"Muito obrigada pela ajuda, deu tudo certo!":  true,
		"Valeu, pessoal, já consegui entrar":          true,
		"Agradeço muito o retorno rápido":             true,
		"Resolvido. Obrigado!":                        true,
		"¡Muchas gracias por la ayuda!":               true,
		"Listo, ya pude entrar. Mil gracias":          true,
		"Perfecto, gracias a todos":                   true,
		"Great!":                                      false, // no thanks, and no end
		"ok":                                          false,
		"":                                            false,
		"Thank you, but it does not work":             false,
		"Thanks. It still fails":                      false,
		"Thank you. Where is module three?":           false,
		"It is not solved":                            false,
		"Thanks for nothing":                          false,
		"Thank you, I want my money back":             false,
		"Obrigado, mas ainda não consegui entrar":     false,
		"Não resolveu":                                false,
		"Não funcionou":                               false,
		"Obrigada! E o meu certificado":               false,
		"Obrigado, quero o reembolso":                 false,
		"Gracias, pero no funcionó":                   false,
		"No pude entrar":                              false,
		"Gracias, todavía me falta el segundo módulo": false,
		"Gracias. ¿Y la factura?":                     false,
		"Valeu, chegou outro boleto":                  false,
		"thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks": false,
	} {
		if got := actions.OnlyThanks(text); got != want {
			t.Errorf("OnlyThanks(%q) is %v", text, got)
		}
	}
}
