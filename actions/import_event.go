package actions

import "time"

// A SaleEvent is one thing that the commerce platform says, in our words: connectors decode their webhooks and
// reports into it, and Apply brings it into the store. It holds what is known and nothing else: the zero value of a
// field means that the platform did not say, and never wipes out what is known already.
type SaleEvent struct {
	Source string    // where it came from: the platform (webhook) or "csv" (sales report); the first half of its identity
	ID     string    // the sender's id of the delivery, or a hash of its content; the second half
	Kind   string    // the platform's own word, such as "PURCHASE_APPROVED"
	At     time.Time // when the platform says it happened; zero for rows of a report, which have no time of their own
	// ReadAt marks what was read from the platform itself, and when the reading began: At is zero then, for a reading tells
	// how things stand and not since when. It holds against every event from before, and an event from after holds against it.
	// No record is kept of a reading that tells nothing new, so its ID is for the audit log and not looked up.
	ReadAt  time.Time
	Payload []byte // JSON of what was understood, kept as a record: no secrets, no documents, phones or addresses
	Ignored string // why there is nothing to do, in English; then the seven below are nil
	// Unknown says of an ignored event that this program does not understand it: it is kept whole, for one that does.
	Unknown bool `json:",omitempty"`
	// Body is the whole of a delivery but for the sender's secrets. It holds what must not be readable: it is kept sealed or not
	// at all. Empty: Payload is all there is.
	Body []byte `json:"-"`

	Sale         *Sale         // the state of a purchase
	Subscription *Subscribed   // the state of a subscription
	Opening      *FirstOpening // a buyer entered a product for the first time
	Cart         *LeftCart     // somebody began to buy and did not
	Charge       *ChargeOf     // a purchase is a charge of a subscription; only of readings
	Held         *Holding      `json:",omitempty"` // how many tickets of an event a buyer has; only of readings
	Product      *Listed       // what the shop says of a product; always applied, for the last word counts
}

// A Sale is the state of one purchase.
type Sale struct {
	Transaction   Transaction
	Status        Status
	RawStatus     string // the platform's own word
	Product       SoldProduct
	Contents      []SoldProduct // what the buyer gets, when that is not simply Product; in order
	Buyer         SoldTo
	Price         Money
	Refunded      Money // given back so far, in all; zero: not said
	Quantity      int
	Payment       Payment
	Installments  int
	OfferCode     string
	HasAffiliate  bool
	OrderedAt     time.Time
	ApprovedAt    time.Time
	GuaranteeEnds time.Time // last instant in which a refund is owed
	Recurrence    int
	Parent        Transaction // of an order bump: the purchase that it came with
}

// A SoldProduct is a product as an event names it. Kind is what the event gives away about it; often nothing.
type SoldProduct struct {
	Code         string
	Name         string
	Kind         string
	SupportEmail string
}

// A SoldTo is a buyer as an event names him.
type SoldTo struct {
	Name   string
	Email  Email
	Locale string // one of ours, guessed from the country of the checkout; empty: unknown
	// Document and Phone are kept sealed, and nowhere else: no payload, log or hash of an event holds them.
	Document Document `json:"-"`
	Phone    string   `json:"-"` // digits with the country code
}

// A Subscribed is the state of one subscription.
type Subscribed struct {
	Code         string
	Plan         string
	Status       SubscriptionStatus // empty: not said
	NextChargeAt time.Time
	CancelledAt  time.Time
	StartedAt    time.Time // of readings: when it was subscribed to
	ChargeDay    int       // of the month; 0: not said
	Product      SoldProduct
	Buyer        SoldTo
}

// A FirstOpening says that a buyer entered a product for the first time, at the event's At.
type FirstOpening struct {
	Product SoldProduct
	Buyer   SoldTo
}

// A LeftCart says that somebody gave his address in the checkout and did not buy, at the event's At.
type LeftCart struct {
	Product SoldProduct
	Buyer   SoldTo
}

// A ChargeOf says which subscription a purchase belongs to, where the platform tells of the two apart. It is kept once both
// are known.
type ChargeOf struct {
	Transaction  Transaction
	Subscription string // its code
	Number       int    // of the charge, from 1; 0: not said
}

// A Holding says how many good tickets of an event somebody has who bought them, where the platform tells of tickets and sales
// apart. It says how many the purchase was for that they can only be of, where nothing else has.
type Holding struct {
	Product SoldProduct
	Buyer   SoldTo
	Tickets int // that were sold: what he was given is of no purchase
}

// A Listed is what the shop itself says of a product: the platform tells neither where its access is nor, before it was
// sold, how long its guarantee. Blank fields say nothing.
type Listed struct {
	Code          string
	Name          string
	Kind          string // one of ProductKinds
	AccessURL     string
	GuaranteeDays int
	SupportEmail  string
	Event         Event
}

// ProductKinds are the kinds of products.
var ProductKinds = []string{"course", "membership", "ebook", "event", "bundle", "physical", "other"}

// An ImportItem is one thing read from a file: an event, or the reason why there is none.
type ImportItem struct {
	Line  int   // in the file, from 1: where it begins
	Read  int64 // bytes of the file read so far, for progress
	Event SaleEvent
	Err   error // what is wrong with it, for the operator: English, no personal data; the items after it are good
}

// A ReadingError says that a file could not be read to its end: a disk or a connection failed, not the content.
type ReadingError struct{ Err error }

// Error says what failed.
func (e *ReadingError) Error() string { return "reading stopped: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ReadingError) Unwrap() error { return e.Err }
