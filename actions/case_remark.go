package actions

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// byThread is CaseMessage.Via of a note that was written below a card.
const byThread = "thread"

// A RemarkInput is what somebody of the team writes below the card of a case.
type RemarkInput struct {
	Key  string // idempotency key
	Case string
	Card string // below which it was written: it need not be written there again
	Text string // may be empty when there are files
	// Files are put into the case. The buyer gets none of them, unless a reply brings it.
	Files []TeamFile
}

// A Remarked is what came of a remark.
type Remarked struct {
	Note    string // its id; empty: none was written, as there was nothing but files that are not kept
	First   bool   // whoever wrote it has never written one before, and may take it for an answer to the buyer
	Refused []RefusedFile
}

// RemarkCase records what somebody of the team writes below the card of a case as a note, with the files that stand there. It
// never goes to the buyer.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (text); NotFound; Denied for buyers; Unavailable.
func (c *Core) RemarkCase(ctx context.Context, who Actor, in RemarkInput) (Remarked, error) {
	// validate
	if err := mayWorkCases(who); err != nil {
		return Remarked{}, err
	}
	if len(in.Files) == 0 || strings.TrimSpace(in.Text) != "" {
		text, err := checkCaseText(in.Text)
		if err != nil {
			return Remarked{}, err
		}
		in.Text = text
	}
	before, err := c.store.In(ctx).NotedBelow(who.Account, who.ID)
	if err != nil {
		return Remarked{}, failed("look for earlier remarks", err)
	}
	var refused []RefusedFile
	err = c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, _ store.Account) error {
		kept, not, err := c.keepTeamFiles(tx, who, *row, in.Files)
		if err != nil {
			return err
		}
		refused = not
		text := withFiles(in.Text, kept)
		if text == "" {
			return nil
		}
		return c.note(tx, who, row, said{key: in.Key, kind: Noted, text: text, via: byThread}, in.Card)
	})
	if err != nil {
		return Remarked{}, failed("note a remark", err)
	}
	m, err := c.store.In(ctx).CaseMessageOf(who.Account, in.Key)
	if isNone(err) && len(in.Files) > 0 {
		return Remarked{Refused: refused}, nil
	}
	return Remarked{Note: m.ID, First: !before, Refused: refused}, failed("note a remark", err)
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
