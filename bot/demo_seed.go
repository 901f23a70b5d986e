package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/bot/demo"
)

// clubSubdomain is where the sample's members areas are, on the sample platform.
const clubSubdomain = "cozinha-da-ana"

// seedSample puts what the sample shop sells and has sold into the sample platform, as of now: the same people, products and
// codes as without a platform.
func seedSample(f *fake.Server, now time.Time) error {
	events, err := sampleEvents(now)
	if err != nil {
		return err
	}
	f.SetProducer(fake.Buyer{UCode: "5a000000-0000-4000-8000-000000000001", Name: demo.Name, Email: "clara@cozinha-da-ana.example", Document: "11222333000181", DocType: "CNPJ"})
	s := sample{products: map[string]actions.Listed{}, contents: map[string][]int64{}, sales: map[actions.Transaction]actions.SaleEvent{}, subscriptions: map[string]actions.SaleEvent{}}
	for _, e := range events {
		s.take(e)
	}
	s.fill(f)
	return nil
}

// sampleEvents are all events of the sample's files but its reviews.
func sampleEvents(now time.Time) (events []actions.SaleEvent, err error) {
	for _, file := range demo.Files(now) {
		read, err := hotmart.Read(bytes.NewReader(file.Content), file.Name, hotmart.FileOptions{Location: demo.Zone})
		if err != nil {
			return nil, fmt.Errorf("sample shop: %w", err)
		}
		if read.Items == nil {
			continue
		}
		for item := range read.Items {
			if item.Err != nil {
				return nil, fmt.Errorf("sample shop: %s:%d: %w", file.Name, item.Line, item.Err)
			}
			events = append(events, item.Event)
		}
	}
	return events, nil
}

// A sample is what the events of the sample's files say in the end.
type sample struct {
	order         []actions.Transaction
	products      map[string]actions.Listed
	codes         []string // of the products, in order
	contents      map[string][]int64
	sales         map[actions.Transaction]actions.SaleEvent // the newest of each
	subscriptions map[string]actions.SaleEvent              // likewise
	subscribers   []string
	charges       map[string][]actions.Transaction
	openings      []actions.SaleEvent
}

func (s *sample) take(e actions.SaleEvent) {
	switch {
	case e.Product != nil:
		s.products[e.Product.Code] = *e.Product
		s.codes = append(s.codes, e.Product.Code)
	case e.Opening != nil:
		s.openings = append(s.openings, e)
	case e.Sale != nil:
		if _, known := s.sales[e.Sale.Transaction]; !known {
			s.order = append(s.order, e.Sale.Transaction)
		}
		s.sales[e.Sale.Transaction] = e
		for _, part := range e.Sale.Contents {
			if id := number(part.Code); !slices.Contains(s.contents[e.Sale.Product.Code], id) {
				s.contents[e.Sale.Product.Code] = append(s.contents[e.Sale.Product.Code], id)
			}
		}
	}
	if sub := e.Subscription; sub != nil {
		if _, known := s.subscriptions[sub.Code]; !known {
			s.subscribers = append(s.subscribers, sub.Code)
		}
		if was := s.subscriptions[sub.Code].Subscription; was != nil && sub.Plan == "" {
			sub.Plan = was.Plan
		}
		s.subscriptions[sub.Code] = e
		if e.Sale != nil {
			if s.charges == nil {
				s.charges = map[string][]actions.Transaction{}
			}
			s.charges[sub.Code] = append(s.charges[sub.Code], e.Sale.Transaction)
		}
	}
}

func number(code string) int64 {
	n, _ := strconv.ParseInt(code, 10, 64) // the sample's codes are numbers, which its test checks
	return n
}

func (s *sample) fill(f *fake.Server) {
	slices.SortStableFunc(s.codes, func(a, b string) int { return len(s.contents[a]) - len(s.contents[b]) }) // parts before bundles
	for _, code := range s.codes {
		p := s.products[code]
		area := clubSubdomain
		if p.AccessURL == "" || p.Kind == "event" {
			area = ""
		}
		f.AddProduct(fake.Product{ID: number(code), Name: p.Name, Format: formatOf[p.Kind], Warranty: p.GuaranteeDays, Subscription: p.Kind == "membership", Contents: s.contents[code],
			SupportEmail: p.SupportEmail, Subdomain: area, Created: s.sales[s.order[0]].Sale.OrderedAt.AddDate(0, -6, 0), Starts: p.Event.Starts, Ends: p.Event.Ends})
	}
	ofSubscription := map[actions.Transaction]string{}
	for _, code := range s.subscribers {
		s.subscribe(f, code)
		for _, t := range s.charges[code] {
			ofSubscription[t] = code
		}
	}
	for _, t := range s.order {
		f.AddSale(s.sale(f, s.sales[t], ofSubscription[t]))
	}
	for _, o := range s.openings {
		f.Opened(number(o.Opening.Product.Code), string(o.Opening.Buyer.Email), o.At)
	}
}

// formatOf are the platform's words for the kinds of products.
var formatOf = map[string]string{"course": "ONLINE_COURSE", "membership": "COMMUNITY", "ebook": "EBOOK", "event": "ETICKET", "bundle": "BUNDLE", "physical": "PHYSICAL", "other": "SOFTWARE"}

// paidBy are the platform's words for how was paid: type, and method.
var paidBy = map[actions.Payment][2]string{
	actions.Card: {"CREDIT_CARD", "VISA_CREDIT_CARD"}, actions.Pix: {"PIX", "PIX"}, actions.Boleto: {"BILLET", "BILLET"}, actions.PayPal: {"PAYPAL", "PAYPAL"},
	actions.DirectDebit: {"DIRECT_DEBIT", "SEPA_DIRECT_DEBIT"},
}

// wordOf are the platform's words for statuses.
var wordOf = map[actions.Status]string{
	actions.Approved: "APPROVED", actions.Complete: "COMPLETE", actions.Refunded: "REFUNDED", actions.Chargeback: "CHARGEBACK", actions.Disputed: "PROTESTED",
	actions.WaitingPayment: "PRINTED_BILLET", actions.Expired: "EXPIRED", actions.Failed: "CANCELLED", actions.Overdue: "DELAYED",
}

func (s *sample) sale(f *fake.Server, e actions.SaleEvent, subscription string) fake.Sale {
	v := e.Sale
	how := paidBy[v.Payment]
	sale := fake.Sale{
		Transaction: string(v.Transaction), Product: number(v.Product.Code), Buyer: f.AddBuyer(fake.Buyer{Name: v.Buyer.Name, Email: string(v.Buyer.Email), Country: country(v.Buyer.Locale)}),
		Email: string(v.Buyer.Email), Status: wordOf[v.Status], Ordered: v.OrderedAt, Approved: v.ApprovedAt, Price: v.Price.Minor, Currency: v.Price.Currency, Type: how[0], Method: how[1],
		Parts: v.Installments, Offer: v.OfferCode, Subscriber: subscription, Recurrence: v.Recurrence, Parent: string(v.Parent),
	}
	if s.products[v.Product.Code].Kind == "event" {
		sale.Tickets = max(v.Quantity, 1)
	}
	if !v.GuaranteeEnds.IsZero() {
		sale.Warranty = v.GuaranteeEnds.UTC().Truncate(24 * time.Hour)
	}
	if v.HasAffiliate {
		sale.Affiliate = "Rede Sabor"
	}
	if v.Status == actions.Disputed {
		sale.Claimed = e.At
	}
	return sale
}

func country(locale string) string {
	switch {
	case strings.HasPrefix(locale, "es"):
		return "ES"
	case strings.HasPrefix(locale, "en"):
		return "US"
	}
	return "BR"
}

func (s *sample) subscribe(f *fake.Server, code string) {
	charges := s.charges[code]
	first, last := s.sales[charges[0]].Sale, s.sales[charges[len(charges)-1]].Sale
	e := s.subscriptions[code]
	sub := fake.Subscription{
		Code: code, Product: number(first.Product.Code), Buyer: f.AddBuyer(fake.Buyer{Name: first.Buyer.Name, Email: string(first.Buyer.Email), Country: country(first.Buyer.Locale)}),
		Plan: e.Subscription.Plan, Joined: first.OrderedAt, NextCharge: e.Subscription.NextChargeAt, Price: last.Price.Minor, Currency: last.Price.Currency, Last: string(last.Transaction),
		Recurrence: len(charges), Status: "ACTIVE",
	}
	switch e.Subscription.Status {
	case actions.SubscriptionCancelled:
		sub.Status, sub.Ended = "CANCELLED_BY_CUSTOMER", e.Subscription.CancelledAt
	case actions.SubscriptionLate:
		sub.Status, sub.Unpaid = "DELAYED", 1
	}
	f.AddSubscription(sub)
}
