package actions

import (
	"slices"
	"strings"
	"unicode"

	"github.com/aftersale/aftersale/store"
)

// A Topic is what a case is about: one of a few, so that they can be counted.
type Topic string

// The topics.
const (
	TopicAccess    Topic = "access"
	TopicRefund    Topic = "refund"
	TopicPayment   Topic = "payment"
	TopicEmail     Topic = "email"
	TopicPassword  Topic = "password"
	TopicTicket    Topic = "ticket"
	TopicContent   Topic = "content"
	TopicComplaint Topic = "complaint" // of feedback; nobody is asked whether he complains
	TopicOther     Topic = "other"
)

// Topics lists those that a buyer chooses from, in the order in which they are offered.
var Topics = []Topic{TopicAccess, TopicRefund, TopicPayment, TopicEmail, TopicPassword, TopicTicket, TopicContent, TopicOther}

// topicWords are beginnings of words, folded, that speak of a topic in one of the three languages. Some stand in more than
// one: the topic that most words speak of goes first.
var topicWords = map[Topic][]string{
	TopicAccess: {"acess", "access", "acces", "acced", "entrar", "entro", "login", "logar", "liber", "link", "area de membros", "members area",
		"area de miembros", "recebi", "receb", "received", "recibi", "nao chegou", "no llego", "get in", "log in", "sign in", "iniciar sesion", "ingres"},
	TopicRefund: {"reembols", "devol", "estorn", "refund", "money back", "dinheiro de volta", "arrepend", "desist", "garant", "guarant", "cancelar a compra"},
	TopicPayment: {"pagamento", "paguei", "pagar", "pago", "pague", "payment", "paid", "charged", "charge", "cobran", "cobrad", "cobrar", "cobro", "cobraron", "boleto", "pix",
		"cartao", "card", "tarjeta", "fatura", "invoice", "factura", "nota fiscal", "parcela", "cuota", "instalment", "installment", "recibo", "receipt"},
	TopicEmail:    {"e-mail errad", "email errad", "trocar o e-mail", "trocar e-mail", "trocar meu e-mail", "mudar o e-mail", "mudar e-mail", "outro e-mail", "wrong e-mail", "wrong email", "change my e-mail", "change my email", "change the e-mail", "correo equivocad", "cambiar el correo", "cambiar mi correo", "otro correo", "endereco de e-mail", "trocar o email", "trocar email", "mudar email"},
	TopicPassword: {"senha", "password", "contrasena", "clave", "passcode"},
	TopicTicket:   {"ingresso", "ticket", "evento", "event", "check-in", "checkin", "entrada", "qr", "palestra"},
	TopicContent: {"aula", "lesson", "leccion", "clase", "video", "modulo", "module", "material", "pdf", "apostila", "certificad", "certificate", "audio",
		"legenda", "subtitle", "subtitul", "download", "baixar", "descargar", "conteudo", "content", "contenido"},
}

// maxSuggested is how many topics are suggested: more would be the whole list again.
const maxSuggested = 3

// SuggestTopics lists what a text may be about, the likeliest first; nothing when its words speak of nothing.
func SuggestTopics(text string) []Topic {
	words := " " + strings.Join(strings.FieldsFunc(store.Fold(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-'
	}), " ") + " "
	hits := map[Topic]int{}
	var found []Topic
	for _, t := range Topics {
		for _, w := range topicWords[t] {
			hits[t] += strings.Count(words, " "+w)
		}
		if hits[t] > 0 {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b Topic) int { return hits[b] - hits[a] })
	return found[:min(len(found), maxSuggested)]
}
