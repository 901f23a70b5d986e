package actions

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aftersale/aftersale/store"
)

// An AddToCaseInput is another message of a buyer.
type AddToCaseInput struct {
	Key  string // idempotency key
	Case string
	Text string
}

// AddToCase adds what a buyer writes to his case. A closed one is open again, as long as policy lets it be.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (text); NotFound; Conflict when the case has been closed for too long; Denied for the team; Unavailable.
func (c *Core) AddToCase(ctx context.Context, who Actor, in AddToCaseInput) (Case, error) {
	// validate
	if !who.Is(BuyerRole) {
		return Case{}, &Error{Code: Denied, Key: "error.role"}
	}
	text, err := checkCaseText(in.Text)
	if err != nil {
		return Case{}, err
	}
	err = c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, account store.Account) error {
		// authorise, on fresh facts
		may, err := c.mayReopen(tx, *row)
		if err != nil {
			return err
		}
		if !may {
			return &Error{Code: Conflict, Key: "case.over", Hint: "case.over_hint", Args: map[string]any{"number": strconv.FormatInt(row.Number, 10)}}
		}
		action, kind := "case.answered", EventWrote
		if CaseStatus(row.Status) == CaseClosed {
			action, kind = "case.reopened", EventReopened
		}

		// transact, audit, enqueue: all or nothing
		if row.BuyerID == "" && len(who.Buyers) > 0 { // he has shown who he is since
			row.BuyerID = who.Buyers[0]
		}
		row.IdentityID = who.Identity // the answer goes to where he last wrote
		if err := c.buyerWrote(tx, row, account); err != nil {
			return err
		}
		m, err := c.say(tx, who, *row, said{key: in.Key, kind: SaidByBuyer, text: text})
		if err != nil {
			return err
		}
		if err := c.takeFiles(tx, who, *row); err != nil {
			return err
		}
		if err := c.inCase(tx, *row, m.ID, CaseEvent{Kind: kind}); err != nil {
			return err
		}
		if err := c.auditCase(tx, who, *row, action); err != nil {
			return err
		}
		return enqueue(tx, JobCase, "", Subject{Account: who.Account, Subject: subjectOfSaid(m.ID)})
	})
	if err != nil {
		return Case{}, failed("add to a case", err)
	}
	return c.Case(ctx, who, in.Case)
}

// mayReopen reports whether the buyer's next message still belongs to a case.
func (c *Core) mayReopen(s *store.Store, row store.Case) (bool, error) {
	if row.ClosedAt == nil {
		return true, nil
	}
	set, err := c.settingsOf(s, systemActor(row.AccountID))
	return !c.now().After(row.ClosedAt.AddDate(0, 0, set.Policy.Cases.ReopenDays)), err
}

// changeCase runs a change of one case in a transaction: it claims the key, locks the case, has fn change it, and writes it
// with its cards. A case that the actor may not see is not there for him. What was done before is not done again.
func (c *Core) changeCase(ctx context.Context, who Actor, key, id string, fn func(tx *store.Store, row *store.Case, account store.Account) error) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		if _, mine, err := c.claimCase(tx, who, key, id); err != nil || !mine {
			return err
		}

		// authorise, on fresh facts
		row, err := tx.LockCase(who.Account, id)
		if isNone(err) || err == nil && !maySeeCase(who, row) {
			return noCase()
		}
		if err != nil {
			return err
		}
		if who.Staff() {
			if _, err := c.stillThere(tx, who); err != nil {
				return err
			}
		}
		account, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		if err := fn(tx, &row, account); err != nil {
			return err
		}
		if err := tx.UpdateCase(&row); err != nil {
			return err
		}
		return refresh(tx, who.Account, subjectOfCase(id))
	})
}

func (c *Core) auditCase(tx *store.Store, who Actor, row store.Case, action string) error {
	return c.audit(tx, who, entry{action: action, target: caseTarget(row)})
}

// caseTarget is what people call a case, also in the audit log.
func caseTarget(row store.Case) string { return fmt.Sprintf("#%d", row.Number) }

func isNone(err error) bool { return errors.Is(err, store.ErrNotFound) }

// JobCase shows news of a case where the team works on cases: Subject, which is a case, a message or an event of one. The
// flows carry it out.
const JobCase = "case"

func subjectOfCase(id string) string { return "case:" + id }

// subjectOfSaid is a message of the buyer as the team's rooms see it; subjectOfAnswer one of the team, as the buyer does.
func subjectOfSaid(message string) string   { return "casesaid:" + message }
func subjectOfAnswer(message string) string { return "caseanswer:" + message }

// subjectOfCaseNews is something that the clock did to a case: "casenews:<id>/<what>/<revision>".
func subjectOfCaseNews(row store.Case, what string) string {
	return fmt.Sprintf("casenews:%s/%s/%d", row.ID, what, row.Revision)
}

// subjectOfClosing tells the buyer that his case was closed; one for each time that it was.
func subjectOfClosing(row store.Case) string {
	return fmt.Sprintf("caseclosed:%s/%d", row.ID, row.Reopened)
}
