package flowstest

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

var longList = strings.Repeat("Clientes fiéis ", 2) + "de sempre!" // actions.MaxListName

// longLists are the flows of contact lists.
func longLists() []flow.Flow {
	list := actions.List{ID: longID, Name: longList, Members: 1234567, Silent: 123456, CreatedAt: someday}
	lists := []actions.List{list, list, list, list, list}
	page := actions.ListPage{Lists: lists, Next: "n"}
	member := actions.ListMember{Buyer: longID, Name: longName, Email: longEmail, Since: someday, Rule: longID, Event: actions.OnClaimed, Silent: true}
	people := actions.ListMemberPage{Members: []actions.ListMember{member, member, member, member, member}, Next: "n"}
	var all []flow.Flow
	for _, act := range []string{"", "new", "members", "add", "rename", "export", "archive", "sync"} {
		all = append(all, &flows.Lists{Manager: act == "sync", Page: page, Earlier: []string{""}, Picked: longID, List: list, Act: act, People: people, Before: []string{""}, Person: longID,
			Email: longEmail, Offered: true, Names: "whole", Export: actions.ListExport{File: longID, Rows: 1234567, LeftOut: 123456}})
	}
	rule := actions.Rule{ID: longID, Event: actions.OnClaimed, Act: actions.ActRemove, ListName: longList, EndName: longList, Undo: true, On: true, Since: someday,
		If: actions.Conditions{Product: longID, ProductName: longProduct, Plan: longProduct, Payment: actions.DirectDebit, Least: longPurchase().Price, Locale: "pt-BR", First: true}}
	off := rule
	off.On, off.Until = false, someday
	row := actions.PreviewRow{Name: longName, At: someday, Product: longProduct}
	preview := actions.RulePreview{Days: actions.PreviewDays, Count: 1234567, More: true, Some: []actions.PreviewRow{row, row, row, row}}
	end := actions.Endpoint{ID: longID, Name: longList, URL: "https://" + strings.Repeat("example.", 55) + "com/", Waiting: 123, Dead: 123, OldUntil: someday}
	for _, e := range []actions.ListEvent{actions.OnFirstAccess, actions.OnSubscriptionActive, actions.OnCartLeft} {
		for _, act := range actions.ListActs {
			all = append(all, &flows.ListRules{Act: "new", Event: e, Does: act, Lists: lists, Next: "n", After: "a", List: longID, Tag: longList, End: longID,
				Ends: []actions.Endpoint{end}, If: rule.If, Rule: rule, Whom: "first", Leaves: "leaves", Preview: preview})
		}
	}
	for _, r := range []actions.Rule{rule, off} {
		for _, act := range []string{"on", "off", "drop"} {
			all = append(all, &flows.ListRules{All: []actions.Rule{r, r, r, r, r, r, r, r, r, r, r}, From: 5, Picked: longID, Rule: r, Act: act, Preview: preview})
		}
	}
	call := actions.Call{ID: longID, Endpoint: longID, EndName: longList, Event: actions.OnClaimed, State: actions.CallDead, Attempts: 8, StatusCode: 503, Problem: "status", At: someday}
	ends := []actions.Endpoint{end, end, end, end, end, end, end, end, end, end, end}
	for _, act := range []string{"", "new", "test", "calls", "rotate", "remove"} {
		all = append(all, &flows.Hooks{All: ends, From: 5, Picked: longID, End: end, Act: act, Calls: []actions.Call{call, call, call, call, call}, Next: "n", One: call, Call: longID})
	}
	record := actions.OwnRecord{ID: longID, Email: "maria.antonieta.de.albuquerque@cozinha-da-ana.example.com"}
	for _, wish := range []string{"stop_news", "want_news"} {
		all = append(all, &flows.Mails{Records: []actions.OwnRecord{record, record}, Record: longID, Out: []actions.MailKind{actions.MailNews}, Wish: wish})
	}
	return all
}

// longCalls are the cards of calls in every state.
func longCalls() []longView {
	var all []longView
	states := []actions.CallState{actions.CallWaiting, actions.CallDelivered, actions.CallDead, actions.CallDropped}
	for _, state := range states {
		for i, problem := range actions.HookProblems {
			v, _ := flows.ShowCall(actions.Call{ID: longID, Endpoint: longID, EndName: longList, Event: actions.OnClaimed, State: state, Attempts: i, StatusCode: 503, Problem: problem, At: someday})
			all = append(all, longView{View: v, shared: i == 0})
		}
	}
	return all
}
