package discord

import (
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
)

// Lengths in characters, counts, and windows of Discord. Sources: API v10 reference (message and embed limits, components,
// application commands, receiving and responding to interactions), read 2026-07; a test compares them with
// platform-limits.json.
const (
	maxContent     = 2000
	maxTitle       = 256
	maxDescription = 4096
	maxFields      = 25
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxEmbed       = 6000 // all texts of a message's embeds together

	maxCustomID    = 100
	maxRows        = 5
	maxRow         = 5 // buttons beside each other
	maxButton      = 80
	maxOptions     = 25 // of one menu
	maxOption      = 100
	maxPlaceholder = 150

	maxModalTitle  = 45
	maxModalParts  = 5 // clients and documentation; the OpenAPI document says 40
	maxLabel       = 45
	maxLabelHint   = 100
	maxInput       = 4000
	maxTextDisplay = 4000

	maxCommandOptions = 25
	maxCommandText    = 100 // of a description, a choice's name, a choice's value
)

const (
	// respondWithin is how long Discord waits for the first answer to an interaction.
	respondWithin = 3 * time.Second
	// deferAfter is when an answer that is not there yet is promised instead: late enough for nearly all to be there at
	// once (a modal can only be the first answer), early enough for the promise to arrive.
	deferAfter = 2300 * time.Millisecond
	// suggestWithin is how long a suggestion may take: it cannot be promised.
	suggestWithin = 2500 * time.Millisecond
	// freshness is how old a signed call may be.
	freshness = 5 * time.Minute
	// maxBody is how large a call to the endpoint may be; Discord's have a few kilobytes.
	maxBody = 1 << 20
)

// count is how Discord counts: characters, whatever their size.
const count = chat.Runes
