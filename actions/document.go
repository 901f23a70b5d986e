package actions

import (
	"log/slog"
	"strings"
	"unicode"
)

// A Document is the number by which the Brazilian state knows a buyer: a CPF (11 digits, a person) or a CNPJ (14
// characters, a company), without punctuation, its check digits right. It shows who somebody is where a mailbox is lost, so
// no view, log or mail shows more of it than Masked; string(d) is the number.
//
// It is kept sealed only (store.Buyer.Document), and compared by keyed hash.
type Document string

// The lengths by which the two kinds are told apart.
const (
	cpfLength  = 11
	cnpjLength = 14
)

// ParseDocument reads a document as people type it: dots, dashes, slashes and spaces anywhere, letters in any case. Since July
// 2026 the first twelve characters of a new CNPJ may be letters (Instrução Normativa RFB 2.229/2024; read 2026-11-22): a
// character counts as its ASCII code less 48, so the numbers from before stay as they are.
//
// Errors: Invalid with Field empty, for the caller to name his field. What was typed is not in the error.
func ParseDocument(s string) (Document, error) {
	d := Document(strings.Map(documentRune, s))
	switch {
	case d == "":
		return "", &Error{Code: Invalid, Key: "document.empty"}
	case len(s) > 4*cnpjLength || !d.valid():
		return "", &Error{Code: Invalid, Key: "document.invalid", Hint: "document.invalid.hint"}
	}
	return d, nil
}

// documentRune drops what people and forms put between the characters, and makes capitals of letters.
func documentRune(r rune) rune {
	switch {
	case r == '.' || r == '/' || unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '\u2212':
		return -1
	case r >= 'a' && r <= 'z':
		return r - 'a' + 'A'
	}
	return r
}

// valid reports a number whose check digits fit. One digit repeated fits for a CPF, and is nobody's.
func (d Document) valid() bool {
	if strings.Count(string(d), string(d[:1])) == len(d) {
		return false
	}
	switch len(d) {
	case cpfLength:
		// The weights rise from 2 on, from right to left: up to 10 and 11.
		return d.digits() && d.checked(cpfLength-2, cpfLength) && d.checked(cpfLength-1, cpfLength)
	case cnpjLength:
		// Here they begin again behind 9.
		return d.characters() && d.checked(cnpjLength-2, 9) && d.checked(cnpjLength-1, 9)
	}
	return false
}

// checked reports whether the digit at a place is what those before it sum up to, modulo 11. The last of the weights is most.
func (d Document) checked(place, most int) bool {
	sum := 0
	for i := range place {
		weight := (place-1-i)%(most-1) + 2
		sum += int(d[i]-'0') * weight
	}
	want := 0
	if rest := sum % 11; rest >= 2 {
		want = 11 - rest
	}
	return int(d[place]-'0') == want
}

func (d Document) digits() bool {
	return strings.Trim(string(d), "0123456789") == ""
}

// characters reports a CNPJ's: letters may stand before the check digits.
func (d Document) characters() bool {
	body, check := d[:cnpjLength-2], d[cnpjLength-2:]
	for _, c := range []byte(body) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return check.digits()
}

// Masked shows of which kind a document is and the two check digits, by which its owner knows it again: "•••.•••.•••-25".
func (d Document) Masked() string {
	switch len(d) {
	case cpfLength:
		return "•••.•••.•••-" + string(d[cpfLength-2:])
	case cnpjLength:
		return "••.•••.•••/••••-" + string(d[cnpjLength-2:])
	case 0:
		return ""
	}
	return "•••"
}

// String is masked, so that a stray %v leaks nothing.
func (d Document) String() string { return d.Masked() }

// GoString is masked too: %#v is how values come into the messages of tests and panics.
func (d Document) GoString() string { return d.Masked() }

// LogValue is masked too.
func (d Document) LogValue() slog.Value { return slog.StringValue(d.Masked()) }
