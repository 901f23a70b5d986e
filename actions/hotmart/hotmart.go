// Package hotmart reads what Hotmart sends and exports: webhook payloads of version 2.0.0, and the sales report as
// CSV. It translates and nothing more: their JSON and their columns become actions.SaleEvent, times in UTC, money in
// minor units, statuses through one table each (words.go), and what cannot be understood becomes an error that names
// the place.
//
// It keeps the least it can: a payload is decoded into the fields listed in wire.go, and only those are ever stored.
// The account's hottok, buyers' documents, phones and addresses are in none of them.
//
// Facts about Hotmart are from its public documentation and from captured payloads; where the two differ, the code
// accepts both.
package hotmart

// The sources of events, the first half of their identity.
const (
	Webhook = "hotmart" // a payload: its id is the platform's
	Report  = "csv"     // a row of a sales report: its id is a hash of its columns
)

// maxPayload is far above any payload seen (the largest are about 8 KiB), and small enough to hold in memory.
const maxPayload = 1 << 20
