package actions

import (
	"cmp"
	"github.com/aftersale/aftersale/store"
)

// The kinds of writes on the commerce platform: actions of requests, kinds of proposals, and the first word of their
// audit entries ("refund.requested").
const (
	KindRefund = "refund"
	KindEmail  = "email"
	// KindPutBack undoes a change of e-mail that its owner did not want. It is never a proposal.
	KindPutBack = "putback"
)

// An asking is a write that was judged and is not blocked, with all that recording it needs.
type asking struct {
	who      Actor
	account  store.Account
	row      store.Purchase
	purchase Purchase
	request  store.Request // claimed
	order    order
	said     string // by whoever approved it
	mass     bool   // of a run: its job lets others go first
}

// submit records an asking: as a request that a job carries out, or as a proposal when policy wants somebody else.
func (c *Core) submit(tx *store.Store, a asking) (Result, error) {
	a.request.PurchaseID = a.row.ID
	a.order.Result = Result{State: ResultRequested, Verdict: a.order.Verdict}
	if a.order.Verdict.Decision == NeedsApproval {
		p, err := c.propose(tx, a, "")
		if err != nil {
			return Result{}, err
		}
		a.order.Result.State, a.order.Result.Proposal = ResultProposed, p.ID
		a.request.State = string(RequestProposed)
		return a.order.Result, c.save(tx, a.request, a.order)
	}
	return a.order.Result, c.begin(tx, a, a.request.Action+".requested")
}

// begin has a job carry out what was allowed or approved. From now on the purchase shows it, so that nothing else is
// begun beside it: a refund marks it, a change of e-mail freezes it. What is done to a subscription marks that.
func (c *Core) begin(tx *store.Store, a asking, action string) error {
	a.row.UpdatedAt = c.now()
	switch a.order.Order.Op {
	case OpRefund, OpApproveClaim:
		a.row.Refunding = a.request.Key
	case OpChangeEmail:
		policy, err := c.policyFor(tx, a.who)
		if err != nil {
			return err
		}
		until := c.now().Add(policy.freeze())
		a.row.FrozenUntil, a.order.Frozen = &until, until
	case OpCancel, OpChangeChargeDay, OpReactivate:
		if err := c.beginOnSubscription(tx, a); err != nil {
			return err
		}
	}
	if err := tx.UpdatePurchase(&a.row); err != nil {
		return err
	}
	if err := c.save(tx, a.request, a.order); err != nil {
		return err
	}
	if err := c.audit(tx, a.who, entry{action: action, target: a.row.Transaction, askedBy: a.request.AskedBy,
		note: cmp.Or(a.said, a.order.Note), data: a.order.auditData(a.request.Key)}); err != nil {
		return err
	}
	put := enqueue
	if a.mass {
		put = func(tx *store.Store, kind, key string, args any) error { return c.enqueueMass(tx, kind, key, 0, args) }
	}
	if err := put(tx, JobRequest, a.request.Key, Work{Key: a.request.Key}); err != nil {
		return err
	}
	return refresh(tx, a.row.AccountID, subjectOfPurchase(a.row.Transaction))
}

// auditData are the values of an order that the log keeps.
func (o order) auditData(request string) auditData {
	d := auditData{Reason: o.Reason, Verdict: &o.Verdict, Request: request}
	switch {
	case o.Bulk != nil:
		d.Count, d.Detail = o.Bulk.Count, o.Bulk.Kind
	case o.Order.Op == OpRefund, o.Order.Op == OpApproveClaim:
		d.Amount = o.Order.Amount
	case o.Order.Op.ofSubscription():
		d.Code, d.Day, d.Charge, d.Amount = o.Order.Subscription, o.Order.ChargeDay, o.Order.Charge, o.Order.Amount
	default:
		d.OldEmail, d.NewEmail, d.Path = o.Order.OldEmail.Masked(), o.Order.NewEmail.Masked(), o.Path
	}
	return d
}
