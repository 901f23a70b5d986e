package store

import "time"

// An Invitation lets whoever says its code to the bot into the team, or links one more chat user to somebody of it. The
// code itself is nowhere.
type Invitation struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	PersonID  string // who gets another chat user; empty: somebody new
	Name      string // of somebody new
	Role      string // of somebody new
	CodeHash  string // keyed; unique
	InvitedBy string // person; empty: the operator
	ReplyTo   string // identity that is told when it is used; empty: nobody
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	UsedBy    string     // identity
	VoidedAt  *time.Time // taken back
}

// A SecondFactor is somebody's authenticator app (RFC 6238). Both secrets are sealed.
type SecondFactor struct {
	PersonID   string `gorm:"primaryKey"`
	AccountID  string
	Secret     []byte // in force; empty until the first one is confirmed
	Pending    []byte // shown to him, and not confirmed yet
	PendingAt  *time.Time
	Since      *time.Time // when Secret was confirmed
	LastStep   int64      // time step of the last code that was taken: each is good once
	Tries      int        // wrong codes since TriesSince
	TriesSince *time.Time
	LockedTill *time.Time
	CreatedAt  time.Time
}

// A RecoveryCode takes the place of an authenticator app once. The code itself is nowhere.
type RecoveryCode struct {
	PersonID  string `gorm:"primaryKey"`
	CodeHash  string `gorm:"primaryKey"` // keyed
	AccountID string
	CreatedAt time.Time
	UsedAt    *time.Time
}
