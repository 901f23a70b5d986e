package terminal

import (
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

// A screenful is what can be answered now: the buttons drawn since the last input, in the order of their numbers, and
// the form that is open.
type screenful struct {
	buttons []button
	form    flow.Shown        // the latest view with fields; its Fields are empty when none is open
	message string            // that shows the form
	values  map[string]string // fields filled so far, by name
}

// A button is one that was drawn, and the message below which it stands.
type button struct {
	flow.ShownButton
	message string
}

// A gesture is what a line means, and the message that it is about; none for commands and text.
type gesture struct {
	input   flow.Gesture
	message string
}

// free reports whether the open question takes any text, so that a number is an answer and not a button.
func (s *screenful) free() bool {
	return len(s.form.Fields) == 1 && s.form.Fields[0].Kind != flow.ChoiceField
}

// decode turns a line into an input. ok is false when the line is none by itself: an empty one, or one field of a form
// that is not complete yet.
//
//	/refund HP123      a command
//	2, Confirm         the button (or the only choice's option) with that number or label; [Confirm] too
//	Reason: typo       a field of the open form; the form is sent when all fields are filled, or by an empty line
//	anything else      text, which answers the open question
func (s *screenful) decode(line string) (g gesture, ok bool) {
	text := strings.TrimSpace(line)
	if text == "" {
		return s.submit()
	}
	if rest, command := strings.CutPrefix(text, "/"); command && rest != "" {
		word, args, _ := strings.Cut(rest, " ")
		return gesture{input: flow.Command{Word: word, Rest: strings.TrimSpace(args)}}, true
	}
	if b, pressed := s.button(text); pressed {
		return gesture{flow.Pressed{Token: b.Token}, b.message}, true
	}
	if s.fill(text) {
		if len(s.values) < len(s.form.Fields) {
			return gesture{}, false
		}
		return s.submit()
	}
	return gesture{input: flow.Typed{Text: text}}, true
}

// button finds the button that a text means: by its number, or by its label, the latest first.
func (s *screenful) button(text string) (b button, ok bool) {
	if n, err := strconv.Atoi(text); err == nil && !s.free() && n >= 1 && n <= len(s.buttons) {
		return s.buttons[n-1], true
	}
	if inner, bracketed := strings.CutPrefix(text, "["); bracketed {
		text = strings.TrimSuffix(inner, "]")
	}
	for i := len(s.buttons) - 1; i >= 0; i-- {
		if strings.EqualFold(clean(s.buttons[i].Label), text) {
			return s.buttons[i], true
		}
	}
	return button{}, false
}

// fill reads "Label: value" into the field with that label.
func (s *screenful) fill(text string) bool {
	for _, f := range s.form.Fields {
		label := clean(f.Label)
		if len(text) <= len(label) || !strings.EqualFold(text[:len(label)], label) {
			continue
		}
		value, ok := strings.CutPrefix(strings.TrimSpace(text[len(label):]), ":")
		if !ok {
			continue
		}
		if s.values == nil {
			s.values = map[string]string{}
		}
		s.values[f.Name] = option(f, strings.TrimSpace(value))
		return true
	}
	return false
}

// option is the value of the option that was meant by number or label; anything else is left to the flow to refuse.
func option(f flow.ShownField, text string) string {
	for i, o := range f.Options {
		if strings.EqualFold(clean(o.Label), text) || strconv.Itoa(i+1) == text {
			return o.Value
		}
	}
	return text
}

// submit sends the fields filled so far; what was typed at an earlier try and not typed again stays.
func (s *screenful) submit() (gesture, bool) {
	if len(s.values) == 0 {
		return gesture{}, false
	}
	values := map[string]string{}
	for _, f := range s.form.Fields {
		if v, typed := s.values[f.Name]; typed {
			values[f.Name] = v
		} else {
			values[f.Name] = f.Value
		}
	}
	s.values = nil
	return gesture{flow.Submitted{Token: s.form.Token, Values: values}, s.message}, true
}
