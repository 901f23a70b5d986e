package flows

import (
	"cmp"
	"strconv"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Feedback is where a buyer says what he thinks of a purchase, and where the team reads what buyers say.
//
//	/feedback                 buyers give it; managers, producers and admins read it
type Feedback struct {
	core *actions.Core
	Target

	Score    string
	Category actions.FeedbackCategory
	Comment  string
	Said     actions.Feedback `json:",omitzero"`

	Wanted  string // category that is read; everyCategory: all
	Product string
	After   string
	Page    actions.FeedbackPage `json:",omitzero"`
}

const everyCategory = "all"

// wantedFeedback are what the team may read.
var wantedFeedback = []string{everyCategory, string(actions.Praise), string(actions.Suggestion), string(actions.Complaint)}

// NewFeedback defines the flow.
func NewFeedback(core *actions.Core) flow.Def {
	roles := append([]actions.Role{actions.BuyerRole}, actions.FeedbackReaders...)
	return flow.Def{Name: "feedback", Roles: roles, New: func() flow.Flow { return &Feedback{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Feedback) Steps() []flow.Step {
	if f.Staff {
		return f.reading()
	}
	return append(f.steps(f.core, func(c flow.Call) error { return f.load(c, f.core) }),
		flow.Form("rate", flow.Choice("score", &f.Score, scores...)).Card(func() []flow.Fact { return flow.Card("product", f.Purchase.Product.Name) }),
		flow.Form("kind", flow.Choice("category", &f.Category, actions.FeedbackCategories...)),
		flow.When(f.Category == actions.Praise, flow.Form("praise", flow.Input("comment", &f.Comment, parseNote).Long().Optional())),
		flow.When(f.Category != actions.Praise, flow.Form("say", flow.Input("comment", &f.Comment, parseNote).Long())),
		flow.Do("give", f.give),
		flow.When(f.Said.Case, flow.Result("complained", nil)),
		flow.Result("thanks", nil),
	)
}

// reading are the steps of the team.
func (f *Feedback) reading() []flow.Step {
	list := flow.Menu("list", f.lines)
	if f.Page.Next != "" {
		list = list.With(flow.Reopen("more", "read", func() { f.After = f.Page.Next }))
	}
	return []flow.Step{
		flow.Form("which", flow.Choice("wanted", &f.Wanted, wantedFeedback...), flow.Input("product", &f.Product, parseNote).Extra()),
		flow.Do("read", f.read),
		flow.When(len(f.Page.Feedback) == 0, flow.Result("nothing", nil)),
		list.With(flow.Reopen("other", "which", func() { f.After = "" }), flow.Open("report", "report", nil)),
	}
}

func (f *Feedback) read(c flow.Call) (err error) {
	q := actions.FeedbackQuery{Product: f.Product, Cursor: f.After, Limit: listed}
	if f.Wanted != everyCategory {
		q.Category = actions.FeedbackCategory(f.Wanted)
	}
	f.Page, err = f.core.Feedback(c, c.Who, q)
	return err
}

func (f *Feedback) give(c flow.Call) (err error) {
	score, _ := strconv.Atoi(f.Score) // one of the choice's
	f.Said, err = f.core.GiveFeedback(c, c.Who, actions.GiveFeedbackInput{Key: c.Key, Transaction: f.Transaction, Score: score, Category: f.Category,
		Comment: f.Comment, ReplyTo: c.Identity})
	return err
}

// lines are what buyers said, one each.
func (f *Feedback) lines() []flow.Fact {
	all := make([]flow.Text, len(f.Page.Feedback))
	for i, x := range f.Page.Feedback {
		key := "feedback.line"
		if x.Comment == "" {
			key = "feedback.line_alone"
		}
		all[i] = flow.T(key, "at", x.At, "score", strconv.Itoa(x.Score), "category", flow.T("feedback.category."+cmp.Or(string(x.Category), "none")),
			"product", x.Product, "who", whoSaid(x), "comment", x.Comment)
	}
	return flow.Card("said", all)
}

// whoSaid is who said something; of a review nobody may know.
func whoSaid(x actions.Feedback) any {
	if x.Buyer == "" {
		return flow.T("feedback.somebody")
	}
	return flow.PersonName(x.Buyer)
}
