package flows

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A cardView is how a live card finds what it shows.
type cardView = func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error)

// CaseCard is the live card of a case: in the rooms where the team works on cases, and where the buyer asked.
func CaseCard(core *actions.Core) flow.CardDef {
	same := func(_ context.Context, _ actions.Actor, id string) (string, error) { return id, nil }
	return flow.CardDef{Kind: "case", Heard: remarkOn(core, same), View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		c, err := core.Case(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowCase(c, reader)
		return v, launches, nil
	}}
}

// ShowCase is what the card of a case says to a reader, and what its buttons launch.
func ShowCase(c actions.Case, reader actions.Actor) (flow.View, map[string]flow.Launch) {
	v := flow.View{
		Token: flow.Token{Of: "case:" + c.ID, Revision: c.Revision}, Flow: "casecard", Step: "team_" + string(c.Status), Kind: "card",
		Title: flow.T("casecard.team."+string(c.Status), "number", number(c), "topic", c.Topic, "buyer", caseBuyer(c)),
		Body:  []flow.Text{flow.Literal(flow.Prose(excerpt(c.First)))},
		Facts: caseFacts(c),
	}
	if reader.Is(actions.BuyerRole) {
		v.Token.Revision = 0 // his buttons stay good, and his card stays as it is when the team notes something
		v.Step, v.Title, v.Facts = "own_"+string(c.Status), flow.T("casecard.own."+string(c.Status), "number", number(c)), ownCaseFacts(c)
		v.Body = append(ownPromise(c), v.Body...)
		v.Buttons = buttons("casecard", ownCaseItems(c))
		return v, launchesOf(ownCaseItems(c))
	}
	v.Buttons = buttons("casecard", caseItems(c, true))
	return v, launchesOf(caseItems(c, true))
}

// An entrance is a button that launches a flow, on cards and at the end of flows.
type entrance struct {
	name   string
	style  flow.Style
	launch flow.Launch
}

func enter(name, word string, values ...string) entrance {
	l := flow.Launch{Flow: word, Values: map[string]string{}}
	for i := 0; i+1 < len(values); i += 2 {
		l.Values[values[i]] = values[i+1]
	}
	return entrance{name: name, launch: l}
}

func (e entrance) styled(s flow.Style) entrance { e.style = s; return e }

func buttons(words string, all []entrance) []flow.Button {
	list := make([]flow.Button, len(all))
	for i, e := range all {
		list[i] = flow.Button{Name: e.name, Label: flow.T(words + "." + e.name), Style: e.style}
	}
	return list
}

func launchesOf(all []entrance) map[string]flow.Launch {
	launches := map[string]flow.Launch{}
	for _, e := range all {
		launches[e.name] = e.launch
	}
	return launches
}

// doors are entrances as the buttons of a step.
func doors(all []entrance) []flow.Item {
	items := make([]flow.Item, len(all))
	for i, e := range all {
		items[i] = flow.Open(e.name, e.launch.Flow, e.launch.Values).Styled(e.style)
	}
	return items
}

// caseItems are what the team can do with a case.
func caseItems(c actions.Case, card bool) []entrance {
	var items []entrance
	if c.Open() && c.Assignee == "" {
		items = append(items, enter("take", "case_take", "case", c.ID).styled(flow.Primary))
	}
	items = append(items, enter("reply", "case_reply", "case", c.ID), enter("note", "case_note", "case", c.ID))
	if c.Open() && c.Status != actions.CaseSnoozed {
		items = append(items, enter("snooze", "case_snooze", "case", c.ID))
	}
	if c.Open() {
		items = append(items, enter("close", "case_close", "case", c.ID))
	}
	if c.Open() && c.Assignee != "" {
		items = append(items, enter("take_over", "case_take", "case", c.ID))
	}
	if card {
		items = append(items, enter("open", "case", "case", c.ID))
	}
	if c.Transaction != "" {
		items = append(items, enter("purchase", "find", "query", string(c.Transaction)))
	}
	return items
}

// ownCaseItems are what a buyer can do with his case.
func ownCaseItems(c actions.Case) []entrance {
	if !c.Open() {
		return []entrance{enter("not_solved", "case", "into", c.ID)}
	}
	return []entrance{enter("add", "case", "into", c.ID), enter("solved", "case_solved", "case", c.ID)}
}

// caseFacts are what the team should know before anybody answers.
func caseFacts(c actions.Case) []flow.Fact {
	facts := flow.Card("buyer", caseBuyer(c), "product", c.Purchase.Product.Name, "transaction", c.Transaction, "status", c.Purchase.Status)
	if c.Purchase.Refunding {
		facts = append(facts, flow.Fact{Name: "under_way", Value: flow.T("purchase.refunding")})
	}
	if c.Purchase.OpenProposal != "" {
		facts = append(facts, flow.Fact{Name: "under_way", Value: flow.T("purchase.proposal")})
	}
	facts = append(facts, flow.Card("has_it", hasIt(c))...)
	if !c.WaitingSince.IsZero() {
		facts = append(facts, flow.Card("waiting_since", flow.Moment(c.WaitingSince))...)
	}
	switch {
	case c.Overdue:
		facts = append(facts, flow.Card("promised", flow.T("casecard.overdue", "at", flow.Moment(c.PromisedAt)))...)
	case !c.PromisedAt.IsZero():
		facts = append(facts, flow.Card("promised", flow.Moment(c.PromisedAt))...)
	}
	if !c.SnoozedUntil.IsZero() {
		facts = append(facts, flow.Card("snoozed_until", flow.Moment(c.SnoozedUntil))...)
	}
	if c.Reopened > 0 {
		facts = append(facts, flow.Card("reopened", flow.T("casecard.reopened", "count", c.Reopened))...)
	}
	if c.Files > 0 {
		facts = append(facts, flow.Card("files", flow.T("casecard.files", "count", c.Files))...)
	}
	return append(facts, flow.Card("answered_by", flow.T("casecard.reach."+reachWord(c)))...)
}

func ownCaseFacts(c actions.Case) []flow.Fact {
	return flow.Card("topic", c.Topic, "product", c.Purchase.Product.Name, "transaction", c.Transaction, "asked_on", flow.Moment(c.OpenedAt))
}

// ownPromise tells a buyer what comes next.
func ownPromise(c actions.Case) []flow.Text {
	switch {
	case c.Status == actions.CaseClosed:
		return []flow.Text{flow.T("casecard.own_closed")}
	case c.PromisedAt.IsZero():
		return []flow.Text{flow.T("casecard.own_answered")}
	case c.Overdue:
		return []flow.Text{flow.T("casecard.own_late")}
	}
	return []flow.Text{flow.T("casecard.own_promised", "until", flow.Moment(c.PromisedAt))}
}

func reachWord(c actions.Case) string {
	if c.Reach == "" {
		return "nowhere"
	}
	return c.Reach
}

// hasIt names who of the team has a case; colleagues are not masked.
func hasIt(c actions.Case) any {
	if c.Assignee == "" {
		return flow.T("casecard.nobody")
	}
	return c.AssigneeName
}

// caseBuyer names who asks.
func caseBuyer(c actions.Case) any {
	if c.Buyer.ID == "" {
		return flow.T("casecard.somebody")
	}
	return flow.PersonName(c.Buyer.Name)
}

func number(c actions.Case) string { return strconv.FormatInt(c.Number, 10) }

// excerpt cuts the first words for a card: the whole text is one press away.
func excerpt(text string) string { return cutTo(text, maxExcerpt) }

// maxExcerpt is how many characters of a question stand on its card.
const maxExcerpt = 300

// maxSaid is how many characters of messages stand on one card: beside the longest facts they fit Telegram's 4,096.
const maxSaid = 2400

// fitting is how many messages, newest first, stand on one card together. One always does; if need be it is cut.
func fitting(all []actions.CaseMessage) int {
	const around = 80 // who said it, and when
	left := maxSaid
	for i, m := range all {
		if left -= utf8.RuneCountInString(m.Text) + around; left < 0 {
			return max(i, 1)
		}
	}
	return len(all)
}

func cutTo(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return strings.TrimSpace(string(letters[:most-1])) + "…"
	}
	return text
}

// messageLines are messages as a conversation: who, when, and below it what was said. They come newest first and stand
// oldest first.
func messageLines(all []actions.CaseMessage, own bool) []flow.Text {
	var lines []flow.Text
	all = all[:fitting(all)]
	for i := len(all) - 1; i >= 0; i-- {
		m := all[i]
		key := "casecard.said." + string(m.Kind)
		if own && m.Kind == actions.Noted {
			continue // no action hands him one; nor does a mistake in one
		}
		if own {
			key = "casecard.own_said." + string(m.Kind)
		}
		who := any(m.Name)
		if m.Kind == actions.SaidByBuyer {
			who = flow.PersonName(m.Name)
			if m.Name == "" {
				who = flow.T("casecard.somebody")
			}
		}
		lines = append(lines, flow.T(key, "who", who, "at", flow.Moment(m.At)))
		if m.Text == "" {
			lines = append(lines, flow.T("casecard.dropped"))
			continue
		}
		lines = append(lines, flow.Literal(flow.Prose(cutTo(m.Text, maxSaid))))
	}
	return lines
}
