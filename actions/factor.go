package actions

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/skip2/go-qrcode"

	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// What an authenticator app is set up with. RFC 4226 wants 20 bytes; apps expect 6 digits, 30 seconds and SHA-1, and many
// take nothing else (github.com/google/google-authenticator/wiki/Key-Uri-Format, read 2026-07).
const (
	factorKeyBytes = 20
	factorSeconds  = 30
)

// setUpWithin is how long a key that was shown can be confirmed.
const setUpWithin = 30 * time.Minute

// RecoveryCodes is how many codes somebody gets for the day on which his phone is lost. Each is good once.
const RecoveryCodes = 10

// recoveryLetters is the length of such a code: 50 bits, of which FactorTries can be tried.
const recoveryLetters = 10

// A Factor is somebody's authenticator app, as he sees it.
type Factor struct {
	Set      bool      // one is in force
	Since    time.Time // when it was confirmed
	Recovery int       // codes that are left
	Wanted   bool      // policy has him set one up
}

// Factor returns the authenticator app of whoever asks.
//
// Errors: Denied for who is not of the team; Unavailable.
func (c *Core) Factor(ctx context.Context, who Actor) (Factor, error) {
	if !who.Staff() {
		return Factor{}, &Error{Code: Denied, Key: "error.role"}
	}
	s := c.store.In(ctx)
	policy, err := c.policyFor(s, who)
	if err != nil {
		return Factor{}, failed("read the policy", err)
	}
	f := Factor{Wanted: policy.SecondFactor.Required && who.Is(Deciders...)}
	row, err := s.SecondFactorOf(who.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Since == nil {
		return f, nil
	}
	if err == nil {
		f.Set, f.Since = true, value(row.Since)
		f.Recovery, err = s.RecoveryCodesLeft(who.ID)
	}
	return f, failed("find an authenticator app", err)
}

// SetUpFactor makes a key for somebody's authenticator app, and has it sent to his private chat. It is in force once he
// has confirmed it by a code; until then an earlier one stays, and a code of that is wanted here.
//
// Errors: Invalid with Field "factor" (code); Denied for who is not of the team, and after FactorTries; Conflict for who
// cannot be written to privately; Unavailable; Internal without a secret.
func (c *Core) SetUpFactor(ctx context.Context, who Actor, code string) error {
	if !c.vault.Ready() {
		return &Error{Code: Internal, Key: "error.internal", Err: vault.ErrNoSecret}
	}
	err := c.keeping(ctx, func(tx *store.Store) error {
		row, err := c.ownFactor(tx, who, code)
		if err != nil {
			return err
		}
		w, err := tx.WhoHas(who.Identity)
		if err != nil {
			return err
		}
		key := make([]byte, factorKeyBytes)
		if _, err := io.ReadFull(c.random, key); err != nil {
			return fmt.Errorf("a key: %w", err)
		}
		at := c.now()
		if row.Pending, err = c.vault.Seal(sealedFactor, who.ID, key); err != nil {
			return err
		}
		row.PendingAt = &at
		if err := tx.SaveSecondFactor(row); err != nil {
			return err
		}
		return c.sendKey(tx, who, w, key)
	})
	return failed("set an authenticator app up", err)
}

// sealedFactor is the use under which keys of authenticator apps are sealed, of the person's id.
const sealedFactor = "totp"

// sendKey sends a key to somebody's private chat: a picture to scan, and a message with the key as text, which is taken out
// of it once he has confirmed it. Neither is kept in words that anybody could read in the database.
func (c *Core) sendKey(tx *store.Store, who Actor, w store.Who, key []byte) error {
	if w.Identity.Chat == "" {
		return &Error{Code: Conflict, Key: "factor.no_chat", Hint: "factor.no_chat.hint"}
	}
	written, err := factorKey(w, key)
	if err != nil {
		return fmt.Errorf("write a key: %w", err)
	}
	const side = 512 // pixels: enough for a telephone's camera, on any screen
	picture, err := qrcode.Encode(written.URL, qrcode.Medium, side)
	if err != nil {
		return fmt.Errorf("draw a key: %w", err)
	}
	if _, err := c.sendFile(tx, who, attachment{Name: "key-" + c.now().Format("150405") + ".png", MIME: "image/png", Body: picture, Caption: "factor.picture", Lasts: setUpWithin}); err != nil {
		return err
	}
	return tell(tx, Tell{Account: who.Account, Identity: who.Identity, Subject: subjectOfFactor(who.Identity)})
}

// subjectOfFactor names the message with the key.
func subjectOfFactor(identity string) string { return "factor:" + identity }

// ownFactor is the authenticator app of who changes it: locked, and with a code of the one in force. Who has none yet gets
// an empty one.
func (c *Core) ownFactor(tx *store.Store, who Actor, code string) (store.SecondFactor, error) {
	if !who.Staff() {
		return store.SecondFactor{}, &Error{Code: Denied, Key: "error.role"}
	}
	if _, err := c.stillThere(tx, who); err != nil {
		return store.SecondFactor{}, err
	}
	row, err := tx.LockSecondFactor(who.ID)
	if errors.Is(err, store.ErrNotFound) {
		return store.SecondFactor{PersonID: who.ID, AccountID: who.Account, CreatedAt: c.now()}, nil
	}
	if err == nil && row.Since != nil {
		row, err = c.tryFactor(tx, who, row, code)
	}
	return row, err
}

// A FactorKey is what an authenticator app is set up with.
type FactorKey struct {
	Text string // as people type it, in groups of four
	URL  string // otpauth://…, also what a picture of it holds
}

// FactorKey returns the key that somebody is to confirm. It is for the card that shows it to him, and for
// nobody else.
//
// Errors: NotFound when there is none, as after it was confirmed or waited for too long; Unavailable.
func (c *Core) FactorKey(ctx context.Context, identity string) (FactorKey, error) {
	s := c.store.In(ctx)
	none := &Error{Code: NotFound, Key: "factor.nothing_to_confirm"}
	w, err := s.WhoHas(identity)
	if errors.Is(err, store.ErrNotFound) || err == nil && w.Person.ID == "" {
		return FactorKey{}, none
	}
	if err != nil {
		return FactorKey{}, failed("find a person", err)
	}
	row, err := s.SecondFactorOf(w.Person.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && !c.pending(row) {
		return FactorKey{}, none
	}
	if err != nil {
		return FactorKey{}, failed("find an authenticator app", err)
	}
	key, err := c.vault.Open(sealedFactor, w.Person.ID, row.Pending)
	if err != nil {
		return FactorKey{}, failed("open the key of an authenticator app", err)
	}
	made, err := factorKey(w, key)
	return made, failed("write the key of an authenticator app", err)
}

// factorKey writes a key as apps take it. The shop and the name tell it from others on the same phone.
func factorKey(w store.Who, key []byte) (FactorKey, error) {
	made, err := totp.Generate(totp.GenerateOpts{Issuer: w.Account.Name, AccountName: w.Person.Name, Secret: key})
	if err != nil {
		return FactorKey{}, err
	}
	return FactorKey{Text: strings.ReplaceAll(grouped(made.Secret(), 4), "-", " "), URL: made.URL()}, nil
}

func (c *Core) pending(row store.SecondFactor) bool {
	return len(row.Pending) > 0 && row.PendingAt != nil && c.now().Before(row.PendingAt.Add(setUpWithin))
}

// ConfirmFactor puts the authenticator app in force whose code this is, and returns fresh recovery codes: the only time
// that anybody sees them.
//
// Errors: Invalid with Field "first" (code); Conflict when there is nothing to confirm any more; Denied; Unavailable.
func (c *Core) ConfirmFactor(ctx context.Context, who Actor, code string) ([]string, error) {
	var codes []string
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := c.stillThere(tx, who); err != nil {
			return err
		}
		row, err := tx.LockSecondFactor(who.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && !c.pending(row) {
			return &Error{Code: Conflict, Key: "factor.nothing_to_confirm", Hint: "error.start_again"}
		}
		if err != nil {
			return err
		}
		key, err := c.vault.Open(sealedFactor, who.ID, row.Pending)
		if err != nil {
			return err
		}
		step, ok := factorStep(key, code, c.now(), 0)
		if !ok {
			return &Error{Code: Invalid, Key: "factor.not_confirmed", Field: "first"}
		}
		at := c.now()
		row.Secret, row.Pending, row.PendingAt = row.Pending, nil, nil
		row.Since, row.LastStep, row.Tries, row.TriesSince, row.LockedTill = &at, step, 0, nil, nil
		if err := tx.SaveSecondFactor(row); err != nil {
			return err
		}
		if codes, err = c.freshRecovery(tx, who); err != nil {
			return err
		}
		if err := refresh(tx, who.Account, subjectOfFactor(who.Identity)); err != nil { // the key is not shown any more
			return err
		}
		return c.audit(tx, who, entry{action: "factor.set_up", target: who.ID})
	})
	return codes, failed("confirm an authenticator app", err)
}

// freshRecovery gives somebody new recovery codes. What is kept of them is a keyed hash each.
func (c *Core) freshRecovery(tx *store.Store, who Actor) ([]string, error) {
	codes := make([]string, RecoveryCodes)
	rows := make([]store.RecoveryCode, RecoveryCodes)
	for i := range codes {
		code, err := c.letters(recoveryLetters)
		if err != nil {
			return nil, err
		}
		codes[i] = grouped(code, 5)
		rows[i] = store.RecoveryCode{PersonID: who.ID, AccountID: who.Account, CodeHash: c.vault.Hash("recovery", who.ID, code), CreatedAt: c.now()}
	}
	return codes, tx.ReplaceRecoveryCodes(who.ID, rows)
}

// RenewRecoveryCodes gives whoever asks new recovery codes in place of the ones before.
//
// Errors: Invalid with Field "factor" (code); Conflict for who has no authenticator app; Denied; Unavailable.
func (c *Core) RenewRecoveryCodes(ctx context.Context, who Actor, code string) (codes []string, err error) {
	err = c.keeping(ctx, func(tx *store.Store) error {
		row, err := c.ownFactor(tx, who, code)
		if err != nil {
			return err
		}
		if row.Since == nil {
			return &Error{Code: Conflict, Key: "factor.missing", Hint: "factor.missing.hint"}
		}
		if codes, err = c.freshRecovery(tx, who); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "factor.codes_renewed", target: who.ID})
	})
	return codes, failed("renew recovery codes", err)
}

// DropFactor takes the authenticator app of whoever asks away.
//
// Errors: Invalid with Field "factor" (code); Denied; Unavailable.
func (c *Core) DropFactor(ctx context.Context, who Actor, code string) error {
	err := c.keeping(ctx, func(tx *store.Store) error {
		if _, err := c.ownFactor(tx, who, code); err != nil {
			return err
		}
		if err := tx.DropSecondFactor(who.ID); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "factor.dropped", target: who.ID})
	})
	return failed("drop an authenticator app", err)
}

// A ResetFactorInput says whose authenticator app is forgotten.
type ResetFactorInput struct {
	Person string
	Factor string // code of the actor's own, where one is wanted
}

// ResetFactor forgets the authenticator app of a colleague who has lost it with his recovery codes. He sets up another.
//
// Errors: as of ChangeRole.
func (c *Core) ResetFactor(ctx context.Context, who Actor, in ResetFactorInput) error {
	err := c.keeping(ctx, func(tx *store.Store) error {
		now, p, err := c.touch(tx, who, in.Person)
		if err != nil {
			return err
		}
		if err := c.stepUp(tx, now, in.Factor); err != nil {
			return err
		}
		if err := tx.DropSecondFactor(p.ID); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "factor.reset", target: p.ID, note: p.Name})
	})
	return failed("reset an authenticator app", err)
}

// base32Key is how authenticator apps write a key.
func base32Key(key []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(key)
}
