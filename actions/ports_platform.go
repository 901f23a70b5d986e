package actions

import (
	"context"
	"net/http"
	"time"
)

// What a commerce platform may offer beside Commerce. Each is optional: a Core without one does without.

// Webhooks reads what a platform sends by itself.
type Webhooks interface {
	// Source is the first half of the identity of its events, and the last word of its route.
	Source() string
	// Genuine reports whether a delivery comes from the platform, by its header and raw body. It takes as long for a secret
	// that is nearly right as for one that is not.
	Genuine(header http.Header, body []byte) bool
	// Decode translates a delivery. What asks nothing of us is an event with Ignored set; an error names what is wrong with
	// it, without the values.
	Decode(body []byte) (SaleEvent, error)
}

// A Feed reads a platform as a whole: for the first fill, and to find what webhooks missed.
type Feed interface {
	// Page reads one page. Where a span is read from is up to the platform; the pages of the same span and place tell the
	// same facts or newer ones, so that a reading that was cut off goes on where it was.
	//
	// Errors: whatever the platform did; the page can be asked for again.
	Page(ctx context.Context, account string, span FeedSpan, at FeedPlace) (FeedPage, error)
}

// A FeedSpan says what is read: all that was sold since then, and of what was sold before, what can have come to something.
type FeedSpan struct {
	Since time.Time // zero: from the platform's beginning
	// Changed is from when on sales are read beside that whose state is one that their date does not tell of: claimed, given back,
	// charged back; and subscriptions that ended. Zero: none.
	Changed time.Time
	Until   time.Time
}

// A FeedPlace is how far a reading has come, in the platform's own words; empty: the beginning.
type FeedPlace string

// A FeedPage is one page of a Feed. Its events are idempotent: their ids are made of what they say.
type FeedPage struct {
	Events []SaleEvent
	Bad    []error   // items that could not be understood, without personal data; the others are good
	Next   FeedPlace // empty: that was all
	Part   string    // what is being read, for whoever watches: "sales", "subscriptions", "products", "tickets"
	Done   int       // in thousandths of the whole, as well as the platform can tell
}

// Members reads a platform's members area.
type Members interface {
	// Member returns how somebody is known there. Where the area cannot be read, Known is false and that is no error.
	Member(ctx context.Context, account string, p Product, e Email) (MemberState, error)
}

// A MemberState is somebody as a members area knows him.
type MemberState struct {
	Known    bool // the area could be read
	Found    bool // he is in it, under exactly this address
	Blocked  bool
	Late     bool // a charge is unpaid, and the area holds him back for it
	FirstAt  time.Time
	LastAt   time.Time
	Accesses int
}

// TicketDesk reads the tickets that a platform itself gives out.
type TicketDesk interface {
	// TicketsOf lists the tickets of a buyer for an event, at most 100.
	TicketsOf(ctx context.Context, account string, product string, buyer Email) ([]RemoteTicket, error)
}

// A RemoteTicket is a ticket as its platform knows it.
type RemoteTicket struct {
	ID         string
	CheckIn    TicketState // how much is known of who comes
	Valid      bool        // sold or given, and not taken back
	Blocked    bool
	CheckInURL string // where the platform asks who comes: as good as the ticket to whoever has it
	Attendee   string
	Email      Email // the attendee's; empty while nobody is named
}

// A Guide knows how a person carries out, in the platform's own panel, what its API cannot.
type Guide interface {
	// Panel returns the steps of an operation; none where nothing more is known than that the panel can do it.
	Panel(op Operation) Panel
}

// A Panel is how something is done by hand, in words that the reader's language has.
type Panel struct {
	Steps []string // message keys, in order; they know the values "transaction" and "product"
	Note  string   // message key of what holds for all of them; may be empty
}

// Terms are a platform's own rules, by which an operation is judged before the platform is asked. The zero value of a field
// means that the platform has no such rule.
type Terms struct {
	AffiliateRefundDays int           // after which a sale by an affiliate is not paid back any more
	EmailChangeDays     int           // after the purchase, in which its address can be moved; the shop's policy may be stricter
	EmailChanges        int           // how often it can
	EmailUnopened       bool          // only while the product was never opened
	Acceptance          time.Duration // how long a subscriber can accept a reactivation
	ClaimDays           int           // after which a claim that nobody has decided is approved by itself
	// RefundShows is how long a refund that was asked for can take to show in State: before that an order without an answer is not
	// repeated, whatever is read.
	RefundShows time.Duration
	PasswordGap time.Duration // between two requests of a buyer for a new password
}
