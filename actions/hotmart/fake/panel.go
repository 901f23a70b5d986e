package fake

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What people do who are not a program: the buyer on the platform, the seller in its panel. Each tells why it cannot be done,
// as the panel would.

// The reasons why something cannot be done.
var (
	ErrNoSale     = errors.New("there is no such sale")
	ErrStatus     = errors.New("its status does not allow that")
	ErrTooLate    = errors.New("the time for that is over")
	ErrOpened     = errors.New("the buyer has opened the product")
	ErrTooOften   = errors.New("the address of this sale was changed twice already")
	ErrAddress    = errors.New("this address cannot be used")
	ErrNoMember   = errors.New("nobody is known under that address in that members area")
	ErrNoTicket   = errors.New("there is no such ticket, or it waits for nobody")
	ErrNotAsked   = errors.New("the subscriber was not asked, or too long ago")
	ErrNoProducts = errors.New("there is no such product")
)

// A Purchase is what somebody buys at the checkout.
type Purchase struct {
	Transaction string // empty: the next number
	Product     int64
	Buyer       Buyer
	Method      string // VISA_CREDIT_CARD; PIX and BILLET wait for the money
	Type        string
	Parts       int
	Price       int64 // minor units; the product's price
	Currency    string
	Affiliate   string
	As          string
	Tickets     int
	Subscriber  string // code for a product with subscriptions; empty: made
	Trial       int    // days
	Refused     bool   // the card is refused
}

// Buy sells something now, and tells so.
func (s *Server) Buy(in Purchase) (transaction string, err error) {
	s.locked(func() {
		p := s.index.products[in.Product]
		if p == nil {
			err = ErrNoProducts
			return
		}
		transaction = s.buy(p, in).Transaction
	})
	return transaction, err
}

func (s *Server) buy(p *Product, in Purchase) *Sale {
	now := s.o.Now()
	b := s.addBuyer(in.Buyer)
	v := Sale{Transaction: in.Transaction, Product: p.ID, Buyer: b.UCode, Email: b.Email, Status: "APPROVED", Ordered: now, Approved: now, Price: in.Price, Currency: in.Currency,
		Method: in.Method, Type: in.Type, Parts: in.Parts, Affiliate: in.Affiliate, As: in.As, Tickets: in.Tickets}
	fill(&v.Transaction, s.newTransaction())
	event := "PURCHASE_APPROVED"
	switch {
	case in.Refused:
		v.Status, v.Approved, v.Refusal, event = "CANCELLED", time.Time{}, "Transaction refused", "PURCHASE_CANCELED"
	case in.Type == "PIX", in.Type == "BILLET":
		v.Status, v.Approved, event = "PRINTED_BILLET", time.Time{}, "PURCHASE_BILLET_PRINTED"
	}
	if p.Subscription {
		v.Subscriber, v.Recurrence = in.Subscriber, 1
		fill(&v.Subscriber, s.newCode())
		status := "ACTIVE"
		if v.Status != "APPROVED" {
			status = "STARTED"
		}
		sub := Subscription{Code: v.Subscriber, Product: p.ID, Buyer: b.UCode, Status: status, Joined: now, NextCharge: noon(now.AddDate(0, 0, 30)), Last: v.Transaction, Recurrence: 1,
			Price: in.Price, Currency: in.Currency, Email: b.Email}
		if in.Trial > 0 {
			sub.Trial, sub.TrialEnds = true, now.AddDate(0, 0, in.Trial)
		}
		s.addSubscription(sub)
	}
	sale := s.addSale(v)
	s.tellSale(sale, event, now)
	return sale
}

func (s *Server) newTransaction() string { return fmt.Sprintf("HP77%08d", s.data.number()) }

// newCode makes a subscriber's code: 8 upper-case letters and digits.
func (s *Server) newCode() string { return fmt.Sprintf("SB%06d", s.data.number()) }

func noon(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour).Add(12 * time.Hour) }

// Pay has the money of an unpaid sale arrive.
func (s *Server) Pay(transaction string) (err error) {
	s.locked(func() {
		v := s.index.sales[transaction]
		switch {
		case v == nil:
			err = ErrNoSale
		case v.Status != "PRINTED_BILLET" && v.Status != "WAITING_PAYMENT" && v.Status != "DELAYED" && v.Status != "OVERDUE":
			err = ErrStatus
		default:
			s.approve(v)
		}
	})
	return err
}

// approve has a sale paid, and its subscription go on.
func (s *Server) approve(v *Sale) {
	now := s.o.Now()
	v.Status, v.Approved, v.Refusal = "APPROVED", now, ""
	v.Warranty = now.UTC().Truncate(24*time.Hour).AddDate(0, 0, s.index.products[v.Product].Warranty)
	if sub := s.index.subs[v.Subscriber]; sub != nil && (sub.Status == "DELAYED" || sub.Status == "STARTED") {
		sub.Status, sub.Unpaid = "ACTIVE", 0
	}
	s.grant(v)
	s.tellSale(v, "PURCHASE_APPROVED", now)
}

// Expire lets an unpaid sale lapse.
func (s *Server) Expire(transaction string) error {
	return s.change(transaction, func(v *Sale) error {
		if v.Status != "PRINTED_BILLET" && v.Status != "WAITING_PAYMENT" {
			return ErrStatus
		}
		v.Status = "EXPIRED"
		s.tellSale(v, "PURCHASE_EXPIRED", s.o.Now())
		return nil
	})
}

// change does something to a sale.
func (s *Server) change(transaction string, do func(v *Sale) error) (err error) {
	s.locked(func() {
		v := s.index.sales[transaction]
		if v == nil {
			err = ErrNoSale
			return
		}
		err = do(v)
	})
	return err
}

// Claim has the buyer ask for his money on the platform, which he can inside the guarantee.
func (s *Server) Claim(transaction string) error {
	return s.change(transaction, func(v *Sale) error {
		now := s.o.Now()
		switch {
		case v.Status != "APPROVED" && v.Status != "COMPLETE" || !v.RefundAt.IsZero():
			return ErrStatus
		case now.After(v.Warranty.Add(24 * time.Hour)):
			return ErrTooLate
		}
		v.Status, v.Claimed = "PROTESTED", now
		s.tellSale(v, "PURCHASE_PROTEST", now)
		return nil
	})
}

// Withdraw takes a claim back that nobody has decided: the sale is approved again.
func (s *Server) Withdraw(transaction string) error {
	return s.change(transaction, func(v *Sale) error {
		if v.Status != "PROTESTED" || v.Claimed.IsZero() || !v.RefundAt.IsZero() {
			return ErrStatus
		}
		v.Status, v.Claimed = "APPROVED", time.Time{}
		if s.o.Facts.WithdrawalTells {
			s.tellSale(v, "PURCHASE_APPROVED", s.o.Now())
		}
		return nil
	})
}

// ApproveClaim has the seller approve a claim in the panel: Sales > Refunds > Approve.
func (s *Server) ApproveClaim(transaction string) error {
	return s.change(transaction, func(v *Sale) error {
		if v.Status != "PROTESTED" || v.Claimed.IsZero() || !v.RefundAt.IsZero() {
			return ErrStatus
		}
		v.RefundAt = s.o.Night(s.o.Now())
		return nil
	})
}

// RefundBuyer has the seller refund in the panel: My sales > Refund buyer.
func (s *Server) RefundBuyer(transaction string) error {
	return s.change(transaction, func(v *Sale) error {
		if v.Status != "APPROVED" && v.Status != "COMPLETE" || !v.RefundAt.IsZero() {
			return ErrStatus
		}
		s.askRefund(v)
		return nil
	})
}

// Chargeback has the card's holder dispute a sale at the bank.
func (s *Server) Chargeback(transaction string) error {
	return s.change(transaction, func(v *Sale) error {
		if !paid(v.Status) || v.Type != "CREDIT_CARD" {
			return ErrStatus
		}
		now := s.o.Now()
		v.Status, v.RefundAt, v.Claimed = "CHARGEBACK", time.Time{}, time.Time{}
		s.revoke(v, "CHARGEBACK")
		s.tellSale(v, "PURCHASE_CHARGEBACK", now)
		s.endWithFirst(v)
		return nil
	})
}

// ChangeEmail has the seller move a sale to another address in the panel, under the panel's conditions: 40 days, never opened,
// paid, at most twice, not the producer's.
func (s *Server) ChangeEmail(transaction, to string) error {
	return s.change(transaction, func(v *Sale) error {
		b := s.index.buyers[v.Buyer]
		switch {
		case v.Status != "APPROVED" && v.Status != "COMPLETE":
			return ErrStatus
		case s.o.Now().After(v.Approved.Add(40 * 24 * time.Hour)):
			return ErrTooLate
		case v.EmailMoves >= 2:
			return ErrTooOften
		case !strings.Contains(to, "@") || strings.EqualFold(to, s.data.Producer.Email) || strings.EqualFold(to, v.Email):
			return ErrAddress
		}
		parts := append([]int64{v.Product}, s.index.products[v.Product].Contents...)
		for _, id := range parts {
			if m := s.member(id, v.Email); m != nil && !m.First.IsZero() {
				return ErrOpened
			}
		}
		for _, id := range parts {
			if m := s.member(id, v.Email); m != nil {
				m.Email = to
			}
		}
		old := v.Email
		moved := *b
		moved.UCode, moved.Email = "", to
		v.Buyer, v.Email = s.addBuyer(moved).UCode, to
		v.EmailMoves++
		if sub := s.index.subs[v.Subscriber]; sub != nil {
			sub.Email, sub.Buyer = to, v.Buyer
		}
		for _, t := range s.data.Tickets {
			if t.Transaction == v.Transaction {
				t.Buyer = v.Buyer
			}
		}
		name := s.index.products[v.Product].Name
		s.mails = append(s.mails, Mail{Kind: "email_changed", To: old, Name: b.Name, Product: name, At: s.o.Now()}, Mail{Kind: "email_changed", To: to, Name: b.Name, Product: name, At: s.o.Now()})
		return nil
	})
}

// ResendAccess has the seller send the platform's access mail again: My sales > Actions > Resend access.
func (s *Server) ResendAccess(transaction string) error {
	return s.change(transaction, func(v *Sale) error {
		if v.Status != "APPROVED" && v.Status != "COMPLETE" {
			return ErrStatus
		}
		s.mails = append(s.mails, Mail{Kind: "access", To: v.Email, Name: s.index.buyers[v.Buyer].Name, Product: s.index.products[v.Product].Name, At: s.o.Now()})
		return nil
	})
}

// ResendCheckIn has the seller send the check-in mail of a pending ticket: Tickets and participants > Send e-mail.
func (s *Server) ResendCheckIn(ticket int64) error {
	return s.onTicket(ticket, func(t *Ticket) error {
		if t.CheckIn == "CONCLUDED" {
			return ErrNoTicket
		}
		s.mails = append(s.mails, Mail{Kind: "checkin", To: s.index.buyers[t.Buyer].Email, Name: s.index.buyers[t.Buyer].Name, Product: s.index.products[t.Product].Name, Link: t.CheckInURL, At: s.o.Now()})
		return nil
	})
}

func (s *Server) onTicket(id int64, do func(t *Ticket) error) (err error) {
	s.locked(func() {
		for _, t := range s.data.Tickets {
			if t.ID == id && t.Status == "SOLD" {
				err = do(t)
				return
			}
		}
		err = ErrNoTicket
	})
	return err
}

// CheckIn has the buyer say who comes with a ticket; without an address the registration stays in parts.
func (s *Server) CheckIn(ticket int64, name, email string) error {
	return s.onTicket(ticket, func(t *Ticket) error {
		t.Name, t.Email, t.CheckIn, t.Changed = name, email, "CONCLUDED", s.o.Now()
		if email == "" {
			t.CheckIn = "PARTIAL"
		}
		return nil
	})
}

// FirstAccess has a buyer open a product in the members area; the first time is told.
func (s *Server) FirstAccess(product int64, email string) (err error) {
	s.locked(func() {
		m := s.member(product, email)
		if m == nil || m.Status != "ACTIVE" {
			err = ErrNoMember
			return
		}
		now := s.o.Now()
		first := m.First.IsZero()
		if first {
			m.First = now
		}
		m.Last = now
		m.Accesses++
		if first {
			s.tellFirstAccess(m)
		}
	})
	return err
}

// Block has the owner shut a member out.
func (s *Server) Block(product int64, email string) (err error) {
	s.locked(func() {
		m := s.member(product, email)
		if m == nil {
			err = ErrNoMember
			return
		}
		m.Status = "BLOCKED_BY_OWNER"
	})
	return err
}

// Accept has a subscriber press the link of the reactivation mail: he goes on, and pays at once if that was asked.
func (s *Server) Accept(code string) (err error) {
	s.locked(func() {
		v := s.index.subs[code]
		now := s.o.Now()
		if v == nil || v.AskedUntil.IsZero() || now.After(v.AskedUntil) || !strings.HasPrefix(v.Status, "CANCELLED_BY_") {
			err = ErrNotAsked
			return
		}
		charge := v.AskCharge
		v.Status, v.Ended, v.AskedUntil, v.AskCharge, v.Unpaid = "ACTIVE", time.Time{}, time.Time{}, false, 0
		if charge {
			s.charge(v, now)
			return
		}
		for !v.NextCharge.After(now) { // inside the running cycle the charge stays where it is; later it is the next month's
			v.NextCharge = s.following(v, v.NextCharge)
		}
	})
	return err
}

// CancelByCustomer has the subscriber end his own subscription.
func (s *Server) CancelByCustomer(code string) (err error) {
	s.locked(func() {
		v := s.index.subs[code]
		if v == nil || v.Status != "ACTIVE" && v.Status != "DELAYED" {
			err = ErrStatus
			return
		}
		s.end(v, "CANCELLED_BY_CUSTOMER")
	})
	return err
}

// NoFunds has the coming charges of a subscription fail, or succeed again.
func (s *Server) NoFunds(code string, none bool) {
	s.locked(func() {
		if v := s.index.subs[code]; v != nil {
			v.NoFunds = none
		}
	})
}

// mailSubscriber writes to a subscriber that he can go on.
func (s *Server) mailSubscriber(v *Subscription) {
	s.mails = append(s.mails, Mail{Kind: "reactivation", To: v.Email, Name: s.index.buyers[v.Buyer].Name, Product: s.index.products[v.Product].Name,
		Link: "/accept/" + v.Code, At: s.o.Now(), Until: v.AskedUntil})
}
