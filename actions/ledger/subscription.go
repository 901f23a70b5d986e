package ledger

import (
	"errors"
	"fmt"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// What the ledger refuses about subscriptions, as message keys.
const (
	noSubscription = "outcome.refused.no_subscription"
	notCharged     = "outcome.refused.not_charged" // no charge comes whose day could be another
)

// subscription carries out an order about a subscription. The sale is locked; its other charges come this way too, so the
// subscription is locked as well.
func (l *Ledger) subscription(tx *store.Store, o actions.Order) (actions.Outcome, error) {
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
	now := foldSubscription(sub, entries)
	if outcome := judgeSubscription(o, now, entries); outcome.Kind != "" {
		return outcome, nil
	}
	entry := store.LedgerEntry{Key: o.Key, AccountID: o.Account, Op: string(o.Op), Transaction: string(o.Transaction),
		Amount: o.Amount.Minor, Currency: o.Amount.Currency, Subscription: o.Subscription, ChargeDay: o.ChargeDay, CreatedAt: l.now().UTC()}
	fresh, err := tx.AddLedgerEntry(entry)
	if err == nil && !fresh {
		err = fmt.Errorf("the key of the order belongs to another one: %s", o.Key)
	}
	return actions.Outcome{Kind: actions.OutcomeDone}, err
}

// judgeSubscription returns what an order has come to before anything is written; an empty outcome: it is to be written.
func judgeSubscription(o actions.Order, now actions.SubscriptionState, entries []store.LedgerEntry) actions.Outcome {
	for _, e := range entries {
		if e.Key == o.Key {
			return actions.Outcome{Kind: actions.OutcomeDone}
		}
	}
	over := now.Status == actions.SubscriptionCancelled || now.Status == actions.SubscriptionEnded
	charged := now.Status == actions.SubscriptionActive || now.Status == actions.SubscriptionLate
	switch {
	case o.Op == actions.OpCancel && over:
		return refuse(actions.AlreadyCancelled)
	case o.Op == actions.OpChangeChargeDay && !charged:
		return refuse(notCharged)
	}
	return actions.Outcome{}
}

func (l *Ledger) stateOfSubscription(s *store.Store, sub store.Subscription) (actions.SubscriptionState, error) {
	entries, err := s.LedgerEntriesOf(sub.AccountID, sub.Code)
	if err != nil {
		return actions.SubscriptionState{}, fmt.Errorf("read the ledger: %w", err)
	}
	return foldSubscription(sub, entries), nil
}

// foldSubscription is a subscription with what the ledger has done to it. The subscription's row follows the ledger a moment
// later; what an import has told since is the newer truth.
func foldSubscription(sub store.Subscription, entries []store.LedgerEntry) actions.SubscriptionState {
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
			s.Status, s.At = actions.SubscriptionCancelled, at
		}
	}
	return s
}
