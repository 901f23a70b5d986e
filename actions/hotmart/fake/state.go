package fake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Product is something that the shop sells.
type Product struct {
	ID           int64
	UCode        string
	Name         string
	Status       string // REST word; ACTIVE
	Format       string // ONLINE_COURSE, EBOOK, COMMUNITY, ETICKET, BUNDLE …
	Created      time.Time
	Subscription bool
	Warranty     int     // days
	Contents     []int64 // of a bundle
	SupportEmail string
	Offer        string // its main offer's code
	Price        int64  // minor units
	Currency     string
	Subdomain    string // of its members area; empty: none
	Starts, Ends time.Time
}

// A Buyer is a user of the platform who has bought something.
type Buyer struct {
	UCode    string
	Name     string
	Email    string
	Phone    string // digits with the area code
	Document string
	DocType  string // CPF …
	Country  string // two letters
}

// A Sale is one charge. Status is spelled as REST spells it.
type Sale struct {
	Transaction string
	Product     int64
	Buyer       string // his ucode
	Email       string // linked to this purchase
	Status      string
	Ordered     time.Time
	Approved    time.Time // zero: unpaid
	Price       int64     // minor units
	Currency    string
	Method      string // VISA_CREDIT_CARD …
	Type        string // CREDIT_CARD …
	Parts       int    // instalments
	Offer       string
	Coupon      string
	Warranty    time.Time // midnight UTC of its last day; zero: none
	Subscriber  string    // code; empty: a single purchase
	Recurrence  int       // from 1 on; 0: a single purchase
	Affiliate   string    // name; empty: none
	As          string    // commission_as; PRODUCER
	Tickets     int
	Parent      string // of an order bump
	Refusal     string // why a payment failed
	EmailMoves  int    // how often its address was changed

	Claimed  time.Time // by the buyer; zero: not
	RefundAt time.Time // when a refund that was asked for happens; zero: none was
	Refunded time.Time
}

// A Subscription is one buyer's to one product.
type Subscription struct {
	Code       string
	ID         int64
	Product    int64
	Buyer      string
	Plan       string
	PlanID     int64
	Period     int // days: 7, 30, 60, 90, 180, 360
	MaxCycles  int
	Offer      string
	Price      int64
	Currency   string
	Status     string // REST word
	Joined     time.Time
	Ended      time.Time // when its cancellation was asked for
	NextCharge time.Time
	DueDay     int // 1 to 31; of the charge after the scheduled one
	Trial      bool
	TrialEnds  time.Time
	Last       string // transaction of its newest charge
	Recurrence int    // number of that
	Unpaid     int    // charges in a row
	NoFunds    bool   // its next charges fail
	AskedUntil time.Time
	AskCharge  bool
	Email      string
}

// A Ticket admits somebody to an event.
type Ticket struct {
	ID          int64
	Transaction string
	Product     int64
	Buyer       string
	QR          string
	CheckIn     string // PENDING, PARTIAL, CONCLUDED
	Status      string // SOLD, INVITE, REFUNDED, CHARGEBACK …
	Blocked     bool
	Name, Email string // of who comes
	Changed     time.Time
	CheckInURL  string
}

// A Member is somebody in the members area of a product.
type Member struct {
	ID        string
	Product   int64
	Subdomain string
	Name      string
	Email     string
	Status    string // ACTIVE, BLOCKED, BLOCKED_BY_OWNER, OVERDUE
	Bought    time.Time
	First     time.Time
	Last      time.Time
	Accesses  int
}

// data is everything that survives: what Save writes and Load reads.
type data struct {
	Producer      Buyer
	Products      []*Product
	Buyers        []*Buyer
	Sales         []*Sale // sorted by Ordered, Transaction
	Subscriptions []*Subscription
	Tickets       []*Ticket
	Members       []*Member
	NextNumber    int64
}

// index finds what data holds.
type index struct {
	products map[int64]*Product
	buyers   map[string]*Buyer
	byEmail  map[string]*Buyer
	sales    map[string]*Sale
	subs     map[string]*Subscription
	unsorted bool
}

func (x *index) build(d *data) {
	*x = index{products: map[int64]*Product{}, buyers: map[string]*Buyer{}, byEmail: map[string]*Buyer{}, sales: map[string]*Sale{}, subs: map[string]*Subscription{}, unsorted: true}
	for _, p := range d.Products {
		x.products[p.ID] = p
	}
	for _, b := range d.Buyers {
		x.buyers[b.UCode], x.byEmail[strings.ToLower(b.Email)] = b, b
	}
	for _, v := range d.Sales {
		x.sales[v.Transaction] = v
	}
	for _, v := range d.Subscriptions {
		x.subs[v.Code] = v
	}
}

// number gives out ids, in the order in which they are asked for.
func (d *data) number() int64 {
	d.NextNumber++
	return d.NextNumber
}

// sorted is the list of sales in order of their dates.
func (s *Server) sorted() []*Sale {
	if s.index.unsorted {
		slices.SortFunc(s.data.Sales, func(a, b *Sale) int {
			return cmp.Or(a.Ordered.Compare(b.Ordered), cmp.Compare(a.Transaction, b.Transaction))
		})
		s.index.unsorted = false
	}
	return s.data.Sales
}

// Save returns the whole state, for Load.
func (s *Server) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{Data: s.data, Outbox: s.outbox})
}

type saved struct {
	Data   data
	Outbox []Delivery
}

// Load replaces the state.
func (s *Server) Load(body []byte) error {
	var v saved
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("load the fake's state: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data, s.outbox = v.Data, v.Outbox
	s.index.build(&s.data)
	return nil
}

// ms writes times as the API does; nil for none.
func ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// units writes minor units as the API does: a JSON number in units.
func units(minor int64, currency string) json.Number {
	digits := 2
	switch currency {
	case "JPY", "CLP", "PYG", "KRW", "VND", "ISK", "UGX":
		digits = 0
	}
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	text := strconv.FormatInt(minor, 10)
	for len(text) <= digits {
		text = "0" + text
	}
	if digits == 0 {
		return json.Number(sign + text + ".0")
	}
	whole, rest := text[:len(text)-digits], strings.TrimRight(text[len(text)-digits:], "0")
	if rest == "" {
		rest = "0" // 297.0, as the samples have it
	}
	return json.Number(sign + whole + "." + rest)
}
