package actions

import (
	"fmt"

	"github.com/aftersale/aftersale/store"
)

// approve executes exactly what was sealed. Only the platform's own rules can forbid it now, as they look at the clock.
func (c *Core) approve(tx *store.Store, d decision) error {
	possible, err := c.possible(tx, d)
	if err == nil {
		err = possible.Err()
	}
	if err != nil {
		return err
	}
	key := RequestOfProposal(d.row.ID)
	d.row.RequestKey, d.row.DecidedReason = key, d.reason
	if err := c.close(tx, &d, ProposalApproved); err != nil {
		return err
	}
	req := store.Request{Key: key, AccountID: d.row.AccountID, Action: d.row.Kind, Target: d.row.Transaction, PurchaseID: d.row.PurchaseID,
		Actor: d.who.ID, AskedBy: d.row.AskedBy, State: string(RequestRecorded), ReplyTo: d.row.ReplyTo}
	if _, mine, err := c.claim(tx, req); err != nil {
		return err
	} else if !mine {
		return fmt.Errorf("request %s was there before its proposal was approved", key)
	}
	req.CreatedAt = c.now()
	a := asking{who: d.who, account: d.account, row: d.full.Purchase, purchase: d.purchase, request: req, order: d.order, said: d.reason}
	return c.begin(tx, a, d.row.Kind+".approved")
}

// possible blocks what the platform does not do, on fresh facts. What policy said of the asker counts no more: somebody
// who may has decided.
func (c *Core) possible(s *store.Store, d decision) (Verdict, error) {
	switch d.row.Kind {
	case KindClaim:
		return claimable(d.purchase, c.commerce.Can(OpApproveClaim)), nil
	case KindRefund:
		return c.refundCase(d.purchase, d.order.part()).refundable(c.now()), nil
	}
	policy, err := c.policyFor(s, d.who)
	return emailChangeable(d.purchase, c.commerce.Can(OpChangeEmail), policy.EmailChange.under(c.Terms()), c.now()), err
}

// deny closes a proposal with a reason that the asker reads. A buyer who asked gets it by mail too; of a question that
// the team asked about him he never knew.
func (c *Core) deny(tx *store.Store, d decision) error {
	d.row.DecidedReason = d.reason
	if err := c.close(tx, &d, ProposalDenied); err != nil {
		return err
	}
	if err := c.auditDecision(tx, d, ".denied", d.reason); err != nil {
		return err
	}
	if d.order.ByBuyer {
		l := letter{key: RequestOfProposal(d.row.ID) + "/denied", template: d.row.Kind + "_denied",
			to: d.purchase.Buyer.Email, buyer: d.purchase.Buyer, values: mailValues(d.purchase)}
		l.values.Reason = d.reason
		if d.row.Kind == KindClaim {
			l.values.Until = d.order.Until
		}
		if d.row.Kind == KindEmail {
			l.values.NewEmail = d.order.Order.NewEmail.Masked()
		}
		if err := c.write(tx, d.account, l); err != nil {
			return err
		}
	}
	return tell(tx, Tell{Account: d.row.AccountID, Identity: d.row.ReplyTo, Proposal: d.row.ID})
}

// rebuild asks again with today's facts, in the same asker's name; or withdraws the proposal when they forbid it.
func (c *Core) rebuild(tx *store.Store, d decision) error {
	impossible, err := c.possible(tx, d)
	if err != nil {
		return err
	}
	policy, err := c.policyFor(tx, d.who)
	if err != nil {
		return err
	}
	asker, err := c.asker(tx, d.row)
	if err != nil {
		return err
	}
	fresh := order{Order: d.order.Order, Reason: d.order.Reason, Note: d.order.Note, ByBuyer: d.order.ByBuyer, Path: d.order.Path}
	switch d.row.Kind {
	case KindClaim:
		fresh.Order.Amount, fresh.Verdict, fresh.Claimed, fresh.Until = d.purchase.Price, d.order.Verdict, d.order.Claimed, d.order.Until
	case KindRefund:
		part := d.order.part()
		fresh.Order = refundOrder(fresh.Order.Key, fresh.Order.Account, d.purchase, part)
		fresh.Verdict, err = c.refundVerdict(tx, asker, d.purchase, part, d.account)
		if fresh.Verdict.Decision == Blocked { // by the buyer's own limits: he asked in time
			manager := Actor{Role: Manager, Account: asker.Account}
			fresh.Verdict, err = c.refundVerdict(tx, manager, d.purchase, part, d.account)
		}
	case KindEmail:
		fresh.Order.OldEmail = d.purchase.Buyer.Email
		fresh.Verdict = mayChangeEmail(asker, d.purchase, d.order.Path, c.commerce.Can(OpChangeEmail), c.Terms(), policy, c.now())
		switch d.purchase.Buyer.Email.Key() {
		case d.order.Order.NewEmail.Key():
			impossible = blocked("email.same", Numbers{})
		case d.order.Order.OldEmail.Key():
		default:
			if d.order.Path == ByCodes || d.order.Path == ByDocument { // what was shown, was shown of another address
				impossible = blocked("email.address_changed", Numbers{})
			}
		}
	}
	if err != nil {
		return err
	}
	if impossible.Decision == Blocked {
		return c.withdraw(tx, d, impossible)
	}
	return c.replace(tx, d, asker, fresh)
}

// withdraw closes a proposal that has become impossible.
func (c *Core) withdraw(tx *store.Store, d decision, why Verdict) error {
	d.row.DecidedReason = "verdict." + why.Rule
	if err := c.close(tx, &d, ProposalWithdrawn); err != nil {
		return err
	}
	d.order.Verdict = why
	if err := c.auditDecision(tx, d, ".withdrawn", ""); err != nil {
		return err
	}
	return tell(tx, Tell{Account: d.row.AccountID, Identity: d.row.ReplyTo, Proposal: d.row.ID})
}

// replace closes a proposal and opens another with today's facts.
func (c *Core) replace(tx *store.Store, d decision, asker Actor, fresh order) error {
	old := d.row
	if err := c.close(tx, &d, ProposalRebuilt); err != nil {
		return err
	}
	if err := c.auditDecision(tx, d, ".rebuilt", ""); err != nil {
		return err
	}
	a := asking{who: asker, account: d.account, row: d.full.Purchase, purchase: d.purchase, order: fresh,
		request: store.Request{Action: old.Kind, ReplyTo: old.ReplyTo}}
	p, err := c.propose(tx, a, old.ID)
	if err != nil {
		return err
	}
	return tx.ReplaceProposal(old.ID, p.ID)
}

// asker is who asked, as policy needs him.
func (c *Core) asker(tx *store.Store, row store.Proposal) (Actor, error) {
	a := Actor{ID: row.AskedBy, Account: row.AccountID, Name: row.AskedByName, Role: Role(row.AskedByRole)}
	if a.Staff() {
		return a, nil
	}
	a.Identity = row.AskedBy
	buyers, err := tx.BuyersOf(row.AskedBy)
	for _, b := range buyers {
		a.Buyers = append(a.Buyers, b.ID)
	}
	return a, err
}

// close ends an open proposal, if nobody was faster, and has its cards redrawn.
func (c *Core) close(tx *store.Store, d *decision, status ProposalStatus) error {
	now := c.now()
	d.row.Status, d.row.DecidedAt = string(status), &now
	if status == ProposalApproved || status == ProposalDenied {
		d.row.DecidedBy, d.row.DecidedByName = d.who.ID, d.who.Name
	}
	if err := tx.CloseProposal(&d.row); err != nil {
		return err
	}
	subjects := append(reminders(d.row.ID, d.row.Reminded), subjectOfProposal(d.row.ID), subjectOfPurchase(d.row.Transaction))
	return refresh(tx, d.row.AccountID, subjects...)
}

func (c *Core) auditDecision(tx *store.Store, d decision, suffix, note string) error {
	data := d.order.auditData("")
	data.Proposal = d.row.ID
	return c.audit(tx, d.who, entry{action: d.row.Kind + suffix, target: d.row.Transaction, askedBy: d.row.AskedBy, note: note, data: data})
}
