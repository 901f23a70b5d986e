package actions

import "strings"

// ParseTransaction reads the code of a charge as people type it: trimmed, in upper case, 3 to 40 letters, digits,
// dashes and underscores. The code stays opaque: its form is the platform's business.
//
// Errors: Invalid with Field empty, for the caller to name his field.
func ParseTransaction(s string) (Transaction, error) {
	t := strings.ToUpper(strings.TrimSpace(s))
	if t == "" {
		return "", &Error{Code: Invalid, Key: "transaction.empty"}
	}
	if len(t) < 3 || len(t) > 40 || strings.Trim(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return "", &Error{Code: Invalid, Key: "transaction.invalid", Hint: "transaction.invalid.hint"}
	}
	return Transaction(t), nil
}
