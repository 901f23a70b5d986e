package flows

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// CaseSaidCard is what a buyer wrote in an open case, in the rooms where the team works on cases.
func CaseSaidCard(core *actions.Core) flow.CardDef {
	of := func(ctx context.Context, who actions.Actor, id string) (string, error) {
		m, _, err := core.CaseMessage(ctx, who, id)
		return m.Case, err
	}
	return flow.CardDef{Kind: "casesaid", Heard: remarkOn(core, of), View: messageCard(core, ShowCaseSaid)}
}

// AnswerCard is an answer of the team, in the buyer's chat.
func AnswerCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "caseanswer", View: messageCard(core, ShowAnswer)}
}

func messageCard(core *actions.Core, show func(actions.CaseMessage, actions.Case) (flow.View, map[string]flow.Launch)) cardView {
	return func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		m, c, err := core.CaseMessage(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := show(m, c)
		return v, launches, nil
	}
}

// ShowCaseSaid is what the team reads of a buyer's message, and what its buttons launch.
func ShowCaseSaid(m actions.CaseMessage, c actions.Case) (flow.View, map[string]flow.Launch) {
	items := []entrance{enter("reply", "case_reply", "case", c.ID).styled(flow.Primary), enter("open", "case", "case", c.ID)}
	return flow.View{Token: flow.Token{Of: "casesaid:" + m.ID}, Flow: "casesaid", Step: "message", Kind: "card",
		Title: flow.T("casesaid.title", "number", number(c), "topic", c.Topic, "buyer", caseBuyer(c)), Body: whatWasSaid(m),
		Facts: flow.Card("has_it", hasIt(c)), Buttons: buttons("casecard", items)}, launchesOf(items)
}

// ShowAnswer is what a buyer reads of an answer, and what its buttons launch.
func ShowAnswer(m actions.CaseMessage, c actions.Case) (flow.View, map[string]flow.Launch) {
	items := []entrance{enter("add", "case", "into", c.ID).styled(flow.Primary)}
	how := flow.T("casecard.own_closed")
	if c.Open() {
		items = append(items, enter("solved", "case_solved", "case", c.ID))
		how = flow.T("caseanswer.how")
	}
	return flow.View{Token: flow.Token{Of: "caseanswer:" + m.ID}, Flow: "caseanswer", Step: "message", Kind: "card",
		Title: flow.T("caseanswer.title", "number", number(c)), Body: append(whatWasSaid(m), how),
		Facts: flow.Card("topic", c.Topic, "product", c.Purchase.Product.Name), Buttons: buttons("caseanswer", items)}, launchesOf(items)
}

func whatWasSaid(m actions.CaseMessage) []flow.Text {
	if m.Text == "" {
		return []flow.Text{flow.T("casecard.dropped")}
	}
	return []flow.Text{flow.Literal(flow.Prose(m.Text))}
}

// CaseClosedCard tells a buyer that his case was closed, and how to come back.
func CaseClosedCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "caseclosed", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		of, _, _ := strings.Cut(id, "/")
		c, err := core.Case(ctx, reader, of)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowCaseClosed(id, c)
		return v, launches, nil
	}}
}

// ShowCaseClosed is what that card says, and what its button launches. id names the closing, for a case may be closed again.
func ShowCaseClosed(id string, c actions.Case) (flow.View, map[string]flow.Launch) {
	items := []entrance{enter("not_solved", "case", "into", c.ID)}
	return flow.View{Token: flow.Token{Of: "caseclosed:" + id}, Flow: "caseclosed", Step: "closed", Kind: "card",
		Title: flow.T("caseclosed.title", "number", number(c)), Body: []flow.Text{flow.T("casecard.own_closed")},
		Facts: flow.Card("topic", c.Topic), Buttons: buttons("casecard", items)}, launchesOf(items)
}

// CaseNewsCard is what the clock did to a case: for the rooms, and for managers when it has waited for too long.
func CaseNewsCard(core *actions.Core) flow.CardDef {
	of := func(_ context.Context, _ actions.Actor, id string) (string, error) {
		id, _, _ = strings.Cut(id, "/")
		return id, nil
	}
	return flow.CardDef{Kind: "casenews", Heard: remarkOn(core, of), View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		of, rest, _ := strings.Cut(id, "/")
		what, _, _ := strings.Cut(rest, "/")
		c, err := core.Case(ctx, reader, of)
		if err != nil {
			return flow.View{}, nil, err
		}
		if !reader.Staff() {
			return flow.View{}, nil, &actions.Error{Code: actions.NotFound, Key: "error.stale"}
		}
		v, launches := ShowCaseNews(id, what, c)
		return v, launches, nil
	}}
}

// ShowCaseNews is what that card says, and what its buttons launch.
func ShowCaseNews(id, what string, c actions.Case) (flow.View, map[string]flow.Launch) {
	items := []entrance{enter("reply", "case_reply", "case", c.ID).styled(flow.Primary), enter("open", "case", "case", c.ID)}
	return flow.View{Token: flow.Token{Of: "casenews:" + id}, Flow: "casenews", Step: what, Kind: "card",
		Title: flow.T("casenews."+what+".title", "number", number(c), "topic", c.Topic, "buyer", caseBuyer(c)),
		Facts: caseFacts(c), Buttons: buttons("casecard", items)}, launchesOf(items)
}
