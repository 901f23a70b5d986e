package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aftersale/aftersale/flows/flow"
)

// A look says how views are drawn.
type look struct {
	color    bool // bold titles and the like: only on a terminal that wants it
	numbered bool // buttons carry numbers; not below a question whose answer may be a number
	first    int  // number of the first button
}

// render draws a view as lines of text, without an empty line among them: an empty line is what ends a turn.
//
//	Refund this purchase?
//	  The guarantee ends in 2 days.
//	  Product  Curso de Go
//	  Price    R$ 297,00
//	  [1] Confirm  [2] Help  [3] Cancel
func render(s flow.Shown, l look) []string {
	var out []string
	add := func(indent, text string) {
		for line := range strings.SplitSeq(text, "\n") {
			if line = clean(line); strings.TrimSpace(line) != "" {
				out = append(out, indent+line)
			}
		}
	}
	for line := range strings.SplitSeq(s.Title, "\n") {
		if line = clean(line); strings.TrimSpace(line) != "" {
			out = append(out, l.bold(line))
		}
	}
	if s.Problem != "" {
		add("  ", "✗ "+s.Problem)
	}
	if s.Hint != "" {
		add("  ", "→ "+s.Hint)
	}
	for _, b := range s.Body {
		add("  ", b)
	}
	out = append(out, facts(s.Facts)...)
	for _, f := range s.Fields {
		if len(s.Fields) == 1 && f.Problem == s.Problem {
			f.Problem = "" // it stands above already
		}
		if len(s.Fields) == 1 && len(f.Options) > 0 && f.Hint == "" {
			continue // the title asks, the buttons answer
		}
		for _, line := range field(f, len(s.Fields) > 1) {
			add("  ", line)
		}
	}
	if line := buttons(s.Buttons, l); line != "" {
		add("  ", line)
	}
	return out
}

// facts draws a card's lines with their values below each other.
func facts(all []flow.ShownFact) []string {
	width := 0
	for _, f := range all {
		width = max(width, utf8.RuneCountInString(clean(f.Label)))
	}
	var out []string
	for _, f := range all {
		label := clean(f.Label)
		label += strings.Repeat(" ", width-utf8.RuneCountInString(label))
		for line := range strings.SplitSeq(f.Value, "\n") {
			out = append(out, "  "+label+"  "+clean(line))
			label = strings.Repeat(" ", width)
		}
	}
	return out
}

// field draws one field of a form. The options of the only field are the view's buttons already.
func field(f flow.ShownField, among bool) []string {
	line := f.Label + ": "
	switch {
	case f.Value != "" && len(f.Options) > 0:
		line += optionLabel(f, f.Value)
	case f.Value != "":
		line += f.Value
	default:
		line += "________"
	}
	lines := []string{line}
	if f.Problem != "" {
		lines = append(lines, "  ✗ "+f.Problem)
	}
	if f.Hint != "" {
		lines = append(lines, "  "+f.Hint)
	}
	if among && len(f.Options) > 0 {
		labels := make([]string, len(f.Options))
		for i, o := range f.Options {
			labels[i] = fmt.Sprintf("(%d) %s", i+1, o.Label)
		}
		lines = append(lines, "  "+strings.Join(labels, "  "))
	}
	return lines
}

func optionLabel(f flow.ShownField, value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// buttons draws short buttons beside each other and long ones, such as purchases, below each other.
func buttons(all []flow.ShownButton, l look) string {
	const widest = 24 // characters; a list of longer ones is read from top to bottom
	var b strings.Builder
	long := false
	for i, button := range all {
		label := clean(button.Label)
		wide := utf8.RuneCountInString(label) > widest
		switch {
		case i == 0:
		case wide || long:
			b.WriteString("\n")
		default:
			b.WriteString("  ")
		}
		long = wide
		if l.numbered {
			fmt.Fprintf(&b, "[%d] %s", l.first+i, label)
		} else {
			fmt.Fprintf(&b, "[%s]", label)
		}
	}
	return b.String()
}

func (l look) bold(s string) string {
	if !l.color {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// clean removes control characters: a name or a note typed by somebody else must not steer this terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}
