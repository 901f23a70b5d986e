package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// InvitationCard is the live card of an invitation, where whoever invited waits: without the code, which only the answer
// to the invitation itself shows.
func InvitationCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "invitation", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		i, err := core.Invitation(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowInvitation(i)
		return v, launches, nil
	}}
}

// ShowInvitation is what the card of an invitation says, and what its button launches.
func ShowInvitation(i actions.Invitation) (flow.View, map[string]flow.Launch) {
	key := "invitation." + string(i.State)
	if i.Person != "" {
		key = "invitation.link." + string(i.State)
	}
	v := flow.View{Token: flow.Token{Of: "invitation:" + i.ID}, Flow: "invitation", Step: string(i.State), Kind: "card",
		Title: flow.T(key, "name", i.Name, "role", i.Role), Facts: invitationFacts(i), Ended: i.State != actions.InvitationOpen}
	if !i.Managed {
		return v, nil
	}
	v.Buttons = []flow.Button{{Name: "withdraw", Label: flow.T("invitation.withdraw"), Style: flow.Danger}}
	return v, map[string]flow.Launch{"withdraw": {Flow: "people", Values: map[string]string{"invitation": i.ID}}}
}

// invitationFacts are who is invited as what, and, for whoever has just invited, how.
func invitationFacts(i actions.Invitation) []flow.Fact {
	facts := flow.Card("colleague", i.Name, "role", i.Role, "invitation_code", i.Code, "invitation_link", i.Link)
	if i.State == actions.InvitationOpen {
		facts = append(facts, flow.Card("until", flow.Moment(i.Until))...)
	}
	return facts
}
