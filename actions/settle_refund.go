package actions

import (
	"github.com/aftersale/aftersale/store"
)

// refunded writes down that the money is on its way back: the right to enter ends, and with the first charge of a
// subscription the subscription. What the platform has told meanwhile by another way, such as a
// chargeback, stands.
func (c *Core) refunded(tx *store.Store, s *settling) error {
	row := &s.full.Purchase
	row.Refunding, row.UpdatedAt = "", c.now()
	if status := Status(row.Status); !final(status) {
		row.Status, row.StatusAt, row.RawStatus = string(Refunded), s.at, string(Refunded)
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
		buyer: s.purchase.Buyer, values: mailValues(s.purchase)})
}
