package actions

import (
	"errors"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// sponsored is how long somebody whom the asker let in, or made one of those who decide, decides nothing that he asked
// for: else one person could bring his own second one.
const sponsored = 72 * time.Hour

// own reports whether a proposal is the decider's: asked by him, through whichever of his chats and in whichever role; by
// whoever has just made him one of those who decide; or about a purchase of his.
func (c *Core) own(tx *store.Store, who Actor, row store.Proposal) (bool, error) {
	if row.AskedBy == who.ID || row.AskedBy == who.Identity || row.ReplyTo != "" && row.ReplyTo == who.Identity {
		return true, nil
	}
	chats := []string{row.ReplyTo}
	if row.AskedByRole == string(BuyerRole) {
		chats = append(chats, row.AskedBy)
	}
	for _, chat := range chats {
		asker, err := tx.WhoHas(chat)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return false, err
		}
		if err == nil && asker.Identity.PersonID == who.ID { // also as somebody who was removed and has come back
			return true, nil
		}
	}
	if sponsor, err := c.broughtBy(tx, who, row.AskedBy); sponsor || err != nil {
		return sponsor, err
	}
	if row.Kind == ProposalBulk { // it is nobody's purchase
		return false, nil
	}
	full, err := tx.PurchaseByTransaction(row.AccountID, row.Transaction)
	if err != nil {
		return false, err
	}
	buyers, err := tx.BuyersBehind(who.ID)
	return slices.Contains(buyers, full.Buyer.ID), err
}

// broughtBy reports whether the asker has made somebody one of those who decide within the last while, himself or through
// others whom he had made so.
func (c *Core) broughtBy(tx *store.Store, who Actor, asker string) (bool, error) {
	const longest = 20 // as many as that nobody brings within the time
	id := who.ID
	for range longest {
		p, err := tx.PersonOf(who.Account, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && (p.RoleBy == "" || p.RoleAt == nil || c.now().Sub(*p.RoleAt) >= sponsored) {
			return false, nil
		}
		if err != nil || p.RoleBy == asker {
			return err == nil, err
		}
		id = p.RoleBy
	}
	return true, nil
}
