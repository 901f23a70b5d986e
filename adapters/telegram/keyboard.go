package telegram

import (
	"slices"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// A button is one below a message. The library's own type ends with Bot API 5.5 and has no style.
type button struct {
	Text  string `json:"text"`
	Data  string `json:"callback_data,omitempty"`
	URL   string `json:"url,omitempty"`
	Style string `json:"style,omitempty"` // primary, danger, success
}

// A markup is the keyboard of a message; an empty one takes it away.
type markup struct {
	Rows [][]button `json:"inline_keyboard"`
}

var styles = map[flow.Style]string{flow.Primary: "primary", flow.Danger: "danger"}

// keyboard lays the buttons out: the options of a question above, what else can be done below. Options that do not fit
// are returned as a list: their numbers can be typed.
func keyboard(s flow.Shown) (rows [][]button, list []string) {
	options := 0 // how many of the buttons answer the question
	if len(s.Fields) == 1 && s.Fields[0].Kind == flow.ChoiceField && !s.Ended {
		options = min(len(s.Fields[0].Options), len(s.Buttons))
	}
	answers, others := s.Buttons[:options], s.Buttons[options:]
	if len(s.Buttons) > maxButtons {
		for _, b := range answers {
			list = append(list, b.Label)
		}
		answers, others = nil, others[:min(len(others), maxButtons)]
	}
	// What the step itself offers stands in rows of its own; back, help and cancel share the last one.
	own := 0
	for own < len(others) && others[own].Style != flow.Plain {
		own++
	}
	rows = slices.Concat(lay(answers), lay(others[:own]))
	below := slices.Clone(others[own:])
	slices.Reverse(below)
	fromBelow := lay(below)
	for _, row := range fromBelow {
		slices.Reverse(row)
	}
	slices.Reverse(fromBelow)
	return append(rows, fromBelow...), list
}

// lay puts buttons into rows: beside each other as long as their labels can be read.
func lay(shown []flow.ShownButton) [][]button {
	var rows [][]button
	var row []button
	longest := 0
	for _, b := range shown {
		if b.Token == "" || len(b.Token) > maxData {
			continue // Telegram would refuse the whole message for it
		}
		next := button{Text: label(b.Label), Data: b.Token, Style: styles[b.Style]}
		n := chat.UTF16.Length(next.Text)
		if k := len(row) + 1; k > 1 && (k > maxRow || max(longest, n)*k > rowWidth) {
			rows, row, longest = append(rows, row), nil, 0
		}
		row, longest = append(row, next), max(longest, n)
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	return rows
}

func label(s string) string {
	s = chat.UTF16.Clamp(strings.Join(strings.Fields(s), " "), maxLabel)
	if s == "" {
		return "…"
	}
	return s
}
