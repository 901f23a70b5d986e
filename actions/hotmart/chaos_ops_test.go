package hotmart_test

import (
	"context"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/store/jobs"
)

// someSale is any sale of the platform that has one of these statuses; "" when there is none.
func (c *chaos) someSale(statuses ...string) string {
	all := c.shop.Sales()
	for range 20 {
		v := all[c.random.IntN(len(all))]
		for _, s := range statuses {
			if v.Status == s {
				return v.Transaction
			}
		}
		if len(statuses) == 0 {
			return v.Transaction
		}
	}
	return ""
}

// someSubscription is one that is mostly in such a status as the operation wants: one in five is any, so that what cannot be done
// is tried too.
func (c *chaos) someSubscription(fits func(v fake.Subscription) bool) fake.Subscription {
	all := c.shop.Subscriptions()
	v := all[c.random.IntN(len(all))]
	for range 20 {
		if fits(v) || c.random.IntN(5) == 0 {
			break
		}
		v = all[c.random.IntN(len(all))]
	}
	return v
}

func charged(v fake.Subscription) bool { return v.Status == "ACTIVE" || v.Status == "DELAYED" }
func over(v fake.Subscription) bool {
	return strings.HasPrefix(v.Status, "CANCELLED_BY_") && v.AskedUntil.IsZero()
}
func waits(v fake.Subscription) bool { return !v.AskedUntil.IsZero() }

// asked keeps what was asked for by the bot; what it refuses is no failure.
func (c *chaos) asked(kind, transaction, code, key string, r actions.Result, err error) {
	if err == nil {
		if r.Proposal != "" {
			c.open = append(c.open, proposed{r.Proposal, transaction})
			return
		}
		c.acts = append(c.acts, chaosAct{key: key, kind: kind, transaction: transaction, code: code})
		return
	}
	switch actions.AsError(err).Code {
	case actions.Denied, actions.Conflict, actions.NotFound, actions.Invalid:
		c.counts[kind+" refused here"]++
		c.counts["  "+actions.AsError(err).Key]++
	default:
		c.must(err)
	}
}

func (c *chaos) refund() {
	key, transaction := c.newID(), c.someSale("APPROVED", "COMPLETE")
	if c.random.IntN(5) == 0 {
		transaction = c.someSale()
	}
	r, err := c.core.Refund(c.t.Context(), c.manager, actions.RefundInput{Key: key, Transaction: actions.Transaction(transaction), Reason: actions.NotExpected})
	c.asked(actions.KindRefund, transaction, "", key, r, err)
}

// A proposed is a refund that somebody else decides.
type proposed struct{ id, transaction string }

// decide has the second person agree to a refund that is out of policy.
func (c *chaos) decide() {
	if len(c.open) == 0 {
		return
	}
	i := c.random.IntN(len(c.open))
	p := c.open[i]
	c.open = append(c.open[:i], c.open[i+1:]...)
	decided, err := c.core.Decide(c.t.Context(), c.second, actions.DecideInput{Key: c.newID(), Proposal: p.id, Approve: true})
	if err == nil && decided.Status != actions.ProposalApproved {
		c.counts["proposals "+string(decided.Status)]++
		return
	}
	c.asked(actions.KindRefund, p.transaction, "", actions.RequestOfProposal(p.id), actions.Result{}, err)
}

func (c *chaos) cancel() {
	key, sub := c.newID(), c.someSubscription(charged)
	r, err := c.core.Cancel(c.t.Context(), c.manager, actions.CancelInput{Key: key, Transaction: actions.Transaction(sub.Last)})
	c.asked(actions.KindCancel, sub.Last, sub.Code, key, r, err)
}

func (c *chaos) reactivate() {
	key, sub := c.newID(), c.someSubscription(over)
	r, err := c.core.Reactivate(c.t.Context(), c.manager, actions.ReactivateInput{Key: key, Transaction: actions.Transaction(sub.Last), Charge: c.random.IntN(2) == 0})
	c.asked(actions.KindReactivate, sub.Last, sub.Code, key, r, err)
}

func (c *chaos) chargeDay() {
	key, sub := c.newID(), c.someSubscription(charged)
	r, err := c.core.ChangeChargeDay(c.t.Context(), c.manager, actions.ChargeDayInput{Key: key, Transaction: actions.Transaction(sub.Last), Day: 1 + c.random.IntN(31)})
	c.asked(actions.KindChargeDay, sub.Last, sub.Code, key, r, err)
}

// there does something on the platform; what cannot be done there is not done.
func (c *chaos) there(name string, err error) {
	if err != nil {
		c.counts[name+" impossible"]++
	}
}

func (c *chaos) buy() {
	in := fake.Purchase{Product: 1 + int64(c.random.IntN(3)), Buyer: c.someBuyer()}
	switch c.random.IntN(8) {
	case 0:
		in.Refused = true
	case 1:
		in.Type, in.Method = "PIX", "PIX"
	case 2:
		in.Trial = 7
	}
	_, err := c.shop.Buy(in)
	c.must(err)
}

func (c *chaos) claim()        { c.there("claim", c.shop.Claim(c.someSale("APPROVED"))) }
func (c *chaos) withdraw()     { c.there("withdraw", c.shop.Withdraw(c.someSale("PROTESTED"))) }
func (c *chaos) approveClaim() { c.there("approve", c.shop.ApproveClaim(c.someSale("PROTESTED"))) }
func (c *chaos) chargeback() {
	c.there("chargeback", c.shop.Chargeback(c.someSale("APPROVED", "COMPLETE", "PROTESTED")))
}
func (c *chaos) refundInPanel() {
	c.there("refund in the panel", c.shop.RefundBuyer(c.someSale("APPROVED", "COMPLETE")))
}
func (c *chaos) accept() { c.there("accept", c.shop.Accept(c.someSubscription(waits).Code)) }
func (c *chaos) cancelThere() {
	c.there("cancel there", c.shop.CancelByCustomer(c.someSubscription(charged).Code))
}
func (c *chaos) pay() {
	c.there("pay", c.shop.Pay(c.someSale("PRINTED_BILLET", "DELAYED")))
}
func (c *chaos) changeEmail() {
	c.there("change e-mail", c.shop.ChangeEmail(c.someSale("APPROVED"), c.someBuyer().Email))
}
func (c *chaos) noFunds() { c.shop.NoFunds(c.someSubscription(charged).Code, c.random.IntN(2) == 0) }

func (c *chaos) deliver() {
	c.shop.Tick()
	c.shop.Deliver(c.t.Context())
}

func (c *chaos) minute() {
	c.pass(time.Minute)
	c.expire()
}

func (c *chaos) hours() {
	c.pass(time.Duration(1+c.random.IntN(8*60)) * time.Minute)
	c.expire()
}

// expire is the periodic job, which a dying process may take with it too.
func (c *chaos) expire() {
	job, err := jobs.New(actions.JobExpire, struct{}{})
	c.must(err)
	c.must(c.jobsDue[actions.JobExpire](c.t.Context(), job))
}

// jobs works all jobs that are due.
func (c *chaos) jobs() {
	_, err := c.store.RunDue(c.t.Context(), c.jobsDue, c.clock())
	c.must(err)
}

// jobsCutOff works jobs while the process is being stopped.
func (c *chaos) jobsCutOff() {
	ctx, stop := context.WithTimeout(c.t.Context(), time.Duration(c.random.IntN(30))*time.Millisecond)
	defer stop()
	if _, err := c.store.RunDue(ctx, c.jobsDue, c.clock()); err != nil && ctx.Err() == nil {
		c.must(err)
	}
}

// jobsAndDeath works jobs until the process dies in one of its next calls, if it makes so many.
func (c *chaos) jobsAndDeath() {
	c.wire.dieAt(1+c.random.IntN(4), c.random.IntN(2) == 0)
	done := make(chan error, 1)
	store, handlers, at, ctx := c.store, c.jobsDue, c.clock(), c.t.Context()
	go func() {
		_, err := store.RunDue(ctx, handlers, at)
		done <- err
	}()
	select {
	case err := <-done:
		c.must(err)
		c.wire.dieAt(0, false)
	case <-c.wire.dead:
		c.counts["deaths"]++
		c.start()
	}
}

// restart ends the process between two steps, and starts another.
func (c *chaos) restart() { c.start() }

// sync reads the platform, which may be cut off by its troubles: then the next one goes on.
func (c *chaos) sync() {
	_, err := c.core.Sync(c.t.Context(), chaosShop, actions.SyncOptions{})
	if err != nil && actions.AsError(err).Code != actions.Unavailable && actions.AsError(err).Code != actions.Conflict {
		c.must(err)
	}
}

// readAll reads everything from the beginning.
func (c *chaos) readAll() {
	_, err := c.core.Sync(c.t.Context(), chaosShop, actions.SyncOptions{Restart: true})
	c.must(err)
}

// calm ends all trouble, and lets time pass until nothing is left to happen.
func (c *chaos) calm() {
	c.shop.Suffer(fake.Trouble{})
	for range 10 * 8 { // ten days: claims take five, acceptances three
		c.pass(3 * time.Hour)
		c.deliver()
		c.expire()
		c.jobs()
	}
	c.readAll()
	for range 6 {
		c.pass(time.Hour + time.Minute)
		c.expire()
		c.jobs()
	}
	c.deliver()
	c.jobs()
	c.readAll()
}
