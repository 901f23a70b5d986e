// Package ledger is the commerce platform of shops whose purchases live in Aftersale itself: it implements
// actions.Commerce on tables of its own, and knows of the actions only what any platform would, an order at a time.
//
// It is no bank: that money goes back is written down here, and whoever runs the shop sends it.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// A Ledger implements actions.Commerce. It is safe for concurrent use.
type Ledger struct {
	store *store.Store
	now   func() time.Time
}

// New returns the ledger kept in a store.
func New(s *store.Store, now func() time.Time) *Ledger { return &Ledger{store: s, now: now} }

// Name implements actions.Commerce.
func (l *Ledger) Name() string { return "ledger" }

// Can implements actions.Commerce: the ledger does everything itself.
func (l *Ledger) Can(op actions.Operation) actions.Capability {
	switch op {
	case actions.OpRefund, actions.OpRefundPart, actions.OpChangeEmail, actions.OpPassword, actions.OpCancel, actions.OpChangeChargeDay, actions.OpReactivate, actions.OpAccept,
		actions.OpApproveClaim:
		return actions.ByAPI
	}
	return actions.NoSupport
}

// Terms implements actions.Commerce: the rules of the platform from which most sales in a ledger were imported, Hotmart's
// (API reference and help centre, read November 2026), so that a shop that moves there is used to them. Addresses are the
// ledger's own: about them the shop's policy alone says what holds.
func (l *Ledger) Terms() actions.Terms {
	return actions.Terms{AffiliateRefundDays: 30, Acceptance: askedFor, ClaimDays: 5, PasswordGap: 30 * time.Minute}
}

// What the ledger refuses, as message keys.
const (
	notFound       = "outcome.refused.not_found"
	notRefundable  = "outcome.refused.not_refundable"   // not paid, or no longer
	refunded       = "outcome.refused.already_refunded" // under another order
	notDone        = "outcome.refused.not_by_api"       // it is nothing that a ledger does
	moreThanLeft   = "outcome.refused.more_than_left"   // of the price, after what was given back before
	addressChanged = "outcome.refused.address_changed"  // since the order was made
)

// Do implements actions.Commerce. An order whose key is in the ledger already is done.
func (l *Ledger) Do(ctx context.Context, o actions.Order) (outcome actions.Outcome, err error) {
	if l.Can(o.Op) != actions.ByAPI {
		return refuse(notDone), nil
	}
	err = l.store.Tx(ctx, func(tx *store.Store) error {
		sale, err := tx.LockPurchase(o.Account, string(o.Transaction))
		if errors.Is(err, store.ErrNotFound) {
			outcome = refuse(notFound)
			return nil
		}
		if err != nil {
			return err
		}
		if o.Subscription != "" {
			outcome, err = l.subscription(tx, o, sale)
			return err
		}
		entries, err := tx.LedgerEntries(o.Account, string(o.Transaction))
		if err != nil {
			return err
		}
		now := stateOf(sale, entries)
		if o.Op == actions.OpRefund && o.Amount == (actions.Money{}) { // all that is left
			o.Amount = actions.Money{Minor: sale.Purchase.Amount - now.Refunded.Minor, Currency: sale.Purchase.Currency}
		}
		if outcome = judge(o, now, sale.Purchase.Amount, entries); outcome.Kind != "" {
			return nil
		}
		fresh, err := tx.AddLedgerEntry(store.LedgerEntry{Key: o.Key, AccountID: o.Account, Op: string(o.Op),
			Transaction: string(o.Transaction), Amount: o.Amount.Minor, Currency: o.Amount.Currency,
			OldEmail: string(o.OldEmail), NewEmail: string(o.NewEmail), CreatedAt: l.now().UTC()})
		if err == nil && !fresh {
			return fmt.Errorf("the key of the order belongs to another transaction: %s", o.Key)
		}
		outcome = actions.Outcome{Kind: actions.OutcomeDone}
		return err
	})
	if err != nil {
		return actions.Outcome{}, fmt.Errorf("ledger %s: %w", o.Op, err)
	}
	return outcome, nil
}

// judge returns what an order has come to before anything is written; an empty outcome: it is to be written.
func judge(o actions.Order, now actions.RemoteState, price int64, entries []store.LedgerEntry) actions.Outcome {
	for _, e := range entries {
		if e.Key == o.Key {
			return actions.Outcome{Kind: actions.OutcomeDone}
		}
	}
	switch {
	case now.Status == actions.Refunded:
		return refuse(refunded)
	case o.Op == actions.OpApproveClaim && now.Status == actions.Disputed:
	case o.Op == actions.OpApproveClaim, !now.Status.Kept(), o.Op != actions.OpRefund && !now.Status.Paid():
		return refuse(notRefundable)
	case len(entries) >= store.MaxLedgerEntries: // their sum is not known
		return refuse(notRefundable)
	case o.Op == actions.OpRefund && (o.Amount.Minor <= 0 || o.Amount.Minor > price-now.Refunded.Minor):
		return refuse(moreThanLeft)
	case o.Op == actions.OpChangeEmail && now.Email.Key() != o.OldEmail.Key():
		return refuse(addressChanged)
	}
	return actions.Outcome{}
}

func refuse(reason string) actions.Outcome {
	return actions.Outcome{Kind: actions.OutcomeRefused, Detail: reason}
}

// State implements actions.Commerce.
//
// Errors: actions.NotFound.
func (l *Ledger) State(ctx context.Context, account string, t actions.Transaction) (actions.RemoteState, error) {
	s := l.store.In(ctx)
	sale, err := s.PurchaseByTransaction(account, string(t))
	if errors.Is(err, store.ErrNotFound) {
		return actions.RemoteState{}, &actions.Error{Code: actions.NotFound, Key: "purchase.not_found",
			Args: map[string]any{"transaction": t}, Field: "transaction"}
	}
	if err != nil {
		return actions.RemoteState{}, fmt.Errorf("read the ledger: %w", err)
	}
	entries, err := s.LedgerEntries(account, string(t))
	if err != nil {
		return actions.RemoteState{}, fmt.Errorf("read the ledger: %w", err)
	}
	state := stateOf(sale, entries)
	if sale.Subscription.ID != "" {
		state.Subscription, err = l.stateOfSubscription(s, sale.Subscription)
	}
	return state, err
}

// stateOf is a sale with what the ledger has done to it. The sale's row follows the ledger a moment later; once it has an
// address that the last change did not start from, the row is the newer truth.
func stateOf(sale store.FullPurchase, entries []store.LedgerEntry) actions.RemoteState {
	s := actions.RemoteState{Status: actions.Status(sale.Purchase.Status), Email: actions.Email(sale.Buyer.Email), At: sale.Purchase.StatusAt.UTC()}
	given := int64(0) // by the ledger; what an import has told may be more
	for _, e := range entries {
		switch actions.Operation(e.Op) {
		case actions.OpApproveClaim:
			s.Status, s.At, given = actions.Refunded, e.CreatedAt.UTC(), given+e.Amount
		case actions.OpRefund:
			given += e.Amount
			if s.At = e.CreatedAt.UTC(); s.Status != actions.Refunded {
				s.Status = actions.PartlyRefunded
			}
		case actions.OpChangeEmail:
			if s.Email.Key() == actions.Email(e.OldEmail).Key() {
				s.Email, s.At = actions.Email(e.NewEmail), e.CreatedAt.UTC()
			}
		}
	}
	if given = max(given, sale.Purchase.Refunded); given > 0 {
		s.Refunded = actions.Money{Minor: given, Currency: sale.Purchase.Currency}
	}
	if given >= sale.Purchase.Amount && s.Status == actions.PartlyRefunded {
		s.Status = actions.Refunded
	}
	return s
}
