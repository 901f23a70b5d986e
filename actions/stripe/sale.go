package stripe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// Source is the first half of the identity of what Stripe tells.
const Source = "stripe"

// A charge does not say what was sold. Its invoice does, by its lines; else the checkout session in which it was paid. A charge that
// has neither, such as one that a program made by an amount, is a sale of unknownProduct: a sale without a name is better than none.
var unknownProduct = actions.SoldProduct{Code: "stripe:unknown", Name: "Stripe payment"}

// readEvent makes an event of what was read; its id is made of what it says.
func readEvent(kind string, item any, asOf time.Time) (actions.SaleEvent, error) {
	payload, err := json.Marshal(item)
	if err != nil {
		return actions.SaleEvent{}, err
	}
	sum := sha256.Sum256(payload)
	return actions.SaleEvent{Source: Source, ID: "read:" + hex.EncodeToString(sum[:16]), Kind: kind, ReadAt: asOf, Payload: payload}, nil
}

// sale is what a charge tells: the sale itself, and of which subscription it is a charge.
//
// Errors name what is missing, without values; what Stripe did is a *remote.Error.
func (p *Platform) sale(ctx context.Context, c charge, asOf time.Time) ([]actions.SaleEvent, error) {
	if c.Status == "failed" {
		e, err := readEvent("charge", struct{ ID string }{c.ID}, asOf)
		e.Ignored = "an attempt to pay that failed"
		return []actions.SaleEvent{e}, err
	}
	s := actions.Sale{Transaction: CodeOf(c.ID), RawStatus: c.Status, Price: money(c.Amount, c.Currency), Payment: payments[c.PaymentMethod.Type],
		OrderedAt: at(c.Created), Quantity: 1, Buyer: c.buyer()}
	switch {
	case s.Transaction == "":
		return nil, errors.New("an id that is none of Stripe's")
	case s.Buyer.Email == "":
		return nil, errors.New("no e-mail address of the buyer")
	case s.Price.Currency == "":
		return nil, errors.New("a currency that is none")
	}
	var err error
	if s.Status, s.Refunded, err = p.stands(ctx, c); err != nil {
		return nil, err
	}
	if s.Status.Paid() {
		s.ApprovedAt = s.OrderedAt
	}
	if s.Product, err = p.sold(ctx, c); err != nil {
		return nil, err
	}
	var events []actions.SaleEvent
	if i := c.Invoice.Whole; i != nil && i.Subscription.Whole != nil {
		s.Product.Kind = "membership"
		s.Recurrence = i.number(*i.Subscription.Whole)
		of := actions.ChargeOf{Transaction: s.Transaction, Subscription: string(CodeOf(i.Subscription.ID)), Number: s.Recurrence}
		if of.Subscription == "" {
			return nil, errors.New("a subscription whose id is none of Stripe's")
		}
		link, err := readEvent("charge_of", of, asOf)
		if err != nil {
			return nil, err
		}
		link.Charge = &of
		events = append(events, link)
	}
	e, err := readEvent("charge", s, asOf)
	e.Sale = &s
	return append([]actions.SaleEvent{e}, events...), err
}

// stands is a charge's status, and what was given back of it, as State tells them.
func (p *Platform) stands(ctx context.Context, c charge) (actions.Status, actions.Money, error) {
	status, err := p.status(ctx, c)
	if err != nil {
		return "", actions.Money{}, err
	}
	if !c.Captured && status == actions.Approved {
		status = actions.Processing // it is promised, and not taken yet
	}
	if c.AmountRefunded == 0 {
		return status, actions.Money{}, nil
	}
	made, err := p.refunds(ctx, c.ID)
	if err != nil {
		return "", actions.Money{}, err
	}
	status, back := settledStatus(c, status, made)
	return status, back, nil
}

// sold is what a charge was for.
func (p *Platform) sold(ctx context.Context, c charge) (actions.SoldProduct, error) {
	if i := c.Invoice.Whole; i != nil {
		for _, line := range i.Lines.Data {
			if line.Price != nil && line.Price.Product.ID != "" {
				return line.Price.product(), nil
			}
		}
	}
	if c.Invoice.ID != "" || c.PaymentIntent.ID == "" {
		return unknownProduct, nil
	}
	var all list[checkout]
	err := p.get(ctx, "read the checkout of a charge", "/v1/checkout/sessions",
		url.Values{"payment_intent": {c.PaymentIntent.ID}, "limit": {"1"}, "expand[]": {"data.line_items"}}, &all)
	if err != nil {
		return actions.SoldProduct{}, err
	}
	for _, session := range all.Data {
		for _, line := range session.LineItems.Data {
			if line.Price != nil && line.Price.Product.ID != "" {
				return line.Price.product(), nil
			}
		}
	}
	return unknownProduct, nil
}

func (q price) product() actions.SoldProduct {
	sold := actions.SoldProduct{Code: q.Product.ID}
	if q.Product.Whole != nil {
		sold.Name = q.Product.Whole.Name
	}
	return sold
}

// buyer is who paid.
func (c charge) buyer() actions.SoldTo {
	b := actions.SoldTo{Name: c.BillingDetails.Name, Email: c.email()}
	if w := c.Customer.Whole; w != nil {
		b.Name = cmp.Or(w.Name, b.Name)
	}
	return b
}

// number is which charge of its subscription an invoice is, from 1. Stripe numbers only the first; a later one is counted by how many
// periods have passed, which trials and changes of plan blur: never is it taken for the first.
func (i invoice) number(s subscription) int {
	if i.BillingReason == "subscription_create" {
		return 1
	}
	period := float64(s.CurrentPeriodEnd - s.CurrentPeriodStart)
	if period <= 0 || s.CurrentPeriodStart <= 0 {
		return 2
	}
	return max(2, 1+int(math.Round(float64(i.Created-s.Created)/period)))
}

// subscriptionRead makes an event of a subscription.
func subscriptionRead(s subscription, asOf time.Time) ([]actions.SaleEvent, error) {
	state := s.state()
	told := actions.Subscribed{Code: string(CodeOf(s.ID)), Status: state.Status, NextChargeAt: state.NextChargeAt, StartedAt: at(s.Created), Product: unknownProduct}
	if told.Status == actions.SubscriptionCancelled || told.Status == actions.SubscriptionEnded {
		told.CancelledAt = state.At
	}
	if w := s.Customer.Whole; w != nil {
		told.Buyer = actions.SoldTo{Name: w.Name, Email: charge{Customer: s.Customer}.email()}
	}
	for _, item := range s.Items.Data {
		if item.Price != nil && item.Price.Product.ID != "" {
			told.Product, told.Plan = item.Price.product(), item.Price.Nickname
			break
		}
	}
	told.Product.Kind = "membership"
	switch {
	case told.Code == "":
		return nil, errors.New("an id that is none of Stripe's")
	case told.Buyer.Email == "":
		return nil, errors.New("no e-mail address of the customer")
	}
	e, err := readEvent("subscription", told, asOf)
	e.Subscription = &told
	return []actions.SaleEvent{e}, err
}

// payments are ways to pay that we have words for (docs.stripe.com/api/charges/object, payment_method_details.type).
var payments = map[string]actions.Payment{"card": actions.Card, "pix": actions.Pix, "boleto": actions.Boleto, "paypal": actions.PayPal}
