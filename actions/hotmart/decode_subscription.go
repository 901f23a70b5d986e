package hotmart

import (
	"errors"

	"github.com/aftersale/aftersale/actions"
)

// subscriptionEvents are the events about a subscription itself, each with its shape.
var subscriptionEvents = map[string]func(data) (*actions.Subscribed, error){
	"SUBSCRIPTION_CANCELLATION":       cancellation,
	"SWITCH_PLAN":                     switchPlan,
	"UPDATE_SUBSCRIPTION_CHARGE_DATE": chargeDate,
}

// subscribed is the subscription that a purchase event tells about; nil when it tells of none.
func subscribed(d data, s *actions.Sale) *actions.Subscribed {
	sub := d.Subscription
	if sub.Subscriber.Code == "" {
		return nil
	}
	return &actions.Subscribed{
		Code: upper(sub.Subscriber.Code), Plan: string(sub.Plan.Name), Status: subscriptionStatus(upper(sub.Status)),
		NextChargeAt: d.Purchase.NextCharge.Time, Product: s.Product, Buyer: s.Buyer,
	}
}

func cancellation(d data) (*actions.Subscribed, error) {
	s, err := subscriptionOf(d.Subscriber.Code, d.Subscriber, d.Product)
	if err != nil {
		return nil, err
	}
	s.Status = actions.SubscriptionCancelled
	s.Plan, s.CancelledAt, s.NextChargeAt = string(d.Subscription.Plan.Name), d.Cancelled.Time, d.NextCharge.Time
	return s, nil
}

func switchPlan(d data) (*actions.Subscribed, error) {
	sub := d.Subscription
	s, err := subscriptionOf(sub.Code, sub.User, sub.Product)
	if err != nil {
		return nil, err
	}
	s.Status, s.NextChargeAt = subscriptionStatus(upper(sub.Status)), sub.NextCharge.Time
	for _, p := range d.Plans {
		if p.Current { // the new plan, not the one that was left
			s.Plan = string(p.Name)
		}
	}
	return s, nil
}

func chargeDate(d data) (*actions.Subscribed, error) {
	s, err := subscriptionOf(d.Subscriber.Code, d.Subscriber, d.Subscription.Product)
	if err != nil {
		return nil, err
	}
	s.Status, s.NextChargeAt = subscriptionStatus(upper(d.Subscription.Status)), d.Subscription.NextCharge.Time
	s.Plan = string(d.Plan.Name)
	if day := int(d.Subscription.NewDay); day >= 1 && day <= 31 {
		s.ChargeDay = day
	}
	return s, nil
}

func subscriptionOf(code word, buyer person, p product) (*actions.Subscribed, error) {
	if code == "" {
		return nil, errors.New("the subscriber's code is missing")
	}
	s := &actions.Subscribed{Code: upper(code)}
	var err error
	if s.Buyer, err = soldTo(buyer, country{}); err != nil {
		return nil, err
	}
	s.Product, err = productOf("product", p)
	s.Product.Kind = "membership"
	return s, err
}

// opening reads CLUB_FIRST_ACCESS.
func opening(d data) (*actions.FirstOpening, error) {
	var o actions.FirstOpening
	var err error
	if o.Buyer, err = soldTo(d.User, country{}); err != nil {
		return nil, err
	}
	o.Product, err = productOf("product", d.Product)
	return &o, err
}

// cartLeft is sent when somebody left his address in the checkout and did not buy.
const cartLeft = "PURCHASE_OUT_OF_SHOPPING_CART"

// cart reads it.
func cart(d data) (*actions.LeftCart, error) {
	var c actions.LeftCart
	var err error
	if c.Buyer, err = soldTo(d.Buyer, country{}); err != nil {
		return nil, err
	}
	c.Product, err = productOf("product", d.Product)
	return &c, err
}
