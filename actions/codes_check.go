package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A CheckCodeInput is a code that was entered.
type CheckCodeInput struct {
	ID      string // of the SentCode
	Purpose CodePurpose
	Code    string
}

// CheckCode takes a code that was entered. After CodeLink the chat is the buyer's for ProofDays; for all others the
// action that it is for can be carried out once, within CodeLife.
//
// Errors: Invalid with Field "code", and the try counts; Denied after CodeTries; Unavailable.
func (c *Core) CheckCode(ctx context.Context, who Actor, in CheckCodeInput) error {
	if err := mayAct(who); err != nil {
		return err
	}
	var wrong *Error // what was counted stays, so it must not be the transaction's error
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		row, err := tx.LockCode(in.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && (row.IdentityID != who.Identity || row.Purpose != string(in.Purpose)) {
			return &Error{Code: Denied, Key: "code.not_yours"}
		}
		if err != nil {
			return err
		}
		wrong, err = c.tryCode(tx, who, row, in.Code)
		return err
	})
	if err == nil && wrong != nil {
		return wrong
	}
	return failed("check a code", err)
}

// tryCode compares a code and writes down what came of it.
func (c *Core) tryCode(tx *store.Store, who Actor, row store.OneTimeCode, code string) (*Error, error) {
	now := c.now()
	switch {
	case row.UsedAt != nil || row.VoidedAt != nil:
		return &Error{Code: Invalid, Key: "code.void", Hint: "code.again", Field: "code", Kept: true}, nil
	case row.SentAt == nil: // its mail is on the way: nobody can know it, and nothing is tried
		return &Error{Code: Invalid, Key: "code.not_yet", Field: "code", Kept: true}, nil
	case row.ExpiresAt != nil && now.After(*row.ExpiresAt):
		return &Error{Code: Invalid, Key: "code.expired", Hint: "code.again", Field: "code", Kept: true}, nil
	}
	right := c.vault.Match(row.CodeHash, "code", codeWords(row, ParseCode(code))...)
	if right && row.BuyerID != "" {
		row.UsedAt = &now
		if err := tx.SaveCode(row); err != nil {
			return nil, err
		}
		return nil, c.proved(tx, who, row)
	}
	row.Tries++
	left := CodeTries - row.Tries
	e := &Error{Code: Invalid, Key: "code.wrong", Args: map[string]any{"left": left}, Field: "code", Kept: true}
	if left <= 0 {
		row.VoidedAt = &now
		e = &Error{Code: Denied, Key: "code.tries", Hint: "code.tries.hint", Kept: true}
		if err := c.audit(tx, who, entry{action: "code.failed", target: row.Purpose, data: auditData{Count: row.Tries}}); err != nil {
			return nil, err
		}
	}
	return e, tx.SaveCode(row)
}

// proved does what a right code means by itself.
func (c *Core) proved(tx *store.Store, who Actor, row store.OneTimeCode) error {
	if CodePurpose(row.Purpose) != CodeLink {
		return nil
	}
	if err := tx.LinkBuyer(store.IdentityBuyer{IdentityID: who.Identity, BuyerID: row.BuyerID, AccountID: who.Account,
		CreatedAt: c.now(), ProvedAt: c.now()}); err != nil {
		return err
	}
	return c.audit(tx, who, entry{action: "buyer.linked", target: row.BuyerID})
}

// agreed takes the proof that an action needs: a code for its purpose and exactly these facts, entered by this person no
// longer than CodeLife ago. It is good once.
//
// Errors: Denied.
func (c *Core) agreed(tx *store.Store, who Actor, id string, purpose CodePurpose, p Purchase) error {
	row, err := c.entered(tx, who, id, purpose, c.codeFacts(purpose, p), CodeLife)
	if err != nil {
		return err
	}
	return c.spend(tx, row)
}

// entered finds a code that this person entered for a purpose and exactly these facts, no longer than within ago, and has
// not acted on yet.
//
// Errors: Denied.
func (c *Core) entered(tx *store.Store, who Actor, id string, purpose CodePurpose, facts string, within time.Duration) (store.OneTimeCode, error) {
	needed := &Error{Code: Denied, Key: "code.needed", Hint: "code.needed.hint"}
	row, err := tx.LockCode(id)
	if errors.Is(err, store.ErrNotFound) {
		return row, needed
	}
	if err != nil {
		return row, err
	}
	if row.IdentityID != who.Identity || row.Purpose != string(purpose) || row.UsedAt == nil || row.VoidedAt != nil ||
		c.now().After(row.UsedAt.Add(within)) || facts == "" || row.Facts != facts {
		return row, needed
	}
	return row, nil
}

// spend has a code that was entered be good for nothing more.
func (c *Core) spend(tx *store.Store, row store.OneTimeCode) error {
	now := c.now()
	row.VoidedAt = &now
	return tx.SaveCode(row)
}
