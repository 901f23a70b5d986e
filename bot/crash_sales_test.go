package main

import (
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// A crashSale is a purchase and the buyer's chat.
type crashSale struct {
	transaction string
	buyer       crashWho
	email       string
	event       actions.SaleEvent
}

// crashBundle is a product of three, each of which gets a mail of its own.
const crashBundle = "bundle"

// sale has a webhook tell of a new purchase. buyer is nobody for a new one.
func (p *crashPerson) sale(product string, price int64, buyer crashWho) (crashSale, bool) {
	p.mu.Lock()
	p.number++
	n := p.number
	p.mu.Unlock()
	if buyer.user == "" {
		buyer = crashWho{fmt.Sprintf("b%d", n), actions.BuyerRole, onTelegram}
	}
	at := now().Truncate(time.Second)
	s := crashSale{transaction: fmt.Sprintf("HP%08d", n), buyer: buyer, email: buyer.user + "@example.com"}
	sale := &actions.Sale{
		Transaction: actions.Transaction(s.transaction), Status: actions.Approved, RawStatus: "APPROVED",
		Product: actions.SoldProduct{Code: product, Name: "The " + product},
		Buyer:   actions.SoldTo{Name: "Buyer " + buyer.user, Email: actions.Email(s.email), Locale: "en"},
		Price:   actions.Money{Minor: price, Currency: "BRL"}, Quantity: 1, Payment: actions.Payment("card"), Installments: 1,
		OrderedAt: at.AddDate(0, 0, -3), ApprovedAt: at.AddDate(0, 0, -3), GuaranteeEnds: at.AddDate(0, 0, 4),
	}
	if product == crashBundle {
		for _, part := range []string{"bread", "cake", "pie"} {
			sale.Contents = append(sale.Contents, actions.SoldProduct{Code: part, Name: "The " + part})
		}
	}
	s.event = actions.SaleEvent{Source: "hotmart", ID: s.transaction + "/approved", Kind: "PURCHASE_APPROVED", At: at.AddDate(0, 0, -3), Sale: sale}
	return s, p.webhook(s.event, buyer.user)
}

// happens has a webhook tell what became of a purchase.
func (p *crashPerson) happens(s crashSale, status actions.Status) bool {
	e, sale := s.event, *s.event.Sale
	sale.Status, sale.RawStatus = status, string(status)
	e.ID, e.Kind, e.At, e.Sale = s.transaction+"/"+string(status), string(status), now().Truncate(time.Second), &sale
	p.mu.Lock()
	p.happened[string(status)+" "+s.transaction]++
	p.mu.Unlock()
	return p.webhook(e, "")
}

// webhook delivers an event until it is taken.
func (p *crashPerson) webhook(e actions.SaleEvent, seat string) bool {
	for p.ctx.Err() == nil {
		line, ok := p.talk(crashCall{Sale: &e, Seat: seat})
		if ok && line.Failed != "" {
			p.t.Errorf("webhook %s: %s", e.ID, line.Failed)
			return false
		}
		if ok {
			return true
		}
	}
	return false
}
