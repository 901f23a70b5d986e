package discord

import (
	"slices"
	"strconv"

	"github.com/aftersale/aftersale/flows/flow"
)

// menuWords are the adapter's own few words on a card, in the reader's language.
type menuWords struct {
	Choose string // in a menu that nothing is chosen in
}

// fillable reports whether a view asks for something that has to be written: one choice is answered by its buttons.
func fillable(v flow.Shown) bool {
	return !v.Ended && len(v.Fields) > 0 && !(len(v.Fields) == 1 && v.Fields[0].Kind == flow.ChoiceField)
}

// controls lays out what can be pressed: buttons where they fit, else menus, else a numbered list of texts.
func controls(v flow.Shown, words menuWords) (rows []component, list []string) {
	buttons := slices.Clone(v.Buttons)
	if fillable(v) && v.Answer != nil {
		buttons = slices.Insert(buttons, 0, *v.Answer)
	}
	buttons = usable(buttons)
	options := 0 // how many of the buttons answer the one question
	if !v.Ended && len(v.Fields) == 1 && v.Fields[0].Kind == flow.ChoiceField {
		options = min(len(v.Fields[0].Options), len(buttons))
	}
	if len(buttons) > maxRows*maxRow && options == 0 {
		options = len(buttons) - maxRow // no choice: keep one row in sight
	}
	choices, rest := buttons[:options], buttons[options:]
	tail := buttonRows(rest)
	switch {
	case len(buttonRows(choices))+len(tail) <= maxRows:
		return append(buttonRows(choices), tail...), nil
	case len(buttons) <= maxRows*maxRow:
		return buttonRows(buttons), nil
	case (options+maxOptions-1)/maxOptions+len(tail) <= maxRows:
		return append(menus(choices, words), tail...), nil
	}
	for i, b := range choices {
		list = append(list, strconv.Itoa(i+1)+". "+oneLine(b.Label))
	}
	return tail[:min(len(tail), maxRows)], list
}

// usable leaves out what Discord would refuse the whole message for: a token that stands twice, or one that is none.
func usable(buttons []flow.ShownButton) []flow.ShownButton {
	seen := map[string]bool{}
	return slices.DeleteFunc(buttons, func(b flow.ShownButton) bool {
		bad := b.Token == "" || len(b.Token) > maxCustomID-len(pressID) || seen[b.Token]
		seen[b.Token] = true
		return bad
	})
}

// buttonRows are as few rows as it takes, about equally long: no button stands alone below five others.
func buttonRows(buttons []flow.ShownButton) []component {
	if len(buttons) == 0 {
		return nil
	}
	needed := (len(buttons) + maxRow - 1) / maxRow
	var rows []component
	for some := range slices.Chunk(buttons, (len(buttons)+needed-1)/needed) {
		row := component{Type: actionRow}
		for _, b := range some {
			row.Components = append(row.Components, component{Type: buttonType, Style: style(b.Style), Label: label(b.Label, maxButton), CustomID: pressID + b.Token})
		}
		rows = append(rows, row)
	}
	return rows
}

func menus(buttons []flow.ShownButton, words menuWords) []component {
	var rows []component
	for some := range slices.Chunk(buttons, maxOptions) {
		menu := component{Type: stringSelect, CustomID: menuID + strconv.Itoa(len(rows)), Placeholder: label(words.Choose, maxPlaceholder)}
		for _, b := range some {
			menu.Options = append(menu.Options, option{Label: label(b.Label, maxOption), Value: b.Token})
		}
		rows = append(rows, component{Type: actionRow, Components: []component{menu}})
	}
	return rows
}

// label is a text where Discord reads no markup; an empty one is refused.
func label(s string, n int) string {
	if s = oneLine(s); s == "" {
		s = "…"
	}
	return count.Clamp(s, n)
}

func style(s flow.Style) int {
	switch s {
	case flow.Primary:
		return stylePrimary
	case flow.Danger:
		return styleDanger
	}
	return styleSecondary
}

// isDark reports whether there is something on a card, and nothing on it can be pressed.
func isDark(rows []component) bool {
	for _, row := range rows {
		for _, c := range row.Components {
			if !c.Disabled {
				return false
			}
		}
	}
	return len(rows) > 0
}

// disabled is what was on a card, while nothing on it can be pressed.
func disabled(rows []component) []component {
	out := slices.Clone(rows)
	for i := range out {
		out[i].Components = slices.Clone(out[i].Components)
		for j := range out[i].Components {
			out[i].Components[j].Disabled = true
		}
	}
	return out
}
