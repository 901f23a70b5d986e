// Package flows holds the guided flows, one file each, and the live cards. They know no platform and no prose: words
// are in flows/locales, by keys that derive from the names here; conversations in testdata are the specification.
package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Home is the flow that answers when nothing else is going on.
const Home = "start"

// All lists the flows, in the order in which help shows them.
func All(core *actions.Core) []flow.Def {
	return []flow.Def{
		NewFind(core),
		NewRefund(core),
		NewRefunds(core),
		NewCancel(core),
		NewCancelMany(core),
		NewReactivate(core),
		NewReactivateMany(core),
		NewResend(core),
		NewPlatformMail(core),
		NewMembers(core),
		NewBulk(core),
		NewCheckIn(core),
		NewCheckInAll(core),
		NewEmail(core),
		NewCase(core),
		NewCases(core),
		NewCaseTake(core),
		NewCaseReply(core),
		NewCaseNote(core),
		NewCaseFiles(core),
		NewCaseCanned(core),
		NewCanned(core),
		NewCaseSnooze(core),
		NewCaseClose(core),
		NewCaseSolved(core),
		NewTasks(core),
		NewAccept(core),
		NewPassword(core),
		NewReveal(core),
		NewChats(core),
		NewDevices(core),
		NewMine(core),
		NewPrivacy(core),
		NewMails(core),
		NewAudit(core),
		NewReport(core),
		NewFeedback(core),
		NewAskRate(core),
		NewAskSay(core),
		NewAskStop(core),
		NewEvidence(core),
		NewLists(core),
		NewListRules(core),
		NewHooks(core),
		NewPeople(core),
		NewSettings(core),
		NewSecurity(core),
		NewLanguage(core),
		NewHelp(),
		NewStart(core),
		NewJoin(core),
	}
}

// Cards lists the live cards.
func Cards(core *actions.Core) []flow.CardDef {
	return []flow.CardDef{
		ProposalCard(core),
		RequestCard(core),
		TasksCard(core),
		AccessCard(core),
		PutBackCard(core),
		FileCard(core),
		BulkCard(core),
		CaseCard(core),
		CaseLineCard(core),
		CaseSaidCard(core),
		CaseNewsCard(core),
		AnswerCard(core),
		CaseClosedCard(core),
		AskCard(core),
		DigestCard(core),
		HomeCard(core),
		AlarmCard(core),
		InboundCard(core),
		CallCard(core),
		ReminderCard(core),
		InvitationCard(core),
		SettingCard(core),
		FactorCard(core),
	}
}

// Commands are the words that a role can start a conversation with, in the order in which help shows them.
func Commands(role actions.Role) []string {
	var words []string
	for _, d := range All(nil) {
		if d.May(role) && !d.Unlisted && !d.Quiet {
			words = append(words, d.Name)
		}
	}
	return append(words, flow.Stop)
}

// everybody may use a flow.
var everybody = append([]actions.Role{actions.BuyerRole}, actions.StaffRoles...)
