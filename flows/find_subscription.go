package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// loadSubscription judges what can be done to the subscription that the purchase is a charge of. Whose it is may have
// changed since.
func (f *Find) loadSubscription(c flow.Call) error {
	f.Cancel, f.Reactivate = actions.Verdict{}, actions.Verdict{}
	if f.Purchase.Subscription == nil {
		return nil
	}
	found, err := f.core.Subscription(c, c.Who, f.Picked)
	if actions.AsError(err).Has(actions.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if f.Cancel, err = f.core.CancelVerdict(c, c.Who, found); err != nil || !f.Staff {
		return err
	}
	f.Reactivate, err = f.core.ReactivateVerdict(c, c.Who, found, false)
	return err
}

// subscriptionItems are what can be done to the subscription now.
func (f *Find) subscriptionItems() []flow.Item {
	s := f.Purchase.Subscription
	if s == nil {
		return nil
	}
	about := map[string]string{"subscription": s.Code}
	switch {
	case f.Cancel.Decision == actions.Allowed:
		return []flow.Item{flow.Open("end", "cancel", about)}
	case f.Reactivate.Decision == actions.Allowed:
		return []flow.Item{flow.Open("take_up", "reactivate", about)}
	case !f.Staff && s.WaitsUntil.After(f.At):
		return []flow.Item{flow.Open("accept", "accept", about).Styled(flow.Primary)}
	}
	return nil
}
