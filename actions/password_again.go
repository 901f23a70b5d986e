package actions

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/store"
)

// AskPasswordAgain has another link mailed by whoever has one that is over, to the address that the buyer has now. The time
// between two requests holds.
//
// Errors: NotFound for words that we did not sign; Conflict with the verdict that blocks it; Unavailable.
func (c *Core) AskPasswordAgain(ctx context.Context, words string) error {
	id, _, ok := c.openLink(linkPassword, words, true)
	if !ok {
		return noLink()
	}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		row, err := tx.Reset(id)
		if errors.Is(err, store.ErrNotFound) {
			return noLink()
		}
		if err != nil {
			return err
		}
		b, err := tx.Buyer(row.BuyerID)
		if err != nil {
			return err
		}
		_, err = c.AskPassword(tx.Context(), pageActor(b), PasswordInput{Key: "page/" + c.newID(), Buyer: b.ID})
		return err
	})
	return failed("ask for a password again", err)
}
