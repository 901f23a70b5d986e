package flows

import (
	"context"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// ReminderCard is a proposal brought up again in the rooms, shortly before its time is over: one sentence and the buttons.
// It follows the proposal like every card, and makes way for a later reminder.
func ReminderCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "reminder", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		proposal, text, _ := strings.Cut(id, "/")
		n, err := strconv.Atoi(text)
		if err != nil {
			return flow.View{}, nil, &actions.Error{Code: actions.NotFound, Key: "error.stale"}
		}
		p, err := core.Proposal(ctx, reader, proposal)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowReminder(p, n, reader)
		return v, launches, nil
	}}
}

// ShowReminder is what the nth reminder of a proposal says to a reader, and what its buttons launch.
func ShowReminder(p actions.Proposal, n int, reader actions.Actor) (flow.View, map[string]flow.Launch) {
	v, launches := ShowProposal(p, reader)
	v.Token.Of, v.Flow, v.Facts = "reminder:"+p.ID+"/"+strconv.Itoa(n), "reminder", nil
	switch {
	case p.Status != actions.ProposalOpen:
		v.Body = nil
	case n < p.Reminders:
		v.Title, v.Body, v.Buttons, v.Ended = flow.T("reminder.again"), nil, nil, true
		return v, nil
	default:
		v.Title = flow.T("reminder."+p.Kind, "asked_by", asker(p), "product", p.Purchase.Product.Name, "price", p.Amount)
		if p.Bulk != nil {
			v.Title = flow.T("reminder.bulk", "asked_by", asker(p), "what", kindOf(*p.Bulk), "count", p.BulkCount)
		}
		v.Body = []flow.Text{flow.T("reminder.until", "until", flow.Moment(p.ExpiresAt))}
		if p.Kind == actions.ProposalClaim { // nothing lapses: the platform pays
			v.Body = []flow.Text{flow.T("reminder.claim_until", "until", flow.Moment(p.ExpiresAt))}
		}
	}
	return v, launches
}
