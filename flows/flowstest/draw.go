package flowstest

import (
	"slices"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

// draw writes a view as lines of text: title, problem, body, facts, fields, buttons.
func draw(s flow.Shown) []string {
	lines := []string{s.Title}
	add := func(parts ...string) { lines = append(lines, "  "+strings.Join(parts, " ")) }
	if s.Problem != "" && !slices.ContainsFunc(s.Fields, func(f flow.ShownField) bool { return f.Problem != "" }) {
		add(append([]string{"✗", s.Problem}, nonEmpty(s.Hint)...)...)
	}
	for _, b := range s.Body {
		for _, line := range strings.Split(b, "\n") {
			add(line)
		}
	}
	for _, f := range s.Facts {
		add(f.Label+":", strings.ReplaceAll(f.Value, "\n", " / "))
	}
	for _, f := range s.Fields {
		if len(s.Fields) == 1 && len(f.Options) > 0 && f.Problem == "" {
			continue // the buttons say it
		}
		parts := []string{f.Label + ":"}
		for _, o := range f.Options {
			if len(s.Fields) > 1 { // a single choice is drawn as buttons
				parts = append(parts, "("+o.Label+")")
			}
		}
		switch {
		case f.Value != "":
			parts = append(parts, label(f))
		case len(f.Options) == 0:
			parts = append(parts, "________")
		}
		if f.Problem != "" {
			parts = append(parts, "✗ "+f.Problem)
		}
		if f.Hint != "" {
			parts = append(parts, "· "+f.Hint)
		}
		add(parts...)
	}
	var buttons []string
	for _, b := range s.Buttons {
		buttons = append(buttons, "["+b.Label+"]")
	}
	if len(buttons) > 0 {
		add(buttons...)
	}
	return lines
}

// label is what a field holds as a reader sees it.
func label(f flow.ShownField) string {
	for _, o := range f.Options {
		if o.Value == f.Value {
			return "→ " + o.Label
		}
	}
	return f.Value
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
