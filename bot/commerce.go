package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
)

// A commerce is the platform that holds the purchases, with what it offers beside writes. What it lacks is nil.
type commerce struct {
	actions.Commerce
	feed    actions.Feed
	members actions.Members
	tickets actions.TicketDesk
	// passwords are those of buyers, where they are kept here; elsewhere passwordURL is where they ask for a new one.
	passwords   actions.Hasher
	passwordURL string
	// check asks the platform with the credential; nil: it has none.
	check func(ctx context.Context) error
}

// newCommerce is the platform that the configuration connects; without one, the ledger. What a sale in a ledger was imported from is
// most often Hotmart, so its buyers find their password there if they are sent anywhere.
func newCommerce(c Config, s *store.Store, log *slog.Logger) commerce {
	if c.Stripe.Enabled {
		p := newStripe(c.Stripe, s)
		return commerce{Commerce: p, feed: p, check: p.Check}
	}
	if !c.Hotmart.Enabled {
		return commerce{Commerce: ledger.New(s, now), passwords: ledger.NewPasswords(s), passwordURL: hotmart.PasswordURL}
	}
	p := newHotmart(c.Hotmart, s, log)
	return commerce{Commerce: p, feed: p, members: p, tickets: p, passwordURL: hotmart.PasswordURL, check: p.Check}
}

// reconcileEvery is how often it is read what webhooks have missed; 0: never. Of Stripe none are taken, so it is always read.
func (c Config) reconcileEvery() time.Duration {
	if c.Stripe.Enabled {
		return time.Hour
	}
	return time.Duration(c.Hotmart.ReconcileMinutes) * time.Minute
}
