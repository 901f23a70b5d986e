package actions

import (
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// What we do ourselves is told to the contact lists here, where an import would tell of what the platform did. When the platform
// tells of the same afterwards, it is nothing new.

// solved tells that a case was closed. One that is opened again and closed once more is told of again.
func (c *Core) solved(tx *store.Store, row store.Case) error {
	if row.BuyerID == "" {
		return nil // nobody knows whom it is about
	}
	h := Occurrence{Event: OnCaseSolved, At: *row.ClosedAt, Buyer: row.BuyerID, Subject: subjectOfCase(row.ID)}
	if row.PurchaseID != "" {
		found, err := tx.PurchasesByID(row.AccountID, []string{row.PurchaseID})
		if err != nil {
			return err
		}
		h.Product = found[row.PurchaseID].Product.ID
	}
	return c.happened(tx, row.AccountID, h)
}

// subscriptionIs tells that a subscription stands otherwise since an instant.
func (c *Core) subscriptionIs(tx *store.Store, row store.Subscription, at time.Time) error {
	return c.happened(tx, row.AccountID, Occurrence{Event: subscriptionEvents[SubscriptionStatus(row.Status)], At: at, Buyer: row.BuyerID, Subscription: row.ID})
}

// awaitCheckin notes that purchases have tickets now that wait for a name.
func (l *intake) awaitCheckin(tx *store.Store, purchases []string) error {
	found, err := tx.PurchasesByID(l.account, purchases)
	if err != nil {
		return err
	}
	for _, id := range purchases {
		p, ok := found[id]
		if !ok {
			continue
		}
		at := l.now
		if p.Purchase.ApprovedAt != nil {
			at = p.Purchase.ApprovedAt.UTC()
		}
		l.happened = append(l.happened, Occurrence{Event: OnCheckinPending, At: at, Buyer: p.Purchase.BuyerID, Purchase: id, Stale: !slices.Contains(admitting, p.Purchase.Status)})
	}
	return nil
}
