package store

import "time"

// A Feedback is what a buyer said: a score, words, or both.
type Feedback struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	About      string // unique: purchase:<id>, case:<id>, own:<id>, review:<source>/<id of the platform>
	Source     string // purchase, case, own, review
	ProductID  string // empty: about the shop
	PurchaseID string
	BuyerID    string // empty: not known, or erased
	IdentityID string // chat user who said it; empty: not in a chat
	Score      int    // 1 to 5; 0: none
	Category   string // praise, suggestion, complaint; empty: none
	Comment    string
	CaseID     string // that a complaint opened
	CreatedAt  time.Time
}

// TableName is the word in the singular: it has no plural.
func (Feedback) TableName() string { return "feedback" }

// A FeedbackAsk is the question to a buyer what he thinks of something. There is one for each thing, so that he is asked once.
type FeedbackAsk struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	About      string // unique: purchase:<id>, case:<id>
	BuyerID    string
	PurchaseID string // empty: a case about nothing in particular
	ProductID  string
	IdentityID string     // chat user who was asked; empty: by mail, or not yet
	State      string     // due, asked, answered, passed: he was not to be asked
	DueAt      time.Time  // when he may be asked
	AskedAt    *time.Time // nil: not yet
	CreatedAt  time.Time
}

// A FeedbackDigest says that the week's digest was posted.
type FeedbackDigest struct {
	AccountID string `gorm:"primaryKey"`
	Week      string `gorm:"primaryKey"` // ISO, such as 2026-W11
	CreatedAt time.Time
}
