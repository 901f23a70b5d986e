package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// start keeps what the first form will be filled from: the command's words, or another flow's values.
func (t *turn) start(e Start) {
	t.Typed, t.Args, t.Filling = maps.Clone(e.Values), strings.TrimSpace(e.Args), true
	if f, ok := t.flow.(Starter); ok {
		f.Given(t.who, e.Values)
		t.listed = nil
	}
}

// fill answers the open form from the start's values; a complete form is not asked at all.
func (t *turn) fill(step Step) {
	if t.Args != "" {
		t.spread(step.fields)
	}
	given := false
	for _, f := range step.fields {
		text, ok := t.Typed[f.name]
		switch {
		case !ok && f.optional:
			continue
		case !ok:
			return
		}
		if f.once {
			delete(t.Typed, f.name)
		}
		if err := t.try(f, text); err != nil {
			t.problem(failure(err), f.name)
			return
		}
		given = true
	}
	if given {
		t.finish(step)
	}
}

// spread gives the command's words to the fields that must be answered, one each and the rest to the last; where only
// one must be, it gets all of them. Typed options that name a field of the form need no guess.
func (t *turn) spread(fields []Field) {
	words := strings.Join(strings.Fields(t.Args), " ")
	t.Args = ""
	var names []string
	for i, f := range fields {
		if _, named := t.Typed[f.name]; named {
			return
		}
		if i == 0 || !f.optional && f.again == "" {
			names = append(names, f.name)
		}
	}
	t.Typed = map[string]string{}
	for i, word := range strings.SplitN(words, " ", len(names)) {
		t.Typed[names[i]] = word
	}
}

// say answers the one question that is open.
func (t *turn) say(e Say) {
	step := t.current()
	fields := t.asked(step)
	if step.kind != formStep || len(fields) != 1 {
		t.Problem = &Problem{Text: T("error.use_buttons")}
		return
	}
	t.answer(step, fields[0], e.Text)
}

func (t *turn) answer(step Step, f Field, text string) {
	if !f.stays {
		t.remember(f, text)
	}
	if err := t.try(f, text); err != nil {
		t.problem(failure(err), f.name)
		return
	}
	if f.stays {
		return
	}
	t.Answered = append(t.Answered, f.name)
	if len(t.asked(step)) == 0 {
		t.finish(step)
	}
}

// submit answers a whole form at once. All fields are read, so that all that parse are kept.
func (t *turn) submit(e Submit) {
	step := t.current()
	if step.kind != formStep {
		t.Problem = &Problem{Text: T("error.use_buttons")}
		return
	}
	asked := t.asked(step)
	if len(asked) == 1 && asked[0].stays {
		t.answer(step, asked[0], e.Values[asked[0].name])
		return
	}
	var first *Failure
	for _, f := range asked {
		text := e.Values[f.name]
		t.remember(f, text)
		if err := t.try(f, text); err != nil && first == nil {
			first = failure(err)
			first.Field = f.name
		}
	}
	if first != nil {
		t.problem(first, first.Field)
		return
	}
	t.finish(step)
}

func (t *turn) press(e Press) []Effect {
	step := t.current()
	if launch, ok := t.Launch[e.Button]; ok && t.Ended {
		t.Revision-- // launching changes nothing here: the same button may be pressed again
		return []Effect{{Launch: &launch}}
	}
	switch {
	case e.Button == buttonCancel:
		t.end(EndCancelled)
	case e.Button == buttonHelp:
		t.Help = !t.Help
	case e.Button == buttonBack:
		t.back()
	case e.Button == buttonAgain && step.kind == doStep:
		// settle runs the step again, under the same key
	case e.Button == buttonConfirm && step.kind == confirmStep:
		t.finish(step)
	case step.kind == formStep && t.pressField(step, e.Button):
	default:
		return t.pressItem(step, e.Button)
	}
	return nil
}

// pressField answers the open question by an option, or leaves it out.
func (t *turn) pressField(step Step, button string) bool {
	fields := t.asked(step)
	if button == buttonExtra && t.Prompts && !t.Extras {
		t.Extras = true
		return true
	}
	if len(fields) != 1 {
		return false
	}
	f := fields[0]
	if button == buttonSkip && f.optional && !f.stays {
		t.answer(step, f, "")
		return true
	}
	n, err := strconv.Atoi(strings.TrimPrefix(button, "o"))
	if err != nil || !strings.HasPrefix(button, "o") || n < 0 || n >= len(f.options) {
		return false
	}
	t.answer(step, f, f.options[n].Value)
	return true
}

func (t *turn) pressItem(step Step, button string) []Effect {
	for _, item := range step.items {
		if item.name != button {
			continue
		}
		if item.launch != nil {
			t.Revision--
			return []Effect{{Launch: item.launch}}
		}
		if item.set != nil {
			item.set()
			t.listed = nil
		}
		if item.reopen != "" {
			t.reopen(item.reopen)
		} else {
			t.finish(step)
		}
		return nil
	}
	t.Problem = &Problem{Text: T("error.stale")}
	return nil
}

// called takes what a Do step brought back.
func (t *turn) called(e Called) {
	if e.Err == nil {
		if err := t.remake(e.Data); err != nil {
			t.fail(&Failure{Code: actions.Internal, Key: "error.internal"})
			return
		}
		t.finish(Step{key: e.Step}) // by its key: what it brought back may have made it one that is left out
		return
	}
	form, found := t.formOf(e.Err.Field)
	asked, once := t.typedOnce()
	t.forgetOnce()
	switch {
	case e.Err.Code == actions.Unavailable && once: // what was typed is not kept for another try
		t.reopen(asked)
		t.problem(e.Err, "")
	case e.Err.Code == actions.Unavailable:
		t.Retry = true
		t.problem(e.Err, "")
	case found:
		t.reopen(form.key)
		for _, f := range form.fields {
			if f.name == e.Err.Field {
				break
			}
			t.Answered = append(t.Answered, f.name)
		}
		t.problem(e.Err, e.Err.Field)
	default:
		t.fail(e.Err)
	}
}

// typedOnce is the form right in front of the current step, if it asked for something that is not kept.
func (t *turn) typedOnce() (key string, ok bool) {
	current := t.current().key
	for _, step := range t.steps() {
		if step.key == current {
			break
		}
		if !step.skip {
			key = step.key
			ok = slices.Contains(t.Done, key) && slices.ContainsFunc(step.fields, func(f Field) bool { return f.once })
		}
	}
	return key, ok
}

// forgetOnce empties what is not kept. After a step that went well the flow has done so, or it would be kept here.
func (t *turn) forgetOnce() {
	for _, step := range t.steps() {
		for _, f := range step.fields {
			if f.once {
				f.forget()
			}
		}
	}
	t.listed = nil
}

// formOf finds the finished form that asked for a field.
func (t *turn) formOf(field string) (Step, bool) {
	if field == "" {
		return Step{}, false
	}
	for _, step := range t.steps() {
		if step.kind != formStep || step.skip || !slices.Contains(t.Done, step.key) {
			continue
		}
		for _, f := range step.fields {
			if f.name == field {
				return step, true
			}
		}
	}
	return Step{}, false
}

func (t *turn) remember(f Field, text string) {
	if f.once {
		return
	}
	if t.Typed == nil {
		t.Typed = map[string]string{}
	}
	t.Typed[f.name] = text
}
