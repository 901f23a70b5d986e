package hotmart

import (
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// subscriptionRead makes events of a subscription in the list: how it stands, and which is its newest charge.
func subscriptionRead(item subscriptionItem, asOf time.Time) ([]actions.SaleEvent, error) {
	s, err := subscribedOf(item)
	if err != nil {
		return nil, fmt.Errorf("subscription: %w", err)
	}
	e, err := readEvent(kindSubscription, item, asOf)
	if err != nil {
		return nil, err
	}
	e.Subscription = s
	events := []actions.SaleEvent{e}
	if link, ok := linkOf(item.Transaction, s.Code, 0, asOf); ok {
		events = append(events, link)
	}
	return events, nil
}

// subscribedOf reads a subscription of the list. The day of the month on which it is charged is in no reading.
func subscribedOf(item subscriptionItem) (*actions.Subscribed, error) {
	if item.Code == "" {
		return nil, errors.New("subscriber_code is missing")
	}
	s := &actions.Subscribed{Code: upper(item.Code), Plan: string(item.Plan.Name), Status: subscriptionStatus(upper(item.Status)),
		NextChargeAt: item.NextCharge.Time, StartedAt: item.Accession.Time}
	if s.Status == actions.SubscriptionCancelled {
		s.CancelledAt = item.Ended.Time
	}
	var err error
	if s.Buyer, err = boughtBy(item.Subscriber); err != nil {
		return nil, err
	}
	if s.Product, err = productOf("product", item.Product); err != nil {
		return nil, err
	}
	s.Product.Kind = "membership"
	return s, nil
}

// chargeRead says which subscription a charge belongs to.
func chargeRead(item linkItem, asOf time.Time) (actions.SaleEvent, error) {
	e, ok := linkOf(item.Purchase.Transaction, upper(item.Code), int(item.Recurrency.Number), asOf)
	if !ok {
		return e, errors.New("charge: subscriber_code or purchase.transaction is missing")
	}
	return e, nil
}

func linkOf(transaction word, code string, number int, asOf time.Time) (actions.SaleEvent, bool) {
	t, err := actions.ParseTransaction(string(transaction))
	if err != nil || code == "" {
		return actions.SaleEvent{}, false
	}
	charge := actions.ChargeOf{Transaction: t, Subscription: code, Number: number}
	e, err := readEvent(kindCharge, charge, asOf)
	e.Charge = &charge
	return e, err == nil
}
