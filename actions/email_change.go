package actions

import (
	"context"

	"github.com/aftersale/aftersale/store"
)

// An EmailInput says which purchase moves to which address.
type EmailInput struct {
	Key         string // idempotency key
	Transaction Transaction
	Current     Email // what the asker says the address is now; checked unless empty
	New         Email
	Reason      Reason // one of EmailReasons
	Note        string // free text, up to 500 characters
	ReplyTo     string // identity that is told what came of it; may be empty

	// Of a buyer: what he has shown. NewCode is always needed; before it either OldCode or Document.
	OldCode  string // the code that he entered for CodeEmailOld
	NewCode  string // the code that he entered for CodeEmailNew
	Document string // the CheckedDocument, where the old mailbox is lost
}

// EmailVerdict says what ChangeEmail would do now, without doing it, about a purchase as it was just read, for a buyer who
// can read the old mailbox.
//
// Errors: NotFound; Denied for jobs; Unavailable.
func (c *Core) EmailVerdict(ctx context.Context, who Actor, p Purchase) (Verdict, error) {
	if err := mayJudge(who, p); err != nil {
		return Verdict{}, err
	}
	policy, err := c.policyFor(c.store.In(ctx), who)
	if err != nil {
		return Verdict{}, failed("judge a change of e-mail", err)
	}
	return c.emailVerdict(who, p, emailPath(who, "", policy.EmailChange), policy), nil
}

func (c *Core) emailVerdict(who Actor, p Purchase, path EmailPath, policy Policy) Verdict {
	return mayChangeEmail(who, p, path, c.commerce.Can(OpChangeEmail), c.Terms(), policy, c.now())
}

// ChangeEmail asks for a purchase to be moved to another address: of all changes the one that attackers want most. It is
// carried out by a job when a buyer has shown by codes that he reads both mailboxes, and policy asks nobody else; else it
// becomes a proposal. Result.State says which.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: Invalid (reason, note, current, new); NotFound; Conflict with the verdict that blocks it; Denied for jobs, and for
// a buyer who has not shown what he must; Unavailable.
func (c *Core) ChangeEmail(ctx context.Context, who Actor, in EmailInput) (Result, error) {
	// validate
	if err := mayAct(who); err != nil {
		return Result{}, err
	}
	if err := checkReason(in.Reason, EmailReasons, in.Note); err != nil {
		return Result{}, err
	}
	var err error
	if in.New, err = ParseEmail(string(in.New)); err != nil {
		return Result{}, &Error{Code: Invalid, Key: "email.invalid", Hint: "email.invalid.hint", Field: "new"}
	}
	var result Result
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindEmail, Target: string(in.Transaction),
			Actor: who.ID, AskedBy: who.ID, State: string(RequestRecorded), ReplyTo: in.ReplyTo}
		first, mine, err := c.claim(tx, req)
		if err != nil || !mine {
			result = first
			return err
		}

		// authorise, on fresh facts
		policy, err := c.policyFor(tx, who)
		if err != nil {
			return err
		}
		path := emailPath(who, in.Document, policy.EmailChange)
		full, p, err := c.readForEmail(tx, tx.LockPurchase, who, in.Transaction, in.Document)
		if err != nil {
			return err
		}
		account, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		verdict := c.emailVerdict(who, p, path, policy)
		if err := verdict.Err(); err != nil {
			return err
		}
		if err := checkAddresses(in, p, account); err != nil {
			return err
		}
		if err := c.provedEmail(tx, who, in, path, p); err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		o := order{Reason: in.Reason, Note: in.Note, ByBuyer: !who.Staff(), Path: path, Verdict: verdict,
			Order: Order{Key: in.Key, Account: who.Account, Op: OpChangeEmail, Transaction: p.Transaction,
				OldEmail: p.Buyer.Email, NewEmail: in.New}}
		a := asking{who: who, account: account, row: full.Purchase, purchase: p, request: req, order: o}
		result, err = c.submit(tx, a)
		return err
	})
	return result, failed("change an e-mail", err)
}

// checkAddresses compares what was typed with what is so. Addresses that mail hosts take for the same are the same.
func checkAddresses(in EmailInput, p Purchase, account store.Account) error {
	wrong := func(field, key string) error {
		return &Error{Code: Invalid, Key: key, Hint: key + ".hint", Field: field}
	}
	switch in.New.Key() {
	case p.Buyer.Email.Key():
		return wrong("new", "email.same")
	case Email(account.SupportEmail).Key(), Email(p.Product.SupportEmail).Key():
		return wrong("new", "email.producer") // the shop would own what it sold
	}
	if in.Current != "" && in.Current.Key() != p.Buyer.Email.Key() {
		return wrong("current", "email.current_wrong")
	}
	return nil
}
