package pages

import (
	"context"
	"errors"
	"strconv"

	"github.com/aftersale/aftersale/actions"
)

type feedbackCore interface {
	FeedbackForm(ctx context.Context, words string) (actions.FeedbackForm, error)
	AnswerForm(ctx context.Context, words string, in actions.AnswerInput) (actions.FeedbackForm, error)
}

// feedbackPage is where somebody says what he thinks of what he was asked about. Whoever has the link writes, and reads
// nothing that was written before but the number.
func feedbackPage(core feedbackCore) page {
	return page{
		path: "feedback/{words}",
		look: func(v *visit) error {
			f, err := core.FeedbackForm(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			return v.draw(f.Locale, func(to *view) { feedbackView(to, f, actions.AnswerInput{Score: f.Score}, nil) })
		},
		press: func(v *visit) error {
			score, _ := strconv.Atoi(v.typed("score")) // none is said beside the field
			in := actions.AnswerInput{Score: score, Category: actions.FeedbackCategory(v.typed("category")), Comment: v.typed("comment")}
			f, err := core.AnswerForm(v.r.Context(), v.words(), in)
			if wrong := new(actions.Error); errors.As(err, &wrong) && wrong.Code == actions.Invalid && wrong.Field != "" {
				return v.drawAs(422, f.Locale, func(to *view) { feedbackView(to, f, in, wrong) })
			}
			if err != nil {
				return err
			}
			return v.back()
		},
	}
}

// A feedbackForm is what the layout of the page draws.
type feedbackForm struct {
	Question         string
	Scores           []choice
	Low, High        string
	Kind             string
	Kinds            []choice
	Words, Hint      string
	Comment          string
	Problem          string
	ScoreProblem     bool
	Button           string
	StopURL, StopNow string
}

// A choice is one of a few in a form.
type choice struct {
	Value, Label string
	Chosen       bool
}

func feedbackView(v *view, f actions.FeedbackForm, in actions.AnswerInput, wrong *actions.Error) {
	v.Shop, v.SupportEmail, v.layout = f.Shop, f.SupportEmail, "feedback.html"
	form := &feedbackForm{Question: v.text("ask.purchase", "product", f.Product), StopURL: f.StopURL, StopNow: v.text("page.feedback.stop")}
	if f.Case > 0 {
		form.Question = v.text("ask.case", "number", strconv.FormatInt(f.Case, 10))
	}
	v.Data, v.Title = form, form.Question
	switch {
	case !f.Open:
		v.say("page.feedback.over")
		return
	case f.Opened > 0:
		v.say("page.feedback.opened")
		v.Body = v.text("page.feedback.opened.body", "number", strconv.FormatInt(f.Opened, 10))
		v.Good = true
		return
	case f.Score > 0 && wrong == nil:
		v.say("page.feedback.done")
		v.Title, v.Good = v.text("ask.given", "score", f.Score), true
	default:
		v.Body, form.Question = v.text("page.feedback.body"), v.text("feedback.score")
	}
	for _, score := range []string{"1", "2", "3", "4", "5"} {
		form.Scores = append(form.Scores, choice{Value: score, Label: score, Chosen: score == strconv.Itoa(in.Score)})
	}
	for _, kind := range actions.FeedbackCategories {
		form.Kinds = append(form.Kinds, choice{Value: string(kind), Label: v.text("feedback.category." + string(kind)), Chosen: kind == in.Category})
	}
	form.Low, form.High, form.Kind = v.text("page.feedback.low"), v.text("page.feedback.high"), v.text("page.feedback.kind")
	form.Words, form.Hint, form.Comment, form.Button = v.text("page.feedback.words"), v.text("feedback.comment.hint"), in.Comment, v.text("page.feedback.button")
	if wrong != nil {
		form.Problem, form.ScoreProblem = v.text(wrong.Key, args(wrong)...), wrong.Field == "score"
		if form.ScoreProblem {
			form.Problem = v.text("page.feedback.score_missing")
		}
	}
}

// args are the values of an error's message, as text takes them.
func args(e *actions.Error) []any {
	var all []any
	for name, value := range e.Args {
		all = append(all, name, value)
	}
	return all
}
