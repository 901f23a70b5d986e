package locales

import (
	"cmp"

	"github.com/aftersale/aftersale/flows/flow"
)

// Show writes a view for a reader: strings alone, ready for an adapter to draw. The order of everything is the view's.
//
// Problem is always shown at the top; the field it belongs to carries it as well, for forms that mark fields.
// "<flow>.<step>.body" is the first paragraph where a language file has it.
func (w *Words) Show(v flow.View, r flow.Reader) flow.Shown {
	r.Locale = w.Locale(r.Locale)
	s := flow.Shown{
		Token: v.Token.String(), Flow: v.Flow, Step: v.Step, Kind: v.Kind, Locale: r.Locale,
		Title: w.Text(v.Title, r), Ended: v.Ended, Live: v.Live,
	}
	if v.Problem != nil {
		s.Problem = w.Text(v.Problem.Text, r)
		if v.Problem.Hint != nil {
			s.Hint = w.Text(*v.Problem.Hint, r)
		}
	}
	s.Body = w.body(v, r)
	for _, f := range v.Facts {
		if value := w.value(f.Value, r); value != "" {
			s.Facts = append(s.Facts, flow.ShownFact{Label: w.Text(flow.Text{Key: "card." + f.Name}, r), Value: value})
		}
	}
	for _, f := range v.Fields {
		s.Fields = append(s.Fields, w.field(f, v.Problem, r))
	}
	button := func(b flow.Button) flow.ShownButton {
		return flow.ShownButton{Token: v.Token.With(b.Name).String(), Label: w.Text(b.Label, r), Style: b.Style, Own: b.Own}
	}
	for _, b := range v.Buttons {
		if b.Masked && !r.Shared {
			continue
		}
		s.Buttons = append(s.Buttons, button(b))
	}
	if v.Answer != nil {
		answer := button(*v.Answer)
		s.Answer = &answer
	}
	return s
}

// body is the step's own paragraph, if the language has one, then what the view says.
func (w *Words) body(v flow.View, r flow.Reader) []string {
	var body []string
	if key := cmp.Or(v.Words, v.Flow) + "." + v.Step + ".body"; w.Has(key, r.Locale) {
		body = append(body, w.Text(flow.Text{Key: key, Args: v.Title.Args}, r))
	}
	for _, t := range v.Body {
		if text := w.Text(t, r); text != "" {
			body = append(body, text)
		}
	}
	return body
}

func (w *Words) field(f flow.FieldView, p *flow.Problem, r flow.Reader) flow.ShownField {
	s := flow.ShownField{Name: f.Name, Label: w.Text(f.Label, r), Kind: f.Kind, Value: f.Value, Optional: f.Optional}
	if w.Has(f.Hint.Key, r.Locale) || f.Hint.Key == flow.LiteralKey {
		s.Hint = w.Text(f.Hint, r) // hints are there where they help: a field need not have one
	}
	if p != nil && p.Field == f.Name {
		s.Problem = w.Text(p.Text, r)
	}
	for _, o := range f.Options {
		s.Options = append(s.Options, flow.ShownOption{Value: o.Value, Label: w.Text(o.Label, r)})
	}
	return s
}
