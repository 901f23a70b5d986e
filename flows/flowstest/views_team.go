package flowstest

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

var longColleague = strings.Repeat("Maximiliana ", 3) + "Oz" // actions.MaxPersonName

// longTeam are the flows of the team itself.
func longTeam() []flow.Flow {
	colleague := flows.Colleague{ID: "p", Name: longColleague, Role: actions.Producer}
	invited := flows.Invited{ID: "i", Name: longColleague, Role: actions.Producer}
	member := actions.Member{ID: "p", Name: longColleague, Role: actions.Manager, Chats: []string{"slack", "discord", "telegram"}, SecondFactor: true, Managed: true}
	made := longInvitation(actions.InvitationOpen)
	made.Code, made.Link = "ABCD-EFGH-JKLM-NPQR", "https://t.me/cozinha_da_ana_suporte_bot?start=join_ABCDEFGHJKLMNPQR"
	codes := []string{"ABCDE-FGHJK", "ABCDE-FGHJK", "ABCDE-FGHJK", "ABCDE-FGHJK", "ABCDE-FGHJK"}
	people := flows.People{Me: actions.Admin, Members: []flows.Colleague{colleague, colleague, colleague, colleague, colleague},
		Invited: []flows.Invited{invited, invited}, Next: "p", Member: member, Act: "role", Role: actions.Producer}
	inviting := people
	inviting.Made, inviting.Act = made, "invite"
	removing := people
	removing.Act = "remove"
	waiting := people
	waiting.Waiting = longInvitation(actions.InvitationOpen)
	return []flow.Flow{&people, &inviting, &removing, &waiting,
		&flows.Security{App: actions.Factor{Wanted: true}},
		&flows.Security{App: actions.Factor{Set: true, Since: someday, Recovery: 7}, Act: "renew", Codes: append(codes, codes...)},
		&flows.Join{Joined: actions.Joined{Name: longColleague, Role: actions.Producer, Shop: longProduct}},
	}
}

func longInvitation(state actions.InvitationState) actions.Invitation {
	return actions.Invitation{ID: longID, Name: longColleague, Role: actions.Producer, Until: someday, State: state, Managed: state == actions.InvitationOpen}
}

// longTeamCards are the live cards of the team in every state.
func longTeamCards(p actions.Purchase, rule actions.Verdict) []longView {
	var all []longView
	for _, state := range []actions.InvitationState{actions.InvitationOpen, actions.InvitationUsed, actions.InvitationWithdrawn, actions.InvitationExpired} {
		for _, person := range []string{"", "p"} {
			i := longInvitation(state)
			i.Person = person
			v, _ := flows.ShowInvitation(i)
			all = append(all, longView{View: v})
		}
	}
	manager := actions.Actor{ID: "m", Role: actions.Manager}
	for _, kind := range []string{actions.ProposalRefund, actions.ProposalEmail} {
		for _, status := range []actions.ProposalStatus{actions.ProposalOpen, actions.ProposalApproved, actions.ProposalExpired} {
			proposal := longProposal(p, rule, kind, status)
			proposal.Reminders = 2
			for n := 1; n <= 2; n++ {
				v, _ := flows.ShowReminder(proposal, n, manager)
				all = append(all, longView{View: v, shared: true})
			}
		}
	}
	link := "otpauth://totp/" + strings.Repeat("Cozinha%20", 10) + ":Ana?algorithm=SHA1&digits=6&issuer=Cozinha&period=30&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	key := actions.FactorKey{Text: "JBSW-Y3DP-EHPK-3PXP-JBSW-Y3DP-EHPK-3PXP", URL: link}
	return append(all, longView{View: flows.ShowFactor(longID, key)}, longView{View: flows.ShowFactor(longID, actions.FactorKey{})})
}
