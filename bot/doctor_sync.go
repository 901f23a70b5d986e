package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
)

// checkReading says when the commerce platform was last read, and whether its webhooks arrive.
func checkReading(ctx context.Context, s *store.Store, c Config) []finding {
	if !c.Hotmart.Enabled {
		return nil
	}
	core := actions.New(actions.Options{Store: s, Commerce: readOnly{ledger.New(s, now), "hotmart"}, Policy: c.Policy, Now: now, NewID: newID})
	w, err := core.WebhookTrouble(ctx, accountID)
	if err != nil {
		return []finding{{"fail", "hotmart sales", err.Error()}}
	}
	last := "none has come yet"
	if !w.LastAt.IsZero() {
		last = "the last one came at " + w.LastAt.Format(time.RFC3339)
	}
	switch {
	case w.ReadAt.IsZero():
		return []finding{{"warn", "hotmart sales", "were never read to the end: `aftersale sync hotmart` reads everything that was sold"}}
	case w.Serious():
		return []finding{{"warn", "hotmart webhooks", fmt.Sprintf("seem not to arrive (%s): the last reading found %d sales that none had told. Look at Tools > Webhook in "+
			"Hotmart's panel: the address, whether it was switched off, and its history", last, w.Missed)}}
	case c.Hotmart.ReconcileMinutes == 0:
		return []finding{{"warn", "hotmart sales", "are not read again by themselves: set hotmart.reconcile_minutes, since webhooks can be lost"}}
	}
	return []finding{{"ok", "hotmart sales", fmt.Sprintf("last read at %s; of webhooks %s", w.ReadAt.Format(time.RFC3339), last)}}
}
