package actions

import (
	"time"
)

// A Transaction is the platform's code of one charge, such as HP17715690036014. It is opaque: upper case, no spaces.
type Transaction string

// Money is an amount in minor units (cents) of an ISO 4217 currency.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// A Status is where a purchase stands, in our words; connectors translate into it.
type Status string

// The statuses.
const (
	Started        Status = "started"         // checkout begun, no payment result
	WaitingPayment Status = "waiting_payment" // boleto or Pix issued, or cash to come
	Processing     Status = "processing"      // in progress, or under risk analysis
	Failed         Status = "failed"          // instant payment refused; nothing was paid
	Expired        Status = "expired"         // payment slip lapsed
	Overdue        Status = "overdue"         // later charge of a subscription unpaid
	Approved       Status = "approved"        // paid, guarantee period running
	Complete       Status = "complete"        // paid, guarantee period over
	Disputed       Status = "disputed"        // refund asked for on the platform, still open
	PartlyRefunded Status = "partly_refunded" // a part returned; the rest is paid, and access stays
	Refunded       Status = "refunded"        // returned in full; final
	Chargeback     Status = "chargeback"      // the bank took the money back; final
	UnknownStatus  Status = "unknown"         // a word of the platform that we do not know: nothing is offered
)

// Paid reports whether the buyer's money is with the seller.
func (s Status) Paid() bool { return s == Approved || s == Complete }

// Kept reports whether the buyer has what he bought: it is paid, be it that a part was given back.
func (s Status) Kept() bool { return s.Paid() || s == PartlyRefunded }

// A Payment is the way a purchase was paid.
type Payment string

// The payments that change what is said or done; every other word is kept as OtherPayment.
const (
	Card         Payment = "card"
	Pix          Payment = "pix"
	Boleto       Payment = "boleto"
	PayPal       Payment = "paypal"
	Wallet       Payment = "wallet" // Google Pay, Apple Pay, platform balance
	Transfer     Payment = "transfer"
	DirectDebit  Payment = "direct_debit" // BACS, SEPA: the platform cannot refund it, the bank must
	OtherPayment Payment = "other"
)

// A SubscriptionStatus is where a subscription stands.
type SubscriptionStatus string

// The statuses of a subscription.
const (
	SubscriptionStarted   SubscriptionStatus = "started"
	SubscriptionActive    SubscriptionStatus = "active"
	SubscriptionInactive  SubscriptionStatus = "inactive"
	SubscriptionLate      SubscriptionStatus = "late"  // a charge is unpaid
	SubscriptionEnded     SubscriptionStatus = "ended" // its term is over
	SubscriptionCancelled SubscriptionStatus = "cancelled"
	SubscriptionUnknown   SubscriptionStatus = "unknown"
)

// A Purchase is what a buyer bought, with its one charge, as an action shows it: a snapshot of one instant. Conversations
// keep it as JSON, which leaves out what most purchases do not have.
type Purchase struct {
	ID            string
	Transaction   Transaction
	Status        Status
	StatusAt      time.Time
	Product       Product
	Contents      []Product `json:",omitzero"` // of a bundle, in order; else empty
	Buyer         Buyer
	Price         Money
	Quantity      int // tickets; else 1
	Payment       Payment
	Installments  int
	HasAffiliate  bool `json:",omitzero"`
	OrderedAt     time.Time
	ApprovedAt    time.Time     `json:",omitzero"` // zero while unpaid
	GuaranteeEnds time.Time     `json:",omitzero"` // last instant in which a refund is owed; zero when unknown
	OpenedAt      time.Time     `json:",omitzero"` // first access; zero when never, or unknown
	Recurrence    int           `json:",omitzero"` // nth charge of a subscription; 0 for single purchases
	Subscription  *Subscription `json:",omitzero"`
	Access        []Access      `json:",omitzero"`
	Tickets       TicketCounts  `json:",omitzero"` // of an event
	Refunding     bool          `json:",omitzero"` // a refund is under way
	Refunded      Money         `json:",omitzero"` // given back in parts so far; zero when nothing, or nobody knows how much
	EmailChanges  int           `json:",omitzero"`
	FrozenUntil   time.Time     `json:",omitzero"` // no refund and no e-mail change before; zero when free
	OpenProposal  string        `json:",omitzero"` // id of the open proposal about it; empty when none
	Source        string        // the platform that it came from, or ledger
	Revision      int
}

// Left is what is still paid of a purchase.
func (p Purchase) Left() Money {
	return Money{Minor: max(p.Price.Minor-p.Refunded.Minor, 0), Currency: p.Price.Currency}
}

// FirstCharge reports whether the purchase is no renewal: a single purchase, or the first charge of a subscription.
func (p Purchase) FirstCharge() bool { return p.Recurrence <= 1 }

// A Product is what is sold.
type Product struct {
	ID            string
	Code          string
	Name          string
	Kind          string // course, membership, ebook, event, bundle, physical, other
	AccessURL     string `json:",omitzero"`
	GuaranteeDays int    `json:",omitzero"` // whole days; 0 when unknown
	SupportEmail  string `json:",omitzero"`
	Event         Event  `json:",omitzero"`
}

// A Buyer is who paid.
type Buyer struct {
	ID     string
	Name   string
	Email  Email
	Locale string `json:",omitzero"`
}

// A Subscription is a recurring purchase.
type Subscription struct {
	Code         string
	Plan         string
	Status       SubscriptionStatus
	NextChargeAt time.Time `json:",omitzero"` // of a cancelled one: when access ends
	ChargeDay    int       `json:",omitzero"` // day of the month that was asked for; 0: none was
	UnderWay     bool      `json:",omitzero"` // something is being done to it
	WaitsUntil   time.Time `json:",omitzero"` // how long the subscriber can accept a reactivation; zero when he is not asked
}

// An Access is the right to enter one product.
type Access struct {
	Product   Product
	Active    bool
	OpenedAt  time.Time `json:",omitzero"` // zero when never, or unknown
	SentAt    time.Time `json:",omitzero"` // access mail sent last; zero when never by us
	SentCount int       `json:",omitzero"`
}

// An Email is a normalised address: trimmed, NFC, domain in lower case. Its String is masked, so that a stray %v
// leaks nothing; string(e) is the address.
type Email string
