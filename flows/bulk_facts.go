package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// recipients is for how many a run is: people, or subscriptions, of which somebody may have two.
func recipients(kind string, count int) flow.Text {
	if ofSubscription(kind) {
		return flow.T("bulk.subscriptions", "count", count)
	}
	return flow.T("bulk.people", "count", count)
}

// consequences is what a run does beyond what its name says: what is charged and when, and what is not given back.
func consequences(r actions.BulkRun) []flow.Fact {
	switch r.Kind {
	case actions.KindCancel:
		return flow.Card("given_back", flow.T("bulk.returned_nothing"), "access_until", between(r, "bulk.until"))
	case actions.KindReactivate:
		when := between(r, "bulk.charge.later")
		if r.Filter.ChargeNow {
			when = flow.T("bulk.charge.now")
		}
		return flow.Card("charged_on", when, "sum", sums(r))
	}
	return nil
}

// between is a day, or the days from the first to the last.
func between(r actions.BulkRun, key string) any {
	switch {
	case r.DueTo.IsZero():
		return nil
	case r.DueFrom.Equal(r.DueTo):
		return flow.T(key+"_one", "to", r.DueTo)
	}
	return flow.T(key+"_many", "from", r.DueFrom, "to", r.DueTo)
}

func sums(r actions.BulkRun) []flow.Text {
	var all []flow.Text
	for _, m := range r.Sums {
		all = append(all, flow.T("bulk.sum", "amount", m))
	}
	return all
}

// warned says in words what a run does, before anybody starts it.
func warned(r actions.BulkRun, days int) []flow.Text {
	key := "bulk.about." + r.Kind
	switch {
	case !ofSubscription(r.Kind):
		return nil
	case r.Kind == actions.KindReactivate && days == 0:
		key += "_now"
	}
	return []flow.Text{flow.T(key, "days", days)}
}

// chosenSubscriptions says by what subscriptions were chosen.
func chosenSubscriptions(f actions.BulkFilter) []flow.Text {
	var all []flow.Text
	if f.Plan != "" {
		all = append(all, flow.T("bulk.chosen.plan", "plan", f.Plan))
	}
	if f.Standing != "" {
		all = append(all, flow.T("bulk.chosen.standing", "status", f.Standing))
	}
	if f.Charge != "" {
		all = append(all, flow.T("bulk.chosen.charge."+string(f.Charge)))
	}
	switch {
	case !f.From.IsZero() && !f.To.IsZero():
		all = append(all, flow.T("bulk.chosen.so_between", "from", f.From, "to", f.To.Add(-1)))
	case !f.From.IsZero():
		all = append(all, flow.T("bulk.chosen.so_since", "from", f.From))
	}
	return all
}
