package main

import (
	"github.com/aftersale/aftersale/actions/remote"
	"github.com/aftersale/aftersale/actions/stripe"
	"github.com/aftersale/aftersale/store"
)

// newStripe is Stripe as it is configured, with its quota of calls shared by all processes on the database.
func newStripe(c StripeConfig, s *store.Store) *stripe.Platform {
	return stripe.New(stripe.Options{APIURL: c.APIURL, SecretKey: c.SecretKey.Reveal(), Now: now,
		Limiter: remote.NewShared(remote.SharedOptions{Counter: s, Platform: "stripe", PerMinute: stripe.PerSecond * 60, Now: now})})
}
