package discord

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// Discord's codes that mean something to us (API v10 reference, JSON error codes, read 2026-07).
const (
	codeUnknownChannel     = 10003
	codeUnknownMessage     = 10008
	codeUnknownUser        = 10013
	codeUnknownWebhook     = 10015
	codeUnknownInteraction = 10062
	codeDirectTooFast      = 40003
	codeTooLarge           = 40005
	codeAcknowledged       = 40060
	codeMissingAccess      = 50001
	codeNotInDirect        = 50003
	codeNotTheAuthor       = 50005
	codeCannotDirect       = 50007
	codeMissingPermission  = 50013
	codeInvalidToken       = 50027 // of an interaction: its fifteen minutes are over
	codeThreadLocked       = 50083
	codeNoMutualServer     = 50278
	codeThreadThere        = 160004
)

// A refusal is Discord's answer to a call that it did not carry out.
type refusal struct {
	Route  string // the call, without tokens
	Status int
	Code   int
	Text   string
}

func (r *refusal) Error() string {
	if r.Code != 0 {
		return fmt.Sprintf("%s: status %d, code %d: %s", r.Route, r.Status, r.Code, r.Text)
	}
	return fmt.Sprintf("%s: status %d: %s", r.Route, r.Status, r.Text)
}

// refused reports whether err is Discord's refusal with one of the codes.
func refused(err error, codes ...int) bool {
	var r *refusal
	if !errors.As(err, &r) {
		return false
	}
	for _, c := range codes {
		if r.Code == c {
			return true
		}
	}
	return false
}

// windowClosed reports whether an interaction cannot be answered any more: too late, its token is over, or it was never
// ours. Discord asks not to call again then.
func windowClosed(err error) bool {
	return refused(err, codeUnknownInteraction, codeUnknownWebhook, codeInvalidToken) || status(err) == http.StatusUnauthorized
}

func status(err error) int {
	var r *refusal
	if errors.As(err, &r) {
		return r.Status
	}
	return 0
}

// delivery tells the engine what became of a message that nobody asked for just now.
func delivery(err error) error {
	switch {
	case err == nil:
		return nil
	case refused(err, codeCannotDirect, codeNoMutualServer, codeNotInDirect):
		return &flow.Unreachable{Why: flow.Closed, Err: err}
	case refused(err, codeUnknownUser):
		return &flow.Unreachable{Why: flow.Blocked, Err: err}
	case refused(err, codeUnknownChannel, codeMissingAccess, codeMissingPermission):
		return &flow.Unreachable{Why: flow.Left, Err: err}
	case refused(err, codeDirectTooFast):
		return &flow.Busy{After: 10 * time.Minute, Err: err}
	}
	return err
}
