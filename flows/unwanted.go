package flows

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// introduced finds what somebody calls a password, in our languages: "my password is x", "senha: x", "contraseña = x", "clave nueva es x".
var introduced = regexp.MustCompile(`(?i)(?:^|[^\pL\pN])(?:senha|contrase[nñ]a|clave|password|passwort|passcode|pass|pwd)` +
	`(?:\s+(?:nova|novo|atual|antiga|nueva|actual|vieja|new|old|current|dele|dela|aqui|aquí))?` +
	`\s*(?:[:=]|\s(?:é|eh|e|es|is|was|era|ser[aá]|fica|ficou|qued[oó])[\s:=])[\s:="“'«]*(\S+)`)

// known are words that have letters and digits and are no passwords: codes of purchases, such as HP1100000101.
var known = regexp.MustCompile(`^(?i:[a-z]{2}[0-9]{6,})$|^[A-Z0-9]+(?:[-_][A-Z0-9]+)*$`)

// unwanted reports what a buyer must not write in a chat: a password, which nobody here needs and everybody who reads along would
// have. open is the flow that he is in: while it is about his password, one word that could be one is taken for one.
//
// It would rather miss one than keep people from talking: what is no password by the platform's rule, which wants a digit
// in it, codes of purchases, addresses and links are left alone.
func unwanted(open string, role actions.Role, text string) (flow.Text, bool) {
	if role != actions.BuyerRole || utf8.RuneCountInString(text) > flow.MaxAnswer {
		return flow.Text{}, false
	}
	say := flow.T("unwanted.password")
	if open == passwordFlow && couldBePassword(strings.TrimSpace(text)) {
		return say, true
	}
	for _, found := range introduced.FindAllStringSubmatch(text, -1) {
		word := strings.TrimRight(found[1], `.,;!?"”'»)`)
		if utf8.RuneCountInString(word) >= 4 && strings.ContainsAny(word, "0123456789") && !harmless(word) {
			return say, true
		}
	}
	return flow.Text{}, false
}

// couldBePassword reports one word that keeps the rules of passwords.
func couldBePassword(word string) bool {
	_, err := actions.ParsePassword(word)
	return err == nil && !harmless(word)
}

// harmless reports words that look like passwords and are something else.
func harmless(word string) bool {
	if _, err := actions.ParseEmail(word); err == nil || actions.LooksLikeInvitation(word) {
		return true
	}
	lower := strings.ToLower(word)
	if strings.Contains(lower, "://") || strings.HasPrefix(lower, "www.") || strings.HasPrefix(word, "/") {
		return true
	}
	digits := strings.Count(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return 'd'
		}
		return r
	}, word), "d")
	return known.MatchString(word) && strings.ContainsFunc(word, unicode.IsLetter) && digits >= 4
}
