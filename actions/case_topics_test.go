package actions_test

import (
	"testing"

	"github.com/aftersale/aftersale/actions"
)

func TestSuggestTopics(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]actions.Topic{
		"Não recebi o acesso do curso":                actions.TopicAccess,
		"I did not get my access":                     actions.TopicAccess,
		"No me llegó el acceso":                       actions.TopicAccess,
		"QUERO MEU DINHEIRO DE VOLTA":                 actions.TopicRefund,
		"quiero una devolución":                       actions.TopicRefund,
		"I want a refund":                             actions.TopicRefund,
		"Esqueci minha senha":                         actions.TopicPassword,
		"olvidé mi contraseña":                        actions.TopicPassword,
		"forgot the password":                         actions.TopicPassword,
		"cobrado duas vezes no cartão":                actions.TopicPayment,
		"the second lesson has no subtitles":          actions.TopicContent,
		"¿dónde está mi entrada para el evento?":      actions.TopicTicket,
		"troquei de endereço, outro e-mail por favor": actions.TopicEmail,
		"bom dia":  "",
		"obrigada": "",
		"hello":    "",
	} {
		got := actions.SuggestTopics(text)
		if want == "" && len(got) > 0 || want != "" && (len(got) == 0 || got[0] != want) {
			t.Errorf("%q: %v, not %q", text, got, want)
		}
	}
}
