package store

import "time"

// A Sync is one reading of the commerce platform as a whole, over many pages and maybe many runs of the program. Place moves in
// the transaction that keeps what the page told.
type Sync struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	Platform    string     // which was read
	Kind        string     // fill, recent, deep
	State       string     // running, done, dropped
	Since       *time.Time // what was sold from then on; nil: everything
	Changed     *time.Time // and what was sold from then on and has come to something since; nil: nothing more
	Until       time.Time
	Place       string // where it goes on, in the platform's own words
	Part        string // what it reads there
	Thousandths int    // how much is read
	Pages       int
	Missed      int    // news that no webhook had told
	Bad         int    // items that could not be understood
	Counts      string // JSON: items and news by part
	Faults      string // JSON: what was wrong with the first bad items, without personal data
	CreatedAt   time.Time
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
	EndedAt     *time.Time
}

// A SyncLease says which process reads for an account, and until when it is believed to be alive.
type SyncLease struct {
	AccountID string `gorm:"primaryKey"`
	Holder    string
	Until     time.Time
}
