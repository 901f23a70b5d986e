package actions

import (
	"errors"

	"github.com/aftersale/aftersale/store"
)

// A run that somebody else has agreed to is counted once more before it begins. Of few that is done in the turn of whoever
// decides; of many by jobs, a slice for each transaction, so that nobody waits for it and nothing is locked for long.

// checkInTurn is up to how many a run is counted again in the decider's turn.
const checkInTurn = collectAtOnce

// changed marks a run whose recount has found something else than was agreed to.
const changed = -1

// beginCheck has jobs count an approved run again.
func (c *Core) beginCheck(tx *store.Store, d *decision, run *store.BulkRun) error {
	if err := c.close(tx, d, ProposalApproved); err != nil {
		return err
	}
	data := auditData{Detail: run.Kind, Count: run.Total, Proposal: run.ProposalID}
	if err := c.audit(tx, d.who, entry{action: "bulk.approved", target: run.ID, askedBy: run.AskedBy, note: d.reason, data: data}); err != nil {
		return err
	}
	run.State, run.Place, run.Checked = string(BulkChecking), "", 0
	run.Revision++
	if err := c.nextSlice(tx, run); err != nil {
		return err
	}
	return refresh(tx, run.AccountID, subjectOfBulk(run.ID))
}

// checkOn counts one slice, and begins the run when all are as they were agreed to; or has it collected and asked for anew.
func (c *Core) checkOn(tx *store.Store, run *store.BulkRun, most int) error {
	row, err := tx.LockProposal(run.AccountID, run.ProposalID)
	if err != nil {
		return err
	}
	o, err := parseOrder(row.Payload)
	if err != nil {
		return err
	}
	same := o.Bulk.Means == "" || c.vault.Match(o.Bulk.Means, meaningUse, meaning(run)...)
	if same {
		if same, err = c.checkSome(tx, run, most); err != nil {
			return err
		}
	}
	switch {
	case same && run.Place != "":
		return c.nextSlice(tx, run)
	case same && run.Checked == run.Total:
		return c.beginBulk(tx, systemActor(run.AccountID), run, "bulk.started", "")
	}
	if err := tx.DropBulkItems(run.ID); err != nil {
		return err
	}
	run.State, run.Place, run.Total, run.LeftOut, run.Sums, run.Checked = string(BulkCollecting), "", 0, 0, nil, changed
	run.Revision++
	return c.nextSlice(tx, run)
}

// checkSome looks at no more than most of those whom a run is meant for now: whether each is among its items, at the same price.
// Who is the same person as another was written down as such, and is not counted.
func (c *Core) checkSome(tx *store.Store, run *store.BulkRun, most int) (same bool, err error) {
	filter, err := parseFilter(run.Filter)
	if err != nil {
		return false, err
	}
	kind, err := c.bulkKind(run.Kind)
	if err != nil {
		return false, err
	}
	list, _, next, err := c.candidates(tx, kind, bulkScope{BulkFilter: filter, account: run.AccountID, now: c.now()}, run.Place, most)
	if err != nil {
		return false, err
	}
	var targets []string
	for _, one := range list {
		if one.leftOut == "" {
			targets = append(targets, one.target)
		}
	}
	items, err := tx.BulkItemsOf(run.AccountID, run.ID, targets)
	if err != nil {
		return false, err
	}
	for _, one := range list {
		item, there := items[one.target]
		switch {
		case one.leftOut != "", there && item.Detail == "bulk.same_person":
		case !there, item.State != itemWaiting, counted(item) != one.amount:
			return false, nil
		default:
			run.Checked++
		}
	}
	run.Place = next
	return true, nil
}

// proposeAgain asks anew with what was collected after a recount had found something else, in the same asker's name; when nobody is
// left, it says that nothing comes of it.
func (c *Core) proposeAgain(tx *store.Store, run *store.BulkRun) error {
	was := run.ProposalID
	run.Checked = 0
	row, err := tx.LockProposal(run.AccountID, was)
	if err != nil {
		return err
	}
	o, err := parseOrder(row.Payload)
	if err != nil {
		return err
	}
	status, reason := ProposalRebuilt, ""
	if run.Total == 0 {
		status, reason = ProposalWithdrawn, "verdict.bulk.nobody"
		err = errors.Join(c.endBulk(tx, run, BulkDropped), tell(tx, Tell{Account: row.AccountID, Identity: row.ReplyTo, Proposal: row.ID}))
	} else {
		asker := Actor{ID: run.AskedBy, Account: run.AccountID, Name: run.AskedByName, Role: Role(run.AskedByRole)}
		err = c.proposeBulk(tx, asker, run, was)
	}
	if err != nil {
		return err
	}
	by := ""
	if run.ProposalID != was {
		by = run.ProposalID
	}
	if err := tx.UndoApproval(was, string(status), reason, by); err != nil {
		return err
	}
	if err := c.auditDecision(tx, decision{who: systemActor(run.AccountID), row: row, order: o}, "."+string(status), ""); err != nil {
		return err
	}
	return refresh(tx, run.AccountID, append(reminders(row.ID, row.Reminded), subjectOfProposal(row.ID))...)
}
