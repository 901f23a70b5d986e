package store

import "time"

// A Setting is a value that was changed in chat and goes before the configuration's.
type Setting struct {
	AccountID string `gorm:"primaryKey"`
	Key       string `gorm:"primaryKey"` // such as policy.buyer_refund.max: see actions
	Value     string // as the configuration would have it
	ChangedBy string // name of the person
	ChangedAt time.Time
}

// A SettingChange is a change that others are told of, or have to agree to first.
type SettingChange struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	Key         string
	Before      string
	After       string
	Reset       bool   // After is the configuration's, and rules again
	Status      string // open, done, refused
	AskedBy     string // person
	AskedByName string
	ReplyTo     string // identity that is told; empty: nobody
	DecidedBy   string // name; empty: it needed nobody
	Revision    int
	CreatedAt   time.Time
	ExpiresAt   time.Time
}
