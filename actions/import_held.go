package actions

import (
	"errors"
	"fmt"

	"github.com/aftersale/aftersale/store"
)

func (h Holding) validate(e SaleEvent) error {
	if h.Tickets < 1 || e.ReadAt.IsZero() {
		return errors.New("tickets without a number or a time of reading")
	}
	if err := about(h.Product, h.Buyer); err != nil {
		return fmt.Errorf("tickets %w", err)
	}
	return nil
}

// loadHeld reads the purchases that tickets which somebody was found to hold may be of. Of who is not known, there are none.
func (l *intake) loadHeld(s *store.Store, events []SaleEvent) error {
	for _, e := range events {
		if e.Held == nil {
			continue
		}
		product, buyer := l.products[e.Held.Product.Code], l.buyers[e.Held.Buyer.Email.Key()]
		if product == nil || buyer == nil || product.fresh || buyer.fresh {
			continue
		}
		found, err := s.PurchasesGiving(l.account, buyer.value.ID, product.value.ID, maxGiving)
		if err != nil {
			return fmt.Errorf("purchases of an event: %w", err)
		}
		if err := l.keep(s, found); err != nil {
			return err
		}
	}
	return nil
}

// held takes over how many tickets a purchase was for from how many its buyer holds, and reports whether that was news. It is
// sure only where one purchase can be what all of them are of; and a number above one, whoever told it, was told of the purchase
// itself, which is more exact: tickets that were taken back are held no more, and were bought all the same.
func (l *intake) held(h Holding) bool {
	product, buyer := l.products[h.Product.Code], l.buyers[h.Buyer.Email.Key()]
	if product == nil || buyer == nil || product.value.Kind != "event" {
		return false
	}
	var one *bought
	for _, p := range l.purchasesOf(buyer.value.ID) {
		if p.grants[product.value.ID] == nil || !mayHold(Status(p.value.Status)) {
			continue
		}
		if one != nil {
			return false
		}
		one = p
	}
	if one == nil || !mayBeFor(Status(one.value.Status)) || one.value.ProductID != product.value.ID || one.value.Quantity > 1 || h.Tickets <= max(one.value.Quantity, 1) {
		return false
	}
	one.value.Quantity = h.Tickets
	l.touch(one, true)
	return true
}

// mayHold reports whether the platform may list tickets of a purchase as sold: in a state that we do not know, it may.
func mayHold(s Status) bool { return s != Refunded && s != Chargeback }

// mayBeFor reports whether tickets that are listed as sold can be taken for those of a purchase. While a refund is claimed they are
// listed still.
func mayBeFor(s Status) bool { return s.Kept() || s == Disputed }

// purchasesOf are the purchases of a buyer that are here.
func (l *intake) purchasesOf(buyer string) []*bought {
	if l.byBuyer == nil {
		l.byBuyer = map[string][]*bought{}
		for _, p := range l.purchases {
			l.byBuyer[p.value.BuyerID] = append(l.byBuyer[p.value.BuyerID], p)
		}
	}
	return l.byBuyer[buyer]
}
