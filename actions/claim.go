package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// KindClaim approves a refund that the buyer asked for on the platform itself. A claim is a proposal that nobody of ours made: it
// opens and ends with what the platform shows. No platform that we know can be told to refuse one: to deny it is to tell the
// buyer why, and the platform approves by itself in the end (hotmart.md 4.3).
const KindClaim = "claim"

// ProposalClaim is the kind of the proposals that claims are.
const ProposalClaim = KindClaim

// JobClaim looks at a purchase that was claimed, or is no longer: ClaimWork.
const JobClaim = "claim"

// A ClaimWork says which purchase to look at.
type ClaimWork struct {
	Account     string      `json:"account"`
	Transaction Transaction `json:"transaction"`
	At          time.Time   `json:"at"` // of the news, as the platform says
}

// claimed notes that a purchase has become a claim, or is one no longer. A report does not say when that was.
func (l *intake) claimed(e SaleEvent, before, now Status) {
	at := e.At
	if at.IsZero() {
		at = e.ReadAt
	}
	if (before == Disputed) != (now == Disputed) && !at.IsZero() {
		l.claims = append(l.claims, ClaimWork{Account: l.account, Transaction: e.Sale.Transaction, At: precise(at)})
	}
}

// lookAtClaims has jobs look at the claims that a batch tells of.
func (l *intake) lookAtClaims(tx *store.Store) error {
	for _, w := range l.claims {
		if err := enqueue(tx, JobClaim, "", w); err != nil {
			return err
		}
	}
	return nil
}

// lookAtClaim is the job that opens a claim, or ends it.
func (c *Core) lookAtClaim(ctx context.Context, job jobs.Job) error {
	var w ClaimWork
	if err := job.Decode(&w); err != nil {
		return err
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		full, err := tx.LockPurchase(w.Account, string(w.Transaction))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		p := toPurchase(full)
		before, err := tx.ClaimsOf(p.ID, claimsLooked)
		if err != nil {
			return err
		}
		if p.Status == Disputed {
			return c.openClaim(tx, full, p, before, w.At)
		}
		return c.endClaims(tx, full, p, before)
	})
}

// claimsLooked is how many claims of a purchase are looked at: each is one refund that was asked for.
const claimsLooked = 20

// openClaim has somebody decide a claim, unless it is open or was decided, or is none that anybody has to decide.
func (c *Core) openClaim(tx *store.Store, full store.FullPurchase, p Purchase, before []store.Proposal, at time.Time) error {
	for _, row := range before {
		o, err := parseOrder(row.Payload)
		if err != nil {
			return err
		}
		if row.Status == string(ProposalOpen) || !at.After(o.Claimed) {
			return nil
		}
	}
	who := systemActor(full.Purchase.AccountID)
	ours, err := c.oursToo(tx, full)
	if err != nil {
		return err
	}
	until := at.Add(time.Duration(c.Terms().ClaimDays) * day)
	if why := leftOut(p, ours, at, until, c.now()); why != "" {
		c.log.Info("a claim that nobody has to decide", "transaction", p.Transaction, "why", why)
		return c.audit(tx, who, entry{action: "claim.left_out", target: string(p.Transaction), data: auditData{Detail: why}})
	}
	account, err := tx.Account(full.Purchase.AccountID)
	if err != nil {
		return err
	}
	earlier, err := c.refundsOfBuyer(tx, Actor{Account: account.ID, Role: Manager}, p, 12)
	if err != nil {
		return err
	}
	rule := "claim.open"
	if earlier.year == 0 {
		rule = "claim.first"
	}
	o := order{Order: Order{Account: account.ID, Op: OpApproveClaim, Transaction: p.Transaction, Amount: p.Price}, ByBuyer: true,
		Claimed: at, Until: until, Verdict: needsApproval(rule, Numbers{Date: until, Count: earlier.year})}
	a := asking{who: who, account: account, row: full.Purchase, purchase: p, order: o, request: store.Request{Action: KindClaim}}
	_, err = c.propose(tx, a, "")
	return err
}

// leftOut says why nobody has to decide a claim; empty when somebody has. A refund that the seller asks for is a claim first, on
// the way to its end (hotmart.md 3.2, observed in spring 2025), and after the guarantee no buyer can claim.
func leftOut(p Purchase, ours bool, at, until, now time.Time) string {
	switch {
	case ours:
		return "our own refund"
	case !p.GuaranteeEnds.IsZero() && at.After(p.GuaranteeEnds):
		return "after the guarantee: the seller's own refund"
	case !now.Before(until):
		return "its time is over"
	}
	return ""
}

// oursToo reports whether we have asked for the refund ourselves, and were not refused.
func (c *Core) oursToo(tx *store.Store, full store.FullPurchase) (bool, error) {
	if full.Purchase.Refunding != "" {
		return true, nil
	}
	asked, err := tx.RequestsOn(full.Purchase.AccountID, full.Purchase.Transaction, KindRefund, time.Time{})
	for _, r := range asked {
		switch RequestState(r.State) {
		case RequestRefused, RequestProposed:
		default:
			return true, err
		}
	}
	return false, err
}

// endClaims ends the claim that is open, and has the cards of all say how it ended.
func (c *Core) endClaims(tx *store.Store, full store.FullPurchase, p Purchase, before []store.Proposal) error {
	for _, row := range before {
		if row.Status != string(ProposalOpen) {
			if err := tx.TouchProposalByID(row.ID); err != nil {
				return err
			}
			if err := refresh(tx, row.AccountID, subjectOfProposal(row.ID)); err != nil {
				return err
			}
			continue
		}
		o, err := parseOrder(row.Payload)
		if err != nil {
			return err
		}
		d := decision{who: systemActor(row.AccountID), row: row, full: full, purchase: p, order: o}
		if err := c.withdraw(tx, d, claimable(p, c.commerce.Can(OpApproveClaim))); err != nil {
			return err
		}
	}
	return nil
}

// claimable blocks the approval of a claim that is none any more, each way with its own words.
func claimable(p Purchase, can Capability) Verdict {
	switch {
	case p.Status == Approved, p.Status == Complete:
		return blocked("claim.taken_back", Numbers{Status: p.Status})
	case p.Status == Refunded:
		return blocked("claim.refunded", Numbers{Status: p.Status})
	case p.Status == Chargeback:
		return blocked("claim.chargeback", Numbers{Status: p.Status})
	case p.Status != Disputed:
		return blocked("claim.over", Numbers{Status: p.Status})
	case can == NoSupport:
		return blocked("claim.not_supported", Numbers{})
	}
	return allowed("", Numbers{})
}

// claimReminders are how long before its end a claim is brought up again: with three days left, with one, and in its last hours.
var claimReminders = []time.Duration{3 * day, day, 6 * time.Hour}

// remindClaims brings claims up again. The platform's deadline is none of the shop's settings.
func (c *Core) remindClaims(ctx context.Context, account string) error {
	for i := len(claimReminders) - 1; i >= 0; i-- {
		if err := c.remindWithin(ctx, account, claimReminders[i], i+1, true); err != nil {
			return err
		}
	}
	return nil
}
