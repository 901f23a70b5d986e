package store

import "time"

// Models are plain rows: no hooks, no associations. Times are UTC. A CreatedAt that is zero is filled by the store's
// clock; an UpdatedAt never is: whoever changes a row says when. What may be NULL is a pointer or []byte, and an
// empty string means "none". Unique columns and indexes stand in migrations, and a test compares both.

// An Account is one producer's shop. Every other row belongs to exactly one.
type Account struct {
	ID           string `gorm:"primaryKey"`
	Name         string
	Locale       string // BCP 47, such as "pt-BR": what a reader without a choice of his own gets
	Timezone     string // IANA name, such as "America/Sao_Paulo"
	Currency     string // ISO 4217
	SupportEmail string
	CreatedAt    time.Time
	// SettingsVersion changes with each setting that is changed in chat; empty: none ever was.
	SettingsVersion string
}

// A Person is somebody of the team. What he may do follows from Role and from nothing he says.
type Person struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Name      string
	Role      string // agent, manager, producer, admin
	Locale    string // his choice (/language); empty: the platform's, then the account's
	Removed   bool   // kept, so that the audit log still knows the name
	CreatedAt time.Time
	RoleBy    string     // person who let him in, or made him one of those who decide; empty: the operator
	RoleAt    *time.Time // when that was; nil: at the first start
}

// An Identity is one user of one chat platform: a Person of the team, or somebody who may be linked to buyers.
type Identity struct {
	ID             string `gorm:"primaryKey"`
	AccountID      string
	Platform       string // slack, discord, telegram, terminal, web:team, web:creator, web:buyer
	UserID         string // the platform's own id for the user
	PersonID       string // empty for buyers; of one who was removed it stays, and makes him nobody
	Chat           string // where he last wrote privately: notices for him go there
	Locale         string // his choice; empty: the platform's, then the account's
	PlatformLocale string // language of his platform, as it last said; for what is shown when he has not just written
	CreatedAt      time.Time
}

// An IdentityBuyer links a chat user to a buyer whose purchases he may see and act on.
type IdentityBuyer struct {
	IdentityID string `gorm:"primaryKey"`
	BuyerID    string `gorm:"primaryKey"`
	AccountID  string
	CreatedAt  time.Time
	ProvedAt   time.Time // when he last entered a code that was mailed to the buyer
}

// A OneTimeCode is a code that is mailed to somebody, so that whoever enters it is known to read his mail. The code itself
// is nowhere: CodeHash is keyed, and made of what the code is for too.
type OneTimeCode struct {
	ID           string `gorm:"primaryKey"`
	AccountID    string
	Purpose      string // what it is for: link, refund …
	IdentityID   string // chat user who asked, and may enter it
	Conversation string // in which he did
	BuyerID      string // empty: nobody of that name is known, and no mail goes out
	PurchaseID   string
	Facts        string // what exactly it agrees to, hashed: the same words need the same facts
	AddressKey   string // keyed hash of the address, or of what was typed when there is none
	TypedKey     string // keyed hash of what was typed
	CodeHash     string // empty until sent
	Tries        int
	CreatedAt    time.Time
	SentAt       *time.Time
	ExpiresAt    *time.Time
	UsedAt       *time.Time
	VoidedAt     *time.Time // by a newer one
	Sealed       []byte     // addresses that the mail needs and no other row has (actions/vault); empty when there are none
}

// An EmailChange is a purchase that was moved to another address, with what it takes to put it back.
type EmailChange struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	PurchaseID string
	RequestKey string // unique: what carried it out
	OldEmail   string // empty once its owner was erased
	NewEmail   string // likewise
	OldBuyer   string // whose the purchase was; the same as NewBuyer when he got another address
	NewBuyer   string
	CreatedAt  time.Time
	RevertedAt *time.Time
	RevertedBy string // the change whose owner had it put back: this one, or one before it
}

// A DocumentCheck is one try to show by a document whose a purchase is. What was typed is nowhere.
type DocumentCheck struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	IdentityID  string // chat user who typed it
	PurchaseKey string // keyed hash of the purchase's code, also of one that does not exist
	PurchaseID  string // empty: there is none
	BuyerID     string // whose document it was compared with
	Matched     bool
	CreatedAt   time.Time
	UsedAt      *time.Time // by the change that it was for
}

// A Buyer is who paid, known by one e-mail address.
type Buyer struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Email     string // as it is written to
	EmailKey  string // normalised, unique per account: what is compared
	Name      string
	Locale    string // language of his mails; empty: the account's
	// Document and Phone are sealed (actions/vault), Phone with its country code. DocumentKey is a keyed hash: what a typed
	// document is compared with.
	Document    []byte
	DocumentKey string
	Phone       []byte
	ContactAt   *time.Time // when Document and Phone were needed last, as far as known; nil without them
	CreatedAt   time.Time
}

// A BuyerWord makes a buyer findable by the beginning of any word of his name or e-mail address.
type BuyerWord struct {
	AccountID string
	Word      string    `gorm:"primaryKey"` // lower case, without accents
	BuyerID   string    `gorm:"primaryKey"`
	Newest    time.Time // never before his newest purchase; a trigger moves it with what is bought
}

// A Product is what is sold. Code is the commerce platform's own id.
type Product struct {
	ID            string `gorm:"primaryKey"`
	AccountID     string
	Code          string // unique per account
	Name          string
	NameKey       string // folded, for search by prefix
	Kind          string // course, membership, ebook, event, bundle, physical, other
	AccessURL     string // members area or download page; empty when unknown
	GuaranteeDays int    // whole days, 7 to 60; 0 when unknown (then dates on the purchase decide)
	PromisedDays  int    // guarantee that the shop promises in chat, 7 to 60; 0: none beside GuaranteeDays
	KeptPromises  string // JSON: longer guarantees that the shop has promised and taken back
	SupportEmail  string
	StartsAt      *time.Time // of an event; nil when not said
	EndsAt        *time.Time
	Timezone      string // IANA name, of an event's place; empty: the account's
	Place         string // of an event, as it is written on tickets
	CreatedAt     time.Time
}

// A BundleItem says that buying BundleID gives ProductID.
type BundleItem struct {
	BundleID  string `gorm:"primaryKey"`
	ProductID string `gorm:"primaryKey"`
	AccountID string
	Position  int
}

// A Purchase is what a buyer bought, with its one charge.
type Purchase struct {
	ID                string `gorm:"primaryKey"`
	AccountID         string
	Transaction       string // the platform's code, upper case; unique per account; opaque
	BuyerID           string
	ProductID         string
	SubscriptionID    string     // empty for single purchases
	Recurrence        int        // nth charge of the subscription; 0 for single purchases
	Status            string     // see actions.Status
	StatusAt          time.Time  // when the platform says Status began: an older event changes nothing
	RawStatus         string     // the platform's own word
	ReportStatus      string     // the furthest Status that a sales report named; reports do not say when it began
	ReportAt          *time.Time // when that report was read: events dated later count more
	ReadAt            *time.Time // when the platform was last read and told something new: events from before count less
	Amount            int64      // minor units of Currency
	Refunded          int64      // of it, given back so far; 0 also where nobody told how much
	Currency          string     // ISO 4217
	Quantity          int        // tickets of an event; else 1
	PaymentType       string     // see actions.Payment
	Installments      int
	OfferCode         string
	HasAffiliate      bool
	Source            string // hotmart, ledger: which connector owns the truth
	OrderedAt         time.Time
	ApprovedAt        *time.Time
	GuaranteeEnds     *time.Time // last instant in which a refund is owed
	OpenedAt          *time.Time // first access of the buyer to the product
	ParentTransaction string     // of an order bump: the purchase it came with
	Refunding         string     // key of the request that is under way; empty when none
	EmailChanges      int
	FrozenUntil       *time.Time // no refund and no e-mail change before
	Revision          int        // grows with each change
	CreatedAt         time.Time
	UpdatedAt         time.Time `gorm:"autoUpdateTime:false"`
}

// A Subscription is a recurring purchase. Code is the platform's subscriber code.
type Subscription struct {
	ID           string `gorm:"primaryKey"`
	AccountID    string
	Code         string // unique per account
	BuyerID      string
	ProductID    string
	Plan         string
	Status       string // see actions.SubscriptionStatus
	StatusAt     time.Time
	NextChargeAt *time.Time // of a cancelled one: when access ends
	CancelledAt  *time.Time
	ChargeDay    int        // day of the month that was asked for, 1 to 31; 0: none was, and NextChargeAt tells it
	UnderWay     string     // key of the request that is under way; empty when none
	WaitsUntil   *time.Time // how long the subscriber can accept a reactivation; nil when he is not asked
	ReadAt       *time.Time // when the platform was last read and told something new of Status: events from before count less
	CreatedAt    time.Time
	UpdatedAt    time.Time `gorm:"autoUpdateTime:false"`
}

// An AccessGrant is the right of a purchase's buyer to enter one product. A bundle has one for each product inside.
type AccessGrant struct {
	PurchaseID string `gorm:"primaryKey"`
	ProductID  string `gorm:"primaryKey"`
	AccountID  string
	Active     bool
	OpenedAt   *time.Time // first entry, when the platform told
	SentAt     *time.Time // access mail sent last
	SentCount  int
	CreatedAt  time.Time
}

// A Proposal is a write that needs somebody else's decision, sealed: what was shown is what will be done.
type Proposal struct {
	ID            string `gorm:"primaryKey"`
	AccountID     string
	Kind          string // refund, email, claim
	PurchaseID    string
	Transaction   string
	Payload       []byte // JSON of the sealed order
	Seal          string // hash over Kind, Transaction, Payload, Verdict, Facts, AskedBy
	Verdict       []byte // JSON of actions.Verdict, as it was shown
	Facts         string // hash of the state it was built on
	AskedBy       string // actor id
	AskedByName   string
	AskedByRole   string
	Reason        string // the asker's reason
	Amount        int64
	Currency      string
	Status        string // open, approved, denied, expired, rebuilt, withdrawn
	DecidedBy     string
	DecidedByName string
	DecidedReason string
	DecidedAt     *time.Time
	ReplacedBy    string // the proposal that was rebuilt from this one
	RequestKey    string // key of the request that carries it out, once approved
	ReplyTo       string // identity that waits for the answer; empty when none
	ExpiresAt     time.Time
	Revision      int
	TrimmedAt     *time.Time // when retention took the texts out of Payload and DecidedReason
	CreatedAt     time.Time
	Reminded      int // how many reminders of its end were sent
}

// A Conversation is one run of a flow. Blob is the flow engine's own; the store never looks inside.
type Conversation struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Platform  string
	Chat      string
	UserID    string // of the platform: whose open conversation it is
	Flow      string
	Open      bool
	Revision  int
	Blob      []byte
	CreatedAt time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// A Card is one place where something is shown that changes later.
type Card struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	Subject    string // kind:id, such as "proposal:01J…"
	Platform   string
	Chat       string
	Message    string // the platform's own id of the message
	IdentityID string // the only reader; empty in a shared room
	Locale     string
	Shared     bool
	Revision   int // of the subject, as shown
	// Posted is the last event of the case's journal that stands in the thread below; ThreadLost: there can be none.
	Posted    int64
	BusyUntil *time.Time // a job posts below it until then, if it lives
	CreatedAt time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// ThreadLost is Card.Posted of a card below which nothing can be written, as its thread or message is gone.
const ThreadLost = -1

// A Request is one mutating action, claimed by its key before anything happens, and what came of it.
type Request struct {
	Key        string `gorm:"primaryKey"` // conversation/step/try, or proposal/id
	AccountID  string
	Action     string // refund, email, resend, decide
	Target     string // such as a transaction code
	PurchaseID string
	Actor      string
	AskedBy    string
	Payload    []byte // JSON of the order that the job carries out
	State      string // recorded, sending, done, requested, needs_buyer, assisted, refused, unknown
	Detail     string // why refused, or what is waited for: a message key or the platform's word
	Attempts   int
	ReplyTo    string     // identity that is told what came of it; empty when none
	TrimmedAt  *time.Time // when retention took the texts out of Payload
	CreatedAt  time.Time
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}

// An AuditEntry says who did what to what, and why. Never updated; chained by hash per account.
type AuditEntry struct {
	AccountID string `gorm:"primaryKey"`
	Seq       int64  `gorm:"primaryKey;autoIncrement:false"` // 1, 2, 3 … without gaps
	At        time.Time
	Actor     string
	ActorName string
	AskedBy   string
	Action    string // refund.requested, refund.done, email.changed …
	Target    string // transaction code or other public id
	Note      string // reason given
	Data      []byte // JSON: the values that the action ran with
	Prev      string // Hash of Seq-1, empty for the first
	Hash      string
}

// An AuditHead is the end of an account's chain; its row lock puts the entries in order.
type AuditHead struct {
	AccountID string `gorm:"primaryKey"`
	Seq       int64
	Hash      string
}

// A File is something that one person is given in his private chat, and nobody else. Its body is sealed (actions/vault,
// "file" of its ID) and goes as soon as it was delivered; the row goes when it expires.
type File struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	IdentityID  string // its only reader
	ActorID     string // as whom he asked for it: a person of the team, or himself
	Name        string
	MIME        string `gorm:"column:mime"`
	Caption     string // key of the words above it
	Body        []byte
	Size        int64  // of the body before it was sealed, in bytes
	Lost        string // why it could not be delivered: a reason of flow.Unreachable, too_large; empty when it could
	CreatedAt   time.Time
	ExpiresAt   time.Time
	DeliveredAt *time.Time
}

// A TurnCount is how many turns a chat user has had in the minute of his last one. One row serves for ever.
type TurnCount struct {
	AccountID string `gorm:"primaryKey"`
	Platform  string `gorm:"primaryKey"`
	UserID    string `gorm:"primaryKey"` // of the platform
	Minute    int64  // since 1970
	Turns     int64
}

// A ProductAlarm says that unusually much of one product came back within a day. There is one for a product and day.
type ProductAlarm struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	ProductID   string
	Day         string // in the account's zone, such as 2026-03-10
	Refunds     int64  // within 24 hours
	Chargebacks int64  // likewise
	Usual       int64  // both, in the 30 days before these 24 hours
	Rule        string // what was exceeded: see actions
	CreatedAt   time.Time
}

// An InboundEvent is a delivery from outside that must act once: a webhook, an update, a click.
type InboundEvent struct {
	AccountID string `gorm:"primaryKey"`
	Source    string `gorm:"primaryKey"` // hotmart, csv, or a chat platform
	ID        string `gorm:"primaryKey;column:event_id"`
	Kind      string
	BuyerID   string    // whom it is about; empty: nobody, or not told
	Payload   []byte    // without secrets; empty for chat events
	Result    string    // applied, ignored:<reason>, older
	At        time.Time // the sender's time
	CreatedAt time.Time
}

// A Mail is a message to somebody's mailbox; the job that sends it is enqueued with it.
type Mail struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Key       string // unique per account: a repeated action sends nothing twice
	Recipient string // address
	Name      string
	Template  string
	Locale    string
	Values    []byte // JSON
	SentAt    *time.Time
	CreatedAt time.Time
	Failed    string // why it will never be sent; empty: it has been, or will be
}

// A Message is one message of the web console's chats, as it was last shown.
type Message struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Chat      string // pane and room, such as "buyer:marina" or "team:#approvals"
	Reader    string // only this user sees it; empty: everybody in the chat
	Author    string // user id, or empty for the bot
	Body      []byte // JSON of flow.Shown for the bot, of text for people
	Revision  int
	Below     string // sort key of the message below which it stands, in its thread; empty: in the chat itself
	Threaded  bool   // there is a thread below it
	CreatedAt time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// TableName says whose messages these are: cases have messages of their own.
func (Message) TableName() string { return "web_messages" }
