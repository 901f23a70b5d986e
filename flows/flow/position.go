package flow

import (
	"fmt"
	"slices"

	"github.com/aftersale/aftersale/actions"
)

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
	for _, s := range t.steps() {
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
	for _, step := range t.steps() {
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

// before is the last finished step in front of the current one that its owner answers. What somebody else agreed to is
// passed over: the owner could not answer it, and goes back to change something, which wants both to agree anew.
func (t *turn) before() (key string, ok bool) {
	current := t.current().key
	for _, step := range t.steps() {
		if step.key == current {
			break
		}
		if step.skip || len(step.by) > 0 || !slices.Contains(t.Done, step.key) {
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

func failure(e *actions.Error) *Failure {
	return &Failure{Code: e.Code, Key: e.Key, Hint: e.Hint, Args: e.Args, Field: e.Field}
}
