package actions

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A RefundInput says which purchase is paid back, and why.
type RefundInput struct {
	Key         string // idempotency key
	Transaction Transaction
	Amount      Money  // a part, for the team alone; zero: all that is left
	Reason      Reason // one of RefundReasons
	Note        string // free text, up to 500 characters
	ReplyTo     string // identity that is told what came of it; may be empty
	Proof       string // of a buyer: the code that he entered for CodeRefund
}

// RefundVerdict says what Refund would do now, without doing it, about a purchase as it was just read.
//
// Errors: NotFound; Denied for jobs; Unavailable.
func (c *Core) RefundVerdict(ctx context.Context, who Actor, p Purchase) (Verdict, error) {
	return c.RefundPartVerdict(ctx, who, p, Money{})
}

// CanRefundPart reports whether the team can give a part of this purchase back.
func (c *Core) CanRefundPart(who Actor, p Purchase) bool {
	return who.Staff() && c.commerce.Can(OpRefundPart) == ByAPI && p.Left().Minor > 1
}

// RefundPartVerdict is RefundVerdict about an amount; about all that is left when it is zero.
//
// Errors: NotFound; Denied for jobs, and for who may give back no parts; Invalid for an amount that cannot be; Unavailable.
func (c *Core) RefundPartVerdict(ctx context.Context, who Actor, p Purchase, amount Money) (Verdict, error) {
	if err := checkPart(who, p, amount); err != nil {
		return Verdict{}, err
	}
	if err := mayJudge(who, p); err != nil {
		return Verdict{}, err
	}
	s := c.store.In(ctx)
	account, err := s.Account(who.Account)
	if err != nil {
		return Verdict{}, failed("load an account", err)
	}
	v, err := c.refundVerdict(s, who, p, amount, account)
	return v, failed("judge a refund", err)
}

// checkPart refuses an amount that is no part of what is left. How much that is says the purchase as it was just read.
func checkPart(who Actor, p Purchase, amount Money) error {
	left := p.Left()
	switch {
	case amount == Money{}:
		return nil
	case !who.Staff():
		return &Error{Code: Denied, Key: "error.role"}
	case amount.Currency != left.Currency, amount.Minor <= 0, amount.Minor >= left.Minor:
		return &Error{Code: Invalid, Key: "refund.amount_wrong", Args: map[string]any{"max": left}, Field: "amount"}
	}
	return nil
}

// Refund gives a buyer what he paid for a purchase back, or the team a part of it: by a job on the commerce platform when policy allows it to
// this actor alone, else as a proposal that somebody else decides. Result.State says which.
//
// A buyer needs a code that was mailed to him for just this, however long he has been known: money leaves (design 7.3).
// Policy may waive that.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: Invalid (reason, note, amount); NotFound; Conflict with the verdict that blocks it; Denied for jobs, and for a buyer
// without the code; Unavailable.
func (c *Core) Refund(ctx context.Context, who Actor, in RefundInput) (Result, error) {
	// validate
	if err := mayAct(who); err != nil {
		return Result{}, err
	}
	if err := checkReason(in.Reason, RefundReasons, in.Note); err != nil {
		return Result{}, err
	}
	var result Result
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindRefund, Target: string(in.Transaction),
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
		account, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		verdict, err := c.refundVerdict(tx, who, p, in.Amount, account)
		if err != nil {
			return err
		}
		if err := verdict.Err(); err != nil {
			return err
		}
		if err := checkPart(who, p, in.Amount); err != nil {
			return err
		}
		byCode, err := c.RefundNeedsCode(tx.Context(), who)
		if err != nil {
			return err
		}
		if byCode {
			if err := c.agreed(tx, who, in.Proof, CodeRefund, p); err != nil {
				return err
			}
		}

		// transact, audit, enqueue: all or nothing
		o := order{Reason: in.Reason, Note: in.Note, ByBuyer: !who.Staff(), Verdict: verdict,
			Order: refundOrder(in.Key, who.Account, p, in.Amount)}
		a := asking{who: who, account: account, row: full.Purchase, purchase: p, request: req, order: o}
		result, err = c.submit(tx, a)
		return err
	})
	return result, failed("refund", err)
}

// refundOrder gives a part of a purchase back, or all that is left when the part is zero.
func refundOrder(key, account string, p Purchase, part Money) Order {
	o := Order{Key: key, Account: account, Op: OpRefund, Transaction: p.Transaction, Amount: p.Left(), Given: p.Refunded}
	if part.Minor > 0 {
		o.Amount, o.Part = part, true
	}
	return o
}

// RefundNeedsCode reports whether this actor proves by a code for CodeRefund that he wants a refund, now.
//
// Errors: Unavailable.
func (c *Core) RefundNeedsCode(ctx context.Context, who Actor) (bool, error) {
	policy, err := c.policyFor(c.store.In(ctx), who)
	return who.Is(BuyerRole) && policy.BuyerRefund.Code, failed("read the policy", err)
}

// refundVerdict gathers the facts and judges. In a transaction it first has whoever else uses up the same limits wait.
func (c *Core) refundVerdict(s *store.Store, who Actor, p Purchase, amount Money, account store.Account) (Verdict, error) {
	facts := c.refundCase(p, amount)
	facts.currency = account.Currency
	var err error
	if who.Is(Agent) {
		if facts.today, err = c.refundedToday(s, who, account); err != nil {
			return Verdict{}, err
		}
	}
	policy, err := c.policyFor(s, who)
	if err != nil {
		return Verdict{}, err
	}
	facts.buyer, err = c.refundsOfBuyer(s, who, p, policy.BuyerRefund.FirstInMonths)
	return mayRefund(who, facts, policy, c.now()), err
}

// refundCase is a purchase, what is asked for of it, and what the platform does.
func (c *Core) refundCase(p Purchase, amount Money) refundCase {
	return refundCase{purchase: p, amount: amount, capability: c.commerce.Can(OpRefund), parts: c.commerce.Can(OpRefundPart), terms: c.Terms()}
}

// refundedToday counts what an agent has refunded on his own since midnight in the account's zone. What the platform
// refused was not refunded, and what became a proposal was not on his own.
func (c *Core) refundedToday(s *store.Store, who Actor, account store.Account) (tally, error) {
	if err := s.LockPerson(who.ID); err != nil {
		return tally{}, err
	}
	list, err := s.RequestsBy(who.Account, who.ID, KindRefund, midnight(c.now(), account.Timezone))
	if err != nil {
		return tally{}, err
	}
	var t tally
	for _, r := range list {
		if r.State == string(RequestRefused) || r.State == string(RequestProposed) || len(r.Payload) == 0 {
			continue // without a payload it is the one that is being judged
		}
		o, err := parseOrder(r.Payload)
		if err != nil {
			return tally{}, err
		}
		t.count++
		if o.Order.Amount.Currency == account.Currency {
			t.sum += o.Order.Amount.Minor
		}
	}
	return t, nil
}

// refundsOfBuyer counts what a buyer has got back, except for one purchase, under all addresses that are known to be his.
func (c *Core) refundsOfBuyer(s *store.Store, who Actor, p Purchase, firstInMonths int) (givenBack, error) {
	his, err := s.LockBuyers(p.Buyer.ID, who.Buyers...)
	if err != nil {
		return givenBack{}, err
	}
	var n givenBack
	year := c.now().AddDate(-1, 0, 0)
	inAll, err := s.RefundsOfBuyers(who.Account, his, p.ID, year)
	if n.year = int(inAll); err != nil || who.Staff() || inAll == 0 && firstInMonths <= 12 {
		return n, err // nothing in a year is nothing in a part of it
	}
	alone, err := s.OwnRefunds(who.Account, his, p.ID, year)
	if err != nil {
		return n, err
	}
	recent, err := s.RefundsOfBuyers(who.Account, his, p.ID, c.now().AddDate(0, -firstInMonths, 0))
	n.alone, n.recent = int(alone), int(recent)
	return n, err
}

// midnight is when the day of an instant began in a zone.
func midnight(t time.Time, zone string) time.Time {
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC // the configuration is checked; a zone that is gone must not stop refunds
	}
	y, m, d := t.In(where).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, where).UTC()
}
