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
	return append(longSettings(), &people, &inviting, &removing, &waiting,
		&flows.Security{App: actions.Factor{Wanted: true}},
		&flows.Feedback{Target: flows.Target{Staff: true}, Page: longFeedback()}, &flows.Feedback{Category: actions.Praise}, &flows.Feedback{Category: actions.Complaint},
		&flows.AskRate{OfAsk: longAsk(0), Score: "5"}, &flows.AskSay{OfAsk: longAsk(0)}, &flows.AskSay{OfAsk: longAsk(1001), Category: actions.Praise}, &flows.AskStop{OfAsk: longAsk(0)},
		&flows.Report{Period: actions.ReportMonth, Picture: longID, Table: longID, Shown: longReport()}, &flows.Report{Shown: actions.Report{Rate: -1}},
		&flows.Security{App: actions.Factor{Set: true, Since: someday, Recovery: 7}, Act: "renew", Codes: append(codes, codes...)},
		&flows.Join{Joined: actions.Joined{Name: longColleague, Role: actions.Producer, Shop: longProduct}})
}

// longSettings are the settings of every kind, and a change that waits.
func longSettings() []flow.Flow {
	list := actions.AllSettings()
	change := func(s actions.Setting, status actions.SettingStatus) actions.SettingChange {
		return actions.SettingChange{ID: longID, Setting: s, After: s.Value, Status: status, AskedBy: longColleague, DecidedBy: longColleague, At: someday, ExpiresAt: someday}
	}
	var flowsOf []flow.Flow
	for _, area := range actions.SettingAreas {
		f := flows.Settings{Area: string(area), Counts: map[string]int{string(area): 8}}
		for _, s := range list {
			s.Changed, s.By, s.At, s.Currency = true, longColleague, someday, "BRL"
			if s.Area == area {
				f.List = append(f.List, s)
			}
		}
		kinds := map[actions.SettingKind]bool{}
		for _, s := range f.List {
			if kinds[s.Kind] {
				continue // drawn already
			}
			kinds[s.Kind] = true
			one := f
			one.Item, one.Picked, one.Change = s, s.Key, change(s, actions.SettingOpen)
			one.Waiting = []actions.SettingChange{change(s, actions.SettingOpen)}
			flowsOf = append(flowsOf, &one)
		}
	}
	for _, decision := range []string{"approve", "deny"} {
		for _, status := range []actions.SettingStatus{actions.SettingOpen, actions.SettingDone, actions.SettingRefused} {
			flowsOf = append(flowsOf, &flows.Settings{Area: "change:" + longID, Decision: decision, Passed: map[string]string{"decision": decision}, Change: change(list[0], status)})
		}
	}
	return flowsOf
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
	for _, status := range []actions.SettingStatus{actions.SettingOpen, actions.SettingDone, actions.SettingRefused, actions.SettingExpired} {
		for _, s := range actions.AllSettings()[:10] {
			v, _ := flows.ShowSetting(actions.SettingChange{ID: longID, Setting: s, After: s.Value, Status: status, AskedBy: longColleague,
				DecidedBy: longColleague, At: someday, ExpiresAt: someday}, actions.Actor{})
			all = append(all, longView{View: v, shared: true})
		}
	}
	manager := actions.Actor{ID: "m", Role: actions.Manager}
	for _, kind := range []string{actions.ProposalRefund, actions.ProposalEmail, actions.ProposalClaim} {
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

func longReport() actions.Report {
	r := actions.Report{Period: actions.ReportMonth, From: someday, To: someday, Product: longProduct, Sales: 1234567, Refunds: 123456, Chargebacks: 12345, Rate: 1000, RateBefore: 999,
		Refunded: []actions.Money{{Minor: 123456789012, Currency: "BRL"}, {Minor: 123456789012, Currency: "EUR"}}, Resends: 123456, Done: 1234567, Alone: 1234567, SelfService: 1000,
		Contacts: 1234567, Repeated: 1234567, RepeatRate: 1000, Partial: true, Feedback: actions.FeedbackSummary{Given: 12345, Average: 449, Praise: 1, Suggestions: 2, Complaints: 3}}
	for _, reason := range actions.RefundReasons {
		r.Reasons = append(r.Reasons, actions.ReasonCount{Reason: reason, Count: 1234567})
	}
	return r
}

func longFeedback() actions.FeedbackPage {
	said := actions.Feedback{ID: longID, Product: longProduct, Buyer: longName, Score: 5, Category: actions.Suggestion, Comment: longNote, Case: true, At: someday}
	plain, alone := said, said
	plain.Category, plain.Buyer, alone.Category, alone.Comment = "", "", "", ""
	return actions.FeedbackPage{Feedback: []actions.Feedback{said, plain, alone}, Next: "n"}
}

func longAsk(opened int64) flows.OfAsk {
	return flows.OfAsk{ID: longID, Item: actions.Ask{ID: longID, Product: longProduct, Score: 5, Opened: opened}}
}
