package actions

import (
	"errors"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// emailChanged moves a purchase to its new address, freezes it for a while, ends everything that chat users have proved of
// its buyer, and tells both addresses; neither mail shows the other address to whoever should not know it.
func (c *Core) emailChanged(tx *store.Store, s *settling) error {
	back, err := tx.EmailRevertedSince(s.full.Purchase.ID, s.req.CreatedAt)
	if err != nil {
		return err
	}
	if back { // it could not be stopped any more when the owner said that it was not him
		return c.putBackLate(tx, s)
	}
	old, to := s.purchase.Buyer, s.order.Order.NewEmail
	change := store.EmailChange{ID: c.newID(), AccountID: s.req.AccountID, PurchaseID: s.full.Purchase.ID, RequestKey: s.req.Key,
		OldEmail: string(s.order.Order.OldEmail), NewEmail: string(to), OldBuyer: old.ID, CreatedAt: c.now()}
	s.full.Purchase.EmailChanges++
	if change.NewBuyer, err = c.move(tx, &s.full, to); err != nil {
		return err
	}
	if err := tx.AddEmailChange(change); err != nil {
		return err
	}
	if err := c.endProofs(tx, change.AccountID, change.OldBuyer); err != nil {
		return err
	}
	if change.NewBuyer == change.OldBuyer { // what opened for the old mailbox's owner opens for nobody
		if err := tx.DropPassword(change.NewBuyer); err != nil {
			return err
		}
	}
	values := mailValues(s.purchase)
	values.OldEmail, values.NewEmail, values.At = s.order.Order.OldEmail.Masked(), to.Masked(), s.at
	mine := values
	mine.Change = change.ID
	for _, l := range []letter{
		{key: s.req.Key + "/old", template: "email_changed_old", to: s.order.Order.OldEmail, buyer: old, values: mine},
		{key: s.req.Key + "/new", template: "email_changed_new", to: to, buyer: old, values: values},
	} {
		if err := c.write(tx, s.account, l); err != nil {
			return err
		}
	}
	return nil
}

// move gives a purchase, and the subscription that it pays for, to whoever has an address, and freezes it. It returns the
// id of the buyer whose the purchase is then. What hangs on the purchase itself, such as access, goes with it.
func (c *Core) move(tx *store.Store, full *store.FullPurchase, to Email) (string, error) {
	was := full.Buyer.ID
	buyer, err := c.movedTo(tx, *full, to)
	if err != nil {
		return "", err
	}
	policy, err := c.policyFor(tx, systemActor(full.Purchase.AccountID))
	if err != nil {
		return "", err
	}
	row, until := &full.Purchase, c.now().Add(policy.freeze())
	row.BuyerID, row.FrozenUntil, row.UpdatedAt = buyer.ID, &until, c.now()
	if err := tx.UpdatePurchase(row); err != nil {
		return "", err
	}
	if sub := full.Subscription; sub.ID != "" && sub.BuyerID == was && was != buyer.ID {
		if err := tx.MoveSubscription(sub.ID, buyer.ID, c.now()); err != nil {
			return "", err
		}
	}
	if err := c.moveOptOuts(tx, row.AccountID, was, buyer.ID); err != nil {
		return "", err
	}
	return buyer.ID, c.placeAnew(tx, row.AccountID, was, buyer.ID)
}

// movedTo finds or makes the buyer whose a purchase is now. A buyer is one address: so the purchase moves to whoever
// has the new one; else, when it is all that its buyer has, his address changes; else there is a new buyer.
func (c *Core) movedTo(tx *store.Store, full store.FullPurchase, to Email) (store.Buyer, error) {
	now := full.Buyer
	found, err := tx.BuyerByEmail(now.AccountID, to.Key())
	switch {
	case err == nil && found.ID != now.ID:
		return found, nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return store.Buyer{}, err
	}
	others, err := tx.PurchasesOfBuyer(now.AccountID, now.ID, full.Purchase.ID)
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
	return buyer, tx.PutBuyer(buyer)
}

// endProofs has every chat show anew that it is one of these buyers', also the one in which the change was asked for: what
// was proved, was proved of an address that is another's now. Codes on their way and links to pages end too, for the same reason.
func (c *Core) endProofs(tx *store.Store, account string, buyers ...string) error {
	slices.Sort(buyers)
	for _, id := range slices.Compact(buyers) {
		if err := tx.UnlinkBuyer(id, ""); err != nil {
			return err
		}
		if err := tx.EndPages(account, id, c.now()); err != nil {
			return err
		}
		if err := tx.VoidResets(id, c.now()); err != nil {
			return err
		}
		if err := tx.VoidCodesOf(id, c.now()); err != nil {
			return err
		}
	}
	return nil
}
