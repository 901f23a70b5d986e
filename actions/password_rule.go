package actions

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a password must be: what buyers of course platforms are used to.
const (
	PasswordMin = 7 // characters
	PasswordMax = 20
)

// A Password is one that keeps the rules. It shows itself to nobody: a stray %v leaks nothing.
type Password string

// String hides it.
func (Password) String() string { return "•••" }

// GoString hides it.
func (Password) GoString() string { return "•••" }

// ParsePassword reads a password: NFC, so that keyboards that write the same letter in two ways mean the same one; nothing is
// taken away from it.
//
// Errors: Invalid with Field "password", and the first rule that it breaks. The error holds nothing of what was typed.
func ParsePassword(s string) (Password, error) {
	wrong := func(rule string) (Password, error) {
		return "", &Error{Code: Invalid, Key: "password." + rule, Args: map[string]any{"min": PasswordMin, "max": PasswordMax}, Field: "password"}
	}
	if len(s) > 16*PasswordMax || !utf8.ValidString(s) {
		return wrong("too_long")
	}
	s = norm.NFC.String(s)
	switch n := utf8.RuneCountInString(s); {
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return wrong("spaces")
	case n < PasswordMin:
		return wrong("too_short")
	case n > PasswordMax:
		return wrong("too_long")
	case !strings.ContainsFunc(s, unicode.IsLetter):
		return wrong("no_letter")
	case !strings.ContainsAny(s, "0123456789"):
		return wrong("no_digit")
	}
	return Password(s), nil
}
