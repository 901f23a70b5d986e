package actions

import (
	"errors"
	"fmt"
	"slices"
)

// A Code says what kind of failure an Error is; flows, logs and exit codes follow from it.
type Code string

// The codes. What each means to the person, the flow and the log stands in docs/ARCHITECTURE.md.
const (
	Invalid     Code = "invalid"     // an input is wrong: ask again
	NotFound    Code = "not_found"   // no such thing, or none that the actor may see
	Denied      Code = "denied"      // not by this actor
	Conflict    Code = "conflict"    // not in this state
	Unavailable Code = "unavailable" // something remote or the database does not answer: try again
	Internal    Code = "internal"    // our fault
)

// Error is a failure made to be read by the person at the keyboard.
type Error struct {
	Code  Code
	Key   string         // message key, such as "refund.guarantee_over"
	Hint  string         // message key of what to do next; may be empty
	Args  map[string]any // values for both messages
	Field string         // input at fault, such as "transaction"; may be empty
	Err   error          // cause; for the log, never for the chat
	// Kept says that what the action wrote stays although it failed, such as the count of wrong codes: the transaction
	// that it joined must be committed all the same.
	Kept bool
}

// Error is for logs: it names the key, never the values, which may hold an address.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Key, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Key)
}

// Has reports whether the error has one of the codes; no error has none.
func (e *Error) Has(codes ...Code) bool { return e != nil && slices.Contains(codes, e.Code) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError returns err as an Error; anything that is none becomes Internal, with err as its cause.
func AsError(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	}
	return &Error{Code: Internal, Key: "error.internal", Err: err}
}
