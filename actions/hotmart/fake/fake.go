// Package fake is a Hotmart of one's own: an HTTP server with sales, subscriptions, tickets and members in memory, which
// answers as the public API is documented to answer, sends the same webhooks, and lets time pass by a clock that it is given.
// Tests and `demo --hotmart` talk to it as to the real one.
//
// It is strict: an unknown parameter, an unknown word, a wrong method or a missing token gets the documented error, so that a
// client that pleases it is a client that has read the documentation. It misbehaves to order: see Trouble and Next.
// It knows nothing of our own code, so that a misunderstanding there cannot hide here.
//
// Its facts are those of Hotmart's public documentation, help centre and of payloads that others have captured, read in
// November 2026. What none of them tells is a switch in Facts.
package fake

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Options are what a Server is made of. All have defaults.
type Options struct {
	Now  func() time.Time // the fake's clock; time.Now
	Seed uint64           // of everything that happens by chance

	ClientID     string // "client"
	ClientSecret string // "secret"
	Hottok       string // sent with every webhook; "hottok"

	TokenLife time.Duration // 24 h
	PerMinute int           // calls; 500
	// Night says when a refund that was asked for at an instant happens; by default at the next 03:20 UTC, when all refunds
	// of the captures came.
	Night func(asked time.Time) time.Time
	Facts Facts
	// Mail is called, without a lock, for every mail that the platform sends.
	Mail func(Mail)
	// HTTP posts the webhooks; a client with a time-out of 10 s.
	HTTP *http.Client
	Log  *slog.Logger // nil: nothing is logged
}

// Facts are what nobody has documented. The zero value is the harsher half of each.
type Facts struct {
	RefundApprovesClaim bool // the refund call works on a claimed sale too, and approves the claim
	RefundTwiceIsFine   bool // a second request for the same sale is taken with 200, and asks for nothing new; else 400
	QuietRefund         bool // a requested refund shows nothing until it happens: no status, no webhook
	WithdrawalTells     bool // a withdrawn claim is told by PURCHASE_APPROVED
	CodeLiftsWindow     bool // a subscriber's code lifts the 30 days of the list of subscriptions

	SalesWindow time.Duration // what sales are listed from without start_date; 30 days
	WidestQuery time.Duration // a longer span of dates takes too long and ends with 502; 0: none does
	ListMax     int           // codes in one call that cancels or reactivates many; 500
}

// A Mail is one that the platform sends to somebody.
type Mail struct {
	Kind string // "reactivation", "access", "checkin", "email_changed"
	To   string
	Name string
	// Product is what it is about; Link where it leads: of a reactivation, the path on this server that accepts it.
	Product string
	Link    string
	At      time.Time
	Until   time.Time // how long the link is good; zero: for ever
}

// Server is the fake. It is an http.Handler and safe for concurrent use.
type Server struct {
	o   Options
	mux *http.ServeMux

	mu      sync.Mutex
	chance  *rand.Rand
	data    data
	index   index
	tokens  map[string]time.Time // good until
	minute  time.Time            // that calls are counted in
	calls   int
	counts  Counts
	trouble Trouble
	next    []oneShot
	outbox  []Delivery
	history []Delivery
	hook    string // where webhooks are posted to; empty: nowhere, they are kept
	mails   []Mail // to hand over when the lock is free
	ticked  time.Time
}

// Counts are what a test compares with what it believes.
type Counts struct {
	Calls   int            // of the API, refused ones included
	Tokens  int            // given out
	Refunds map[string]int // refund requests that were taken, by transaction: also those that the platform had already
	Asked   map[string]int // times that a subscriber was asked to go on, by code
	Cancels map[string]int // cancellations that acted, by code
	Limited int            // answers 429
}

// New returns a server without products, buyers and sales.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	fill(&o.ClientID, "client")
	fill(&o.ClientSecret, "secret")
	fill(&o.Hottok, "hottok")
	fill(&o.TokenLife, 24*time.Hour)
	fill(&o.PerMinute, 500)
	fill(&o.Facts.SalesWindow, 30*24*time.Hour)
	fill(&o.Facts.ListMax, 500)
	fill(&o.HTTP, &http.Client{Timeout: 10 * time.Second})
	fill(&o.Log, slog.New(slog.DiscardHandler))
	if o.Night == nil {
		o.Night = nextNight
	}
	s := &Server{
		o: o, tokens: map[string]time.Time{},
		chance: rand.New(rand.NewPCG(o.Seed, 0x686f746d617274)), // #nosec G404 -- misfortune that can be repeated
		counts: Counts{Refunds: map[string]int{}, Asked: map[string]int{}, Cancels: map[string]int{}},
	}
	s.data.NextNumber = 1
	s.index.build(&s.data)
	s.mux = s.routes()
	return s
}

func fill[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// nextNight is the next 03:20 UTC.
func nextNight(t time.Time) time.Time {
	night := t.UTC().Truncate(24 * time.Hour).Add(3*time.Hour + 20*time.Minute)
	if !night.After(t) {
		night = night.Add(24 * time.Hour)
	}
	return night
}

// Count returns what has been counted so far.
func (s *Server) Count() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Refunds, c.Asked, c.Cancels = clone(c.Refunds), clone(c.Asked), clone(c.Cancels)
	return c
}

func clone(m map[string]int) map[string]int {
	c := make(map[string]int, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// locked runs what changes or reads the state, and hands over the mails that came of it.
func (s *Server) locked(do func()) {
	s.mu.Lock()
	do()
	mails := s.mails
	s.mails = nil
	s.mu.Unlock()
	if s.o.Mail != nil {
		for _, m := range mails {
			s.o.Mail(m)
		}
	}
}
