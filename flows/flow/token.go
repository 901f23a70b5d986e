package flow

import (
	"fmt"
	"strconv"
	"strings"
)

// A Token says what a button belongs to: a conversation (its id) or a live card (its subject, "kind:id"), the revision
// at which it was drawn, and the button's name. It holds no answer, no address and no command line. Its text fits
// Telegram's callback_data (1–64 bytes, Bot API 10.1).
type Token struct {
	Of       string // conversation id, or subject
	Revision int
	Button   string
}

// MaxToken is how many bytes a token's text may have.
const MaxToken = 64

// With returns the token of one of the view's buttons.
func (t Token) With(button string) Token { t.Button = button; return t }

// String is "of.revision.button".
func (t Token) String() string { return t.Of + "." + strconv.Itoa(t.Revision) + "." + t.Button }

// Subject splits the token of a live card into its kind and id; ok is false for a conversation's.
func (t Token) Subject() (kind, id string, ok bool) { return strings.Cut(t.Of, ":") }

// ParseToken reads a token's text back. It comes from outside: anything may stand there.
func ParseToken(s string) (Token, error) {
	rest, button, ok := cutLast(s, ".")
	of, revision, ok2 := cutLast(rest, ".")
	n, err := strconv.Atoi(revision)
	if len(s) > MaxToken || !ok || !ok2 || of == "" || err != nil || n < 0 {
		return Token{}, fmt.Errorf("not a token: %d bytes", len(s))
	}
	return Token{Of: of, Revision: n, Button: button}, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
