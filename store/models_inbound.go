package store

import "time"

// An InboundBody is what came with an InboundEvent and must not be readable: of one that waits for its job the whole delivery, and
// of one that this program does not understand too, until one does. All others have none.
type InboundBody struct {
	ID        string `gorm:"primaryKey"` // sorts by when it was received
	AccountID string
	Source    string // with EventID: of the InboundEvent
	EventID   string
	Waits     bool   // for its job
	Kind      string // the sender's word
	Reason    string // why nothing could be done with it; empty while it waits
	Body      []byte // sealed
	CreatedAt time.Time
}

// An InboundAlarm says that the team has been told of a kind of delivery that this program does not understand.
type InboundAlarm struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Source    string
	Kind      string
	Reason    string // unique per account and source
	CreatedAt time.Time
}
