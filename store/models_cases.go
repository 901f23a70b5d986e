package store

import "time"

// A Case is a question of a buyer that the team answers.
//
// Reports read OpenedAt, FirstReplyAt, ClosedAt (of the last time it was closed), Reopened, Topic and Source; what nobody had
// to ask is in CaseDeflection.
type Case struct {
	ID           string `gorm:"primaryKey"`
	AccountID    string
	Number       int64  // what people call it: counted from 1001 in each account
	BuyerID      string // empty: nobody knows yet who asks
	IdentityID   string // chat user who is answered; empty: the buyer has no chat, and is answered by mail
	PurchaseID   string // what it is about; empty: nothing in particular
	Topic        string // access, refund …; see actions.Topics
	Source       string // chat, feedback
	Status       string // team, buyer, snoozed, closed: for whom it waits
	Assignee     string // person who has it; empty: nobody
	AssigneeName string
	OpenedAt     time.Time
	DueAt        time.Time  // its place in the queues: when an answer is owed, when it wakes, else since when it stands there
	LastAt       time.Time  // last message of either side
	WaitingSince *time.Time // first message of the buyer that nobody has answered
	PromisedAt   *time.Time // until when he was promised the answer
	ResolveBy    *time.Time // until when the team wants it closed
	RemindedAt   *time.Time // of this wait: when the team was reminded of the promise
	EscalatedAt  *time.Time // of this wait: when managers were told
	FirstReplyAt *time.Time
	ClosedAt     *time.Time
	SnoozedUntil *time.Time
	Reopened     int // how often
	Messages     int // of both sides, and notes
	Revision     int
	TrimmedAt    *time.Time // when its texts were dropped
}

// A CaseMessage is what somebody said in a case, or noted in it.
type CaseMessage struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	CaseID     string
	Kind       string // buyer, reply, note
	Author     string // actor id
	AuthorName string
	Body       []byte // sealed; NULL once it was dropped
	Via        string // of a reply: chat or mail
	RequestKey string // unique in the account: the same is never said twice
	CreatedAt  time.Time
}

// A CaseFile is a file of a case: the buyer sent it, or somebody of the team put it there.
type CaseFile struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	CaseID     string // empty: he has not said yet what it is about
	IdentityID string // chat user who sent it
	Author     string // actor id of who put it there for the team; empty: the buyer sent it
	Album      string // the platform's id of what was sent as one
	Name       string
	MIME       string `gorm:"column:mime"`
	Size       int64  // bytes
	Body       []byte // sealed; NULL once it was dropped
	CreatedAt  time.Time
}

// A CaseSentFile is a file of a case that went to the buyer with a reply.
type CaseSentFile struct {
	MessageID  string `gorm:"primaryKey"` // the reply
	FileID     string `gorm:"primaryKey"` // a CaseFile
	CaseID     string
	DeliveryID string // the File that brings it into his chat; empty: a mail brings it
	CreatedAt  time.Time
}

// A CaseEvent is something that happened in a case, for the threads in which the team follows it. It holds no text: that of a
// message stands in the CaseMessage of the same id.
type CaseEvent struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	CaseID    string
	Seq       int64  // counted in the case from 1
	Kind      string // see actions.CaseEventKind
	ActorName string // of the team; empty: the buyer, or the clock
	Until     *time.Time
	Origin    string // card below which it was written, where nobody has to read it again; empty: elsewhere
	CreatedAt time.Time
}

// A CaseDeflection is a question that did not become a case, since a flow was offered in its place and taken. It counts
// once the same buyer has asked nothing on that topic for a week: until then, or when ReturnedAt is set, it does not.
type CaseDeflection struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	IdentityID string
	BuyerID    string // empty: nobody knows who asked
	Topic      string
	Flow       string // what was taken
	CreatedAt  time.Time
	ReturnedAt *time.Time // when he opened a case on it after all
}

// A CaseCounter is the last number that was given to a case of an account.
type CaseCounter struct {
	AccountID string `gorm:"primaryKey"`
	Last      int64
}

// A CannedReply is an answer that the team keeps ready.
type CannedReply struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Name      string
	NameKey   string // folded: two of one name would be mistaken for each other
	Texts     []byte // JSON: language → text, with fields such as {{buyer.first_name}}
	Revision  int
	CreatedAt time.Time
	UpdatedAt time.Time
}
