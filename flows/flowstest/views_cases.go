package flowstest

import (
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

func longCase(p actions.Purchase, status actions.CaseStatus) actions.Case {
	c := actions.Case{ID: longID, Number: 123456789, Topic: actions.TopicComplaint, Status: status, Buyer: p.Buyer, Transaction: p.Transaction,
		Purchase: p, Assignee: "x", AssigneeName: longName, First: longSaid, OpenedAt: someday, LastAt: someday, Reopened: 12, Messages: 1234, Files: 12,
		Reach: actions.ByMail, Revision: 12}
	c.Buyer.ID = "b"
	c.Purchase.Refunding = true
	switch status {
	case actions.CaseTeam:
		c.WaitingSince, c.PromisedAt, c.Overdue = someday, someday, true
	case actions.CaseSnoozed:
		c.WaitingSince, c.PromisedAt, c.SnoozedUntil = someday, someday, someday
	}
	return c
}

// longSaid is a message as long as any chat lets one be, of many lines.
var longSaid = strings.Repeat("Não consigo entrar no curso desde ontem à noite.\n", 80)

func longMessages() []actions.CaseMessage {
	var all []actions.CaseMessage
	for _, kind := range []actions.MessageKind{actions.SaidByBuyer, actions.SaidByTeam, actions.Noted, actions.SaidByTeam} {
		all = append(all, actions.CaseMessage{ID: longID, Case: longID, Kind: kind, Author: "x", Name: longName, Text: longSaid, At: someday})
	}
	return all
}

// longCases are the flows of cases, for both sides.
func longCases(p actions.Purchase) []flow.Flow {
	row := flows.CaseRow{ID: longID, Number: "123456789", Topic: actions.TopicComplaint, Buyer: longName, Known: true, Open: true, At: someday}
	shut := row
	shut.ID, shut.Open = "shut", false
	rows := []flows.CaseRow{row, shut}
	own := flows.Row{Transaction: p.Transaction, Product: longProduct, Price: p.Price, Status: p.Status, At: someday}
	var all []flow.Flow
	for _, status := range []actions.CaseStatus{actions.CaseTeam, actions.CaseClosed} {
		c := longCase(p, status)
		for _, topic := range actions.Topics {
			asking := flows.Asking{Text: longSaid, Mine: rows, Rows: []flows.Row{own}, Topic: topic, Reopens: true}
			all = append(all, &flows.Case{Staff: false, ID: longID, Item: c, Asking: asking, Said: longMessages()})
		}
		all = append(all, &flows.Case{Staff: true, ID: longID, Item: c, Said: longMessages(), Answering: flows.Answering{Decides: true, Found: rows, Older: true}})
		for _, staff := range []bool{true, false} {
			all = append(all, &flows.Cases{Staff: staff, Decides: staff, Counts: map[actions.CaseQueue]int{actions.QueueMine: 123456}, Rows: rows, Next: "n", Item: c, Said: longMessages()})
		}
		of := flows.OfCase{ID: longID, Item: c}
		canned := []actions.CannedReply{{ID: longID, Name: strings.Repeat("n", 60), Texts: map[string]string{"pt-BR": longSaid, "en": longSaid}}}
		for _, picked := range []string{longID, "new"} {
			all = append(all, &flows.Canned{All: canned, Reply: picked, Name: canned[0].Name, Locale: "en", Text: longSaid, Shown: longSaid})
		}
		all = append(all, &flows.CaseCanned{OfCase: of, All: canned})
		all = append(all, &flows.CaseFiles{OfCase: of}, &flows.CaseFiles{OfCase: of, Sent: 12}, &flows.CaseTake{OfCase: of}, &flows.CaseNote{OfCase: of, Text: longSaid}, &flows.CaseSnooze{OfCase: of},
			&flows.CaseClose{OfCase: of}, &flows.CaseSolved{OfCase: of},
			&flows.CaseReply{OfCase: of, Said: longMessages(), Text: longSaid, Files: longFiles(), From: 5, Picked: []string{"0", "5", "6", "12"},
				Meanwhile: longMessages()[1]}, &flows.CaseReply{OfCase: of, Text: longSaid, Files: longFiles(), Meanwhile: longMessages()[1]})
	}
	return all
}

// longCaseCards are the cards of cases in every state, for both sides and for rooms.
func longCaseCards(p actions.Purchase) []longView {
	team, buyer := actions.Actor{ID: "m", Role: actions.Manager}, actions.Actor{ID: "b", Role: actions.BuyerRole}
	var all []longView
	add := func(v flow.View, _ map[string]flow.Launch) {
		all = append(all, longView{View: v}, longView{View: v, shared: true})
	}
	judged := []actions.ProductFeedback{{Product: longProduct, Given: 1, Average: 450}, {Product: longProduct, Given: 2, Average: 450, Before: 400},
		{Product: longProduct, Given: 2, Average: 350, Before: 400}, {Product: longProduct, Given: 2, Average: 400, Before: 400}}
	add(flows.ShowDigest(actions.FeedbackDigest{Week: "2026-W11", From: someday, To: someday, Said: actions.FeedbackSummary{Given: 5, Average: 420, Praise: 1}, Products: judged,
		Complaints: longFeedback().Feedback, Praises: longFeedback().Feedback}))
	for _, score := range []int{0, 1, 5} {
		ask := actions.Ask{ID: longID, Product: longProduct, Score: score}
		add(flows.ShowAsk(ask))
		ask.Case, ask.Opened = 123456789, int64(score)
		add(flows.ShowAsk(ask))
	}
	for _, status := range []actions.CaseStatus{actions.CaseTeam, actions.CaseBuyer, actions.CaseSnoozed, actions.CaseClosed} {
		c := longCase(p, status)
		add(flows.ShowCase(c, team))
		add(flows.ShowCase(c, buyer))
		add(flows.ShowCaseClosed(longID+"/12", c))
		for _, what := range []string{actions.CaseAwake, actions.CaseDueSoon, actions.CaseEscalated} {
			add(flows.ShowCaseNews(longID+"/"+what+"/12", what, c))
		}
		for _, kind := range []actions.CaseEventKind{actions.EventOpened, actions.EventWrote, actions.EventReopened, actions.EventReplied, actions.EventNoted,
			actions.EventTaken, actions.EventSnoozed, actions.EventAwake, actions.EventClosed, actions.EventSolved} {
			add(flows.ShowCaseLine(actions.CaseEvent{ID: longID, Kind: kind, Who: longName, Until: someday, At: someday}, c, longMessages()[0]))
		}
		add(flows.ShowNoted(longID), nil)
		add(flows.ShowRefused(longRefused), nil)
		for _, m := range longMessages() {
			add(flows.ShowCaseSaid(m, c))
			add(flows.ShowAnswer(m, c))
		}
	}
	return all
}

// longFiles are as many files as a case holds.
func longFiles() (all []actions.CaseFile) {
	for i := range 20 {
		all = append(all, actions.CaseFile{ID: strconv.Itoa(i), Name: strings.Repeat("n", 80), Size: actions.MaxFile, At: someday})
	}
	return all
}

var longRefused = actions.Remarked{First: true, Refused: []actions.RefusedFile{{Name: strings.Repeat("n", 80), Why: actions.RefusedSize},
	{Name: "x.zip", Why: actions.RefusedKind}, {Name: "x.png", Why: actions.RefusedMany}, {Name: "y.png", Why: actions.RefusedLost}}}
