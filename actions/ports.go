package actions

import (
	"context"
	"time"
)

// Commerce is the platform that holds the purchases: a connector, or our own ledger. All calls are remote and
// are made by jobs alone, never inside a database transaction.
//
// An Outcome is returned whenever the platform answered, a refusal included. An error means that we do not know
// whether the platform acted (time-out, cut connection): the caller reads State before anything is repeated.
type Commerce interface {
	// Name is the platform's word for itself, such as "ledger" or "stripe".
	Name() string
	// Can says how the platform carries out an operation.
	Can(op Operation) Capability
	// Terms are its own rules.
	Terms() Terms
	// Do carries out a write. Repeating an order with the same Key does nothing where the platform has such keys.
	Do(ctx context.Context, o Order) (Outcome, error)
	// State reads a purchase back, so that an unknown outcome becomes a known one.
	State(ctx context.Context, account string, t Transaction) (RemoteState, error)
}

// A Batcher is a Commerce that takes several orders in one call. It is optional: runs over many use it where it is there.
type Batcher interface {
	// Together is how many orders of an operation one call takes; below 2: it has no such call.
	Together(op Operation) int
	// DoMany carries out orders of one operation, which differ in their subscription alone, in one call, and answers each in their
	// order. What holds for Do holds for each answer: an error means that nobody knows what came of that one.
	DoMany(ctx context.Context, orders []Order) []Answer
}

// An Answer is what came of one of several orders.
type Answer struct {
	Outcome Outcome
	Err     error // NotSent, or unknown
}

// NotSent is the error of Do for an order that has certainly not reached the platform: its quota was used up, or what had to be read
// before could not be. It is tried again, after After at the earliest.
type NotSent struct {
	After time.Duration
	Err   error
}

// Error says what was in the way.
func (e *NotSent) Error() string { return "not sent: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NotSent) Unwrap() error { return e.Err }

// An Operation is a remote write.
type Operation string

// The operations.
const (
	OpRefund          Operation = "refund"
	OpChangeEmail     Operation = "change_email"
	OpPassword        Operation = "password"          // never an Order: ByAPI means that passwords are kept here
	OpCancel          Operation = "cancel"            // a subscription: no further charges
	OpChangeChargeDay Operation = "change_charge_day" // of a subscription, after the charge that is scheduled
	OpReactivate      Operation = "reactivate"        // a cancelled subscription: the subscriber is asked
	OpAccept          Operation = "accept"            // the subscriber agrees to that; only where the platform does not ask him itself
	OpResend          Operation = "resend"            // the platform's own access mail, for one purchase
	OpReceipt         Operation = "receipt"           // the platform's own receipt, for one purchase
	OpCheckIn         Operation = "checkin"           // the platform's own check-in mail, for one purchase
	OpApproveClaim    Operation = "approve_claim"     // a refund that the buyer asked for on the platform itself
	OpRefundPart      Operation = "refund_part"       // never an Order: whether a refund's Amount may be less than what is left
)

// A Capability says who carries out an operation.
type Capability string

// The capabilities.
const (
	ByAPI     Capability = "api"      // the platform's API
	Assisted  Capability = "assisted" // a person, with the steps that we show
	NoSupport Capability = "none"
)

// An Order is one remote write, complete: it does not change between tries.
type Order struct {
	Key         string // idempotency key
	Account     string
	Op          Operation
	Transaction Transaction
	Amount      Money // refunds: what is given back; reactivations that charge: what is charged
	OldEmail    Email // changes of e-mail
	NewEmail    Email
	// Subscription is the subscriber's code, for all that is done to one; Transaction is then one of its charges.
	Subscription string `json:",omitempty"`
	ChargeDay    int    `json:",omitempty"` // 1 to 31: in shorter months the last day counts
	Charge       bool   `json:",omitempty"` // reactivations: Amount is charged on the day on which the subscriber accepts
	// Part says of a refund that something stays paid after it. Given is what had been given back before: one refund of a
	// purchase is under way at a time, so by the sum that a platform shows it is known whether this one happened.
	Part  bool  `json:",omitempty"`
	Given Money `json:",omitzero"`
}

// An OutcomeKind is what came of a remote write.
type OutcomeKind string

// The outcomes of design section 5.
const (
	OutcomeDone       OutcomeKind = "done"
	OutcomeRequested  OutcomeKind = "requested"   // decided later by the platform
	OutcomeNeedsBuyer OutcomeKind = "needs_buyer" // the buyer must do something
	OutcomeAssisted   OutcomeKind = "assisted"    // steps for a person
	OutcomeRefused    OutcomeKind = "refused"
	OutcomeUnknown    OutcomeKind = "unknown" // never returned by Do; what a time-out is recorded as
)

// An Outcome is what the platform answered.
type Outcome struct {
	Kind   OutcomeKind
	Detail string // refused: message key of the reason, such as "outcome.refused.not_refundable"; assisted: key of the steps
	// NextChargeAt is when a reactivated subscription is charged next; zero when the platform did not say.
	NextChargeAt time.Time
}

// A RemoteState is a purchase as the platform sees it.
type RemoteState struct {
	Status Status
	Email  Email
	At     time.Time
	// Refunded is what was given back so far, in all. Zero is untold too: a platform that refunds in part must tell it.
	Refunded Money
	// Failed is the key of the last order that the platform took and could not carry out in the end, where it keeps keys.
	Failed string
	// Of the subscription that it is a charge of; zero for single purchases.
	Subscription SubscriptionState
}

// A SubscriptionState is a subscription as the platform sees it.
type SubscriptionState struct {
	Status       SubscriptionStatus
	At           time.Time // when Status began
	NextChargeAt time.Time
	ChargeDay    int // 0 when the platform does not tell
	Asked        AskedState
}

// An AskedState says whether the subscriber has been asked to accept a reactivation.
type AskedState string

// The states. Where the platform does not tell, an order without an answer is not repeated: he would be asked twice.
const (
	AskedUntold AskedState = ""
	NotAsked    AskedState = "no"
	IsAsked     AskedState = "yes"
)

// Mailer sends one message. Sending the same message twice (same ID) shows the reader one message wherever that can
// be had: the outbox overwrites, SMTP repeats the Message-ID.
type Mailer interface {
	Send(ctx context.Context, m Message) error
}

// A Message is a mail before it is rendered. Values are what the template needs, in the types of this package.
type Message struct {
	ID       string // of the mail; becomes its Message-ID
	Template string // such as "refund_done"
	Locale   string
	Timezone string
	Sender   Sender
	To       Email
	ToName   string
	Values   MailValues
	Files    []MailFile // that it brings
	At       time.Time
	// Unsubscribe is where the reader ends mails of this kind by one press (RFC 8058); empty for those that a purchase needs.
	Unsubscribe string
}

// A MailFile is a file that a mail brings.
type MailFile struct {
	Name string // safe: see FileName
	MIME string
	Body []byte
}

// A Sender is the shop as the reader of a mail knows it.
type Sender struct {
	Name         string // of the account
	SupportEmail string
}

// MailValues are the facts that mails speak of; a template uses some of them. They are stored as JSON until sent.
type MailValues struct {
	Product      string    `json:"product,omitempty"`
	Transaction  string    `json:"transaction,omitempty"`
	Price        Money     `json:"price,omitzero"` // of a refund: what is given back
	Part         bool      `json:"part,omitempty"` // of a refund: something stays paid, and access with it
	Payment      Payment   `json:"payment,omitempty"`
	AccessURL    string    `json:"access_url,omitempty"`
	SupportEmail string    `json:"support_email,omitempty"`
	OldEmail     string    `json:"old_email,omitempty"` // masked by the caller where the reader must not see it
	NewEmail     string    `json:"new_email,omitempty"` // likewise
	Reason       string    `json:"reason,omitempty"`    // in the decider's words, such as why a refund was denied
	At           time.Time `json:"at,omitzero"`
	Until        time.Time `json:"until,omitzero"`        // how long the purchase is frozen
	Reply        string    `json:"reply,omitempty"`       // id of the answer in a case whose files the mail brings
	Case         string    `json:"case,omitempty"`        // what the reader calls his case, such as "#1042"
	Change       string    `json:"change,omitempty"`      // id of the change of e-mail that the reader may have put back
	NotMeURL     string    `json:"-"`                     // where he does: signed when the mail is sent, and kept nowhere
	Stop         string    `json:"stop,omitempty"`        // of mails that nobody needs: their kind and whose they are
	ChatURL      string    `json:"-"`                     // where the reader continues in a chat
	Reset        string    `json:"reset,omitempty"`       // id of the link that sets a password, or has set it
	ResetURL     string    `json:"-"`                     // that link, signed when the mail is sent
	PageURL      string    `json:"-"`                     // his own page; likewise
	Days         int       `json:"-"`                     // for which PageURL is good
	Event        Event     `json:"event,omitzero"`        // when and where
	Ask          string    `json:"ask,omitempty"`         // id of the question that the reader is asked
	AskURL       string    `json:"-"`                     // where he answers: signed when the mail is sent
	Tickets      int       `json:"tickets,omitempty"`     // how many the mail is about
	TicketLink   string    `json:"ticket_link,omitempty"` // which they are; not a link yet
	TicketURLs   []string  `json:"-"`                     // the platform's own link of each: read when the mail is sent, and kept nowhere
	TicketURL    string    `json:"-"`                     // where they are: signed when the mail is sent, and kept nowhere
	Code         string    `json:"-"`                     // one-time, and kept nowhere
	Minutes      int       `json:"-"`                     // for which the code is good

	// Of a subscription.
	Plan string    `json:"plan,omitempty"`
	Day  int       `json:"day,omitempty"` // of the month on which it is charged
	Next time.Time `json:"next,omitzero"` // its next charge; of a cancelled one, when access ends

	Asked     string `json:"asked,omitempty"` // key of the reactivation that the reader can accept
	Charge    Money  `json:"charge,omitzero"` // what that charges at once; zero when nothing
	AcceptURL string `json:"-"`               // where he does: signed when the mail is sent, and kept nowhere
}

// MailTemplates are the names of all templates; each exists in each language, as text and as HTML.
var MailTemplates = []string{
	"access",            // here is your product again (one product; a bundle sends several)
	"checkin",           // say who comes to the event
	"checkin_there",     // say so on the platform that gives the tickets out
	"ticket",            // here are your tickets
	"refund_requested",  // your refund is under way
	"refund_done",       // the money is on its way, and when it comes by payment method
	"refund_denied",     // with the reason and what can still be done
	"claim_denied",      // the seller does not agree to a refund that was asked for on the platform, with the reason
	"refund_asked",      // we received your request; a person decides
	"email_changed_old", // to the old address: the purchase's e-mail was changed
	"email_changed_new", // to the new address: from now on here
	"email_asked",       // to the old address: somebody asks for a change by the buyer's document, and a person decides
	"email_denied",      // the change was not made, with the reason
	"email_back_old",    // to the address that has the purchase again: the change was undone
	"email_back_new",    // to the address that had it meanwhile: likewise
	"code_email_old",    // a one-time code from the old mailbox: move this purchase there
	"code_email_new",    // a one-time code from the new mailbox: it is there, and yours
	"code_link",         // a one-time code: this chat is yours
	"code_devices",      // a one-time code: send other chats away
	"devices_revoked",   // the team has ended what chats had shown
	"code_refund",       // a one-time code: refund this purchase
	"code_export",       // a one-time code: all that is kept of the buyer, to him
	"code_erase",        // a one-time code: all that is kept of the buyer is erased
	"password_reset",    // a link that sets a new password, once
	"password_changed",  // it was set, and the way to say that it was not the reader
	"page_link",         // the link to one's own page
	"case_opened",       // we have your question, and answer until then
	"case_reply",        // the team's answer to a question
	"case_closed",       // a question was closed, and how to come back
	"feedback_ask",      // what do you think of your purchase?
	"feedback_case",     // … of how your question was answered?
	"request_closed",    // a request ended without being carried out, and no chat could tell

	"subscription_cancelled", // your subscription has ended, and until when you have access
	"charge_day_changed",     // on which day your subscription is charged from now on
	"code_cancel",            // a one-time code: end this subscription
	"reactivation_asked",     // your subscription can go on, if you accept
	"subscription_active",    // it goes on
	"code_accept",            // a one-time code: it shall go on
}

// PageMails are the templates that lead the reader to his own page too, beside what they are about.
var PageMails = []string{"access", "refund_requested", "refund_done", "refund_denied", "refund_asked"}
