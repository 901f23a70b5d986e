package flowstest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/hotmart"
)

// byHand are the operations that the platform of a world leaves to people.
func (g given) byHand(f *actionstest.Flaky) {
	for _, op := range g.ByHand {
		f.Limit(actions.Operation(op), actions.Assisted)
	}
	for _, op := range g.ByAPI {
		f.Limit(actions.Operation(op), actions.ByAPI)
	}
}

// guide knows the panel that given.yaml names.
func (g given) guide(t *testing.T) actions.Guide {
	t.Helper()
	switch g.Panel {
	case "":
		return nil
	case "hotmart":
		return hotmart.Guide{}
	}
	t.Fatalf("given.yaml: nobody knows the panel of %q", g.Panel)
	return nil
}

// panel is somebody who works in the platform's own panel: "refund HP1", "cancel HP1 SUB1", "change_email HP1 new@example.com"; or
// what the platform tells by itself of a purchase, such as that its buyer has claimed: "status HP1 disputed".
func (w *world) panel(t *testing.T, did string) {
	t.Helper()
	ctx := context.Background()
	words := strings.Fields(did)
	if len(words) == 3 && words[0] == "status" {
		w.tells(t, words[1], actions.Status(words[2]))
		return
	}
	if len(words) < 2 {
		t.Fatalf("@ panel: %q: write the operation and a transaction", did)
	}
	o := actions.Order{Key: "panel/" + w.newID(), Account: account, Op: actions.Operation(words[0]), Transaction: actions.Transaction(words[1])}
	state, err := w.platform.State(ctx, account, o.Transaction)
	if err != nil {
		t.Fatalf("@ panel: %v", err)
	}
	switch {
	case o.Op == actions.OpChangeEmail && len(words) == 3:
		o.OldEmail, o.NewEmail = state.Email, actions.Email(words[2])
	case o.Op == actions.OpCancel && len(words) == 3:
		o.Subscription = words[2]
	}
	out, err := w.platform.Do(ctx, o)
	if err != nil || out.Kind != actions.OutcomeDone {
		t.Fatalf("@ panel: %s: %v, %v", did, out, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outside = append(w.outside, fmt.Sprintf("! panel %s %s", o.Op, o.Transaction))
}

// tells has the platform tell of a purchase's status.
func (w *world) tells(t *testing.T, transaction string, status actions.Status) {
	t.Helper()
	ctx := context.Background()
	f, err := w.store.In(ctx).PurchaseByTransaction(account, transaction)
	if err != nil {
		t.Fatalf("@ panel: %v", err)
	}
	e := actions.SaleEvent{Source: "test", ID: "tells-" + w.newID(), Kind: "SALE", At: w.now(), Sale: &actions.Sale{
		Transaction: actions.Transaction(transaction), Status: status, RawStatus: string(status), OrderedAt: f.Purchase.OrderedAt,
		Product: actions.SoldProduct{Code: f.Product.Code, Name: f.Product.Name}, Buyer: actions.SoldTo{Name: f.Buyer.Name, Email: actions.Email(f.Buyer.Email)},
		Price: actions.Money{Minor: f.Purchase.Amount, Currency: f.Purchase.Currency}}}
	if _, err := w.core.Apply(ctx, account, e); err != nil {
		t.Fatalf("@ panel: %v", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outside = append(w.outside, fmt.Sprintf("! platform %s %s", transaction, status))
}
