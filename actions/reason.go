package actions

import "slices"

// A Reason is why somebody asks for a write: one of a few, so that they can be counted.
type Reason string

// The reasons.
const (
	NotExpected  Reason = "not_expected"  // the product is not what was expected
	ChargedTwice Reason = "charged_twice" // the same thing was bought twice
	Technical    Reason = "technical"     // it does not work for the buyer
	Fraud        Reason = "fraud"         // the card's owner did not buy
	Typo         Reason = "typo"          // the address was mistyped
	LostAccess   Reason = "lost_access"   // the buyer cannot read that mailbox any more
	OtherReason  Reason = "other"
)

// RefundReasons and EmailReasons list what can be chosen, in the order in which it is offered.
var (
	RefundReasons = []Reason{NotExpected, ChargedTwice, Technical, Fraud, OtherReason}
	EmailReasons  = []Reason{Typo, LostAccess, OtherReason}
)

// maxNote is the longest free text that an action takes, in characters.
const maxNote = 500

// checkReason refuses a reason that is not on the list, and a note that is too long.
func checkReason(r Reason, list []Reason, note string) error {
	if !slices.Contains(list, r) {
		return &Error{Code: Invalid, Key: "error.reason", Field: "reason"}
	}
	return checkNote("note", note)
}

func checkNote(field, note string) error {
	if len([]rune(note)) > maxNote {
		return &Error{Code: Invalid, Key: "error.too_long", Args: map[string]any{"max": maxNote}, Field: field}
	}
	return nil
}
