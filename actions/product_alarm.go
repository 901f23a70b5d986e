package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A ProductAlarm says that unusually much of a product came back within 24 hours: a broken product, a stolen list of cards,
// or somebody who refunds too freely.
type ProductAlarm struct {
	ID          string
	Product     Product
	At          time.Time
	Refunds     int // within 24 hours
	Chargebacks int
	Verdict     Verdict // the rule that was met, with its numbers; it needs nobody's approval
}

// The time in which what comes back is counted, and the one that says what is usual.
const (
	spikeWithin = 24 * time.Hour
	usualDays   = 30
)

// watchProducts raises an alarm for each product of which too much came back, once for a day of the account's zone. What
// counts is when the platform says that it happened: the import of an old report alarms nobody.
func (c *Core) watchProducts(ctx context.Context) error {
	s, to := c.store.In(ctx), c.now()
	accounts, err := s.Accounts()
	if err != nil {
		return err
	}
	rules, least := map[string]ProductSpikePolicy{}, 0
	for _, a := range accounts {
		policy, err := c.policyFor(s, systemActor(a.ID))
		if err != nil {
			return err
		}
		rule := policy.ProductSpike
		rules[a.ID] = rule
		for _, n := range []int{rule.Count, map[bool]int{true: rule.Least}[rule.Times > 0]} {
			if n > 0 && (least == 0 || n < least) {
				least = n
			}
		}
	}
	if least == 0 {
		return nil
	}
	from := to.Add(-spikeWithin)
	many, err := s.GivenBack(from, to.Add(time.Second), int64(least))
	if err != nil {
		return err
	}
	for _, g := range many {
		usual, err := s.GivenBackOf(g.AccountID, g.ProductID, from.AddDate(0, 0, -usualDays), from)
		if err != nil {
			return err
		}
		if v, unusual := spike(g, usual, rules[g.AccountID]); unusual {
			if err := c.raiseAlarm(ctx, g, usual, v.Rule); err != nil {
				return err
			}
		}
	}
	return nil
}

// spike is the rule for alarms: a pure function of what came back within a day, what did in the 30 days before, and policy.
func spike(g store.GivenBack, usual int64, rule ProductSpikePolicy) (v Verdict, unusual bool) {
	n := int(g.Refunds + g.Chargebacks)
	perDay := int((usual + usualDays - 1) / usualDays)
	switch {
	case rule.Count > 0 && n >= rule.Count:
		return allowed("spike.count", Numbers{Count: n, Limit: rule.Count}), true
	case rule.Times > 0 && n >= rule.Least && int64(n)*usualDays > usual*int64(rule.Times):
		return allowed("spike.times", Numbers{Count: n, Limit: rule.Times, Days: perDay}), true
	}
	return Verdict{}, false
}

// raiseAlarm records an alarm and has the team's rooms told, unless this day has one.
func (c *Core) raiseAlarm(ctx context.Context, g store.GivenBack, usual int64, rule string) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		account, err := tx.Account(g.AccountID)
		if err != nil {
			return err
		}
		product, err := tx.Product(g.AccountID, g.ProductID)
		if err != nil {
			return err
		}
		a := store.ProductAlarm{ID: c.newID(), AccountID: g.AccountID, ProductID: g.ProductID, Day: dayOf(c.now(), account.Timezone),
			Refunds: g.Refunds, Chargebacks: g.Chargebacks, Usual: usual, Rule: rule, CreatedAt: c.now()}
		if fresh, err := tx.AddAlarm(a); err != nil || !fresh {
			return err
		}
		if err := c.audit(tx, systemActor(g.AccountID), entry{action: "product.alarm", target: product.Code,
			data: auditData{Count: int(g.Refunds + g.Chargebacks), Detail: rule}}); err != nil {
			return err
		}
		return enqueue(tx, JobAnnounce, "", Subject{Account: g.AccountID, Subject: subjectOfAlarm(a.ID)})
	})
}

// dayOf is the calendar day of an instant in a zone.
func dayOf(t time.Time, zone string) string {
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC
	}
	return t.In(where).Format(time.DateOnly)
}

// ProductAlarm returns an alarm, for the team.
//
// Errors: NotFound, also for whoever is not of the team; Unavailable.
func (c *Core) ProductAlarm(ctx context.Context, who Actor, id string) (ProductAlarm, error) {
	none := &Error{Code: NotFound, Key: "error.stale"}
	if !who.Staff() {
		return ProductAlarm{}, none
	}
	s := c.store.In(ctx)
	row, err := s.Alarm(who.Account, id)
	if errors.Is(err, store.ErrNotFound) {
		return ProductAlarm{}, none
	}
	if err != nil {
		return ProductAlarm{}, failed("load an alarm", err)
	}
	product, err := s.Product(who.Account, row.ProductID)
	if err != nil {
		return ProductAlarm{}, failed("load the product of an alarm", err)
	}
	policy, err := c.policyFor(s, who)
	if err != nil {
		return ProductAlarm{}, failed("read the policy", err)
	}
	n := Numbers{Count: int(row.Refunds + row.Chargebacks), Days: int((row.Usual + usualDays - 1) / usualDays), Limit: policy.ProductSpike.Count}
	if row.Rule == "spike.times" {
		n.Limit = policy.ProductSpike.Times
	}
	return ProductAlarm{ID: row.ID, Product: toProduct(product), At: row.CreatedAt.UTC(), Refunds: int(row.Refunds), Chargebacks: int(row.Chargebacks),
		Verdict: Verdict{Decision: Allowed, Rule: row.Rule, Numbers: n}}, nil
}
