package store

import "time"

// A Ticket lets one person into an event. A purchase has as many as were bought, numbered from 1; whether they are good is its
// status and quantity to say, and stands nowhere here, so that no order of news can make the two differ.
type Ticket struct {
	ID         string `gorm:"primaryKey"` // the purchase's id and the number: issuing twice makes nothing twice
	AccountID  string
	PurchaseID string
	ProductID  string
	Number     int
	State      string // pending, partial, concluded: how much of the attendee is known, not presence at the door
	Name       string // of the attendee
	Email      string // likewise
	EmailKey   string // normalised; empty: none
	Document   []byte // sealed (actions/vault)
	Code       []byte // sealed: what the door reads; nil until the ticket is concluded
	CodeKey    string // keyed hash of it: what it is found by
	SentAt     *time.Time
	SentCount  int
	FilledAt   *time.Time // when the attendee was last given; nil without one
	EnteredAt  *time.Time
	EnteredBy  string // person who let the attendee in
	Revision   int
	CreatedAt  time.Time
}
