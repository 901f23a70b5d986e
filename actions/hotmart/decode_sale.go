package hotmart

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// sale reads the purchase events (webhooks 2.0.0, "purchase"), and the subscription that the purchase belongs to, if any.
func sale(event string, d data) (*actions.Sale, *actions.Subscribed, error) {
	s, err := purchaseOf(event, d.Purchase, d.Buyer)
	if err != nil {
		return nil, nil, err
	}
	if s.Product, err = productOf("product", d.Product); err != nil {
		return nil, nil, err
	}
	s.Contents = contents(d.Product)
	s.GuaranteeEnds = guaranteeEnds(d.Product.Warranty.Time)
	s.Quantity = int(d.Purchase.Tickets.Amount)
	for _, a := range d.Affiliates { // without an affiliate there is one entry of empty strings
		s.HasAffiliate = s.HasAffiliate || a.Code != "" || a.Name != ""
	}
	if d.Purchase.OrderBump.Is {
		s.Parent = actions.Transaction(upper(d.Purchase.OrderBump.Parent))
	}

	sub := subscribed(d, s)
	s.Product.Kind = kindOf(d.Product, d.Purchase, s, sub)
	return s, sub, nil
}

// purchaseOf reads what all events with a purchase have.
func purchaseOf(event string, p purchase, buyer person) (*actions.Sale, error) {
	raw := upper(p.Status)
	if raw == "" {
		raw = eventStatuses[event]
	}
	s := &actions.Sale{
		Status: status(raw), RawStatus: raw,
		Payment: paymentOf(p.Payment), Installments: int(p.Payment.Installments), OfferCode: string(p.Offer.Code),
		OrderedAt: p.Ordered.Time, ApprovedAt: p.Approved.Time, Recurrence: int(p.Recurrence),
	}
	var err error
	if s.Transaction, err = actions.ParseTransaction(string(p.Transaction)); err != nil {
		return nil, errors.New("purchase.transaction is missing or no transaction code")
	}
	if s.Buyer, err = soldTo(buyer, p.Checkout); err != nil {
		return nil, err
	}
	paid := p.Price
	if paid.Value == "" {
		paid = p.FullPrice
	}
	if s.Price, err = money(paid); err != nil {
		return nil, fmt.Errorf("purchase.price: %w", err)
	}
	return s, nil
}

// order reads ORDER_FULFILLMENT: a purchase of physical products, one or several in one transaction.
func order(d data) (*actions.Sale, error) {
	s, err := purchaseOf("ORDER_FULFILLMENT", d.Purchase, d.Purchase.Shopper)
	if err != nil {
		return nil, err
	}
	if len(d.LineItems) == 0 {
		return nil, errors.New("line_items is missing")
	}
	for i, item := range d.LineItems {
		p, err := productOf(fmt.Sprintf("line_items[%d].product", i), item.Product)
		if err != nil {
			return nil, err
		}
		s.Contents = append(s.Contents, p)
	}
	first := d.LineItems[0]
	s.Product, s.Quantity, s.OfferCode = s.Contents[0], int(first.Quantity), string(first.Offer.Code)
	if len(s.Contents) == 1 {
		s.Contents = nil
	}
	return s, nil
}

// contents are the parts of a bundle; a product that holds just itself has none.
func contents(p product) []actions.SoldProduct {
	var parts []actions.SoldProduct
	for _, c := range p.Content.Products {
		if part, err := productOf("", c); err == nil {
			parts = append(parts, part)
		}
	}
	if len(parts) == 1 && parts[0].Code == string(p.ID) {
		return nil
	}
	return parts
}

func productOf(path string, p product) (actions.SoldProduct, error) {
	if p.ID == "" {
		return actions.SoldProduct{}, fmt.Errorf("%s.id is missing", path)
	}
	kind := formats[upper(p.Format)]
	if kind == "" && bool(p.Physical) {
		kind = "physical"
	}
	return actions.SoldProduct{Code: string(p.ID), Name: string(p.Name), Kind: kind, SupportEmail: supportEmail(p)}, nil
}

// supportEmail is the seller's address, or nothing where what he typed there is none.
func supportEmail(p product) string {
	email, _ := actions.ParseEmail(string(p.SupportEmail))
	return string(email)
}

// kindOf tells what sort of product was bought by what was bought with it; the platform does not say.
func kindOf(p product, bought purchase, s *actions.Sale, sub *actions.Subscribed) string {
	switch {
	case bought.Tickets.Amount > 0:
		return "event"
	case len(s.Contents) > 1:
		return "bundle"
	case sub != nil:
		return "membership"
	case bool(p.Physical):
		return "physical"
	}
	return s.Product.Kind
}

// soldTo reads a buyer; nothing can be done for one without an address.
func soldTo(p person, checkout country) (actions.SoldTo, error) {
	email, err := actions.ParseEmail(string(p.Email))
	if err != nil {
		return actions.SoldTo{}, errors.New("the buyer's e-mail address is missing or no address")
	}
	to := actions.SoldTo{Name: string(p.Name), Email: email, Phone: phoneOf(p)}
	// Documents of other countries, and what is typed wrong, show nothing later: they are left out.
	to.Document, _ = actions.ParseDocument(string(p.Document))
	switch {
	case strings.HasPrefix(upper(p.Locale), "PT"):
		to.Locale = "pt-BR"
	case strings.HasPrefix(upper(p.Locale), "ES"):
		to.Locale = "es"
	case strings.HasPrefix(upper(p.Locale), "EN"):
		to.Locale = "en"
	default:
		for _, iso := range []word{checkout.ISO, p.Address.ISO2, p.Country} {
			if len(iso) == 2 {
				to.Locale = localeOf(string(iso))
				break
			}
		}
	}
	return to, nil
}
