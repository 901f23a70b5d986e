package actions

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// Who is on a list is never counted up and down. It is worked out from all that is known to have happened, by all rules there
// have ever been, each for the time in which it was on: the newest thing that a rule is about decides. So it does not matter
// in which order, how late or how often things are told, and a purchase that moves to another buyer takes its places along.

// place works out anew on which lists buyers are, and has endpoints called of what is news.
func (c *Core) place(tx *store.Store, account string, rules []store.ListRule, buyers []string, news []store.ListEvent) error {
	if err := tx.LockAll(buyers); err != nil {
		return err
	}
	facts, err := tx.ListFacts(account, buyers)
	if err != nil {
		return err
	}
	known, err := tx.MembersOf(account, buyers)
	if err != nil {
		return err
	}
	judge, err := c.judge(tx, account, rules, buyers)
	if err != nil {
		return err
	}
	places := map[[2]string]verdictOfList{}
	for _, m := range known {
		if m.ByHand != "" && m.HandAt != nil {
			places[[2]string{m.ListID, m.BuyerID}] = verdictOfList{on: m.ByHand == byHandIn, at: m.HandAt.UTC(), rank: len(ListEvents)}
		}
	}
	for _, f := range facts {
		for _, r := range rules {
			if r.ListID == "" || !judge.meets(r, f) || ListAct(r.Act) != ActRemove && undone(r, f) {
				continue
			}
			key, v := [2]string{r.ListID, f.BuyerID}, verdictOfList{on: ListAct(r.Act) != ActRemove, at: f.At.UTC(),
				rank: slices.Index(ListEvents, ListEvent(f.Event)), rule: r.ID}
			if was, there := places[key]; !there || v.after(was) {
				places[key] = v
			}
		}
	}
	if err := c.writePlaces(tx, account, known, places); err != nil {
		return err
	}
	return c.callHooks(tx, account, rules, facts, judge, news)
}

// A verdictOfList is what the newest of all that was about somebody on a list has decided.
type verdictOfList struct {
	on   bool
	at   time.Time
	rank int
	rule string
}

// after orders verdicts so that of any two one holds: the newer; of one instant the weightier event; then the one that takes
// off, and after that the younger rule, which changes nothing but what is shown as the cause.
func (v verdictOfList) after(o verdictOfList) bool {
	off := func(on bool) int {
		if on {
			return 0
		}
		return 1
	}
	return cmp.Or(v.at.Compare(o.at), cmp.Compare(v.rank, o.rank), cmp.Compare(off(v.on), off(o.on)), cmp.Compare(v.rule, o.rule)) > 0
}

// writePlaces writes what has changed, and has the list manager told.
func (c *Core) writePlaces(tx *store.Store, account string, known []store.ListMember, places map[[2]string]verdictOfList) error {
	var changed []store.ListMember
	seen := map[[2]string]bool{}
	for _, m := range known {
		key := [2]string{m.ListID, m.BuyerID}
		seen[key] = true
		v, there := places[key]
		if !there {
			v = verdictOfList{at: m.At.UTC()} // nothing of what put him there holds any more
		}
		if m.On == v.on && m.At.Equal(v.at) && m.Cause == v.rule {
			continue
		}
		m.On, m.At, m.Cause = v.on, v.at, v.rule
		changed = append(changed, m)
	}
	for _, key := range slices.SortedFunc(maps.Keys(places), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if v := places[key]; !seen[key] {
			changed = append(changed, store.ListMember{ListID: key[0], BuyerID: key[1], AccountID: account, On: v.on, At: v.at, Cause: v.rule})
		}
	}
	if err := tx.PutMembers(changed); err != nil {
		return err
	}
	return c.syncMembers(tx, account, changed)
}

// placeAnew works out anew on which lists buyers are whose purchases have moved.
func (c *Core) placeAnew(tx *store.Store, account string, buyers ...string) error {
	var all []Occurrence
	for _, b := range buyers {
		all = append(all, Occurrence{Buyer: b})
	}
	return c.happened(tx, account, all...)
}

// A judge knows what the conditions of rules are about beyond one fact.
type judge struct {
	locale string // of the account
	paid   map[string][]time.Time
}

func (c *Core) judge(tx *store.Store, account string, rules []store.ListRule, buyers []string) (judge, error) {
	a, err := tx.Account(account)
	if err != nil {
		return judge{}, err
	}
	j := judge{locale: a.Locale}
	if slices.ContainsFunc(rules, func(r store.ListRule) bool { return r.FirstPurchase }) {
		j.paid, err = tx.PaidTimes(account, buyers)
	}
	return j, err
}

// meets reports whether a rule is about something, while it was on.
func (j judge) meets(r store.ListRule, f store.ListFact) bool {
	switch {
	case r.Event != f.Event, f.At.Before(r.Since), r.Until != nil && !f.At.Before(*r.Until):
		return false
	}
	return j.conditions(r, f)
}

// conditions are those of a rule, on things as they are now.
func (j judge) conditions(r store.ListRule, f store.ListFact) bool {
	switch {
	case r.ProductID != "" && r.ProductID != f.ProductID,
		r.Plan != "" && store.Fold(r.Plan) != store.Fold(f.Plan),
		r.Payment != "" && r.Payment != f.Payment,
		r.Least > 0 && (r.Currency != f.Currency || f.Amount < r.Least),
		r.Locale != "" && r.Locale != firstLocale(f.Locale, j.locale):
		return false
	}
	return !r.FirstPurchase || j.first(f)
}

// first reports whether nothing was paid before by the same buyer.
func (j judge) first(f store.ListFact) bool {
	at := f.At
	if f.ApprovedAt != nil {
		at = *f.ApprovedAt
	}
	paid := j.paid[f.BuyerID]
	return len(paid) == 0 || !paid[0].Before(at.UTC())
}

// undone reports whether what put somebody on a list is over, where that takes him off again.
func undone(r store.ListRule, f store.ListFact) bool {
	if !r.Undo {
		return false
	}
	if ListEvent(r.Event).Of() == SubjectSubscription {
		return subscriptionEvents[SubscriptionStatus(f.SubscriptionStatus)] == OnSubscriptionOver
	}
	return Status(f.Status) == Refunded || Status(f.Status) == Chargeback
}
