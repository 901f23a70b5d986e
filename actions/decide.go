package actions

import (
	"context"
	"errors"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// A DecideInput is what somebody says to a proposal.
type DecideInput struct {
	Key      string // idempotency key
	Proposal string
	Approve  bool   // else deny
	Reason   string // of a denial; the asker reads it, and the buyer when he asked
}

// Decide approves or denies a proposal, and returns it as it is then. Whoever comes first decides.
//
// Approving executes exactly what was sealed, if it is still true. When the facts have changed, nothing is executed:
// the proposal returned is ProposalRebuilt, and ReplacedBy asks again with today's facts; or it is ProposalWithdrawn,
// as Why has made it impossible.
//
// Errors: Invalid (a denial without a reason); NotFound; Denied for who may not decide, or asked himself; Conflict when
// it is decided already, with who and when, or when the platform's rules forbid it by now; Unavailable.
func (c *Core) Decide(ctx context.Context, who Actor, in DecideInput) (Proposal, error) {
	// validate
	in.Reason = strings.TrimSpace(in.Reason)
	if !in.Approve && in.Reason == "" {
		return Proposal{}, &Error{Code: Invalid, Key: "proposal.reason_missing", Field: "reason"}
	}
	if err := checkNote("reason", in.Reason); err != nil {
		return Proposal{}, err
	}
	if !who.Is(Deciders...) {
		return Proposal{}, &Error{Code: Denied, Key: "proposal.role", Hint: "proposal.role.hint"}
	}
	var decided Proposal
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: "decide", Target: in.Proposal, Actor: who.ID,
			AskedBy: who.ID, State: string(RequestDone)}
		_, mine, err := c.claim(tx, req)
		if err != nil {
			return err
		}
		if mine {
			if err := c.save(tx, req, order{}); err != nil {
				return err
			}
			if err := c.decide(tx, who, in); err != nil {
				return err
			}
		}
		decided, err = c.proposal(tx, who, in.Proposal)
		return err
	})
	return decided, failed("decide a proposal", err)
}

func (c *Core) decide(tx *store.Store, who Actor, in DecideInput) error {
	// authorise, on fresh facts
	row, err := tx.LockProposal(who.Account, in.Proposal)
	if errors.Is(err, store.ErrNotFound) {
		return noProposal()
	}
	if err != nil {
		return err
	}
	if err := c.mayDecide(tx, who, row); err != nil {
		return err
	}
	full, err := tx.LockPurchase(who.Account, row.Transaction)
	if err != nil {
		return err
	}
	o, err := parseOrder(row.Payload)
	if err != nil {
		return err
	}
	account, err := tx.Account(who.Account)
	if err != nil {
		return err
	}
	d := decision{who: who, account: account, row: row, full: full, purchase: toPurchase(full), order: o, reason: in.Reason}
	d.purchase.OpenProposal = "" // it is this one

	// transact, audit, enqueue: all or nothing
	if !in.Approve {
		return c.deny(tx, d)
	}
	facts, err := factsOf(row.Kind, d.purchase)
	if err != nil {
		return err
	}
	if facts != row.Facts {
		return c.rebuild(tx, d)
	}
	return c.approve(tx, d)
}

// A decision is a proposal with everything that deciding it needs.
type decision struct {
	who      Actor
	account  store.Account
	row      store.Proposal
	full     store.FullPurchase
	purchase Purchase
	order    order
	reason   string
}

// mayDecide refuses proposals that are closed or were tampered with, and the asker, also when he asked as a chat user
// who has become one of the team since.
func (c *Core) mayDecide(tx *store.Store, who Actor, row store.Proposal) error {
	own := row.AskedBy == who.ID || row.AskedBy == who.Identity
	if !own && row.AskedByRole == string(BuyerRole) {
		asker, err := tx.WhoHas(row.AskedBy)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		own = asker.Person.ID == who.ID
	}
	if own {
		return &Error{Code: Denied, Key: "proposal.own", Hint: "proposal.own.hint"}
	}
	if status := ProposalStatus(row.Status); status != ProposalOpen {
		return closedError(status, row)
	}
	if !c.now().Before(row.ExpiresAt) { // the job that expires it comes in a moment
		return closedError(ProposalExpired, row)
	}
	sealed, err := seal(row)
	if err != nil {
		return err
	}
	if sealed != row.Seal {
		c.log.Error("proposal does not match its seal", "proposal", row.ID, "transaction", row.Transaction)
		return &Error{Code: Internal, Key: "proposal.seal"}
	}
	return nil
}

// closedError says who was faster, and when.
func closedError(status ProposalStatus, row store.Proposal) error {
	at := value(row.DecidedAt)
	if at.IsZero() {
		at = row.ExpiresAt.UTC()
	}
	return &Error{Code: Conflict, Key: "proposal.already." + string(status), Args: map[string]any{"by": row.DecidedByName, "at": at}}
}
