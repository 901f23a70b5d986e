package actions

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/store"
)

// settle writes down what came of a request: its state, what it did to the purchase, the audit entry, the mails; and
// has cards redrawn and the asker told. A request that is settled already stays as it is.
func (c *Core) settle(ctx context.Context, key string, outcome Outcome, at time.Time) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		req, err := tx.LockRequest(key)
		if state := RequestState(req.State); err != nil || state != RequestSending && !state.waits() {
			return err
		}
		o, err := parseOrder(req.Payload)
		if err != nil {
			return err
		}
		if outcome.Kind == OutcomeUnknown {
			outcome.Detail = detailUnknown
		}
		s := settling{req: req, was: RequestState(req.State), order: o, outcome: outcome, at: at}
		again := req.Detail == detailUnknown
		s.req.State, s.req.Detail, s.req.UpdatedAt = string(outcome.Kind), outcome.Detail, c.now()
		if outcome.Kind == OutcomeDone && outcome.Detail == "" && !o.Said.At.IsZero() {
			s.order.Said.Shown = true
			if s.req.Payload, err = s.order.encode(); err != nil {
				return err
			}
		}
		if err := tx.SaveRequest(s.req); err != nil {
			return err
		}
		if outcome.Kind == OutcomeUnknown && again {
			return nil // everybody has been told that it is not known
		}
		if s.full, err = tx.LockPurchase(req.AccountID, req.Target); err != nil {
			return err
		}
		if s.account, err = tx.Account(req.AccountID); err != nil {
			return err
		}
		s.purchase = toPurchase(s.full)
		if err := c.apply(tx, s); err != nil {
			return err
		}
		return c.bulkSettled(tx, s.req)
	})
}

// detailUnknown is the message that explains an unknown outcome; it stays on the request until there is a known one.
const detailUnknown = "outcome.unknown.reading"

// A settling is an outcome with everything that applying it needs.
type settling struct {
	req      store.Request
	was      RequestState
	order    order
	outcome  Outcome
	at       time.Time
	account  store.Account
	full     store.FullPurchase
	purchase Purchase
}

// apply does what an outcome means.
func (c *Core) apply(tx *store.Store, s settling) error {
	var err error
	switch s.outcome.Kind {
	case OutcomeDone:
		switch s.req.Action {
		case KindRefund:
			err = c.refund(tx, &s)
		case KindClaim:
			err = c.refunded(tx, &s)
		case KindEmail:
			err = c.emailChanged(tx, &s)
		case KindCancel:
			err = c.cancelled(tx, &s)
		case KindChargeDay:
			err = c.chargeDayChanged(tx, &s)
		case KindReactivate:
			err = c.reactivated(tx, &s)
		} // what is put back was put back here at once
	case OutcomeRequested, OutcomeNeedsBuyer:
		if s.req.Action == KindReactivate && s.outcome.Kind == OutcomeNeedsBuyer {
			err = c.askSubscriber(tx, &s)
		}
		if s.req.Action == KindRefund {
			if err := c.refundAsked(tx, &s); err != nil {
				return err
			}
		}
		if s.req.Action == KindRefund || s.req.Action == KindClaim {
			err = c.write(tx, s.account, letter{key: s.req.Key + "/requested", template: "refund_requested",
				to: s.purchase.Buyer.Email, buyer: s.purchase.Buyer, values: s.refundValues()})
		}
	case OutcomeAssisted:
		if s.order.ByBuyer { // he cannot do it, and nobody of the team has a card about it
			err = enqueue(tx, JobAnnounce, "", Subject{Account: s.req.AccountID, Subject: subjectOfRequest(s.req.Key)})
		}
	case OutcomeRefused:
		err = c.release(tx, &s)
	}
	if err != nil {
		return err
	}
	data := s.order.auditData(s.req.Key)
	data.Verdict, data.Detail = nil, s.outcome.Detail
	entry := entry{action: s.req.Action + s.outcome.auditWord(), target: s.req.Target, askedBy: s.req.AskedBy, data: data}
	if err := c.audit(tx, systemActor(s.req.AccountID), entry); err != nil {
		return err
	}
	subjects := []string{subjectOfPurchase(s.req.Target), subjectOfRequest(s.req.Key)}
	proposal, err := tx.TouchProposal(s.req.AccountID, s.req.Key)
	if err != nil {
		return err
	}
	if proposal != "" {
		subjects = append(subjects, subjectOfProposal(proposal))
	}
	if s.was == RequestAssisted {
		subjects = append(subjects, subjectOfTasks(dayOf(c.now(), s.account.Timezone)))
	}
	if change, ok := changeOfPutBack(s.req.Key); ok {
		subjects = append(subjects, subjectOfPutBack(change))
	}
	if err := refresh(tx, s.req.AccountID, subjects...); err != nil {
		return err
	}
	return tell(tx, Tell{Account: s.req.AccountID, Identity: s.req.ReplyTo, Request: s.req.Key})
}

func (o Outcome) auditWord() string {
	if o.Detail == NotAccepted {
		return ".expired"
	}
	return auditWords[o.Kind]
}

// auditWords end the action of the audit entry that an outcome writes.
var auditWords = map[OutcomeKind]string{
	OutcomeDone: ".done", OutcomeRequested: ".waiting", OutcomeNeedsBuyer: ".needs_buyer", OutcomeAssisted: ".assisted",
	OutcomeRefused: ".refused", OutcomeUnknown: ".unknown",
}

// release gives a purchase or a subscription free again when the platform refused the write.
func (c *Core) release(tx *store.Store, s *settling) error {
	row := &s.full.Purchase
	row.UpdatedAt = c.now()
	switch s.order.Order.Op {
	case OpCancel, OpChangeChargeDay, OpReactivate:
		return c.releaseSubscription(tx, s)
	case OpRefund, OpApproveClaim:
		if row.Refunding != s.req.Key {
			return nil
		}
		row.Refunding = ""
	case OpChangeEmail:
		// What froze it since, such as the owner who had an older change put back, holds.
		if s.req.Action != KindEmail || !s.order.Frozen.IsZero() && !value(row.FrozenUntil).Equal(s.order.Frozen) {
			return nil
		}
		row.FrozenUntil = nil
	}
	return tx.UpdatePurchase(row)
}
