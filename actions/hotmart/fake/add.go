package fake

import (
	"fmt"
	"strings"
	"time"
)

// AddProduct puts a product on sale.
func (s *Server) AddProduct(p Product) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fill(&p.Status, "ACTIVE")
	fill(&p.UCode, fmt.Sprintf("fa000000-0000-4000-8000-%012d", p.ID))
	fill(&p.Currency, "BRL")
	fill(&p.Offer, fmt.Sprintf("of%d", p.ID))
	s.data.Products = append(s.data.Products, &p)
	s.index.products[p.ID] = &p
}

// SetProducer names whose shop it is.
func (s *Server) SetProducer(b Buyer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data.Producer = b
}

// AddBuyer makes a user known; one with an address that is known is that one.
func (s *Server) AddBuyer(b Buyer) (ucode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addBuyer(b).UCode
}

func (s *Server) addBuyer(b Buyer) *Buyer {
	if known := s.index.byEmail[strings.ToLower(b.Email)]; known != nil {
		return known
	}
	fill(&b.UCode, fmt.Sprintf("b0000000-0000-4000-9000-%012d", s.data.number()))
	fill(&b.Country, "BR")
	s.data.Buyers = append(s.data.Buyers, &b)
	s.index.buyers[b.UCode], s.index.byEmail[strings.ToLower(b.Email)] = &b, &b
	return &b
}

// AddSale writes down a sale that happened before: nothing is told of it. Access and tickets come with it.
func (s *Server) AddSale(v Sale) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addSale(v)
}

func (s *Server) addSale(v Sale) *Sale {
	p := s.index.products[v.Product]
	if p == nil {
		panic(fmt.Sprintf("fake: sale %s of product %d, which is not there", v.Transaction, v.Product))
	}
	if s.index.sales[v.Transaction] != nil {
		panic("fake: two sales " + v.Transaction)
	}
	fill(&v.As, "PRODUCER")
	fill(&v.Type, "CREDIT_CARD")
	fill(&v.Method, "VISA_CREDIT_CARD")
	fill(&v.Parts, 1)
	fill(&v.Offer, p.Offer)
	fill(&v.Currency, p.Currency)
	fill(&v.Price, p.Price)
	if b := s.index.buyers[v.Buyer]; b != nil {
		fill(&v.Email, b.Email)
	}
	if v.Warranty.IsZero() && !v.Approved.IsZero() && p.Warranty > 0 {
		v.Warranty = v.Approved.UTC().Truncate(24*time.Hour).AddDate(0, 0, p.Warranty)
	}
	s.data.Sales = append(s.data.Sales, &v)
	s.index.sales[v.Transaction] = &v
	s.index.unsorted = true
	s.grant(&v)
	return &v
}

// AddSubscription writes down a subscription that was begun before.
func (s *Server) AddSubscription(v Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addSubscription(v)
}

func (s *Server) addSubscription(v Subscription) *Subscription {
	p := s.index.products[v.Product]
	if p == nil {
		panic(fmt.Sprintf("fake: subscription %s of product %d, which is not there", v.Code, v.Product))
	}
	fill(&v.ID, 88_000_000+s.data.number())
	fill(&v.Period, 30)
	fill(&v.Status, "ACTIVE")
	fill(&v.Plan, "Monthly")
	fill(&v.PlanID, 700_000+v.Product%1000)
	fill(&v.Offer, p.Offer)
	fill(&v.Price, p.Price)
	fill(&v.Currency, p.Currency)
	if v.DueDay == 0 {
		v.DueDay = v.Joined.UTC().Day()
	}
	if b := s.index.buyers[v.Buyer]; b != nil {
		fill(&v.Email, b.Email)
	}
	s.data.Subscriptions = append(s.data.Subscriptions, &v)
	s.index.subs[v.Code] = &v
	return &v
}

// grant lets a paid sale's buyer in, and gives him his tickets.
func (s *Server) grant(v *Sale) {
	if !paid(v.Status) {
		return
	}
	b, p := s.index.buyers[v.Buyer], s.index.products[v.Product]
	if b == nil {
		return
	}
	parts := p.Contents
	if len(parts) == 0 {
		parts = []int64{p.ID}
	}
	for _, id := range parts {
		part := s.index.products[id]
		if part == nil || part.Subdomain == "" {
			continue
		}
		if m := s.member(id, v.Email); m != nil {
			m.Status = "ACTIVE"
			continue
		}
		s.data.Members = append(s.data.Members, &Member{ID: fmt.Sprintf("uSr%07d", s.data.number()), Product: id, Subdomain: part.Subdomain,
			Name: b.Name, Email: v.Email, Status: "ACTIVE", Bought: v.Ordered})
	}
	for range v.Tickets {
		id := 49_000_000 + s.data.number()
		s.data.Tickets = append(s.data.Tickets, &Ticket{ID: id, Transaction: v.Transaction, Product: v.Product, Buyer: v.Buyer,
			QR: fmt.Sprintf("QR-SAMPLE-%d", id), CheckIn: "PENDING", Status: "SOLD", Changed: v.Approved, CheckInURL: fmt.Sprintf("https://tickets.example.com/checkin/%d", id)})
	}
}

func (s *Server) member(product int64, email string) *Member {
	for _, m := range s.data.Members {
		if m.Product == product && strings.EqualFold(m.Email, email) {
			return m
		}
	}
	return nil
}

// revoke shuts a sale's buyer out again, and takes the tickets back.
func (s *Server) revoke(v *Sale, ticket string) {
	p := s.index.products[v.Product]
	for _, id := range append([]int64{p.ID}, p.Contents...) {
		if m := s.member(id, v.Email); m != nil && !s.paidOtherwise(v, id) {
			m.Status = "BLOCKED"
		}
	}
	for _, t := range s.data.Tickets {
		if t.Transaction == v.Transaction {
			t.Status, t.Changed = ticket, s.o.Now()
		}
	}
}

// paidOtherwise reports whether another sale opens the same product to the same address.
func (s *Server) paidOtherwise(v *Sale, product int64) bool {
	for _, other := range s.data.Sales {
		if other != v && other.Product == product && strings.EqualFold(other.Email, v.Email) && paid(other.Status) {
			return true
		}
	}
	return false
}

func paid(status string) bool {
	return status == "APPROVED" || status == "COMPLETE" || status == "PROTESTED"
}

// Sale returns a sale as it is now; ok is false when there is none.
func (s *Server) Sale(transaction string) (v Sale, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.index.sales[transaction]; found != nil {
		return *found, true
	}
	return Sale{}, false
}

// Subscription returns a subscription as it is now.
func (s *Server) Subscription(code string) (v Subscription, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.index.subs[code]; found != nil {
		return *found, true
	}
	return Subscription{}, false
}

// Sales returns all sales, oldest first.
func (s *Server) Sales() []Sale {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Sale, 0, len(s.data.Sales))
	for _, v := range s.sorted() {
		all = append(all, *v)
	}
	return all
}

// Subscriptions returns all subscriptions, in the order in which they were begun here.
func (s *Server) Subscriptions() []Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Subscription, 0, len(s.data.Subscriptions))
	for _, v := range s.data.Subscriptions {
		all = append(all, *v)
	}
	return all
}

// Tickets returns the tickets of a sale.
func (s *Server) Tickets(transaction string) []Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Ticket
	for _, t := range s.data.Tickets {
		if t.Transaction == transaction {
			all = append(all, *t)
		}
	}
	return all
}

// Member returns how somebody is known in the members area of a product.
func (s *Server) Member(product int64, email string) (m Member, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.member(product, email); found != nil {
		return *found, true
	}
	return Member{}, false
}

// Opened writes down that somebody has opened a product before: nothing is told of it.
func (s *Server) Opened(product int64, email string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.member(product, email); m != nil {
		if m.First.IsZero() {
			m.First = at
		}
		m.Last = at
		m.Accesses++
	}
}
