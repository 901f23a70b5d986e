package store

import "time"

// A BulkRun is one piece of work for many: whom it was meant for, how far it is, and who may be asked about it.
type BulkRun struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	Kind        string // see actions: resend …
	Filter      []byte // JSON of actions.BulkFilter; what was searched for goes when it begins
	State       string // see actions.BulkState
	Reason      string // given when it was started
	AskedBy     string // actor id
	AskedByName string
	AskedByRole string
	ReplyTo     string // identity that gets the result file
	ProposalID  string // that somebody else decides or decided; empty: none was needed
	Retries     string // id of the run whose failed items these are
	Total       int    // items that are to be done
	LeftOut     int    // items that were left out when it was collected
	Sums        []byte // JSON of what all its items charge, and when; empty where nothing is charged
	Checked     int    // items that were found again while it was counted once more
	Place       string // how far collecting has come; the kind's own
	Slice       int    // number of the slice that may work next: any other is a leftover
	Revision    int    // grows with each change of State
	PacedAt     *time.Time
	PacedFrom   int // items that were finished at PacedAt: the speed is counted from there
	Shown       int // items that were finished when its cards were last redrawn
	ShownAt     *time.Time
	ChangedBy   string // name of who paused, resumed or stopped it last
	File        string // id of the result file
	CreatedAt   time.Time
	StartedAt   *time.Time
	EndedAt     *time.Time
	TouchedAt   time.Time // by a slice
}

// A BulkItem is one of a run: a row for each that it was meant for, those who were left out included.
type BulkItem struct {
	RunID     string `gorm:"primaryKey"`
	Seq       int    `gorm:"primaryKey;autoIncrement:false"` // 1, 2, 3 … in the order in which they are done
	AccountID string
	Target    string // what the kind works on, such as a transaction code
	Recipient string // who gets something of a run once only; empty: there is no such limit
	State     string // waiting, working, done, failed, left_out
	Detail    string // why it failed or was left out
	Parts     int    // mails that it takes
	Sent      int    // of them
	Again     string // key of the item of another run that this one tries again
	Amount    int64  // what it charges, in minor units, as it was counted
	Currency  string // empty: it charges nothing
	UpdatedAt time.Time
}
