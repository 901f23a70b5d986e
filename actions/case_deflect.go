package actions

import (
	"context"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// A DeflectInput says what somebody was helped with before he opened a case.
type DeflectInput struct {
	Key   string // idempotency key
	Topic Topic
	Flow  string // that he took
}

// Deflect records that a buyer took a flow in the place of a case. It counts as one that nobody had to answer once he has
// opened none on that topic for a week.
//
// Repeating a Key does nothing.
//
// Errors: Invalid; Denied for the team; Unavailable.
func (c *Core) Deflect(ctx context.Context, who Actor, in DeflectInput) error {
	if !who.Is(BuyerRole) {
		return &Error{Code: Denied, Key: "error.role"}
	}
	if !slices.Contains(Topics, in.Topic) {
		return &Error{Code: Invalid, Key: "error.not_an_option", Field: "topic"}
	}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if _, mine, err := c.claimCase(tx, who, in.Key, string(in.Topic)); err != nil || !mine {
			return err
		}
		d := store.CaseDeflection{ID: c.newID(), AccountID: who.Account, IdentityID: who.Identity, Topic: string(in.Topic), Flow: in.Flow, CreatedAt: c.now()}
		if len(who.Buyers) > 0 {
			d.BuyerID = who.Buyers[0]
		}
		return tx.AddCaseDeflection(d)
	})
	return failed("record that no case was needed", err)
}
