// Package stripe is the connector to Stripe: charges are purchases, with their customers and subscriptions. It translates and
// decides no rule.
//
// Stripe has what a platform can have: keys by which an order is carried out once, refunds in part, signed webhooks. What it has
// not are products of purchases that no invoice lists: see sale.go.
//
// Sources, read November 2026: docs.stripe.com/api (charges, refunds, customers, subscriptions, events, errors, idempotent_requests),
// docs.stripe.com/webhooks and docs.stripe.com/currencies.
//
// How to read it: wire.go (their objects), code.go (their ids as our codes), do.go (writes), state.go, then webhooks.go and sale.go.
package stripe

import (
	"context"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// APIURL is where Stripe is.
const APIURL = "https://api.stripe.com"

// Version is the version of the API whose answers wire.go reads: the last in which a charge names its invoice, and an invoice its
// subscription. Stripe answers in the version that a call names, however long ago it was new (docs.stripe.com/api/versioning).
const Version = "2024-06-20"

// PerSecond is how many calls Stripe takes in live mode at least (docs.stripe.com/rate-limits).
const PerSecond = 25

// Options say as whom Stripe is used; SecretKey is needed.
type Options struct {
	APIURL    string // empty: Stripe's own
	SecretKey string // sk_live_…, or better rk_live_… that may only do what is done here
	HTTP      *http.Client
	Limiter   remote.Limiter
	Now       func() time.Time
	// Wait pauses between tries of a reading; a timer when nil.
	Wait func(ctx context.Context, d time.Duration) error
}

// A Platform is Stripe as one secret key sees it. It implements actions.Commerce. It is safe for concurrent use.
type Platform struct {
	api *remote.Client
	key string
}

// New returns Stripe. It calls nobody yet.
func New(o Options) *Platform {
	if o.APIURL == "" {
		o.APIURL = APIURL
	}
	return &Platform{key: o.SecretKey, api: remote.New(remote.Options{Base: o.APIURL, HTTP: o.HTTP, Limiter: o.Limiter, Now: o.Now, Wait: o.Wait})}
}

// Name implements actions.Commerce.
func (p *Platform) Name() string { return "stripe" }

// Can implements actions.Commerce.
func (p *Platform) Can(op actions.Operation) actions.Capability {
	switch op {
	case actions.OpRefund, actions.OpRefundPart, actions.OpChangeEmail, actions.OpCancel, actions.OpReactivate, actions.OpReceipt:
		return actions.ByAPI
	}
	return actions.NoSupport
}

// Terms implements actions.Commerce: Stripe leaves such rules to the shop. A subscription goes on without its subscriber's word.
func (p *Platform) Terms() actions.Terms { return actions.Terms{} }
