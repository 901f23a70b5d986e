package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// An InboundAlarm says that a platform sends something that this program does not understand. The team is told once of a kind.
type InboundAlarm struct {
	ID     string
	Source string
	Kind   string // the platform's word
	Reason string // in English: what is odd about it
	At     time.Time
}

// keepUnknown keeps a delivery that is not understood until retention drops it, and tells the team of the first of its kind.
func (c *Core) keepUnknown(tx *store.Store, d store.WaitingDelivery, reason string) error {
	if err := tx.KeepBody(d.ID, reason); err != nil {
		return err
	}
	a := store.InboundAlarm{ID: c.newID(), AccountID: d.AccountID, Source: d.Source, Kind: d.Kind, Reason: reason, CreatedAt: c.now()}
	if fresh, err := tx.AddInboundAlarm(a); err != nil || !fresh {
		return err
	}
	c.log.Warn("a delivery is not understood: it is kept, and nothing was done", "source", d.Source, "kind", d.Kind, "reason", reason)
	if err := c.audit(tx, systemActor(d.AccountID), entry{action: "import.unknown", target: d.Source, data: auditData{Detail: reason}}); err != nil {
		return err
	}
	return enqueue(tx, JobAnnounce, "", Subject{Account: d.AccountID, Subject: subjectOfInbound(a.ID)})
}

// InboundAlarm returns what the team was told of, for it.
//
// Errors: NotFound, also for whoever is not of the team; Unavailable.
func (c *Core) InboundAlarm(ctx context.Context, who Actor, id string) (InboundAlarm, error) {
	none := &Error{Code: NotFound, Key: "error.stale"}
	if !who.Staff() {
		return InboundAlarm{}, none
	}
	row, err := c.store.In(ctx).InboundAlarm(who.Account, id)
	if errors.Is(err, store.ErrNotFound) {
		return InboundAlarm{}, none
	}
	if err != nil {
		return InboundAlarm{}, failed("load what is not understood", err)
	}
	return InboundAlarm{ID: row.ID, Source: row.Source, Kind: row.Kind, Reason: row.Reason, At: row.CreatedAt.UTC()}, nil
}
