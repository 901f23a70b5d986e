package actions

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/store"
)

// PasswordOff returns what the link from the mail about a changed password can still do: open while that password is the one
// in force, done once it is not. It changes nothing.
//
// Errors: NotFound for words that we did not sign; Unavailable.
func (c *Core) PasswordOff(ctx context.Context, words string) (PasswordPage, error) {
	s := c.store.In(ctx)
	_, page, err := c.passwordOff(s, s.Reset, words)
	return page, failed("show a changed password", err)
}

func (c *Core) passwordOff(s *store.Store, load func(string) (store.PasswordReset, error), words string) (store.PasswordReset, PasswordPage, error) {
	id, until, ok := c.openLink(linkPasswordOff, words, true)
	if !ok {
		return store.PasswordReset{}, PasswordPage{}, noLink()
	}
	row, err := load(id)
	if errors.Is(err, store.ErrNotFound) {
		return row, PasswordPage{}, noLink()
	}
	if err != nil {
		return row, PasswordPage{}, err
	}
	page, err := c.passwordPage(s, row, until)
	if err != nil {
		return row, page, err
	}
	password, has, err := s.Password(row.BuyerID)
	switch {
	case c.now().After(until):
		page.State = PasswordOver
	case has && password.ResetID == row.ID:
		page.State = PasswordOpen
	default:
		page.State = PasswordDone
	}
	return row, page, err
}

// TakePasswordOff undoes a change of password that its owner did not want: nobody gets in with it any more, whatever chats
// have proved of him ends, and a fresh link to set another one goes to his mailbox, past the time between two requests.
//
// Called again, it does nothing; the state says so.
//
// Errors: NotFound for words that we did not sign; Unavailable.
func (c *Core) TakePasswordOff(ctx context.Context, words string) (PasswordPage, error) {
	var page PasswordPage
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		row, shown, err := c.passwordOff(tx, tx.LockReset, words)
		page = shown
		if err != nil || page.State != PasswordOpen {
			return err
		}
		if err := tx.DropPassword(row.BuyerID); err != nil {
			return err
		}
		if err := c.endProofs(tx, row.AccountID, row.BuyerID); err != nil {
			return err
		}
		if err := c.audit(tx, mailboxActor(row.AccountID), entry{action: "password.taken_off", target: row.BuyerID}); err != nil {
			return err
		}
		page.State = PasswordDone
		buyer, err := tx.Buyer(row.BuyerID)
		if err != nil || buyer.Erased() {
			return err
		}
		b := Buyer{ID: buyer.ID, Name: buyer.Name, Email: Email(buyer.Email), Locale: buyer.Locale}
		return c.mailReset(tx, row.AccountID, b, "password/"+row.ID+"/off")
	})
	return page, failed("take a password off", err)
}
