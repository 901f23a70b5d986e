package actions

import (
	"errors"
	"slices"
	"time"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// bulkSubscriptions does to many subscriptions what Cancel and Reactivate do to one: a request for each, which a job carries
// out on the commerce platform, with its own audit entries and mails. Its targets are subscribers' codes.
type bulkSubscriptions struct {
	c    *Core
	kind string
	op   Operation
	may  func(BulkFilter, subscribedCase, time.Time) Verdict
}

func bulkCancel(c *Core) bulkSubscriptions {
	return bulkSubscriptions{c, KindCancel, OpCancel, func(_ BulkFilter, s subscribedCase, _ time.Time) Verdict { return mayCancel(s) }}
}

func bulkReactivate(c *Core) bulkSubscriptions {
	return bulkSubscriptions{c, KindReactivate, OpReactivate,
		func(f BulkFilter, s subscribedCase, now time.Time) Verdict { return mayReactivate(s, f.ChargeNow, now) }}
}

// subscriptionsAtOnce is how many of a run wait for the commerce platform together. Platforms allow some
// hundred calls in a minute for everything, so it is some seconds' worth of work.
const subscriptionsAtOnce = 40

func (k bulkSubscriptions) atOnce() int { return subscriptionsAtOnce }

// A ChargeState says what came of the newest charge of a subscription, for choosing by it.
type ChargeState string

// The states of a charge.
const (
	ChargePaid      ChargeState = "paid"
	ChargeUnpaid    ChargeState = "unpaid"
	ChargeClaimed   ChargeState = "claimed" // the subscriber wants it back
	ChargeGivenBack ChargeState = "given_back"
)

// ChargeStates are all of them, in the order in which they are offered.
var ChargeStates = []ChargeState{ChargePaid, ChargeUnpaid, ChargeClaimed, ChargeGivenBack}

// chargeStatuses are the statuses of purchases that they stand for.
var chargeStatuses = map[ChargeState][]string{
	ChargePaid:      {string(Approved), string(Complete)},
	ChargeUnpaid:    {string(Started), string(WaitingPayment), string(Processing), string(Failed), string(Expired), string(Overdue)},
	ChargeClaimed:   {string(Disputed)},
	ChargeGivenBack: {string(PartlyRefunded), string(Refunded), string(Chargeback)},
}

// standings are the statuses of subscriptions that a filter means; those that were never meant for this work are no candidates
// at all, and so not counted as left out.
func (k bulkSubscriptions) standings(f BulkFilter) []string {
	all := []string{string(SubscriptionCancelled)}
	if k.kind == KindCancel {
		all = []string{string(SubscriptionActive), string(SubscriptionLate)}
	}
	if f.Standing == "" {
		return all
	}
	return slices.DeleteFunc(all, func(s string) bool { return s != string(f.Standing) })
}

func (k bulkSubscriptions) candidates(s *store.Store, f bulkScope, place string, limit int) ([]bulkCandidate, string, error) {
	filter, err := k.filter(s, f)
	if err != nil || len(filter.Statuses) == 0 {
		return nil, "", err
	}
	filter.Below, filter.Limit = place, limit
	list, err := s.Subscribed(filter)
	if err != nil || len(list) == 0 {
		return nil, "", err
	}
	next := ""
	if len(list) == limit {
		next = list[limit-1].Subscription.ID
	}
	all, err := k.judge(s, list, f)
	return all, next, err
}

func (k bulkSubscriptions) filter(s *store.Store, f bulkScope) (store.SubscribedFilter, error) {
	if f.Product == "" {
		return store.SubscribedFilter{}, &Error{Code: Invalid, Key: "error.empty", Field: "product"}
	}
	filter := store.SubscribedFilter{Account: f.account, Product: f.Product, Plan: f.Plan, Statuses: k.standings(f.BulkFilter),
		Charges: chargeStatuses[f.Charge], From: f.From, To: f.To}
	if f.Search == "" {
		return filter, nil
	}
	if code, err := ParseTransaction(f.Search); err == nil {
		if _, err := s.SubscriptionByCode(f.account, string(code)); err == nil {
			filter.Codes = []string{string(code)}
			return filter, nil
		} else if !errors.Is(err, store.ErrNotFound) {
			return filter, err
		}
	}
	filter.Search = searched(f.Search)
	return filter, nil
}

func (k bulkSubscriptions) named(s *store.Store, f bulkScope, targets []string) ([]bulkCandidate, error) {
	var all []bulkCandidate
	for some := range slices.Chunk(targets, store.MaxBatch) {
		list, err := s.Subscribed(store.SubscribedFilter{Account: f.account, Product: f.Product, Codes: some, Limit: len(some)})
		if err != nil {
			return nil, err
		}
		judged, err := k.judge(s, list, f)
		if err != nil {
			return nil, err
		}
		all = append(all, judged...)
	}
	return all, nil
}

// judge applies the policy of the single act to each. Who has two subscriptions has two charges: nobody is left out as the same
// person.
func (k bulkSubscriptions) judge(s *store.Store, list []store.Subscribed, f bulkScope) ([]bulkCandidate, error) {
	account, err := s.Account(f.account)
	if err != nil {
		return nil, err
	}
	zone, capability := format.Zone(account.Timezone), k.c.commerce.Can(k.op)
	all := make([]bulkCandidate, len(list))
	for i, row := range list {
		all[i] = bulkCandidate{target: row.Subscription.Code}
		facts := subscribedCase{sub: toSubscription(row.Subscription), capability: capability, acceptance: k.c.Terms().Acceptance, zone: zone, nobody: erased(Email(row.Email)),
			first:  Purchase{Status: Status(row.First)},
			newest: Purchase{Status: Status(row.Charge), Price: Money{Minor: row.Amount, Currency: row.Currency}, ApprovedAt: value(row.ApprovedAt)}}
		v := k.may(f.BulkFilter, facts, f.now)
		if v.Decision == Blocked {
			all[i].leftOut = v.Rule
			continue
		}
		if k.kind == KindReactivate {
			all[i].amount = facts.newest.Price
		}
		if !f.ChargeNow {
			all[i].due = v.Numbers.Date
		}
	}
	return all, nil
}

// do records the act on one, as Cancel and Reactivate do. What is charged is what was counted and, for many, agreed to: at
// another price by now it is left out.
func (k bulkSubscriptions) do(tx *store.Store, w bulkWork) (bulkOutcome, error) {
	c := k.c
	// authorise, on fresh facts
	sub, err := tx.SubscriptionByCode(w.run.AccountID, w.item.Target)
	if errors.Is(err, store.ErrNotFound) {
		return bulkLeftOut("subscription.not_found"), nil
	}
	if err != nil {
		return bulkOutcome{}, err
	}
	_, newest, err := tx.Charges(sub)
	if errors.Is(err, store.ErrNotFound) {
		return bulkLeftOut("subscription.not_found"), nil
	}
	if err != nil {
		return bulkOutcome{}, err
	}
	act := subscriptionAct{key: w.key, kind: k.kind, transaction: Transaction(newest.Purchase.Transaction), mass: true,
		order: Order{Op: k.op, Charge: k.kind == KindReactivate && w.filter.ChargeNow},
		may:   func(s subscribedCase) Verdict { return k.may(w.filter, s, c.now()) }}
	judged, err := c.judgeAct(tx, w.who, act)
	if err != nil {
		return bulkOutcome{}, err
	}
	if act.order.Charge && judged.facts.newest.Price != counted(w.item) {
		return bulkLeftOut("reactivate.price_changed"), nil
	}

	// transact, audit, enqueue
	req := act.request(w.who)
	if _, mine, err := c.claim(tx, req); err != nil || !mine {
		return bulkUnderWay(0), err
	}
	_, err = c.recordAct(tx, w.who, act, req, judged)
	return bulkUnderWay(0), err
}

func (k bulkSubscriptions) rows(s *store.Store, account string, targets []string) (map[string]bulkRow, error) {
	found, err := s.SubscriptionsWhole(account, targets)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]bulkRow, len(found))
	for code, f := range found {
		rows[code] = bulkRow{name: f.Buyer.Name, email: Email(f.Buyer.Email), product: f.Product.Name}
	}
	return rows, nil
}
