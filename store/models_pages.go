package store

import "time"

// A PageEnd says how often all links to a buyer's own pages were ended: those that were made before open nothing any more.
// Whoever has none had none ended.
type PageEnd struct {
	BuyerID   string `gorm:"primaryKey"`
	AccountID string
	Times     int
	EndedAt   time.Time
}

// A PasswordReset is a link that was mailed to a buyer, with which he sets his password once. The link is nowhere.
type PasswordReset struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	BuyerID   string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	VoidedAt  *time.Time // by a newer one, or since the address is another's
}

// A Password is what a buyer's password is compared with, in a shop whose members area goes by it.
type Password struct {
	BuyerID   string `gorm:"primaryKey"`
	AccountID string
	Hash      string // argon2id, in the PHC format: with its parameters and its salt
	ResetID   string // the link that set it
	ChangedAt time.Time
}
