package ledger

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// cost is how slow a hash is: what OWASP's Password Storage Cheat Sheet gives for Argon2id (read November 2026: 19 MiB, two
// passes, one thread).
var cost = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// atOnce is how many hashes are made at the same time, so that a crowd of them takes twice 19 MiB and not the machine.
const atOnce = 2

// Passwords are those of buyers whose access is the ledger's. It implements actions.Hasher. Make it with NewPasswords; it is
// safe for concurrent use.
type Passwords struct {
	store *store.Store
	turns chan struct{}
	// decoy is compared with for buyers who have none, so that they cost the same.
	decoy string
}

// NewPasswords returns the passwords kept in a store.
func NewPasswords(s *store.Store) *Passwords {
	return &Passwords{store: s, turns: make(chan struct{}, atOnce), decoy: "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
}

// Hash implements actions.Hasher: argon2id, with a salt of its own.
//
// Errors: Unavailable when it was not its turn before ctx ended.
func (p *Passwords) Hash(ctx context.Context, password actions.Password) (string, error) {
	if err := p.turn(ctx); err != nil {
		return "", err
	}
	defer func() { <-p.turns }()
	return argon2id.CreateHash(string(password), &cost)
}

// Check reports whether a password is that of the buyer with an address: what a members area asks. Somebody unknown, and a
// buyer without a password, take as long as a wrong one.
//
// Errors: Unavailable.
func (p *Passwords) Check(ctx context.Context, account string, email actions.Email, password string) (bool, error) {
	s := p.store.In(ctx)
	hash := p.decoy
	known := false
	if b, err := s.BuyerByEmail(account, email.Key()); err == nil {
		row, has, err := s.Password(b.ID)
		if err != nil {
			return false, fmt.Errorf("read a password: %w", err)
		}
		if has {
			hash, known = row.Hash, true
		}
	}
	typed, err := actions.ParsePassword(password)
	if err != nil {
		typed, known = "x", false
	}
	if err := p.turn(ctx); err != nil {
		return false, err
	}
	defer func() { <-p.turns }()
	right, err := argon2id.ComparePasswordAndHash(string(typed), hash)
	return right && known, err
}

func (p *Passwords) turn(ctx context.Context) error {
	select {
	case p.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &actions.Error{Code: actions.Unavailable, Key: "error.unavailable", Err: ctx.Err()}
	}
}
