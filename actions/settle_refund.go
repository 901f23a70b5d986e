package actions

import (
	"github.com/aftersale/aftersale/store"
)

// refund writes down what came back to the buyer: all that was left, or a part.
func (c *Core) refund(tx *store.Store, s *settling) error {
	if s.order.Order.Part {
		return c.partRefunded(tx, s)
	}
	return c.refunded(tx, s)
}

// partRefunded writes down that a part of the money is on its way back. What was bought stays the buyer's. The platform may
// have told of it by another way already, and of more.
func (c *Core) partRefunded(tx *store.Store, s *settling) error {
	row, o := &s.full.Purchase, s.order.Order
	row.Refunding, row.UpdatedAt = "", c.now()
	row.Refunded = max(row.Refunded, o.Given.Minor+o.Amount.Minor)
	if status := Status(row.Status); !final(status) {
		row.Status, row.StatusAt, row.RawStatus = string(PartlyRefunded), s.at, string(PartlyRefunded)
	}
	if err := tx.UpdatePurchase(row); err != nil {
		return err
	}
	return c.write(tx, s.account, letter{key: s.req.Key + "/done", template: "refund_done", to: s.purchase.Buyer.Email,
		buyer: s.purchase.Buyer, values: s.refundValues()})
}

// refundValues are the facts for mails about what this refund gives back.
func (s *settling) refundValues() MailValues {
	v := mailValues(s.purchase)
	v.Price, v.Part = s.order.Order.Amount, s.order.Order.Part
	return v
}

// refunded writes down that the money is on its way back: the right to enter ends, and with the first charge of a
// subscription the subscription. What the platform has told meanwhile by another way, such as a
// chargeback, stands.
func (c *Core) refunded(tx *store.Store, s *settling) error {
	row := &s.full.Purchase
	row.Refunding, row.UpdatedAt = "", c.now()
	if status := Status(row.Status); !final(status) {
		row.Status, row.StatusAt, row.RawStatus, row.Refunded = string(Refunded), s.at, string(Refunded), row.Amount
	}
	if err := tx.UpdatePurchase(row); err != nil {
		return err
	}
	if err := tx.CloseAccess(row.ID); err != nil {
		return err
	}
	told := []Occurrence{{Event: OnRefunded, At: s.at, Buyer: row.BuyerID, Purchase: row.ID}}
	if sub := s.full.Subscription; sub.ID != "" && s.purchase.FirstCharge() && sub.Status != string(SubscriptionCancelled) {
		sub.Status, sub.StatusAt, sub.UpdatedAt = string(SubscriptionCancelled), s.at, c.now()
		sub.CancelledAt, sub.NextChargeAt = &s.at, &s.at
		if err := tx.UpdateSubscription(sub); err != nil {
			return err
		}
		told = append(told, Occurrence{Event: OnSubscriptionOver, At: s.at, Buyer: sub.BuyerID, Subscription: sub.ID})
	}
	if err := c.happened(tx, s.req.AccountID, told...); err != nil {
		return err
	}
	return c.write(tx, s.account, letter{key: s.req.Key + "/done", template: "refund_done", to: s.purchase.Buyer.Email,
		buyer: s.purchase.Buyer, values: s.refundValues()})
}
