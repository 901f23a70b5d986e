package telegram

import "time"

// Sources: Telegram, Bot API 10.1 (June 2026) and its FAQ, read 2026-11. Characters are UTF-16 code units: the safe
// reading of what the API calls characters.
const (
	maxText    = 4096 // characters of a message, after its markup is taken out
	maxToast   = 200  // characters of an answer to a press
	maxData    = 64   // bytes of a button's callback_data
	maxLabel   = 64   // characters of a button; no limit is published, more would not be read
	maxButtons = 90   // of one keyboard; the unpublished limit is 100
	rowWidth   = 36   // characters of all labels beside each other that a narrow phone shows
	maxRow     = 3    // buttons beside each other that can be hit

	maxWord        = 32  // of a command
	maxAbout       = 256 // of a command's description
	maxDescription = 512
	maxShort       = 120

	chatPace    = time.Second     // between messages to one private chat
	groupPace   = 3 * time.Second // between messages to one group: 20 a minute
	overallRate = 30              // messages a second, in all

	pollTimeout = 25 // seconds that a poll waits for something to happen
	pollLimit   = 100

	callTimeout = 15 * time.Second
	ackTimeout  = 10 * time.Second
	typingEvery = 4500 * time.Millisecond // the action is shown for 5 seconds

	maxUpdate = 1 << 20 // bytes of a webhook delivery: far more than any update has
	maxAnswer = 8 << 20 // bytes of an answer of the API: a hundred updates
)

// webhookConnections is how many updates Telegram brings at once. It keeps the order within each chat by itself.
const webhookConnections = 40

// allowedUpdates are the kinds that this bot reads.
var allowedUpdates = []string{"message", "callback_query"}
