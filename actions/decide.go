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
	Reason   string // of a denial; the asker reads it, and the buyer when he asked. An approval may have one for the team
	Factor   string // code of the decider's authenticator app, where an approval wants one
}

// Decide approves or denies a proposal, and returns it as it is then. Whoever comes first decides.
//
// Approving executes exactly what was sealed, if it is still true. When the facts have changed, nothing is executed:
// the proposal returned is ProposalRebuilt, and ReplacedBy asks again with today's facts; or it is ProposalWithdrawn,
// as Why has made it impossible.
//
// Errors: Invalid (a denial without a reason; Field "factor" for the code); NotFound; Denied for who may not decide, or asked
// himself; Conflict when it is decided already, with who and when, or when the platform's rules forbid it by now; Unavailable.
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
	err := c.keeping(ctx, func(tx *store.Store) error {
		if in.Approve { // first: of a wrong code the count alone may stay
			if err := c.stepUpToApprove(tx, who, in); err != nil {
				return err
			}
		}
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
	if row.Kind == ProposalBulk {
		return c.decideBulk(tx, who, row, in)
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

// MayDecide refuses what Decide would refuse, before anybody gives reasons or codes for nothing.
//
// Errors: as of Decide.
func (c *Core) MayDecide(ctx context.Context, who Actor, proposal string) error {
	s := c.store.In(ctx)
	row, err := s.Proposal(who.Account, proposal)
	if errors.Is(err, store.ErrNotFound) {
		return noProposal()
	}
	if err == nil {
		err = c.mayDecide(s, who, row)
	}
	return failed("look whether a proposal may be decided", err)
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

// mayDecide refuses proposals that are closed or were tampered with, who may not decide any more, and whoever the proposal
// is his own.
func (c *Core) mayDecide(tx *store.Store, who Actor, row store.Proposal) error {
	now, err := c.stillThere(tx, who)
	if err != nil {
		return err
	}
	if !now.Is(Deciders...) {
		return &Error{Code: Denied, Key: "proposal.role", Hint: "proposal.role.hint"}
	}
	own, err := c.own(tx, who, row)
	if err != nil {
		return err
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
