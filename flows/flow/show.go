package flow

import (
	"cmp"
	"fmt"
	"slices"
)

// Keys lists the keys of all steps of a flow, those that are left out by a condition too. Each stands for one place in the
// conversation: a key that two steps share is told by the test of the flows.
func Keys(f Flow) []string {
	var keys []string
	for _, step := range f.Steps() {
		keys = append(keys, step.key)
	}
	return keys
}

// All shows every step of a flow with the answers that f holds, those that are left out by a condition too, as a form
// and as questions. It is for tests and for pictures: no conversation can be in all of these places.
func All(d Def, f Flow, conversation string) []View {
	var views []View
	for _, prompts := range []bool{false, true} {
		t := &turn{def: d, flow: f, State: State{Conversation: conversation, Flow: d.Name, Prompts: prompts, Help: true, Extras: true}}
		for _, step := range f.Steps() {
			if step.kind == doStep {
				continue
			}
			t.Answered = nil
			views = append(views, t.viewStep(step))
			if prompts {
				views = append(views, t.laterQuestions(step)...)
			}
		}
	}
	return views
}

func (t *turn) laterQuestions(step Step) []View {
	var views []View
	for i := range step.fields {
		t.Answered = append(t.Answered, step.fields[i].name)
		if len(t.asked(step)) > 0 {
			views = append(views, t.viewStep(step))
		}
	}
	return views
}

// view shows the current step, or how the conversation ended.
func (t *turn) view() View {
	if t.Ended {
		return t.viewEnd()
	}
	return t.viewStep(t.current())
}

func (t *turn) blank() View {
	return View{Token: Token{Of: t.Conversation, Revision: t.Revision}, Flow: t.Flow, Problem: t.Problem}
}

func (t *turn) viewStep(step Step) View {
	v := t.blank()
	v.Step, v.Kind, v.Words = step.key, string(step.kind), t.words(step)
	v.Title = t.text(step, "title")
	v.Body = t.body(step)
	if step.card != nil {
		v.Facts = step.card()
	}
	if len(t.Answered) > 0 {
		v.Body, v.Facts = t.help(), nil // said above the first question of the form
	}
	switch step.kind {
	case resultStep:
		v.Ended, v.Live = true, step.live
		v.Buttons = t.items(step, true)
		return v
	case formStep:
		t.viewForm(&v, step)
	case confirmStep:
		style := Primary
		if step.danger {
			style = Danger
		}
		v.Buttons = append(v.Buttons, Button{Name: buttonConfirm, Label: t.text(step, "confirm"), Style: style})
	case doStep:
		v.Kind, v.Title = "notice", T("error.unavailable")
		if v.Problem != nil {
			v.Title, v.Problem = v.Problem.Text, nil
		}
		v.Buttons = append(v.Buttons, Button{Name: buttonAgain, Label: T("button.again"), Style: Primary})
	}
	v.Buttons = append(v.Buttons, t.items(step, false)...)
	v.Buttons = append(v.Buttons, t.navigation()...)
	return v
}

// viewEnd shows how a conversation ended. A result is shown with its card only in the turn that reached it.
func (t *turn) viewEnd() View {
	v := t.blank()
	v.Ended, v.Live, v.Kind = true, t.Live, "notice"
	switch t.End {
	case EndDone:
		if step, ok := t.resultShown(); ok {
			v = t.viewStep(step)
			v.Buttons = append(v.Buttons, t.toMenu()...)
			return v
		}
		v.Title = T("end.done")
	case EndFailed:
		v.Title = T("end.failed")
		if v.Problem != nil {
			v.Title, v.Problem = v.Problem.Text, nil
			if h := t.Problem.Hint; h != nil {
				v.Body = append(v.Body, *h)
			}
		}
	default:
		v.Title = T("end." + t.End)
	}
	v.Buttons = append(v.Buttons, t.toMenu()...)
	return v
}

// toMenu leads back to where everything starts, unless the step has a button there of its own.
func (t *turn) toMenu() []Button {
	if l, ok := t.Launch[buttonMenu]; !ok || l.Flow != t.Home {
		return nil
	}
	return []Button{{Name: buttonMenu, Label: T("button.menu")}}
}

// resultShown is the result step that was reached in this turn, while the answers are still there.
func (t *turn) resultShown() (Step, bool) {
	if len(t.Done) == 0 {
		return Step{}, false
	}
	for _, s := range t.steps() {
		if s.kind == resultStep && s.key == t.Done[len(t.Done)-1] {
			return s, true
		}
	}
	return Step{}, false
}

func (t *turn) viewForm(v *View, step Step) {
	fields := t.asked(step)
	for _, f := range fields {
		v.Fields = append(v.Fields, FieldView{
			Name: f.name, Label: T(v.Words + "." + f.name), Hint: T(v.Words + "." + f.name + ".hint"),
			Kind: f.kind, Options: t.options(v.Words, f), Value: t.Typed[f.name], Optional: f.optional, Secret: f.secret,
		})
	}
	v.Answer = &Button{Name: buttonShow, Label: T("button.answer"), Style: Primary}
	if len(fields) != 1 {
		return
	}
	if fields[0].kind == ChoiceField {
		v.Fields[0].Hint = Text{} // the title asks, the buttons answer
	}
	for i, o := range v.Fields[0].Options {
		v.Buttons = append(v.Buttons, Button{Name: fmt.Sprintf("o%d", i), Label: o.Label})
	}
	if t.Prompts && fields[0].optional && !fields[0].stays {
		v.Buttons = append(v.Buttons, Button{Name: buttonSkip, Label: T("button.skip")})
	}
	if t.Prompts && !t.Extras && slices.ContainsFunc(step.fields, func(f Field) bool { return f.extra }) {
		v.Buttons = append(v.Buttons, Button{Name: buttonExtra, Label: T("button.extra")})
	}
}

func (t *turn) options(words string, f Field) []Option {
	options := slices.Clone(f.options)
	for i, o := range options {
		if o.Label.Key == "" {
			options[i].Label = T(words + "." + f.name + "." + o.Value)
		}
	}
	return options
}

// items are the step's own buttons; after the end only those that launch another flow.
func (t *turn) items(step Step, ended bool) []Button {
	var buttons []Button
	for _, item := range step.items {
		if ended && item.launch == nil {
			continue
		}
		label := item.label
		if label.Key == "" {
			label = t.text(step, item.name)
		}
		buttons = append(buttons, Button{Name: item.name, Label: label, Style: item.style, Own: true})
	}
	return buttons
}

// navigation is in every step: back where there is something to go back to, help, cancel.
func (t *turn) navigation() []Button {
	var buttons []Button
	if _, ok := t.before(); ok || len(t.Answered) > 0 {
		buttons = append(buttons, Button{Name: buttonBack, Label: T("button.back")})
	}
	return append(buttons,
		Button{Name: buttonHelp, Label: T("button.help")},
		Button{Name: buttonCancel, Label: T("button.cancel")})
}

// body is what the step says below its title, the flow's help included when it was asked for.
func (t *turn) body(step Step) []Text {
	var body []Text
	if step.body != nil {
		body = step.body()
	}
	return append(body, t.help()...)
}

func (t *turn) help() []Text {
	if !t.Help {
		return nil
	}
	return []Text{T(t.Flow + ".help")}
}

// words is whose words a step has.
func (t *turn) words(step Step) string { return cmp.Or(step.words, t.Flow) }

// text derives a message key of a step; the message may speak of the facts on the step's card.
func (t *turn) text(step Step, part string) Text {
	text := T(t.words(step) + "." + step.key + "." + part)
	if step.card == nil {
		return text
	}
	facts := step.card()
	text.Args = make(map[string]any, len(facts))
	for _, f := range facts {
		text.Args[f.Name] = f.Value
	}
	return text
}
