package discord

import (
	"slices"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

// renderModal draws a form as a modal: a question in each label, with what is wrong with its answer below it, and above
// them, where there is room, what the card would say.
//
// said is what the card said whose [Answer] opens the form: of what was wrong the flows speak once.
func renderModal(v flow.Shown, said []string, words menuWords) modal {
	m := modal{CustomID: formID + v.Token, Title: label(v.Title, maxModalTitle)}
	fields := v.Fields[:min(len(v.Fields), maxModalParts)]
	if len(fields) < maxModalParts {
		if text := modalText(v, said); text != "" {
			m.Components = append(m.Components, component{Type: textDisplay, Content: text})
		}
	}
	for _, f := range fields {
		m.Components = append(m.Components, question(f, words))
	}
	return m
}

// modalText is what has to be known before answering: the problem, the rule that applies, the card's facts.
func modalText(v flow.Shown, said []string) string {
	lines := slices.Clone(said)
	if count.Length(oneLine(v.Title)) > maxModalTitle {
		lines = append(lines, "**"+escape(oneLine(v.Title))+"**")
	}
	beside := false // with its field, all of it
	for _, f := range v.Fields {
		beside = beside || f.Problem == v.Problem && count.Length(problemMark+oneLine(f.Problem)) <= maxLabelHint
	}
	if v.Problem != "" && !beside {
		lines = append(lines, problemMark+escape(v.Problem))
	}
	if v.Hint != "" {
		lines = append(lines, hintMark+escape(v.Hint))
	}
	for _, b := range v.Body {
		lines = append(lines, escape(b))
	}
	for _, f := range v.Facts {
		lines = append(lines, "**"+escape(oneLine(f.Label))+":** "+escape(f.Value))
	}
	text := ""
	for _, l := range lines {
		if count.Length(text)+count.Length(l)+1 > maxTextDisplay {
			break // whole lines, so that no escape is cut
		}
		text += l + "\n"
	}
	return strings.TrimSpace(text)
}

// besideHint stands between a problem and the hint that was there before it.
const besideHint = " · "

// question is one field of a form.
func question(f flow.ShownField, words menuWords) component {
	required := !f.Optional
	c := component{Type: textInput, CustomID: f.Name, Style: inputShort, Value: f.Value, MaxLength: maxInput, Required: &required}
	if f.Kind == flow.LongField {
		c.Style = inputParagraph
	}
	if f.Kind == flow.ChoiceField && len(f.Options) > 0 && len(f.Options) <= maxOptions {
		c = menu(f, words)
	}
	if c.Type == textInput {
		if count.Length(c.Value) > maxInput {
			c.Value = "" // it is refused anyway, and the person should see that
		}
		if c.Style == inputShort {
			c.Value = oneLine(c.Value)
		}
	}
	hint := f.Hint
	if f.Problem != "" {
		hint = strings.TrimSuffix(problemMark+f.Problem+besideHint+f.Hint, besideHint)
	}
	q := component{Type: labelType, Label: label(f.Label, maxLabel), Component: &c}
	if hint = oneLine(hint); hint != "" {
		q.Description = count.Clamp(hint, maxLabelHint)
	}
	return q
}

func menu(f flow.ShownField, words menuWords) component {
	required := !f.Optional
	c := component{Type: stringSelect, CustomID: f.Name, Placeholder: label(words.Choose, maxPlaceholder), Required: &required}
	if f.Optional {
		c.MinValues = new(int) // none: what was chosen can be taken back
	}
	seen := map[string]bool{}
	for _, o := range f.Options {
		if o.Value == "" || count.Length(o.Value) > maxOption || seen[o.Value] {
			continue // Discord would refuse the whole form
		}
		seen[o.Value] = true
		c.Options = append(c.Options, option{Label: label(o.Label, maxOption), Value: o.Value, Default: o.Value == f.Value})
	}
	return c
}

// complaint is what a card of ours says of the last answer; nothing is escaped again.
func complaint(m *received) []string {
	if m == nil || len(m.Embeds) == 0 {
		return nil
	}
	var said []string
	for line := range strings.SplitSeq(m.Embeds[0].Description, "\n") {
		if !strings.HasPrefix(line, problemMark) && !strings.HasPrefix(line, hintMark) {
			break
		}
		said = append(said, line)
	}
	return said
}

// complained puts what the card says of a field beside that field.
func complained(fields []flow.ShownField, m *received) []flow.ShownField {
	if m == nil || len(m.Embeds) == 0 {
		return fields
	}
	fields = slices.Clone(fields)
	for i, f := range fields {
		for _, e := range m.Embeds[0].Fields {
			first, _, _ := strings.Cut(e.Value, "\n")
			if problem, ok := strings.CutPrefix(first, problemMark); ok && e.Name == escapeIn(oneLine(f.Label), maxFieldName) {
				fields[i].Problem = strings.ReplaceAll(problem, `\`, "")
			}
		}
	}
	return fields
}
