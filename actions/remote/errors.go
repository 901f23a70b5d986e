package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// An Error is a call that did not succeed. Its text has the call's name, the status, and what the platform said, cut short;
// never an address with its query, a token, or anybody's e-mail address.
type Error struct {
	Call        string
	Status      int           // of HTTP; 0: there was no answer
	Code        string        // the platform's word for what is wrong; may be empty
	Description string        // its explanation, or ours
	After       time.Duration // how long it asks to wait; 0: it does not say
	// Unsent reports that nothing has left: the platform has certainly not acted.
	Unsent bool
	// Odd reports an answer that is not what was asked for, such as a page of HTML: who knows what it stands for.
	Odd bool
	// TooLarge reports an answer above the limit.
	TooLarge bool
	Err      error // context.Canceled or context.DeadlineExceeded where that was the reason
}

// Error says what failed.
func (e *Error) Error() string {
	text := e.Call + ": "
	if e.Status != 0 {
		text += fmt.Sprintf("HTTP %d", e.Status)
		if e.Code != "" {
			text += " " + e.Code
		}
		if e.Description != "" {
			text += ": "
		}
	}
	return text + e.Description
}

// Unwrap returns why it was given up.
func (e *Error) Unwrap() error { return e.Err }

// Rejected reports that the platform understood the call and did not carry it out: a status from 400 to 499 in its own words. A
// time-out (408) is none.
func (e *Error) Rejected() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout && !e.Odd
}

// AsError returns the Error in a chain, or nil.
func AsError(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

const (
	maxCode        = 60  // bytes of the platform's word
	maxDescription = 300 // bytes of its explanation
	maxErrorBody   = 8 << 10
)

// StandardExplain reads the common forms of errors: {"error": "word", "error_description": "…"} (OAuth, Hotmart),
// {"error": {"code": "word", "type": "word", "message": "…"}} (Stripe), {"message": "…"} (Gumroad).
func StandardExplain(body []byte) (code, description string) {
	var b struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
		Message     string          `json:"message"`
	}
	if json.Unmarshal(body, &b) != nil {
		return "", ""
	}
	description = b.Description
	if description == "" {
		description = b.Message
	}
	if json.Unmarshal(b.Error, &code) == nil {
		return code, description
	}
	var inner struct{ Code, Type, Message string }
	if json.Unmarshal(b.Error, &inner) == nil {
		if code = inner.Code; code == "" {
			code = inner.Type
		}
		description = inner.Message
	}
	return code, description
}

var (
	addresses = regexp.MustCompile(`[^\s"'<>()=,;:]+@[^\s"'<>()=,;&]+`)
	queries   = regexp.MustCompile(`\?[^\s"'<>]*`)
)

// safe cuts a platform's text short, and takes out of it what must not be in a log.
func safe(text string, limit int, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(strings.ReplaceAll(text, s, "…"), url.QueryEscape(s), "…")
		}
	}
	text = queries.ReplaceAllString(text, "?…")
	text = addresses.ReplaceAllString(text, "…@…")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return strings.TrimSpace(text)
}

// looksLike reports whether a body is JSON. What is not is mostly a proxy's page.
func looksLikeJSON(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && json.Valid(body)
}

// contextError keeps of an error only that somebody gave up.
func contextError(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	}
	return nil
}
