package actions

import (
	"errors"

	"github.com/aftersale/aftersale/store"
)

// ofSubscription reports whether an operation is about a subscription and not about one purchase.
func (op Operation) ofSubscription() bool {
	return op == OpCancel || op == OpChangeChargeDay || op == OpReactivate || op == OpAccept
}

// beginOnSubscription has the subscription show that something is being done to it, so that nothing else is begun beside it.
func (c *Core) beginOnSubscription(tx *store.Store, a asking) error {
	row, err := tx.LockSubscription(a.row.AccountID, a.order.Order.Subscription)
	if err != nil {
		return err
	}
	return tx.WorkOnSubscription(row.ID, a.request.Key, nil, c.now())
}

// cancelled writes down that no charge follows. What the platform has told meanwhile by another way stands. Access stays until
// the end of what was paid, which is when the next charge would have been.
func (c *Core) cancelled(tx *store.Store, s *settling) error {
	row, err := c.settled(tx, s)
	if err != nil {
		return err
	}
	if err := c.over(tx, s, row); err != nil {
		return err
	}
	return c.writeSubscriber(tx, s, row, "subscription_cancelled")
}

// over writes down that a subscription is cancelled, unless that is known.
func (c *Core) over(tx *store.Store, s *settling, row store.Subscription) error {
	if status := SubscriptionStatus(row.Status); status == SubscriptionCancelled || status == SubscriptionEnded {
		return nil
	}
	row.Status, row.StatusAt, row.UpdatedAt, row.CancelledAt = string(SubscriptionCancelled), s.at, c.now(), &s.at
	if err := tx.UpdateSubscription(row); err != nil {
		return err
	}
	return c.subscriptionIs(tx, row, s.at)
}

// AlreadyCancelled is the refusal of a platform on which the subscription was over before: what was asked for is so, and it
// was not we who did it.
const AlreadyCancelled = "outcome.refused.already_cancelled"

// releaseSubscription gives a subscription free again when the platform refused what was to be done to it.
func (c *Core) releaseSubscription(tx *store.Store, s *settling) error {
	row, err := c.settled(tx, s)
	if err != nil || s.outcome.Detail != AlreadyCancelled {
		return err
	}
	return c.over(tx, s, row)
}

// chargeDayChanged writes the new day down. The charge that is scheduled stays where it is.
func (c *Core) chargeDayChanged(tx *store.Store, s *settling) error {
	row, err := c.settled(tx, s)
	if err != nil {
		return err
	}
	if err := tx.SetChargeDay(row.ID, s.order.Order.ChargeDay, c.now()); err != nil {
		return err
	}
	return c.writeSubscriber(tx, s, row, "charge_day_changed")
}

// settled gives a subscription free again and returns it.
func (c *Core) settled(tx *store.Store, s *settling) (store.Subscription, error) {
	row, err := tx.LockSubscription(s.req.AccountID, s.order.Order.Subscription)
	if err != nil || row.UnderWay != s.req.Key {
		return row, err
	}
	return row, tx.WorkOnSubscription(row.ID, "", nil, c.now())
}

// writeSubscriber mails the subscriber what was done; nobody when he is nobody any more.
func (c *Core) writeSubscriber(tx *store.Store, s *settling, row store.Subscription, template string) error {
	b, err := tx.Buyer(row.BuyerID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	values := mailValues(s.purchase)
	values.Plan, values.Day = row.Plan, s.order.Order.ChargeDay
	if next := value(row.NextChargeAt); next.After(c.now()) {
		values.Next = next
	}
	if s.order.Order.Charge {
		values.Charge = s.order.Order.Amount
	}
	if template == askedMail {
		values.Until = s.order.Until
		if c.asks() {
			values.Asked = s.req.Key
		}
	}
	key := s.req.Key + "/" + template
	_, _, mass := parseBulkKey(key)
	if mass && !s.order.Agreed.IsZero() { // somebody waits for this one, and the run does not
		key, mass = "accepted/"+key, false
	}
	return c.write(tx, s.account, letter{key: key, template: template, to: Email(b.Email), mass: mass,
		buyer: Buyer{ID: b.ID, Name: b.Name, Email: Email(b.Email), Locale: b.Locale}, values: values})
}

// askedMail is the template of the mail that asks a subscriber to go on.
const askedMail = "reactivation_asked"

// happenedTo reports whether the platform shows of a subscription what an order asks for.
func happenedTo(o Order, s SubscriptionState) bool {
	switch o.Op {
	case OpCancel:
		return s.Status == SubscriptionCancelled || s.Status == SubscriptionEnded
	case OpChangeChargeDay:
		return s.ChargeDay == o.ChargeDay
	case OpReactivate:
		return s.Status == SubscriptionActive
	}
	return false
}
