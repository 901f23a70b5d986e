package actions

import (
	"encoding/json"
	"fmt"

	"github.com/aftersale/aftersale/store"
)

// propose seals an asking for somebody else to decide. replaces is the proposal that it is rebuilt from; empty for a
// new one.
func (c *Core) propose(tx *store.Store, a asking, replaces string) (store.Proposal, error) {
	policy, err := c.policyFor(tx, a.who)
	if err != nil {
		return store.Proposal{}, err
	}
	p, err := c.sealed(a, policy)
	if err != nil {
		return store.Proposal{}, err
	}
	if err := tx.CreateProposal(p); err != nil {
		return store.Proposal{}, err
	}
	a.row.UpdatedAt = c.now()
	if err := tx.UpdatePurchase(&a.row); err != nil { // its card shows the proposal; two at once meet here
		return store.Proposal{}, err
	}
	data := a.order.auditData(p.ID)
	data.Request, data.Proposal, data.Replaces = "", p.ID, replaces
	if err := c.audit(tx, a.who, entry{action: p.Kind + ".proposed", target: p.Transaction, askedBy: p.AskedBy,
		note: a.order.Note, data: data}); err != nil {
		return store.Proposal{}, err
	}
	if a.order.ByBuyer && p.Kind == KindRefund && replaces == "" {
		l := letter{key: RequestOfProposal(p.ID) + "/asked", template: "refund_asked", to: a.purchase.Buyer.Email,
			buyer: a.purchase.Buyer, values: mailValues(a.purchase)}
		if err := c.write(tx, a.account, l); err != nil {
			return store.Proposal{}, err
		}
	}
	if a.order.Path == ByDocument { // whoever reads the old mailbox after all hears of it while it can be stopped
		l := letter{key: RequestOfProposal(p.ID) + "/asked", template: "email_asked", to: a.purchase.Buyer.Email,
			buyer: a.purchase.Buyer, values: mailValues(a.purchase)}
		l.values.NewEmail = a.order.Order.NewEmail.Masked()
		if err := c.write(tx, a.account, l); err != nil {
			return store.Proposal{}, err
		}
	}
	subject := subjectOfProposal(p.ID)
	if err := enqueue(tx, JobAnnounce, "", Subject{Account: p.AccountID, Subject: subject}); err != nil {
		return store.Proposal{}, err
	}
	return p, refresh(tx, p.AccountID, subjectOfPurchase(p.Transaction))
}

// amount is what it is about: of a refund what is given back, else the price.
func (a asking) amount() Money {
	if a.order.Order.Op == OpRefund {
		return a.order.Order.Amount
	}
	return a.purchase.Price
}

// sealed makes the row of a proposal.
func (c *Core) sealed(a asking, policy Policy) (store.Proposal, error) {
	id, now := c.newID(), c.now()
	a.order.Order.Key, a.order.Result = RequestOfProposal(id), Result{}
	payload, err := a.order.encode()
	if err != nil {
		return store.Proposal{}, err
	}
	verdict, err := json.Marshal(a.order.Verdict)
	if err != nil {
		return store.Proposal{}, fmt.Errorf("encode a verdict: %w", err)
	}
	facts, err := factsOf(a.request.Action, a.purchase)
	if err != nil {
		return store.Proposal{}, err
	}
	p := store.Proposal{
		ID: id, AccountID: a.row.AccountID, Kind: a.request.Action, PurchaseID: a.row.ID, Transaction: a.row.Transaction,
		Payload: payload, Verdict: verdict, Facts: facts, AskedBy: a.who.ID, AskedByName: a.who.Name,
		AskedByRole: string(a.who.Role), Reason: string(a.order.Reason), Amount: a.amount().Minor,
		Currency: a.purchase.Price.Currency, Status: string(ProposalOpen), ReplyTo: a.request.ReplyTo,
		ExpiresAt: now.Add(policy.proposalLife()), CreatedAt: now,
	}
	if a.request.Action == KindClaim {
		p.ExpiresAt = a.order.Until
	}
	p.Seal, err = seal(p)
	return p, err
}
