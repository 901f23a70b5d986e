package actions

import (
	"errors"

	"github.com/aftersale/aftersale/store"
)

// emailChanged moves a purchase to its new address, freezes it for a while, and tells both addresses; neither mail
// shows the other address to whoever should not know it.
func (c *Core) emailChanged(tx *store.Store, s *settling) error {
	old, to := s.purchase.Buyer, s.order.Order.NewEmail
	row := &s.full.Purchase
	buyer, err := c.movedTo(tx, s, to)
	if err != nil {
		return err
	}
	until := c.now().Add(c.policy.freeze())
	row.BuyerID, row.FrozenUntil, row.UpdatedAt = buyer.ID, &until, c.now()
	row.EmailChanges++
	if err := tx.UpdatePurchase(row); err != nil {
		return err
	}
	values := mailValues(s.purchase)
	values.OldEmail, values.NewEmail, values.At = s.order.Order.OldEmail.Masked(), to.Masked(), s.at
	for _, l := range []letter{
		{key: s.req.Key + "/old", template: "email_changed_old", to: s.order.Order.OldEmail, buyer: old, values: values},
		{key: s.req.Key + "/new", template: "email_changed_new", to: to, buyer: old, values: values},
	} {
		if err := c.write(tx, s.account, l); err != nil {
			return err
		}
	}
	return nil
}

// movedTo finds or makes the buyer whose the purchase is now. A buyer is one address: so the purchase moves to whoever
// has the new one; else, when it is all that its buyer has, his address changes; else there is a new buyer.
//
// The chat user who asked sees a new buyer's purchase as he saw it before. He is not linked to a buyer who was there
// already: an address that he has not proved to be his must not open other purchases to him.
func (c *Core) movedTo(tx *store.Store, s *settling, to Email) (store.Buyer, error) {
	now := s.full.Buyer
	found, err := tx.BuyerByEmail(s.req.AccountID, to.Key())
	switch {
	case err == nil && found.ID != now.ID:
		return found, nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return store.Buyer{}, err
	}
	others, err := tx.PurchasesOfBuyer(s.req.AccountID, now.ID, s.full.Purchase.ID)
	if err != nil {
		return store.Buyer{}, err
	}
	buyer := now
	buyer.Email, buyer.EmailKey = string(to), to.Key()
	if others == 0 || found.ID == now.ID {
		return buyer, tx.PutBuyer(buyer)
	}
	buyer = c.moveContact(buyer, c.newID())
	buyer.CreatedAt = c.now()
	if err := tx.PutBuyer(buyer); err != nil {
		return store.Buyer{}, err
	}
	return buyer, c.keepLink(tx, s, now.ID, buyer.ID)
}

// keepLink links the buyer who asked to the new record, if he was linked to the old one.
func (c *Core) keepLink(tx *store.Store, s *settling, old, fresh string) error {
	if !s.order.ByBuyer {
		return nil
	}
	mine, err := tx.BuyersOf(s.req.AskedBy)
	if err != nil {
		return err
	}
	for _, b := range mine {
		if b.ID == old {
			return tx.LinkBuyer(store.IdentityBuyer{IdentityID: s.req.AskedBy, BuyerID: fresh, AccountID: s.req.AccountID, CreatedAt: c.now()})
		}
	}
	return nil
}
