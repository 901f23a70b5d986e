package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// ProposalCard is the live card of a proposal: in the rooms of those who decide, and where the asker waits. Its buttons
// launch the decision for whoever pressed.
func ProposalCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "proposal", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		p, err := core.Proposal(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowProposal(p, reader)
		return v, launches, nil
	}}
}

// ShowProposal is what the card of a proposal says to a reader, and what its buttons launch.
func ShowProposal(p actions.Proposal, reader actions.Actor) (flow.View, map[string]flow.Launch) {
	v := flow.View{
		Token: flow.Token{Of: "proposal:" + p.ID, Revision: p.Revision}, Flow: "proposal", Step: string(p.Status), Kind: "card",
		Title: flow.T("proposal."+p.Kind+"."+string(p.Status), "who", decider(p, reader.Role), "asked_by", asker(p),
			"product", p.Purchase.Product.Name, "price", p.Amount),
		Facts: proposalFacts(p, reader.Role),
		Body:  verdict(p.Verdict)[:1], // that somebody has to agree is what the card is about
	}
	if p.Bulk != nil {
		v.Title = flow.T("proposal.bulk."+string(p.Status), "who", decider(p, reader.Role), "asked_by", asker(p), "what", kindOf(*p.Bulk), "count", p.BulkCount)
	}
	if p.Status != actions.ProposalOpen {
		v.Body, v.Ended = append(because(p), refusal(p, reader)...), true
		if p.Outcome == actions.RequestAssisted && reader.Staff() {
			v.Buttons = []flow.Button{{Name: "task", Label: flow.T("task.button.steps")}}
		}
		return v, map[string]flow.Launch{"task": {Flow: "tasks", Values: map[string]string{"request": actions.RequestOfProposal(p.ID)}}}
	}
	if reader.Is(actions.BuyerRole) {
		v.Body = []flow.Text{flow.T("proposal.wait", "until", flow.Moment(p.ExpiresAt))}
		return v, nil
	}
	if reader.Is(actions.Deciders...) && reader.ID != p.AskedBy { // nobody decides his own
		v.Buttons = []flow.Button{
			{Name: "approve", Label: flow.T("proposal.approve"), Style: flow.Primary},
			{Name: "deny", Label: flow.T("proposal.deny"), Style: flow.Danger},
		}
	}
	if p.Bulk == nil {
		v.Buttons = append(v.Buttons, flow.Button{Name: "open", Label: flow.T("proposal.open")},
			flow.Button{Name: "reveal", Label: flow.T("proposal.reveal"), Masked: true})
	}
	return v, map[string]flow.Launch{
		"approve": {Flow: "refunds", Values: map[string]string{"proposal": p.ID, "decision": approve}},
		"deny":    {Flow: "refunds", Values: map[string]string{"proposal": p.ID, "decision": deny}},
		"reveal":  {Flow: "reveal", Values: map[string]string{"proposal": p.ID}},
		"open":    {Flow: "find", Values: map[string]string{"query": string(p.Purchase.Transaction)}},
	}
}

// proposalFacts are the sealed values: what approvers see is what will be done.
func proposalFacts(p actions.Proposal, reader actions.Role) []flow.Fact {
	facts := flow.Card("product", p.Purchase.Product.Name, "buyer", flow.PersonName(p.Purchase.Buyer.Name), "transaction", p.Purchase.Transaction)
	switch {
	case p.Bulk != nil:
		facts = flow.Card("work", kindOf(*p.Bulk), "product", p.Bulk.Product.Name, "chosen", chosen(*p.Bulk), "bundle", bundle(*p.Bulk),
			"recipients", recipients(p.Bulk.Kind, p.BulkCount), "left_out", reasons(p.Bulk.Why, "bulk.left_out"))
		facts = append(facts, consequences(*p.Bulk)...)
	case p.Kind == actions.ProposalEmail:
		facts = append(facts, flow.Card("old_email", p.OldEmail, "new_email", p.NewEmail, "shown", shown(p.Path))...)
	default:
		facts = append(facts, flow.Card("price", p.Purchase.Price, "amount", partOf(p.Amount, p.Purchase.Price), "payment", payment(p.Purchase))...)
	}
	if p.Kind == actions.ProposalClaim {
		facts = append(facts, claimFacts(p)...)
	}
	facts = append(facts, flow.Card("asked_by", askedBy(p), "reason", p.Reason, "note", p.Note)...)
	if until := p.Purchase.FrozenUntil; until.After(p.AskedAt) {
		facts = append(facts, flow.Fact{Name: "frozen", Value: flow.T("purchase.frozen", "until", until)})
	}
	switch p.Status {
	case actions.ProposalOpen:
		return append(facts, flow.Card("expires_at", flow.Moment(p.ExpiresAt))...)
	case actions.ProposalApproved, actions.ProposalDenied:
		said := "denial"
		if p.Status == actions.ProposalApproved {
			said = "approval"
			if reader == actions.BuyerRole { // said among the team
				p.DecidedReason = ""
			}
		}
		return append(facts, flow.Card("decided", flow.T("proposal.decided", "who", decider(p, reader), "at", flow.Moment(p.DecidedAt)),
			said, p.DecidedReason, "outcome", outcomeOf(p))...)
	}
	return facts
}

// askedBy is who asked and what he is here. A claim was made on the platform.
func askedBy(p actions.Proposal) flow.Text {
	if p.Kind == actions.ProposalClaim {
		return flow.T("proposal.claimant")
	}
	return flow.T("proposal.asker", "who", asker(p), "role", p.AskedByRole)
}

// claimFacts are what a decider weighs, and how the platform sees it now: a claim can end there whatever was decided here.
func claimFacts(p actions.Proposal) []flow.Fact {
	return flow.Card("status", p.Purchase.Status, "guarantee", guarantee(p.Purchase, p.AskedAt), "access", access(p.Purchase))
}

// shown says by what a buyer has shown that he may want a change of e-mail: never what it was.
func shown(path actions.EmailPath) any {
	switch path {
	case actions.ByCodes:
		return flow.T("proposal.shown.codes")
	case actions.ByDocument:
		return flow.T("proposal.shown.document")
	case actions.ByAsking:
		return flow.T("proposal.shown.asking")
	}
	return nil // the team shows a reason
}

// decider is who decided. A buyer is answered by the team, not by one of its people.
func decider(p actions.Proposal, reader actions.Role) any {
	if reader == actions.BuyerRole {
		return flow.T("proposal.team")
	}
	return p.DecidedByName
}

// asker is who asked: a buyer's name is masked in rooms, a colleague's is not.
func asker(p actions.Proposal) any {
	if p.AskedByRole == actions.BuyerRole && p.AskedByName == "" {
		return flow.T("proposal.somebody") // who is known by a document alone
	}
	if p.AskedByRole == actions.BuyerRole {
		return flow.PersonName(p.AskedByName)
	}
	return p.AskedByName
}

// because says why a proposal became impossible before anybody decided.
func because(p actions.Proposal) []flow.Text {
	if p.Why == "" {
		return nil
	}
	return []flow.Text{flow.T(p.Why)}
}

// refusal says, to the team, why the platform did not do what was approved. What a colleague said of it is on his task.
func refusal(p actions.Proposal, reader actions.Actor) []flow.Text {
	if p.Outcome != actions.RequestRefused || p.OutcomeDetail == "" || p.OutcomeDetail == actions.TaskCannot || !reader.Staff() {
		return nil
	}
	return []flow.Text{flow.T(p.OutcomeDetail)}
}

// outcomeOf says how far the approved write has come.
func outcomeOf(p actions.Proposal) any {
	if p.Status != actions.ProposalApproved || p.Outcome == "" {
		return nil
	}
	if p.Outcome == actions.RequestRefused && p.OutcomeDetail == actions.TaskCannot {
		return flow.T("outcome.cannot")
	}
	return flow.T("outcome." + string(p.Outcome))
}

// RequestCard is the live card of a write that runs on the commerce platform: the asker's result, edited when the truth
// arrives.
func RequestCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "request", View: func(ctx context.Context, key string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		r, err := core.Request(ctx, reader, key)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowRequest(key, r, reader)
		return v, launches, nil
	}}
}

// partOf is how much of the price a refund gives back; nil when that is all of it.
func partOf(amount, price actions.Money) any {
	if amount == price {
		return nil
	}
	return amount
}

// ending is how a write has ended, or how far it is. Some refusals are nothing that went wrong.
func ending(r actions.Request) string {
	switch {
	case r.State == actions.RequestRefused && r.Detail == actions.AlreadyCancelled:
		return "over"
	case r.State == actions.RequestRefused && r.Detail == actions.NotAccepted:
		return "expired"
	case r.State == actions.RequestRefused && r.Detail == actions.TaskCannot:
		return "cannot"
	}
	return string(r.State)
}

// ShowRequest is what the card of a write says to a reader, and what its buttons launch; key is the one it was recorded under.
func ShowRequest(key string, r actions.Request, reader actions.Actor) (flow.View, map[string]flow.Launch) {
	v := flow.View{
		Token: flow.Token{Of: "request:" + key, Revision: taskRevision(r)}, Flow: "request", Step: string(r.State), Kind: "card", Ended: true,
		Title: flow.T("request."+r.Action+"."+ending(r), "price", r.Amount, "product", r.Purchase.Product.Name),
		Facts: flow.Card("product", r.Purchase.Product.Name, "buyer", flow.PersonName(r.Purchase.Buyer.Name),
			"transaction", r.Purchase.Transaction, "price", r.Purchase.Price, "amount", partOf(r.Amount, r.Purchase.Price), "payment", payment(r.Purchase)),
	}
	if r.Purchase.Subscription != nil && ofSubscription(r.Action) {
		v.Facts = append(v.Facts, subscriptionOutcome(r)...)
	}
	v.Body = said(r, reader.Staff())
	switch {
	case r.State == actions.RequestAssisted && reader.Staff(): // the steps are for the team
		v.Facts = taskFacts(r)
		if !r.Said.Open() {
			v.Body = append(v.Body, panelSteps(r)...)
		}
	case r.State == actions.RequestAssisted, r.Detail == actions.TaskWord, r.Detail == actions.TaskCannot:
	case r.Detail != "":
		v.Body = append(v.Body, flow.T(r.Detail))
	}
	if r.Action == "refund" && (r.State == actions.RequestDone || r.State == actions.RequestRequested) {
		v.Body = append(v.Body, flow.T("money."+string(r.Purchase.Payment)))
	}
	buttons, launches := taskButtons(key, r)
	v.Buttons = buttons
	return v, launches
}
