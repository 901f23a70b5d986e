package actions

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/store"
)

// A ProposalPage is a part of a list of proposals.
type ProposalPage struct {
	Proposals []Proposal
	Next      string // cursor of the next page; empty on the last
}

// Proposals lists open proposals, the one that waits longest first: all of them for those who decide, for anybody else
// those that he asked for.
//
// Errors: Invalid for a cursor that is none; Denied for jobs; Unavailable.
func (c *Core) Proposals(ctx context.Context, who Actor, cursorText string, limit int) (ProposalPage, error) {
	if err := mayAct(who); err != nil {
		return ProposalPage{}, err
	}
	from, err := parseCursor(cursorText)
	if err != nil {
		return ProposalPage{}, err
	}
	size := Filter{Limit: limit}.size()
	query := store.ProposalFilter{Account: who.Account, After: store.Cursor{At: from.At, ID: from.ID}, Limit: size + 1}
	if !who.Is(Deciders...) {
		query.AskedBy = who.ID
	}
	s := c.store.In(ctx)
	rows, err := s.OpenProposals(query)
	if err != nil {
		return ProposalPage{}, failed("list proposals", err)
	}
	var page ProposalPage
	if len(rows) > size {
		rows = rows[:size]
		page.Next = cursor{At: rows[size-1].CreatedAt, ID: rows[size-1].ID}.String()
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.PurchaseID
	}
	purchases, err := s.PurchasesByID(who.Account, ids)
	if err != nil {
		return ProposalPage{}, failed("load the purchases of proposals", err)
	}
	for _, row := range rows {
		p, err := toProposal(row, toPurchase(purchases[row.PurchaseID]), store.Request{})
		if err == nil {
			err = c.withBulk(s, &p, row)
		}
		if err != nil {
			return ProposalPage{}, failed("list proposals", err)
		}
		page.Proposals = append(page.Proposals, p)
	}
	return page, nil
}

// Proposal returns one proposal: to the team, to the program itself, and to the buyer whose purchase it is about.
//
// Errors: NotFound; Unavailable.
func (c *Core) Proposal(ctx context.Context, who Actor, id string) (Proposal, error) {
	p, err := c.proposal(c.store.In(ctx), who, id)
	return p, failed("load a proposal", err)
}

func (c *Core) proposal(s *store.Store, who Actor, id string) (Proposal, error) {
	row, err := s.Proposal(who.Account, id)
	if errors.Is(err, store.ErrNotFound) {
		return Proposal{}, noProposal()
	}
	if err != nil {
		return Proposal{}, err
	}
	if row.Kind == ProposalBulk {
		return c.bulkProposal(s, who, row)
	}
	full, err := s.PurchaseByTransaction(who.Account, row.Transaction)
	if err != nil {
		return Proposal{}, err
	}
	if !maySee(who, full.Buyer.ID) && row.AskedBy != who.ID {
		return Proposal{}, noProposal()
	}
	var carries store.Request
	if row.RequestKey != "" {
		if carries, err = s.Request(row.RequestKey); err != nil {
			return Proposal{}, err
		}
	}
	shown, err := toProposal(row, toPurchase(full), carries)
	if !maySee(who, full.Buyer.ID) { // he asked, and has not shown, or not lately, that the purchase is his
		shown.Purchase.Buyer, shown.OldEmail = Buyer{}, ""
	}
	return shown, err
}

// bulkProposal is a proposal about a run: for the team alone.
func (c *Core) bulkProposal(s *store.Store, who Actor, row store.Proposal) (Proposal, error) {
	if !who.Staff() && !who.Is(System) {
		return Proposal{}, noProposal()
	}
	shown, err := toProposal(row, Purchase{}, store.Request{})
	if err == nil {
		err = c.withBulk(s, &shown, row)
	}
	return shown, err
}

func noProposal() error { return &Error{Code: NotFound, Key: "proposal.not_found", Field: "proposal"} }
