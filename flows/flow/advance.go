package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// A Failure is the part of an actions.Error that a conversation keeps: never the cause.
type Failure struct {
	Code  actions.Code
	Key   string
	Hint  string
	Args  map[string]any
	Field string
}

// Advance applies an event to a conversation. It performs no input or output and reads no clock, so that the same
// arguments always give the same results; it changes none of its arguments. A view with an empty Kind means that an
// effect comes first.
func Advance(d Def, s State, who actions.Actor, e Event) (State, View, []Effect) {
	t := turn{def: d, State: s.clone(), who: who}
	if err := t.open(); err != nil {
		return t.broken(err)
	}
	if refusal, ok := t.refuses(e); ok {
		v := t.view()
		v.Problem = &refusal
		return s, v, nil
	}
	t.Problem, t.Retry = nil, false
	effects := t.apply(e)
	if len(effects) == 0 {
		effects = t.settle()
	}
	var v View
	if len(effects) == 0 || effects[0].Launch != nil {
		v = t.view() // before the answers of an ended conversation are forgotten
	}
	if err := t.save(); err != nil {
		return t.broken(err)
	}
	return t.State, v, effects
}

// Look shows a conversation as it stands, without moving it.
func Look(d Def, s State, who actions.Actor) View {
	t := turn{def: d, State: s.clone(), who: who}
	if err := t.open(); err != nil {
		_, v, _ := t.broken(err)
		return v
	}
	return t.view()
}

// Expire ends a conversation that nobody has answered for too long.
func Expire(d Def, s State, who actions.Actor) (State, View) {
	t := turn{def: d, State: s.clone(), who: who, flow: d.New()}
	t.Revision++
	t.end(EndExpired)
	t.Answers, t.Typed, t.Done, t.Answered = nil, nil, nil, nil
	return t.State, t.view()
}

// A turn is one event being applied: the state as it will be, and the flow made from its answers.
type turn struct {
	State
	def  Def
	who  actions.Actor
	flow Flow
}

func (t *turn) open() error {
	t.flow = t.def.New()
	if len(t.Answers) == 0 {
		return nil
	}
	return json.Unmarshal(t.Answers, t.flow)
}

func (t *turn) save() (err error) {
	if t.Ended {
		t.Answers, t.Typed, t.Done, t.Answered = nil, nil, nil, nil // ended conversations lose their answers
		return nil
	}
	t.Answers, err = json.Marshal(t.flow)
	return err
}

// broken ends a conversation whose answers no longer fit its flow, as after an upgrade that changed a type.
func (t *turn) broken(error) (State, View, []Effect) {
	t.fail(&Failure{Code: actions.Internal, Key: "error.changed", Hint: "error.start_again"})
	t.Answers, t.Typed, t.Done, t.Answered = nil, nil, nil, nil
	t.flow = t.def.New()
	return t.State, t.view(), nil
}

// refuses tells events that change nothing, and why: old buttons, other people, ended conversations.
func (t *turn) refuses(e Event) (Problem, bool) {
	step, _ := t.step()
	revision, pressed := -1, false
	switch e := e.(type) {
	case Start:
		return Problem{}, false
	case Called:
		if t.Ended || step.key != e.Step {
			return Problem{Text: T("error.stale")}, true
		}
		return Problem{}, false
	case Press:
		revision, pressed = e.Revision, true
		if _, launches := t.Launch[e.Button]; t.Ended && launches && e.Revision == t.Revision && t.who.ID == t.Owner {
			return Problem{}, false
		}
	case Submit:
		revision, pressed = e.Revision, true
	}
	switch {
	case t.Ended:
		return Problem{Text: T("error.ended")}, true
	case len(step.by) > 0 && t.who.ID == t.Owner && !cancels(e):
		return Problem{Text: T("error.somebody_else")}, true
	case len(step.by) > 0 && t.who.ID != t.Owner && !t.who.Is(step.by...):
		return Problem{Text: T("error.not_yours")}, true
	case len(step.by) == 0 && t.who.ID != t.Owner:
		return Problem{Text: T("error.not_yours")}, true
	case pressed && revision != t.Revision:
		return Problem{Text: T("error.stale")}, true
	}
	return Problem{}, false
}

func cancels(e Event) bool {
	p, ok := e.(Press)
	return ok && p.Button == buttonCancel
}

// apply moves the state; each kind of event has its own small function.
func (t *turn) apply(e Event) []Effect {
	t.Revision++
	if !t.def.May(t.who.Role) && len(t.current().by) == 0 {
		t.fail(&Failure{Code: actions.Denied, Key: "error.role"})
		return nil
	}
	switch e := e.(type) {
	case Start:
		t.start(e)
	case Say:
		t.say(e)
	case Submit:
		t.submit(e)
	case Press:
		return t.press(e)
	case Called:
		t.called(e)
	}
	return nil
}

// start keeps what the first form will be filled from: the command's words, or another flow's values.
func (t *turn) start(e Start) {
	t.Typed, t.Args, t.Filling = maps.Clone(e.Values), strings.TrimSpace(e.Args), true
	if f, ok := t.flow.(Starter); ok {
		f.Given(t.who, e.Values)
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
		if err := f.answer(text); err != nil {
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
// one must be, it gets all of them.
func (t *turn) spread(fields []Field) {
	var names []string
	for i, f := range fields {
		if i == 0 || !f.optional && f.again == "" {
			names = append(names, f.name)
		}
	}
	if t.Typed == nil {
		t.Typed = map[string]string{}
	}
	for i, word := range strings.SplitN(strings.Join(strings.Fields(t.Args), " "), " ", len(names)) {
		t.Typed[names[i]] = word
	}
	t.Args = ""
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
	t.remember(f, text)
	if err := f.answer(text); err != nil {
		t.problem(failure(err), f.name)
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
	var first *Failure
	for _, f := range t.asked(step) {
		text := e.Values[f.name]
		t.remember(f, text)
		if err := f.answer(text); err != nil && first == nil {
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
	if button == buttonSkip && f.optional {
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
		if err := json.Unmarshal(e.Data, t.flow); err != nil {
			t.fail(&Failure{Code: actions.Internal, Key: "error.internal"})
			return
		}
		t.finish(t.current())
		return
	}
	form, found := t.formOf(e.Err.Field)
	switch {
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

// formOf finds the finished form that asked for a field.
func (t *turn) formOf(field string) (Step, bool) {
	if field == "" {
		return Step{}, false
	}
	for _, step := range t.flow.Steps() {
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

// settle runs on to where a person has to answer: it returns the effect of a Do, fills forms whose values are known,
// and ends the conversation at a result.
func (t *turn) settle() []Effect {
	for range 100 { // a flow has far fewer steps; more means one that finishes without finishing
		if t.Ended {
			return nil
		}
		step, ok := t.step()
		switch {
		case !ok:
			t.end(EndDone)
			return nil
		case step.kind == doStep && t.Retry:
			return nil
		case step.kind == doStep:
			return []Effect{{Step: step.key, Key: fmt.Sprintf("%s/%s/%d", t.Conversation, step.key, t.Try)}}
		case step.kind == resultStep:
			t.result(step)
			return nil
		case step.kind == formStep && t.Filling:
			before := len(t.Done)
			t.fill(step)
			t.Filling = len(t.Done) > before
			if !t.Filling {
				return nil
			}
		default:
			t.Filling = false
			return nil
		}
	}
	t.fail(&Failure{Code: actions.Internal, Key: "error.internal"})
	return nil
}

func (t *turn) result(step Step) {
	t.Live = step.live
	for _, item := range step.items {
		if item.launch != nil {
			t.launches(item.name, *item.launch)
		}
	}
	t.Done = append(t.Done, step.key)
	t.end(EndDone)
}

// step is the position: the first step that is not finished.
func (t *turn) step() (Step, bool) {
	for _, s := range t.flow.Steps() {
		if !s.skip && !slices.Contains(t.Done, s.key) {
			return s, true
		}
	}
	return Step{}, false
}

func (t *turn) current() Step { s, _ := t.step(); return s }

// asked are the fields of a form that are still to be answered: all of them in a form, the first one in questions.
func (t *turn) asked(step Step) []Field {
	var open []Field
	for _, f := range step.fields {
		if slices.Contains(t.Answered, f.name) || t.Prompts && f.extra && !t.Extras {
			continue
		}
		open = append(open, f)
		if t.Prompts {
			break
		}
	}
	return open
}

func (t *turn) finish(step Step) {
	t.Done = append(t.Done, step.key)
	t.Answered, t.Help, t.Extras = nil, false, false
}

// reopen forgets that a step and all later ones were finished. What was typed is kept, to be shown again.
func (t *turn) reopen(key string) {
	var keep []string
	for _, step := range t.flow.Steps() {
		if step.key == key {
			break
		}
		if slices.Contains(t.Done, step.key) {
			keep = append(keep, step.key)
		}
	}
	t.Done, t.Filling = keep, false
	t.Answered, t.Help = nil, false
	t.Try++
}

// back goes to the question before, or to the last step before this one that a person answered.
func (t *turn) back() {
	if n := len(t.Answered); n > 0 {
		t.Answered = t.Answered[:n-1]
		t.Try++
		return
	}
	if key, ok := t.before(); ok {
		t.reopen(key)
	}
}

// before is the last finished step in front of the current one that a person answers.
func (t *turn) before() (key string, ok bool) {
	current := t.current().key
	for _, step := range t.flow.Steps() {
		if step.key == current {
			break
		}
		if step.skip || !slices.Contains(t.Done, step.key) {
			continue
		}
		if step.kind == formStep || step.kind == menuStep || step.kind == confirmStep {
			key, ok = step.key, true
		}
	}
	return key, ok
}

// end ends the conversation; from there a button leads back to the menu.
func (t *turn) end(how string) {
	t.Ended, t.End = true, how
	if t.Home != "" && t.Home != t.Flow {
		t.launches(buttonMenu, Launch{Flow: t.Home})
	}
}

func (t *turn) launches(button string, l Launch) {
	if t.Launch == nil {
		t.Launch = map[string]Launch{}
	}
	t.Launch[button] = l
}

func (t *turn) fail(f *Failure) {
	t.problem(f, "")
	t.end(EndFailed)
}

func (t *turn) problem(f *Failure, field string) {
	t.Problem = &Problem{Text: Text{Key: f.Key, Args: f.Args}, Field: field}
	if f.Hint != "" {
		t.Problem.Hint = &Text{Key: f.Hint, Args: f.Args}
	}
}

func (t *turn) remember(f Field, text string) {
	if t.Typed == nil {
		t.Typed = map[string]string{}
	}
	t.Typed[f.name] = text
}

func failure(e *actions.Error) *Failure {
	return &Failure{Code: e.Code, Key: e.Key, Hint: e.Hint, Args: e.Args, Field: e.Field}
}
