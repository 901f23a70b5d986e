package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

const (
	linkPassword    linkPurpose = "password"     // sets a password, once
	linkPasswordOff linkPurpose = "password-off" // takes it away again: that was not me
)

// Where the links of mails about passwords lead, below the public address; their words follow.
const (
	PasswordPath    = PagesPath + "password/"
	PasswordOffPath = PagesPath + "password-off/"
)

// A PasswordState says what a link from a mail about a password can still do.
type PasswordState string

// The states.
const (
	PasswordOpen PasswordState = "open"
	PasswordDone PasswordState = "done" // this link has done it
	PasswordOver PasswordState = "over" // too late, or a newer link has taken its place
)

// A PasswordPage is what whoever has such a link may see.
type PasswordPage struct {
	State        PasswordState
	Shop         string
	SupportEmail string
	Locale       string // of the buyer's mails
	Timezone     string
	Email        string // masked
	Until        time.Time
	At           time.Time // when the password was set
}

// A Hasher makes what passwords are compared with. It is slow on purpose, and bounds how many it makes at once.
type Hasher interface {
	Hash(ctx context.Context, p Password) (string, error)
}

// PasswordPage returns what the words of a link can do. It changes nothing.
//
// Errors: NotFound for words that we did not sign, and of buyers who were erased; Unavailable.
func (c *Core) PasswordPage(ctx context.Context, words string) (PasswordPage, error) {
	id, until, ok := c.openLink(linkPassword, words, true)
	if !ok {
		return PasswordPage{}, noLink()
	}
	s := c.store.In(ctx)
	row, err := s.Reset(id)
	if errors.Is(err, store.ErrNotFound) {
		return PasswordPage{}, noLink()
	}
	if err != nil {
		return PasswordPage{}, failed("load a reset", err)
	}
	page, err := c.passwordPage(s, row, until)
	page.State = c.resetState(row, until)
	return page, failed("show a password page", err)
}

func (c *Core) passwordPage(s *store.Store, row store.PasswordReset, until time.Time) (PasswordPage, error) {
	account, err := s.Account(row.AccountID)
	if err != nil {
		return PasswordPage{}, err
	}
	b, err := s.Buyer(row.BuyerID)
	return PasswordPage{Shop: account.Name, SupportEmail: account.SupportEmail, Locale: firstLocale(b.Locale, account.Locale), Timezone: account.Timezone,
		Email: Email(b.Email).Masked(), Until: until, At: value(row.UsedAt)}, err
}

func (c *Core) resetState(row store.PasswordReset, until time.Time) PasswordState {
	switch {
	case row.UsedAt != nil:
		return PasswordDone
	case row.VoidedAt != nil, c.now().After(until), c.now().After(row.ExpiresAt):
		return PasswordOver
	}
	return PasswordOpen
}

// SetPassword sets the password of whoever the link was mailed to, once. He is told by mail, with a way to say that it was not
// him. What was typed is kept nowhere but as a hash.
//
// A link that is used or over does nothing; the state says so.
//
// Errors: NotFound for words that we did not sign; Invalid with Field "password" or "again"; Unavailable.
func (c *Core) SetPassword(ctx context.Context, words, typed, again string) (PasswordPage, error) {
	page, err := c.PasswordPage(ctx, words)
	if err != nil || page.State != PasswordOpen {
		return page, err
	}
	password, err := ParsePassword(typed)
	if err != nil {
		return page, err
	}
	if repeated, _ := ParsePassword(again); repeated != password {
		return page, &Error{Code: Invalid, Key: "password.differs", Field: "again"}
	}
	if c.hasher == nil {
		return page, &Error{Code: Internal, Key: "error.internal", Err: errors.New("passwords are not kept here")}
	}
	hash, err := c.hasher.Hash(ctx, password) // slow, so before anything is locked
	if err != nil {
		return page, failed("hash a password", err)
	}
	id, until, _ := c.openLink(linkPassword, words, true)
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		row, err := tx.LockReset(id)
		if err != nil {
			return err
		}
		if page.State = c.resetState(row, until); page.State != PasswordOpen {
			return nil // another press was faster
		}
		if err := c.keepPassword(tx, row, hash); err != nil {
			return err
		}
		page.State, page.At = PasswordDone, c.now()
		return nil
	})
	return page, failed("set a password", err)
}

func (c *Core) keepPassword(tx *store.Store, row store.PasswordReset, hash string) error {
	now := c.now()
	account, err := tx.Account(row.AccountID)
	if err != nil {
		return err
	}
	buyer, err := tx.Buyer(row.BuyerID)
	if err != nil {
		return err
	}
	if err := tx.PutPassword(store.Password{BuyerID: buyer.ID, AccountID: account.ID, Hash: hash, ResetID: row.ID, ChangedAt: now}); err != nil {
		return err
	}
	if err := tx.ResetUsed(row.ID, now); err != nil {
		return err
	}
	if err := tx.VoidResets(buyer.ID, now); err != nil {
		return err
	}
	if err := c.audit(tx, mailboxActor(account.ID), entry{action: "password.changed", target: buyer.ID}); err != nil {
		return err
	}
	b := Buyer{ID: buyer.ID, Name: buyer.Name, Email: Email(buyer.Email), Locale: buyer.Locale}
	return c.write(tx, account, letter{key: "password/" + row.ID + "/changed", template: "password_changed", to: b.Email, buyer: b,
		values: MailValues{SupportEmail: account.SupportEmail, Reset: row.ID, At: now}})
}

// resetURL is where the reader of a mail sets his password; offURL, where he says that it was not him.
func (c *Core) resetURL(reset string, until time.Time) string {
	if reset == "" || until.IsZero() {
		return ""
	}
	return c.pageURL(PasswordPath, func() string { return c.signLink(linkPassword, reset, until) })
}

func (c *Core) offURL(reset string, at time.Time) string {
	if reset == "" || at.IsZero() {
		return ""
	}
	return c.pageURL(PasswordOffPath, func() string { return c.signLink(linkPasswordOff, reset, at.Add(notMeLife)) })
}
