package actions_test

import (
	"context"
	"sync"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// A bank is a commerce platform that trusts whoever calls: it knows no keys, and each order to refund moves money again. What
// keeps money from leaving twice is therefore the core alone.
type bank struct {
	now func() time.Time

	mu      sync.Mutex
	orders  map[string]int                          // times that money left, by key of the order
	paid    map[actions.Transaction]int64           // that left, by our orders
	whole   map[actions.Transaction]bool            // an order gave back all that was left
	taken   map[actions.Transaction]bool            // by the buyer's bank
	late    int                                     // orders to refund what the buyer's bank had taken
	emails  map[actions.Transaction][]actions.Email // it moved to, in order
	refuses int                                     // so many of the next orders
	dies    int                                     // in so many of the next orders the process dies when it is done
}

// died is what ends a job whose process is gone: nothing after it runs.
const died = "the process is gone"

func newBank(now func() time.Time) *bank {
	return &bank{now: now, orders: map[string]int{}, paid: map[actions.Transaction]int64{}, whole: map[actions.Transaction]bool{}, taken: map[actions.Transaction]bool{}, emails: map[actions.Transaction][]actions.Email{}}
}

func (b *bank) Name() string                             { return "bank" }
func (b *bank) Can(actions.Operation) actions.Capability { return actions.ByAPI }
func (b *bank) Terms() actions.Terms {
	return actions.Terms{AffiliateRefundDays: 30}
}

func (b *bank) Do(_ context.Context, o actions.Order) (actions.Outcome, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	outcome := actions.Outcome{Kind: actions.OutcomeDone}
	switch {
	case b.refuses > 0:
		b.refuses--
		outcome = actions.Outcome{Kind: actions.OutcomeRefused, Detail: "outcome.refused.not_refundable"}
	case o.Op == actions.OpChangeEmail:
		b.emails[o.Transaction] = append(b.emails[o.Transaction], o.NewEmail)
	case b.taken[o.Transaction]:
		b.late++
		outcome = actions.Outcome{Kind: actions.OutcomeRefused, Detail: "outcome.refused.chargeback"}
	default:
		b.orders[o.Key]++
		b.paid[o.Transaction] += o.Amount.Minor
		b.whole[o.Transaction] = b.whole[o.Transaction] || !o.Part
	}
	if b.dies > 0 {
		b.dies--
		panic(died)
	}
	return outcome, nil
}

func (b *bank) State(_ context.Context, _ string, t actions.Transaction) (actions.RemoteState, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := actions.RemoteState{Status: actions.Approved, At: b.now()}
	if b.paid[t] > 0 {
		s.Status, s.Refunded = actions.PartlyRefunded, actions.Money{Minor: b.paid[t], Currency: "BRL"}
	}
	if b.whole[t] {
		s.Status = actions.Refunded
	}
	if b.taken[t] {
		s.Status = actions.Chargeback
	}
	if moved := b.emails[t]; len(moved) > 0 {
		s.Email = moved[len(moved)-1]
	}
	return s, nil
}
