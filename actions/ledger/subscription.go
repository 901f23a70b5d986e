package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// What the ledger refuses about subscriptions, as message keys.
const (
	noSubscription = "outcome.refused.no_subscription"
	notCharged     = "outcome.refused.not_charged"   // no charge comes whose day could be another
	notCancelled   = "outcome.refused.not_cancelled" // it goes on, or its term is over
	alreadyAsked   = "outcome.refused.already_asked" // by another order
)

// How long a subscriber can accept a reactivation, and how much longer his yes may take to be carried out.
const (
	askedFor = 3 * 24 * time.Hour
	grace    = 10 * time.Minute
)

// subscription carries out an order about a subscription. The sale is locked; its other charges come this way too, so the
// subscription is locked as well.
func (l *Ledger) subscription(tx *store.Store, o actions.Order, sale store.FullPurchase) (actions.Outcome, error) {
	sub, err := tx.LockSubscription(o.Account, o.Subscription)
	if errors.Is(err, store.ErrNotFound) {
		return refuse(noSubscription), nil
	}
	if err != nil {
		return actions.Outcome{}, err
	}
	entries, err := tx.LedgerEntriesOf(o.Account, o.Subscription)
	if err != nil {
		return actions.Outcome{}, err
	}
	now := l.foldSubscription(sub, entries)
	if outcome := l.judgeSubscription(o, now, entries); outcome.Kind != "" {
		return outcome, nil
	}
	entry := store.LedgerEntry{Key: o.Key, AccountID: o.Account, Op: string(o.Op), Transaction: string(o.Transaction),
		Amount: o.Amount.Minor, Currency: o.Amount.Currency, Subscription: o.Subscription, ChargeDay: o.ChargeDay, CreatedAt: after(entries, l.now().UTC())}
	outcome := actions.Outcome{Kind: actions.OutcomeDone}
	switch o.Op {
	case actions.OpReactivate:
		outcome.Kind, entry.Amount, entry.Currency = actions.OutcomeNeedsBuyer, 0, "" // nothing is due before he accepts
	case actions.OpAccept:
		next, err := l.nextCharge(tx, o, now, sale)
		if err != nil {
			return outcome, err
		}
		entry.NextChargeAt, outcome.NextChargeAt = &next, next
	}
	fresh, err := tx.AddLedgerEntry(entry)
	if err == nil && !fresh {
		err = fmt.Errorf("the key of the order belongs to another one: %s", o.Key)
	}
	return outcome, err
}

// after is now, or right after the last entry where that is not past yet: what happens in one instant, or by two clocks, keeps its
// order, on which it depends whether a subscription is over.
func after(entries []store.LedgerEntry, now time.Time) time.Time {
	for _, e := range entries {
		if at := e.CreatedAt.UTC(); !at.Before(now) {
			now = at.Add(time.Microsecond)
		}
	}
	return now
}

// nextCharge is when a subscription that goes on from now is charged next.
func (l *Ledger) nextCharge(tx *store.Store, o actions.Order, now actions.SubscriptionState, sale store.FullPurchase) (time.Time, error) {
	account, err := tx.Account(o.Account)
	if err != nil {
		return time.Time{}, err
	}
	var paid time.Time
	if sale.Purchase.ApprovedAt != nil {
		paid = sale.Purchase.ApprovedAt.UTC()
	}
	s := actions.Subscription{NextChargeAt: now.NextChargeAt, ChargeDay: now.ChargeDay}
	return s.NextAfter(paid, o.Charge, l.now().UTC(), format.Zone(account.Timezone)), nil
}

// judgeSubscription returns what an order has come to before anything is written; an empty outcome: it is to be written.
func (l *Ledger) judgeSubscription(o actions.Order, now actions.SubscriptionState, entries []store.LedgerEntry) actions.Outcome {
	for _, e := range entries {
		switch {
		case e.Key != o.Key:
		case o.Op == actions.OpReactivate && now.Asked == actions.IsAsked:
			return actions.Outcome{Kind: actions.OutcomeNeedsBuyer}
		case o.Op == actions.OpReactivate && now.Status == actions.SubscriptionCancelled: // it was asked, and the time is over
			return refuse(actions.NotAccepted)
		default:
			return actions.Outcome{Kind: actions.OutcomeDone, NextChargeAt: now.NextChargeAt}
		}
	}
	over := now.Status == actions.SubscriptionCancelled || now.Status == actions.SubscriptionEnded
	charged := now.Status == actions.SubscriptionActive || now.Status == actions.SubscriptionLate
	switch {
	case o.Op == actions.OpCancel && over:
		return refuse(actions.AlreadyCancelled)
	case o.Op == actions.OpChangeChargeDay && !charged:
		return refuse(notCharged)
	case o.Op == actions.OpReactivate && now.Status != actions.SubscriptionCancelled:
		return refuse(notCancelled)
	case o.Op == actions.OpReactivate && now.Asked == actions.IsAsked && l.stillOpen(entries):
		return refuse(alreadyAsked)
	case o.Op == actions.OpAccept && now.Asked != actions.IsAsked:
		return refuse(actions.NotAccepted)
	}
	return actions.Outcome{}
}

// stillOpen reports whether the last question to the subscriber can still be answered.
func (l *Ledger) stillOpen(entries []store.LedgerEntry) bool {
	var asked time.Time
	for _, e := range entries {
		if actions.Operation(e.Op) == actions.OpReactivate {
			asked = e.CreatedAt
		}
	}
	return l.now().Sub(asked) <= askedFor
}

func (l *Ledger) stateOfSubscription(s *store.Store, sub store.Subscription) (actions.SubscriptionState, error) {
	entries, err := s.LedgerEntriesOf(sub.AccountID, sub.Code)
	if err != nil {
		return actions.SubscriptionState{}, fmt.Errorf("read the ledger: %w", err)
	}
	return l.foldSubscription(sub, entries), nil
}

// foldSubscription is a subscription with what the ledger has done to it. The subscription's row follows the ledger a moment
// later; what an import has told since is the newer truth.
func (l *Ledger) foldSubscription(sub store.Subscription, entries []store.LedgerEntry) actions.SubscriptionState {
	s := actions.SubscriptionState{Status: actions.SubscriptionStatus(sub.Status), At: sub.StatusAt.UTC(), ChargeDay: sub.ChargeDay,
		Asked: actions.NotAsked}
	if sub.NextChargeAt != nil {
		s.NextChargeAt = sub.NextChargeAt.UTC()
	}
	for _, e := range entries {
		at := e.CreatedAt.UTC()
		switch op := actions.Operation(e.Op); {
		case op == actions.OpChangeChargeDay:
			s.ChargeDay = e.ChargeDay
		case at.Before(s.At): // something newer is known
		case op == actions.OpCancel:
			s.Status, s.At, s.Asked = actions.SubscriptionCancelled, at, actions.NotAsked
		case op == actions.OpReactivate && l.now().Sub(at) <= askedFor+grace:
			s.Asked = actions.IsAsked
		case op == actions.OpAccept:
			s.Status, s.At, s.Asked = actions.SubscriptionActive, at, actions.NotAsked
			if e.NextChargeAt != nil {
				s.NextChargeAt = e.NextChargeAt.UTC()
			}
		}
	}
	return s
}
