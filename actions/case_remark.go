package actions

import (
	"context"

	"github.com/aftersale/aftersale/store"
)

// byThread is CaseMessage.Via of a note that was written below a card.
const byThread = "thread"

// A RemarkInput is what somebody of the team writes below the card of a case.
type RemarkInput struct {
	Key  string // idempotency key
	Case string
	Card string // below which it was written: it need not be written there again
	Text string
}

// A Remarked is what came of a remark.
type Remarked struct {
	Note  string // its id
	First bool   // whoever wrote it has never written one before, and may take it for an answer to the buyer
}

// RemarkCase records what somebody of the team writes below the card of a case as a note. It never goes to the buyer.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (text); NotFound; Denied for buyers; Unavailable.
func (c *Core) RemarkCase(ctx context.Context, who Actor, in RemarkInput) (Remarked, error) {
	// validate
	if err := mayWorkCases(who); err != nil {
		return Remarked{}, err
	}
	text, err := checkCaseText(in.Text)
	if err != nil {
		return Remarked{}, err
	}
	before, err := c.store.In(ctx).NotedBelow(who.Account, who.ID)
	if err != nil {
		return Remarked{}, failed("look for earlier remarks", err)
	}
	err = c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, _ store.Account) error {
		return c.note(tx, who, row, said{key: in.Key, kind: Noted, text: text, via: byThread}, in.Card)
	})
	if err != nil {
		return Remarked{}, failed("note a remark", err)
	}
	m, err := c.store.In(ctx).CaseMessageOf(who.Account, in.Key)
	return Remarked{Note: m.ID, First: !before}, failed("note a remark", err)
}

// FirstTime reports whether somebody does something for the first time in some while, and remembers it: for what he is told once.
//
// Errors: Unavailable.
func (c *Core) FirstTime(ctx context.Context, account, platform, what string) (bool, error) {
	first, err := c.store.In(ctx).Seen(account, platform, what, c.now())
	return first, failed("remember what was told", err)
}

// note is what a note does to a case. below is the card below which it was written; empty: elsewhere.
func (c *Core) note(tx *store.Store, who Actor, row *store.Case, s said, below string) error {
	m, err := c.say(tx, who, *row, s)
	if err != nil {
		return err
	}
	row.Messages++
	if err := c.inCase(tx, *row, m.ID, CaseEvent{Kind: EventNoted, Who: who.Name, Origin: below}); err != nil {
		return err
	}
	return c.auditCase(tx, who, *row, "case.noted")
}
