package store

import "time"

// A ContactList is a list of buyers that rules fill, or a tag that they give.
type ContactList struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	Kind       string // list, tag
	Name       string
	NameKey    string // folded; unique among those of its kind that are not archived
	RemoteID   int64  // of the same list at the list manager; 0: it is here alone
	CreatedBy  string // person; empty: a rule that gives a tag
	CreatedAt  time.Time
	ArchivedAt *time.Time
}

// A ListMember says whether a buyer is on a list. Who left stays here: what is told late must not bring him back.
type ListMember struct {
	ListID    string `gorm:"primaryKey"`
	BuyerID   string `gorm:"primaryKey"`
	AccountID string
	On        bool
	At        time.Time  // when what decided it happened
	Cause     string     // rule that decided it; empty: a person did
	ByHand    string     // what a person decided last: in, out; empty: nothing
	HandAt    *time.Time // when he did
}

// A ListRule is "when this happens, under these conditions, do that". It is never changed but to end it: what it has done
// must be found again the same, whenever it is worked out.
type ListRule struct {
	ID            string `gorm:"primaryKey"`
	AccountID     string
	Event         string // see actions.ListEvent
	Act           string // add, remove, tag, webhook
	ListID        string // of add, remove, tag
	EndpointID    string // of webhook
	ProductID     string // conditions; blank: any
	Plan          string
	Payment       string
	Least         int64 // price in minor units of Currency; 0: any
	Currency      string
	Locale        string // language of the buyer
	FirstPurchase bool
	Undo          bool // who got in by a purchase leaves when its money goes back; by a subscription, when that is over
	Since         time.Time
	Until         *time.Time // switched off; nil: it is on
	Dropped       bool       // deleted, or switched on again as another one: no list shows it
	CreatedBy     string
	CreatedAt     time.Time
}

// A ListEvent is something that happened to a purchase, a subscription or a buyer which rules may be about. These only ever
// grow, so that the order in which they are told does not matter.
type ListEvent struct {
	AccountID      string `gorm:"primaryKey"`
	Subject        string `gorm:"primaryKey"` // purchase:…, subscription:…, cart:…, case:…
	Event          string `gorm:"primaryKey"`
	Nth            string `gorm:"primaryKey"` // tells apart what may happen to a subject more than once; else empty
	BuyerID        string // of what hangs on no purchase and no subscription
	PurchaseID     string
	SubscriptionID string
	ProductID      string // of what hangs on no purchase and no subscription
	At             time.Time
	CreatedAt      time.Time
}

// A HookEndpoint is an address outside that is called when rules say so. Its secrets are sealed (actions/vault).
type HookEndpoint struct {
	ID        string `gorm:"primaryKey"`
	AccountID string
	Name      string
	URL       string
	Secret    []byte // signs every call
	OldSecret []byte // signs beside it until OldUntil, while the receiver is given the new one
	OldUntil  *time.Time
	CreatedBy string
	CreatedAt time.Time
	RemovedAt *time.Time
}

// A HookDelivery is one call of an endpoint. What it says is made when it is sent, so that nothing personal waits here.
type HookDelivery struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	EndpointID string
	RuleID     string // empty: a test
	Subject    string // with Event and Nth: the ListEvent that it tells of
	Event      string
	Nth        string
	BuyerID    string
	At         time.Time
	State      string // waiting, delivered, dead, dropped
	Attempts   int
	StatusCode int    // that was answered last; 0: no answer
	Problem    string // why it is not delivered: a word of actions
	CreatedAt  time.Time
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}

// An OptOut says that a buyer wants no mail of a kind.
type OptOut struct {
	AccountID string `gorm:"primaryKey"`
	BuyerID   string `gorm:"primaryKey"`
	Kind      string `gorm:"primaryKey"` // see actions.MailKind
	Source    string // link, chat, listmonk
	CreatedAt time.Time
}
