package actions

import (
	"context"

	"github.com/aftersale/aftersale/store"
)

// KindResend is the action of requests that sent access again.
const KindResend = "resend"

// A ResendInput says for which purchase the access is mailed again.
type ResendInput struct {
	Key         string // idempotency key
	Transaction Transaction
	ReplyTo     string // identity that asked; may be empty
	Look        string // key of the MemberLook from whose card it was asked for; may be empty
}

// ResendVerdict says what Resend would do now, without doing it, about a purchase as it was just read. It needs nobody's
// approval, ever.
//
// Errors: NotFound; Denied for jobs; Unavailable.
func (c *Core) ResendVerdict(ctx context.Context, who Actor, p Purchase) (Verdict, error) {
	if err := mayJudge(who, p); err != nil {
		return Verdict{}, err
	}
	v, err := c.resendVerdict(c.store.In(ctx), who, p)
	return v, failed("judge a resend", err)
}

// Resend mails a buyer the access to what he bought once more, to the purchase's address: one mail per product of a
// bundle.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Conflict with the verdict that blocks it; Denied for jobs; Unavailable.
func (c *Core) Resend(ctx context.Context, who Actor, in ResendInput) (Result, error) {
	// validate
	if err := mayAct(who); err != nil {
		return Result{}, err
	}
	var result Result
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindResend, Target: string(in.Transaction),
			Actor: who.ID, AskedBy: who.ID, State: string(RequestRecorded), ReplyTo: in.ReplyTo}
		first, mine, err := c.claim(tx, req)
		if err != nil || !mine {
			result = first
			return err
		}

		// authorise, on fresh facts
		full, p, err := c.read(tx.LockPurchase, who, in.Transaction)
		if err != nil {
			return err
		}
		verdict, err := c.resendVerdict(tx, who, p)
		if err != nil {
			return err
		}
		if err := verdict.Err(); err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		result = Result{State: ResultDone, Products: accessible(p), Verdict: verdict}
		if err := c.mailAccess(tx, who, in.Key, p, result.Products); err != nil {
			return err
		}
		req.PurchaseID, req.State = full.Purchase.ID, string(RequestDone)
		if err := c.save(tx, req, order{Order: Order{Transaction: p.Transaction}, ByBuyer: !who.Staff(), Verdict: verdict, Result: result}); err != nil {
			return err
		}
		data := auditData{Verdict: &verdict, Request: in.Key, Count: len(result.Products)}
		if err := c.audit(tx, who, entry{action: "access.resent", target: string(p.Transaction), data: data}); err != nil {
			return err
		}
		if in.Look != "" {
			if err := c.changeLook(tx.Context(), in.Look, func(l *looked) { l.Sent++ }); err != nil {
				return err
			}
		}
		return refresh(tx, who.Account, subjectOfPurchase(string(p.Transaction)))
	})
	return result, failed("resend access", err)
}

// mailAccess writes one mail for each product and notes it at the access.
func (c *Core) mailAccess(tx *store.Store, who Actor, key string, p Purchase, products []Product) error {
	account, err := tx.Account(who.Account)
	if err != nil {
		return err
	}
	for _, product := range products {
		if err := c.write(tx, account, accessLetter(key, p, product)); err != nil {
			return err
		}
		if err := tx.AccessSent(p.ID, product.ID, c.now()); err != nil {
			return err
		}
	}
	return nil
}

// accessLetter is the mail with the access to one product of a purchase.
func accessLetter(key string, p Purchase, product Product) letter {
	values := mailValues(p)
	values.Product, values.AccessURL, values.SupportEmail = product.Name, product.AccessURL, product.SupportEmail
	return letter{key: accessKey(key, product.ID), template: "access", to: p.Buyer.Email, buyer: p.Buyer, values: values}
}

func accessKey(request, product string) string { return request + "/access/" + product }

func (c *Core) resendVerdict(s *store.Store, who Actor, p Purchase) (Verdict, error) {
	facts := resendCase{purchase: p}
	if !who.Staff() {
		var err error
		if facts.accessSent, err = c.accessSent(s, who, p); err != nil {
			return Verdict{}, err
		}
	}
	policy, err := c.policyFor(s, who)
	return mayResend(who, facts, policy, c.now()), err
}
