package main

import (
	"net/http"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/adapters/inbound"
)

// webhooks read what the commerce platform sends; none, where it is not connected or has no token to show.
func (c Config) webhooks() []actions.Webhooks {
	if !c.Hotmart.Enabled || c.Hotmart.Hottok == "" {
		return nil
	}
	w := hotmart.NewWebhooks(c.Hotmart.Hottok.Reveal())
	if c.Hotmart.HottokInBody {
		w = w.TokenInBody()
	}
	return []actions.Webhooks{w}
}

// inboundRoutes takes deliveries of the commerce platform.
func (a *app) inboundRoutes(mux *http.ServeMux) {
	inbound.New(inbound.Options{Core: a.core, Account: a.account.ID, Webhooks: a.config.webhooks(), Observe: a.metrics.delivered, Log: a.log}).Routes(mux)
}
