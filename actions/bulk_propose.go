package actions

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// ProposalBulk is the kind of proposals that are about a run: its id stands in the place of a purchase's.
const ProposalBulk = "bulk"

// A bulkOrder is what a proposal about a run seals.
type bulkOrder struct {
	Run    string     `json:"run"`
	Kind   string     `json:"kind"`
	Count  int        `json:"count"`
	Filter BulkFilter `json:"filter"`         // without what was searched for: proposals are kept, and it may be a name
	Means  string     `json:"means"`          // keyed hash of the whole filter; empty where there was no key
	Sums   []Money    `json:"sums,omitempty"` // that all of them charge together
}

// mayBeMany is the policy for how many one person does something to.
func mayBeMany(count int, pol Policy) Verdict {
	n := Numbers{Count: count, Limit: pol.SecondPerson.BulkAbove}
	if count > pol.SecondPerson.BulkAbove {
		return needsApproval("bulk.many", n)
	}
	return allowed("bulk.few", n)
}

// proposeBulk seals a run that was counted for somebody else to decide. replaces is the proposal that it is rebuilt from.
func (c *Core) proposeBulk(tx *store.Store, who Actor, run *store.BulkRun, replaces string) error {
	filter, err := parseFilter(run.Filter)
	if err != nil {
		return err
	}
	sums, err := parseSums(run.Sums)
	if err != nil {
		return err
	}
	policy, err := c.policyFor(tx, who)
	if err != nil {
		return err
	}
	v := mayBeMany(run.Total, policy)
	if filter.Search != "" {
		filter.Search, filter.Searched = "", true
	}
	o := order{Order: Order{Account: run.AccountID}, Note: run.Reason, Verdict: v,
		Bulk: &bulkOrder{Run: run.ID, Kind: run.Kind, Count: run.Total, Filter: filter, Means: c.vault.Hash(meaningUse, meaning(run)...), Sums: sums.Sums}}
	id := c.newID()
	o.Order.Key = RequestOfProposal(id)
	payload, err := o.encode()
	if err != nil {
		return err
	}
	verdict, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a verdict: %w", err)
	}
	facts, err := json.Marshal(o.Bulk)
	if err != nil {
		return fmt.Errorf("facts of a run: %w", err)
	}
	p := store.Proposal{ID: id, AccountID: run.AccountID, Kind: ProposalBulk, PurchaseID: run.ID, Transaction: run.ID, Payload: payload,
		Verdict: verdict, Facts: digest(facts), AskedBy: run.AskedBy, AskedByName: run.AskedByName, AskedByRole: run.AskedByRole,
		Amount: int64(run.Total), Status: string(ProposalOpen), ReplyTo: run.ReplyTo, ExpiresAt: c.now().Add(policy.proposalLife()), CreatedAt: c.now()}
	if p.Seal, err = seal(p); err != nil {
		return err
	}
	if err := tx.CreateProposal(p); err != nil {
		return err
	}
	run.State, run.ProposalID, run.TouchedAt = string(BulkProposed), id, c.now()
	run.Revision++
	if err := tx.SaveBulkRun(*run); err != nil {
		return err
	}
	data := auditData{Detail: run.Kind, Count: run.Total, Proposal: id, Replaces: replaces, Verdict: &v}
	if err := c.audit(tx, who, entry{action: "bulk.proposed", target: run.ID, askedBy: run.AskedBy, note: run.Reason, data: data}); err != nil {
		return err
	}
	if err := enqueue(tx, JobAnnounce, "", Subject{Account: run.AccountID, Subject: subjectOfProposal(id)}); err != nil {
		return err
	}
	return refresh(tx, run.AccountID, subjectOfBulk(run.ID))
}

// meaning is what the hash of a run's filter is made of.
func meaning(run *store.BulkRun) []string { return []string{run.ID, string(run.Filter)} }

const meaningUse = "bulk filter"

// decideBulk approves or denies a run. Whom it is for is counted anew before it is approved: when that has changed, the run is
// collected again and asked again with the new count.
func (c *Core) decideBulk(tx *store.Store, who Actor, row store.Proposal, in DecideInput) error {
	o, err := parseOrder(row.Payload)
	if err != nil {
		return err
	}
	run, err := tx.LockBulkRun(row.AccountID, row.Transaction)
	if err != nil {
		return err
	}
	d := decision{who: who, row: row, order: o, reason: in.Reason}
	d.row.DecidedReason = in.Reason
	if !in.Approve {
		if err := c.closeBulk(tx, &d, ProposalDenied, in.Reason); err != nil {
			return err
		}
		return c.endBulk(tx, &run, BulkDropped)
	}
	if run.Total+run.LeftOut > checkInTurn {
		return c.beginCheck(tx, &d, &run)
	}
	same := o.Bulk.Means == "" || c.vault.Match(o.Bulk.Means, meaningUse, meaning(&run)...)
	if same {
		if same, err = c.recount(tx, run); err != nil {
			return err
		}
	}
	if !same {
		d.row.DecidedReason = ""
		return c.countedAnew(tx, &d, &run)
	}
	if err := c.close(tx, &d, ProposalApproved); err != nil {
		return err
	}
	return c.beginBulk(tx, who, &run, "bulk.approved", in.Reason)
}

// recount says whether a run would be for as many, and charge as much, if it were collected now.
func (c *Core) recount(tx *store.Store, run store.BulkRun) (bool, error) {
	filter, err := parseFilter(run.Filter)
	if err != nil {
		return false, err
	}
	kind, err := c.bulkKind(run.Kind)
	if err != nil {
		return false, err
	}
	was, err := parseSums(run.Sums)
	if err != nil {
		return false, err
	}
	scope := bulkScope{BulkFilter: filter, account: run.AccountID, now: c.now()}
	var now bulkSums
	count, taken := 0, map[string]bool{}
	for place, first := "", true; first || place != ""; first = false {
		list, _, next, err := c.candidates(tx, kind, scope, place, collectSlice)
		if err != nil {
			return false, err
		}
		for _, one := range list {
			if one.leftOut != "" || one.recipient != "" && taken[one.recipient] {
				continue
			}
			count++
			now.add(one)
			taken[one.recipient] = true
		}
		place = next
	}
	return count == run.Total && slices.Equal(now.Sums, was.Sums), nil
}

// countedAnew replaces a proposal whose count has changed by one with the count of now; when nobody is left, it is withdrawn.
func (c *Core) countedAnew(tx *store.Store, d *decision, run *store.BulkRun) error {
	if err := tx.DropBulkItems(run.ID); err != nil {
		return err
	}
	run.State, run.Place, run.Total, run.LeftOut, run.Sums = string(BulkCollecting), "", 0, 0, nil
	for run.State == string(BulkCollecting) {
		if err := c.collectSome(tx, run, collectSlice); err != nil {
			return err
		}
	}
	if run.Total == 0 {
		d.row.DecidedReason = "verdict.bulk.nobody"
		if err := c.closeBulk(tx, d, ProposalWithdrawn, ""); err != nil {
			return err
		}
		return c.endBulk(tx, run, BulkDropped)
	}
	if err := c.closeBulk(tx, d, ProposalRebuilt, ""); err != nil {
		return err
	}
	asker := Actor{ID: run.AskedBy, Account: run.AccountID, Name: run.AskedByName, Role: Role(run.AskedByRole)}
	if err := c.proposeBulk(tx, asker, run, d.row.ID); err != nil {
		return err
	}
	return tx.ReplaceProposal(d.row.ID, run.ProposalID)
}

// closeBulk ends a proposal about a run without beginning it, and tells whoever asked.
func (c *Core) closeBulk(tx *store.Store, d *decision, status ProposalStatus, note string) error {
	if err := c.close(tx, d, status); err != nil {
		return err
	}
	if err := c.auditDecision(tx, *d, "."+string(status), note); err != nil {
		return err
	}
	if status == ProposalRebuilt {
		return nil // he still waits
	}
	return tell(tx, Tell{Account: d.row.AccountID, Identity: d.row.ReplyTo, Proposal: d.row.ID})
}

// takeBack withdraws the proposal of a run that somebody of the team drops before it is decided.
func (c *Core) takeBack(tx *store.Store, who Actor, run *store.BulkRun) error {
	row, err := tx.LockProposal(run.AccountID, run.ProposalID)
	if err != nil {
		return err
	}
	o, err := parseOrder(row.Payload)
	if err != nil {
		return err
	}
	d := decision{who: who, row: row, order: o}
	d.row.DecidedReason = "verdict.bulk.taken_back"
	if err := c.closeBulk(tx, &d, ProposalWithdrawn, ""); err != nil {
		return err
	}
	return c.endBulk(tx, run, BulkDropped)
}

// expireBulk drops the run of a proposal whose time is over.
func (c *Core) expireBulk(tx *store.Store, row store.Proposal) error {
	run, err := tx.LockBulkRun(row.AccountID, row.Transaction)
	if err != nil || run.State != string(BulkProposed) {
		return err
	}
	return c.endBulk(tx, &run, BulkDropped)
}

// withBulk adds the run to a proposal that is about one.
func (c *Core) withBulk(s *store.Store, p *Proposal, row store.Proposal) error {
	if row.Kind != ProposalBulk {
		return nil
	}
	o, err := parseOrder(row.Payload)
	if err != nil {
		return err
	}
	run, err := s.BulkRun(row.AccountID, row.Transaction)
	if err != nil {
		return fmt.Errorf("run of a proposal: %w", err)
	}
	shown, err := c.toBulk(s, run)
	p.Bulk, p.BulkCount = &shown, o.Bulk.Count
	return err
}
