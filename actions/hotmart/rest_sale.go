package hotmart

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// Events that are made of what was read have these kinds; they are the platform's words for nothing.
const (
	kindSale         = "READ_SALE"
	kindSubscription = "READ_SUBSCRIPTION"
	kindCharge       = "READ_CHARGE"
	kindProduct      = "READ_PRODUCT"
	kindTickets      = "READ_TICKETS"
)

// readEvent makes an event of what was read. Its identity is what it says. The platform does not say since when a status holds, so
// the event has no At, but the time of reading.
func readEvent(kind string, item any, asOf time.Time) (actions.SaleEvent, error) {
	payload, err := json.Marshal(item)
	if err != nil {
		return actions.SaleEvent{}, err
	}
	sum := sha256.Sum256(payload)
	return actions.SaleEvent{Source: Webhook, ID: "read:" + hex.EncodeToString(sum[:16]), Kind: kind, ReadAt: asOf, Payload: payload}, nil
}

// saleRead makes an event of a sale in the history.
//
// Errors name what is missing, by its path, without values.
func saleRead(item historyItem, asOf time.Time) (actions.SaleEvent, error) {
	sale, err := saleOf(item)
	if err != nil {
		return actions.SaleEvent{}, fmt.Errorf("sale: %w", err)
	}
	e, err := readEvent(kindSale, item, asOf)
	e.Sale = sale
	return e, err
}

// saleOf reads a sale of the history. It says neither who the affiliate is nor whether there is one, nor what a bundle holds.
func saleOf(item historyItem) (*actions.Sale, error) {
	p, raw := item.Purchase, upper(item.Purchase.Status)
	if raw == "" {
		return nil, errors.New("purchase.status is missing")
	}
	s := &actions.Sale{
		Status: status(raw), RawStatus: raw, Payment: paymentOf(p.Payment), Installments: int(p.Payment.Installments), OfferCode: string(p.Offer.Code),
		OrderedAt: p.Ordered.Time, ApprovedAt: p.Approved.Time, GuaranteeEnds: guaranteeEnds(p.Warranty.Time), Recurrence: int(p.Recurrence),
	}
	var err error
	if s.Transaction, err = actions.ParseTransaction(string(p.Transaction)); err != nil {
		return nil, errors.New("purchase.transaction is missing or no transaction code")
	}
	if s.Buyer, err = boughtBy(item.Buyer); err != nil {
		return nil, err
	}
	if s.Price, err = money(p.Price); err != nil {
		return nil, fmt.Errorf("purchase.price: %w", err)
	}
	if s.Product, err = productOf("product", item.Product); err != nil {
		return nil, err
	}
	if bool(p.Subscription) {
		s.Product.Kind = "membership"
		s.Recurrence = max(s.Recurrence, 1)
	}
	return s, nil
}

// boughtBy reads a person of REST; nothing can be done for one without an address.
func boughtBy(p restPerson) (actions.SoldTo, error) {
	return soldTo(person{Name: p.Name, Email: p.Email}, country{})
}

// contactOf is what is known of a buyer besides: his document and telephone number, which are kept sealed. Nil: nothing.
func contactOf(item usersItem) *actions.SoldTo {
	for _, u := range item.Users {
		if upper(u.Role) != "BUYER" {
			continue
		}
		p := person{Name: u.User.Name, Email: u.User.Email, Locale: u.User.Locale, Phone2: u.User.Cellphone}
		if p.Phone2 == "" {
			p.Phone2 = u.User.Phone
		}
		for _, d := range u.User.Documents {
			if known, err := actions.ParseDocument(string(d.Value)); err == nil && known != "" {
				p.Document = d.Value
				break
			}
		}
		if to, err := soldTo(p, country{}); err == nil {
			return &to
		}
	}
	return nil
}
