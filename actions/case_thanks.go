package actions

import (
	"slices"
	"strings"
	"unicode"

	"github.com/aftersale/aftersale/store"
)

// thanking are words, folded, of which at least one stands in what only thanks, or says that all is well.
var thanking = strings.Fields(`thanks thank thx ty cheers solved fixed works worked working
	obrigado obrigada obrigadinho obrigadao obg brigado brigada valeu vlw agradeco agradecido agradecida gratidao grato grata resolvido resolvida resolveu funcionou consegui
	gracias agradezco resuelto resuelta resolvio funciono logre pude`)

// polite are the words that stand around them. A word in neither list may be news: then it is read by somebody.
var polite = strings.Fields(`a all again and are awesome best both case day everything evening fine for good got great have help hello helping helpful hey hi i im in is it its kind kindly
	lot many me morning much my nice night now ok okay once perfect perfectly please problem quick quickly reply response answer really regards so support team that the there this to very was well wonderful you your
	abraco abracos agora ajuda ajudar atencao atendimento bem boa bom certo com da de deu dia do e entrar equipe era esta ficou foi gente isso ja la mais maravilha me mesmo muitissimo muito mto na no noite o oi ola os otimo otima
	pela pelo perfeito perfeita por pra pessoal problema pronto que rapida rapidez rapido resposta retorno show suporte super tarde tudo tchau um uma vcs voce voces beleza excelente por-favor tambem
	ahora amable apoyo atencion ayuda ayudar bien buen buena buenas bueno buenos con dias el ella en entendido equipo eso esta excelente fue genial gran hola la las listo lo los mas mi mil mucha muchas muchisimas mucho muy noches
	para perfecto problema rapidez rapido respuesta saludos su soporte tan tardes te todo todos un una ustedes usted vale ya y entrar`)

// negations turn what follows into news, whatever else is said.
var negations = strings.Fields("not no nao ainda still but mas pero sin sem never nunca tampouco tampoco isnt doesnt didnt cant wont aun todavia")

// maxThanks is how many words somebody needs to thank; who writes more has more to say.
const maxThanks = 20

// OnlyThanks reports whether a text only thanks, or says that all is well, in any of the three languages: it needs no answer.
// In doubt it does not.
func OnlyThanks(text string) bool {
	if strings.ContainsAny(text, "?¿") {
		return false
	}
	words := strings.FieldsFunc(store.Fold(strings.NewReplacer("'", "", "’", "").Replace(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) > maxThanks {
		return false
	}
	thanks := false
	for i, w := range words {
		switch {
		case slices.Contains(thanking, w):
			thanks = true
		case w == "no" && i > 0 && slices.Contains(polite, words[i-1]) && len(words) > i+1 && slices.Contains([]string{"atendimento", "suporte"}, words[i+1]):
			// "no atendimento": Portuguese for "in the"
		case slices.Contains(negations, w), !slices.Contains(polite, w):
			return false
		}
	}
	return thanks
}
