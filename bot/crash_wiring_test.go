package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/jobs"
)

// crashConfig is the shop of the crash test. An agent's day would be over after twenty refunds: here it has no end.
func crashConfig(life crashLife) Config {
	config := DefaultConfig()
	config.SecretKey = goodKey
	config.DatabaseURL, config.Mail.OutboxDir = Secret(life.Database), life.Outbox
	config.Account.Name, config.Account.SupportEmail = "Cozinha da Ana", "ajuda@shop.example"
	config.Policy.BuyerRefund.Code = false // nobody reads mail there
	config.Policy.EmailChange.SelfService, config.Policy.EmailChange.Codes = false, false
	config.Policy.AgentDaily.Refunds, config.Policy.AgentDaily.Amount = 1_000_000, 1_000_000_00
	config.Policy.BuyerYearly.Refunds, config.Policy.Flood.PerMinute = 1_000_000, 0 // nor has anybody there a day off
	for _, p := range crashTeam() {
		config.People = append(config.People, PersonConfig{Name: p.user, Role: string(p.role), Slack: p.on(onSlack), Discord: p.on(onDiscord)})
	}
	return config
}

// crashCallTimeout is how long the commerce platform may take; twice as long passes before a call whose process died is
// looked at again.
const crashCallTimeout = 2 * time.Second

// doomParts puts the points between the parts, and a moody commerce platform before the ledger.
func (c *crashChild) doomParts() error {
	sender, err := newMailer(c.config)
	if err != nil {
		return err
	}
	id := func() string { c.doom.at(atID); return newID() }
	clock := func() time.Time { c.doom.at(atNow); return now() }
	c.core = actions.New(actions.Options{
		Store: c.store, Commerce: doomedCommerce{moody(singleCommerce{ledger.New(c.store, now), c.doom}, c.doom.life.Seed), c.doom},
		Mailer: doomedMailer{sender, c.doom}, Policy: c.config.Policy, Rooms: c.configuredRooms, Now: clock, NewID: id, Log: c.log, CallTimeout: crashCallTimeout,
	})
	o := c.runner.Options
	o.Flows, o.Cards, o.NewID = flows.All(c.core), flows.Cards(c.core), id
	actor := o.Actor // newApp's, which asks c.core
	o.Actor = func(ctx context.Context, in flow.Inbound) (actions.Actor, error) {
		c.doom.at(atTurn)
		return actor(ctx, in)
	}
	c.runner = flow.NewRunner(o)
	for _, platform := range []string{onSlack, onDiscord, onTelegram} {
		c.posters[platform] = crashPoster{c.doom}
	}
	c.rooms = []flows.Room{{Platform: onSlack, Chat: crashRoom(onSlack)}, {Platform: onDiscord, Chat: crashRoom(onDiscord)}}
	return nil
}

// moody is a commerce platform that does not answer every fifth order, having acted or not, and refuses some.
func moody(real actions.Commerce, seed uint64) actions.Commerce {
	random := rand.New(rand.NewPCG(seed, 0))
	steps := make([]actionstest.Step, 2000) // more than a life has orders
	for i := range steps {
		switch n := random.IntN(100); {
		case n < 10:
			steps[i] = actionstest.TimeoutBefore
		case n < 20:
			steps[i] = actionstest.TimeoutAfter
		case n < 23:
			steps[i] = actionstest.Refused("outcome.refused.not_refundable")
		default:
			steps[i] = actionstest.Pass
		}
	}
	flaky := actionstest.NewFlaky(real, steps...)
	flaky.Blind(random.IntN(3))
	return flaky
}

// What production waits minutes for: a job of a dead process is taken up again, and what was put off comes back.
const (
	crashJobTimeout = 5 * time.Second
	crashLater      = 250 * time.Millisecond
)

// work starts the job engine.
func (c *crashChild) work(ctx context.Context) error {
	handlers := c.handlers()
	for kind, handler := range handlers {
		handlers[kind] = c.doom.doomed(hurried(handler))
	}
	engine, err := c.store.Engine(handlers, jobs.Options{
		Timeout: crashJobTimeout, RescueAfter: crashJobTimeout, Poll: crashLater, Log: c.log,
		Every: map[string]time.Duration{actions.JobExpire: expireEvery},
	})
	if err != nil {
		return err
	}
	if err := engine.Start(ctx); err != nil {
		return err
	}
	c.engine = engine
	return nil
}

// hurried brings back sooner what a handler puts off; how often, and in which order, stays as it is.
func hurried(handler jobs.Handler) jobs.Handler {
	return func(ctx context.Context, job jobs.Job) error {
		err := handler(ctx, job)
		if jobs.Outcome(err) == "later" {
			return jobs.Later(crashLater)
		}
		return err
	}
}
