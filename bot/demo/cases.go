package demo

import (
	"time"

	"github.com/aftersale/aftersale/actions"
)

// A Question is a case that was opened before the sample begins.
type Question struct {
	Transaction actions.Transaction
	Topic       actions.Topic
	Ago         time.Duration // it was asked
	Text        string
	By          string        // ID of the member who has it; empty: nobody
	Note        string        // of his, for the team; empty: none
	Reply       string        // of his, to the buyer; empty: none yet
	After       time.Duration // of Note and Reply
}

// Questions are what the shop's team finds when it comes to work: one that nobody has, one that somebody looks into, one that
// was answered. Those who ask are none that can be played, so that a played buyer begins without any.
var Questions = []Question{
	{Transaction: "HP5300000811", Topic: actions.TopicAccess, Ago: 50 * time.Minute,
		Text: "Hi! I bought the bread course for my sister and used my own e-mail by mistake. How does she get in?"},
	{Transaction: "HP5300000831", Topic: actions.TopicPayment, Ago: 3 * time.Hour, By: "ana", After: 40 * time.Minute,
		Text: "Buenas, me cobraron dos veces en la tarjeta y solo hice una compra. ¿Me pueden ayudar?",
		Note: "I see one charge only. The bank may show the authorisation as a second one; wait for the statement."},
	{Transaction: "HP5300000421", Topic: actions.TopicContent, Ago: 26 * time.Hour, By: "ana", After: 2 * time.Hour,
		Text:  "Oi, a apostila do módulo 2 não abre no meu celular. No computador abre normal.",
		Reply: "Oi, Paulo! Trocamos o arquivo por um mais leve. Pode baixar de novo no celular? Se não abrir, me diga o modelo do aparelho."},
}

// A Canned is an answer that the shop keeps ready, by language.
type Canned struct {
	Name  string
	Texts map[string]string
}

// CannedReplies are some of those.
var CannedReplies = []Canned{
	{Name: "Acesso reenviado", Texts: map[string]string{
		"pt-BR": "Oi, {{buyer.first_name}}! Enviamos de novo o acesso a {{purchase.product}}. Olhe também na caixa de spam. Um abraço, {{agent.name}}",
		"en":    "Hi {{buyer.first_name}}, we have sent your access to {{purchase.product}} again. Please look into the spam folder too. Best, {{agent.name}}",
		"es":    "Hola, {{buyer.first_name}}: te hemos enviado otra vez el acceso a {{purchase.product}}. Mira también en la carpeta de spam. Saludos, {{agent.name}}",
	}},
	{Name: "Nota fiscal", Texts: map[string]string{
		"pt-BR": "Oi, {{buyer.first_name}}! A nota fiscal da compra {{purchase.code}} chega por e-mail em até 7 dias úteis depois da garantia.",
		"en":    "Hi {{buyer.first_name}}, the invoice of purchase {{purchase.code}} comes by e-mail within 7 working days after the guarantee.",
		"es":    "Hola, {{buyer.first_name}}: la factura de la compra {{purchase.code}} llega por correo en los 7 días hábiles después de la garantía.",
	}},
}
