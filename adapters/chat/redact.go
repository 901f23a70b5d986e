package chat

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
)

// redacted stands where a secret stood.
const redacted = "[redacted]"

// A Redactor keeps secrets out of what is logged and returned. Some platforms take their token in the address, and every
// network error repeats the address.
type Redactor struct{ replace *strings.Replacer }

// NewRedactor makes a Redactor for secrets; empty ones are none.
func NewRedactor(secrets ...string) *Redactor {
	var pairs []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		for _, form := range []string{s, url.PathEscape(s), url.QueryEscape(s)} {
			pairs = append(pairs, form, redacted)
		}
	}
	return &Redactor{strings.NewReplacer(pairs...)}
}

// String returns s without the secrets.
func (r *Redactor) String(s string) string { return r.replace.Replace(s) }

// Error returns an error that says the same without the secrets. errors.Is sees what is inside; errors.As finds whatever
// holds no secret itself.
func (r *Redactor) Error(err error) error {
	if err == nil || r.String(err.Error()) == err.Error() {
		return err
	}
	return &safeError{r, err}
}

type safeError struct {
	redactor *Redactor
	err      error
}

// Error implements error.
func (e *safeError) Error() string { return e.redactor.String(e.err.Error()) }

// Is lets errors.Is see what is inside.
func (e *safeError) Is(target error) bool { return errors.Is(e.err, target) }

// As lets errors.As see what is inside, unless that would give the secret away.
func (e *safeError) As(target any) bool {
	if !errors.As(e.err, target) {
		return false
	}
	found := reflect.ValueOf(target).Elem()
	inner, ok := found.Interface().(error)
	if ok && e.redactor.String(inner.Error()) != inner.Error() {
		found.SetZero()
		return false
	}
	return true
}
