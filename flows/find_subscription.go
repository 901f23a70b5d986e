package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// loadSubscription judges what can be done to the subscription that the purchase is a charge of. Whose it is may have
// changed since.
func (f *Find) loadSubscription(c flow.Call) error {
	if f.Cancel = (actions.Verdict{}); f.Purchase.Subscription == nil {
		return nil
	}
	found, err := f.core.Subscription(c, c.Who, f.Picked)
	if actions.AsError(err).Has(actions.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f.Cancel, err = f.core.CancelVerdict(c, c.Who, found)
	return err
}
