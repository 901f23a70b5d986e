package flows

import (
	"context"
	"strconv"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// scores are what a buyer may press, as people write them.
var scores = []string{"1", "2", "3", "4", "5"}

// AskCard is the question to a buyer what he thinks of something, in his chat: a press on a number is an answer.
func AskCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "ask", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		a, err := core.Ask(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowAsk(a)
		return v, launches, nil
	}}
}

// ShowAsk is what that card says, and what its buttons launch.
func ShowAsk(a actions.Ask) (flow.View, map[string]flow.Launch) {
	v := flow.View{Token: flow.Token{Of: "ask:" + a.ID}, Flow: "ask", Step: "open", Kind: "card", Title: askTitle(a), Body: []flow.Text{flow.T("ask.how")}}
	var items []entrance
	if a.Score > 0 {
		v.Step, v.Title, v.Body = "given", flow.T("ask.given", "score", a.Score), nil
		v.Facts = flow.Card("product", a.Product)
		if a.Comment == "" {
			items = append(items, enter("say", "ask_say", "ask", a.ID))
		}
		if a.Opened > 0 {
			v.Body = []flow.Text{flow.T("ask.opened", "number", strconv.FormatInt(a.Opened, 10))}
		}
	} else {
		for _, score := range scores {
			items = append(items, enter(score, "ask_rate", "ask", a.ID, "score", score))
		}
		items = append(items, enter("stop", "ask_stop", "ask", a.ID))
	}
	v.Buttons, v.Ended = buttons("ask", items), len(items) == 0
	return v, launchesOf(items)
}

// askTitle is the question.
func askTitle(a actions.Ask) flow.Text {
	if a.Case > 0 {
		return flow.T("ask.case", "number", strconv.FormatInt(a.Case, 10))
	}
	return flow.T("ask.purchase", "product", a.Product)
}

// OfAsk is the question that a short flow is about. It comes from the button that was pressed.
type OfAsk struct {
	core *actions.Core

	ID   string
	Item actions.Ask `json:",omitzero"`
}

// Given takes the question from the button that was pressed.
func (f *OfAsk) Given(_ actions.Actor, values map[string]string) { f.ID = values["ask"] }

func (f *OfAsk) answer(c flow.Call, in actions.AnswerInput) (err error) {
	in.Key, in.Ask = c.Key, f.ID
	f.Item, err = f.core.Answer(c, c.Who, in)
	return err
}

// AskRate records the number that a buyer pressed, and offers him to say more.
type AskRate struct {
	OfAsk
	Score string
}

// NewAskRate defines the flow.
func NewAskRate(core *actions.Core) flow.Def {
	return unlisted("ask_rate", []actions.Role{actions.BuyerRole}, func() flow.Flow { return &AskRate{OfAsk: OfAsk{core: core}} })
}

// Given takes the number from the button, too.
func (f *AskRate) Given(who actions.Actor, values map[string]string) {
	f.Score = values["score"]
	f.OfAsk.Given(who, values)
}

// Steps is the flow's table of contents. It ends at once: the number is there, and whoever says no more has said enough.
func (f *AskRate) Steps() []flow.Step {
	var items []flow.Item
	for _, kind := range actions.FeedbackCategories {
		items = append(items, flow.Open(string(kind), "ask_say", map[string]string{"ask": f.ID, "category": string(kind)}))
	}
	return []flow.Step{
		flow.Do("rate", func(c flow.Call) error {
			score, _ := strconv.Atoi(f.Score) // what is none is refused
			return f.answer(c, actions.AnswerInput{Score: score})
		}),
		flow.Result("rated", f.card, append(items, flow.Open("stop", "ask_stop", map[string]string{"ask": f.ID}))...),
	}
}

func (f *AskRate) card() []flow.Fact {
	return flow.Card("product", f.Item.Product, "score", flow.T("ask.score", "score", f.Item.Score))
}

// AskSay takes what a buyer says beside his number.
type AskSay struct {
	OfAsk
	Category actions.FeedbackCategory
	Comment  string
}

// NewAskSay defines the flow.
func NewAskSay(core *actions.Core) flow.Def {
	return unlisted("ask_say", []actions.Role{actions.BuyerRole}, func() flow.Flow { return &AskSay{OfAsk: OfAsk{core: core}} })
}

// Given takes the category from the button, where it names one.
func (f *AskSay) Given(who actions.Actor, values map[string]string) {
	f.Category = actions.FeedbackCategory(values["category"])
	f.OfAsk.Given(who, values)
}

// Steps is the flow's table of contents; its words are those of feedback that nobody was asked for.
func (f *AskSay) Steps() []flow.Step {
	comment := flow.Input("comment", &f.Comment, parseNote).Long()
	return []flow.Step{
		flow.When(f.Category == "", flow.Form("kind", flow.Choice("category", &f.Category, actions.FeedbackCategories...)).In("feedback")),
		flow.When(f.Category == actions.Praise, flow.Form("praise", comment).In("feedback")),
		flow.When(f.Category != actions.Praise, flow.Form("say", comment).In("feedback")),
		flow.Do("answer", func(c flow.Call) error {
			return f.answer(c, actions.AnswerInput{Category: f.Category, Comment: f.Comment})
		}),
		flow.When(f.Item.Opened > 0, flow.Result("complained", nil).In("feedback")),
		flow.Result("thanks", nil).In("feedback"),
	}
}

// AskStop has a buyer not be asked any more.
type AskStop struct{ OfAsk }

// NewAskStop defines the flow.
func NewAskStop(core *actions.Core) flow.Def {
	return unlisted("ask_stop", []actions.Role{actions.BuyerRole}, func() flow.Flow { return &AskStop{OfAsk{core: core}} })
}

// Steps is the flow's table of contents: one press is enough, and the way back stands beside it.
func (f *AskStop) Steps() []flow.Step {
	return []flow.Step{
		flow.Do("stop", func(c flow.Call) (err error) {
			if f.Item, err = f.core.Ask(c, c.Who, f.ID); err != nil {
				return err
			}
			_, err = f.core.OptOut(c, c.Who, actions.OptOutInput{Key: c.Key, Buyer: f.Item.Buyer, Kind: actions.MailFeedback})
			return err
		}),
		flow.Result("stopped", nil, flow.Open("mails", "mails", nil)),
	}
}
