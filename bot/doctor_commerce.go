package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// operationNames are what an operation is called in doctor's lines.
var operationNames = []struct {
	op   actions.Operation
	name string
}{
	{actions.OpRefund, "refund"}, {actions.OpRefundPart, "refund in part"}, {actions.OpApproveClaim, "approve a claimed refund"},
	{actions.OpCancel, "cancel"}, {actions.OpChangeChargeDay, "change the charge day"}, {actions.OpReactivate, "reactivate"},
	{actions.OpChangeEmail, "change the e-mail"}, {actions.OpPassword, "password"},
	{actions.OpResend, "the platform's own access mail"}, {actions.OpReceipt, "the platform's own receipt"},
	{actions.OpCheckIn, "the platform's own check-in mail"},
}

// checkCommerce asks the commerce platform, with its credential where it has one, and says what it can do.
func checkCommerce(ctx context.Context, s *store.Store, c Config) []finding {
	platform := newCommerce(c, s, nil)
	var all []finding
	if err := answers(ctx, platform); err != nil {
		all = append(all, finding{"fail", "commerce", err.Error()})
	} else {
		all = append(all, finding{"ok", "commerce", platform.Name() + " answers"})
	}
	all = append(all, checkWebhooks(c)...)
	all = append(all, checkUnknown(ctx, s)...)
	return append(all, capabilities(platform)...)
}

// answers asks the platform for what it tells with any credential that is good; the ledger, for a purchase that cannot be there.
func answers(ctx context.Context, platform commerce) error {
	if platform.check != nil {
		return platform.check(ctx)
	}
	_, err := platform.State(ctx, accountID, "DOCTOR")
	var e *actions.Error
	if errors.As(err, &e) && e.Code == actions.NotFound {
		return nil
	}
	return fmt.Errorf("%s was asked for a purchase that cannot be there: %w", platform.Name(), err)
}

// checkWebhooks says where the platform's webhooks go.
func checkWebhooks(c Config) []finding {
	if c.Stripe.Enabled {
		all := []finding{{"ok", "stripe", "its webhooks are not taken: what happens there is found by reading, each hour"}}
		if unguarded(c.Stripe.APIURL) {
			all = append(all, finding{"warn", "stripe", "stripe.api_url is not https: whoever is between reads the key"})
		}
		return all
	}
	if !c.Hotmart.Enabled {
		return nil
	}
	var all []finding
	for _, where := range []struct{ key, url string }{{"hotmart.api_url", c.Hotmart.APIURL}, {"hotmart.auth_url", c.Hotmart.AuthURL}} {
		if unguarded(where.url) {
			all = append(all, finding{"warn", "hotmart", where.key + " is not https: whoever is between reads the credential"})
		}
	}
	switch {
	case c.Hotmart.Hottok == "":
		all = append(all, finding{"warn", "hotmart webhooks", "hotmart.hottok is not set: none is taken, and what happens is found by reading, up to an hour later. See docs/hotmart.md"})
	case c.PublicURL == "":
		all = append(all, finding{"warn", "hotmart webhooks", "public_url is not set: the panel needs it, with /webhooks/hotmart behind it"})
	default:
		all = append(all, finding{"ok", "hotmart webhooks", "the address for the panel is " + strings.TrimSuffix(c.PublicURL, "/") + "/webhooks/hotmart"})
	}
	return all
}

// unguarded reports whether what goes to an address can be read on its way: without TLS, and not to this machine.
func unguarded(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "https" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() != "localhost" && (err != nil || !ip.IsLoopback())
}

// capabilities are who carries out which operation, a line for each way.
func capabilities(platform commerce) []finding {
	ways := []struct {
		can  actions.Capability
		text string
	}{{actions.ByAPI, "by the platform: "}, {actions.Assisted, "by a person in its panel, with steps: "}, {actions.NoSupport, "by nobody: "}}
	var all []finding
	for _, way := range ways {
		if way.can == actions.NoSupport && platform.check == nil {
			continue // what nobody does for a shop without a platform is no news to it
		}
		var names []string
		for _, o := range operationNames {
			if platform.Can(o.op) == way.can {
				names = append(names, o.name)
			}
		}
		if len(names) > 0 {
			all = append(all, finding{"ok", "operations", way.text + strings.Join(names, ", ")})
		}
	}
	return all
}

// checkUnknown names what the platform sent and this program does not understand. It is kept, and a newer program may know it.
func checkUnknown(ctx context.Context, s *store.Store) []finding {
	unknown, err := s.In(ctx).UnknownInbounds(accountID)
	if err != nil {
		return []finding{{"fail", "webhooks", err.Error()}}
	}
	var all []finding
	for _, u := range unknown {
		all = append(all, finding{"warn", u.Source + " webhooks", fmt.Sprintf("%d not understood, and kept: %s; after an upgrade, `aftersale replay --since` reads them again",
			u.Count, u.Reason)})
	}
	return all
}
