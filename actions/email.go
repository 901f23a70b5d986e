package actions

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxEmail is the longest address that mail servers must take: 256 octets of path less its brackets (RFC 5321,
// 4.5.3.1.3); maxLocal is that of the part before the @ (4.5.3.1.1).
const (
	maxEmail = 254
	maxLocal = 64
)

// ParseEmail reads an address as people type it: trimmed, NFC, the domain in lower case. It is strict where a typing
// error is likelier than an exotic address: no quotes, no comments, no address literals, a dot in the domain.
//
// Errors: Invalid with Field empty, for the caller to name his field.
func ParseEmail(s string) (Email, error) {
	s = strings.TrimSpace(s)
	if len(s) > 4*maxEmail { // the normal form is never so much shorter
		return "", &Error{Code: Invalid, Key: "email.invalid", Hint: "email.invalid.hint"}
	}
	s = norm.NFC.String(s)
	if s == "" {
		return "", &Error{Code: Invalid, Key: "email.empty"}
	}
	local, domain, found := strings.Cut(s, "@")
	if !found || strings.Contains(domain, "@") || !utf8.ValidString(s) {
		return "", &Error{Code: Invalid, Key: "email.invalid", Hint: "email.invalid.hint"}
	}
	domain = norm.NFC.String(strings.ToLower(domain)) // lowering can undo the normal form
	email := Email(local + "@" + domain)
	if len(email) > maxEmail || !validLocal(local) || !validDomain(domain) {
		return "", &Error{Code: Invalid, Key: "email.invalid", Hint: "email.invalid.hint"}
	}
	return email, nil
}

// validLocal accepts dot-atoms (RFC 5322, 3.2.3), and letters and digits of any script (RFC 6531).
func validLocal(s string) bool {
	if s == "" || len(s) > maxLocal || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		if !wordRune(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r) {
			return false
		}
	}
	return true
}

// validDomain accepts two or more labels; the last one is no number, which only an address literal would be.
func validDomain(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 || !strings.ContainsFunc(labels[len(labels)-1], unicode.IsLetter) {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if !wordRune(r) && r != '-' {
				return false
			}
		}
	}
	return true
}

// wordRune reports letters, digits and the marks that some scripts need between them; unassigned and invisible
// characters, with which one address could be made to look like another, are none of these.
func wordRune(r rune) bool {
	return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') ||
		r >= utf8.RuneSelf && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// Key is the address as addresses are compared and looked up: wholly in lower case, for no mail host in use tells
// capitals apart, and two buyers who differ only in them are one.
func (e Email) Key() string { return norm.NFC.String(strings.ToLower(string(e))) }

// String is masked, so that a stray %v leaks nothing; string(e) is the address.
func (e Email) String() string { return e.Masked() }

// Masked is the address as shared rooms show it: "m•••a@e•••e.com". The number of dots says nothing of its length, and
// of a name of up to three letters only the first is shown.
func (e Email) Masked() string {
	local, domain, found := strings.Cut(string(e), "@")
	if !found {
		return mask(local)
	}
	host, rest, _ := strings.Cut(domain, ".")
	return mask(local) + "@" + mask(host) + "." + rest
}

func mask(s string) string {
	runes := []rune(s)
	switch {
	case len(runes) == 0:
		return ""
	case len(runes) <= 3:
		return string(runes[0]) + "•••"
	}
	return string(runes[0]) + "•••" + string(runes[len(runes)-1])
}
