package actions

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A CaseInput names a case to be changed.
type CaseInput struct {
	Key  string // idempotency key
	Case string
}

// A TakeCaseInput says whose case it was when somebody wanted it.
type TakeCaseInput struct {
	CaseInput
	From string // person who had it; empty: nobody
}

// TakeCase makes a case that of who acts. Whoever was faster keeps it: it can be taken from him once one has seen that it
// is his.
//
// Repeating a Key does nothing.
//
// Errors: NotFound; Denied for buyers; Conflict when somebody else has it by now, or it is closed; Unavailable.
func (c *Core) TakeCase(ctx context.Context, who Actor, in TakeCaseInput) (Case, error) {
	if err := mayWorkCases(who); err != nil {
		return Case{}, err
	}
	err := c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, _ store.Account) error {
		switch {
		case CaseStatus(row.Status) == CaseClosed:
			return closedCase(*row)
		case row.Assignee != in.From && row.Assignee != who.ID:
			return &Error{Code: Conflict, Key: "case.taken", Args: map[string]any{"who": row.AssigneeName}}
		}
		if row.Assignee != who.ID {
			if err := c.inCase(tx, *row, "", CaseEvent{Kind: EventTaken, Who: who.Name}); err != nil {
				return err
			}
		}
		row.Assignee, row.AssigneeName = who.ID, who.Name
		return c.auditCase(tx, who, *row, "case.taken")
	})
	if err != nil {
		return Case{}, failed("take a case", err)
	}
	return c.Case(ctx, who, in.Case)
}

func closedCase(row store.Case) error {
	return &Error{Code: Conflict, Key: "case.closed_already", Args: map[string]any{"number": strconv.FormatInt(row.Number, 10)}}
}

// CloseCase ends a case: the team closes any, a buyer his own. He is told, unless he did it himself; his next message opens
// it again, as long as policy lets it.
//
// Repeating a Key does nothing, and neither does closing a closed case.
//
// Errors: NotFound; Unavailable.
func (c *Core) CloseCase(ctx context.Context, who Actor, in CaseInput) (Case, error) {
	if err := mayAct(who); err != nil {
		return Case{}, err
	}
	err := c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, account store.Account) error {
		if CaseStatus(row.Status) == CaseClosed {
			return nil
		}
		if err := c.closed(tx, who, row); err != nil {
			return err
		}
		if err := errors.Join(c.auditCase(tx, who, *row, "case.closed"), c.solved(tx, *row)); err != nil {
			return err
		}
		if err := c.askAbout(tx, *row, !who.Staff()); err != nil {
			return err
		}
		if !who.Staff() {
			return nil
		}
		return c.tellClosed(tx, account, *row)
	})
	if err != nil {
		return Case{}, failed("close a case", err)
	}
	return c.Case(ctx, who, in.Case)
}

// closed is what closing does to a case.
func (c *Core) closed(tx *store.Store, who Actor, row *store.Case) error {
	now := c.now()
	row.Status, row.ClosedAt, row.DueAt = string(CaseClosed), &now, now
	row.WaitingSince, row.PromisedAt, row.SnoozedUntil = nil, nil, nil
	if !who.Staff() {
		return c.inCase(tx, *row, "", CaseEvent{Kind: EventSolved})
	}
	return c.inCase(tx, *row, "", CaseEvent{Kind: EventClosed, Who: who.Name})
}

// tellClosed tells the buyer that his case was closed.
func (c *Core) tellClosed(tx *store.Store, account store.Account, row store.Case) error {
	via, err := c.reach(tx, row)
	if err != nil || via == "" {
		return err
	}
	if via == ByMail {
		return c.tellCaseByMail(tx, account, row, subjectOfClosing(row), mailCaseClosed, "")
	}
	return tell(tx, Tell{Account: row.AccountID, Identity: row.IdentityID, Subject: subjectOfClosing(row)})
}

// maxSnooze is for how many days a case may be put off.
const maxSnooze = 90

// A SnoozeInput says for how many days a case is put off: to the first hour of that day in which the team works.
type SnoozeInput struct {
	CaseInput
	Days int
}

// SnoozeCase puts a case off: it leaves the queues until then, or until the buyer writes. What he was promised is not put
// off: reminders come all the same.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (days); NotFound; Denied for buyers; Conflict for a closed case; Unavailable.
func (c *Core) SnoozeCase(ctx context.Context, who Actor, in SnoozeInput) (Case, error) {
	// validate
	if err := mayWorkCases(who); err != nil {
		return Case{}, err
	}
	if in.Days < 1 || in.Days > maxSnooze {
		return Case{}, &Error{Code: Invalid, Key: "case.snooze_wrong", Field: "days", Args: map[string]any{"max": maxSnooze}}
	}
	err := c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, account store.Account) error {
		if CaseStatus(row.Status) == CaseClosed {
			return closedCase(*row)
		}
		set, err := c.settingsOf(tx, systemActor(account.ID))
		if err != nil {
			return err
		}
		where := zoneOf(account.Timezone)
		year, month, day := c.now().In(where).Date()
		until := set.Hours.Add(time.Date(year, month, day+in.Days, 0, 0, 0, 0, where), 0, account.Timezone)
		row.Status, row.SnoozedUntil, row.DueAt = string(CaseSnoozed), &until, until
		if err := c.inCase(tx, *row, "", CaseEvent{Kind: EventSnoozed, Who: who.Name, Until: until}); err != nil {
			return err
		}
		return c.auditCase(tx, who, *row, "case.snoozed")
	})
	if err != nil {
		return Case{}, failed("put a case off", err)
	}
	return c.Case(ctx, who, in.Case)
}
