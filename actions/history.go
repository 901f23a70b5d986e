package actions

import (
	"context"
	"encoding/json"
	"time"
)

// A Happening is something that was done about a purchase.
type Happening struct {
	At     time.Time
	Actor  string // name; empty for the program, and for whoever a buyer is not told of
	Action string // such as "refund.requested"
	Reason Reason // of those on a list; may be empty
	Note   string // free text
}

// History lists what was done about a purchase, the newest first: at most limit entries, or 20 when that is 0. A buyer
// does not read who of the team did it, nor their notes.
//
// Errors: NotFound; Unavailable.
func (c *Core) History(ctx context.Context, who Actor, t Transaction, limit int) ([]Happening, error) {
	s := c.store.In(ctx)
	if _, _, err := c.read(s.PurchaseByTransaction, who, t); err != nil {
		return nil, failed("load a purchase", err)
	}
	if limit <= 0 {
		limit = 20
	}
	entries, err := s.AuditEntriesOf(who.Account, string(t), min(limit, 200))
	if err != nil {
		return nil, failed("list a history", err)
	}
	all := make([]Happening, len(entries))
	for i, e := range entries {
		var data struct{ Reason Reason }
		_ = json.Unmarshal(e.Data, &data) // entries of imports hold other values: they have no reason
		all[i] = Happening{At: e.At.UTC(), Actor: e.ActorName, Action: e.Action, Reason: data.Reason, Note: e.Note}
		if !who.Staff() && e.Actor != who.ID {
			all[i].Actor, all[i].Note = "", ""
		}
	}
	return all, nil
}
