package web

import (
	"slices"

	"github.com/aftersale/aftersale/flows/flow"
)

// A card is what the bot shows, cut to what the pane's platform can draw. It holds plain strings; the templates escape.
type card struct {
	Parts []part               // at least one, except for an empty view
	Rows  [][]flow.ShownButton // buttons
	Menus [][]flow.ShownButton // what does not fit into buttons
	Form  *form                // opens as a modal; nil when there is none
	List  []flow.ShownOption   // choices that neither buttons nor a menu can hold: answered by number or name
	Ask   string               // the one question that typed text answers; for the input's placeholder
}

// A part is one section, message or bubble.
type part struct {
	Title   string
	Problem string
	Hint    string
	Body    []string
	Facts   []flow.ShownFact
	Ask     string // the question that is answered here, without a modal
	AskHint string
}

// A form is a modal.
type form struct {
	Token   string
	Bar     string // its title
	Heading string // the full title, when it does not fit into the bar
	Problem string // of no single field
	Hint    string
	Pages   [][]input
}

// An input is one field of a modal.
type input struct {
	flow.ShownField
	Radio bool
	Max   int
}

// fit lays a view out within the limits. It drops nothing that can be pressed or answered.
func fit(s flow.Shown, l limits) card {
	c := card{Parts: fitText(s, l)}
	buttons := slices.Clone(s.Buttons)
	for i := range buttons {
		buttons[i].Label = l.clamp(buttons[i].Label, l.Button)
	}
	options := 0 // how many of the buttons answer the one question
	switch {
	case s.Ended || len(s.Fields) == 0:
	case len(s.Fields) == 1 && s.Fields[0].Kind == flow.ChoiceField:
		options = min(len(s.Fields[0].Options), len(buttons))
	case l.Form:
		c.Form = fitForm(s, l)
	default:
		c.Ask = s.Fields[0].Label
	}
	if over := len(buttons) > l.Buttons; over && options > 0 && l.Menu == 0 {
		c.List, buttons = s.Fields[0].Options, buttons[options:]
	} else if over {
		if options == 0 {
			options = len(buttons) - l.Row // no choice: keep one row in sight
		}
		c.Menus = chunks(buttons[:options], func([]flow.ShownButton) int { return l.Menu })
		for _, m := range c.Menus {
			for i := range m {
				m[i].Label = l.clamp(m[i].Label, l.Option)
			}
		}
		buttons = buttons[options:]
	}
	c.Rows = chunks(buttons, l.beside)
	return c
}

// beside is how many of the next buttons go into one row: as many as the platform has, fewer where a narrow bubble
// would cut their labels off.
func (l limits) beside(next []flow.ShownButton) int {
	if !l.UTF16 {
		return l.Row
	}
	for n := min(l.Row, len(next)); n > 1; n-- {
		fits := true
		for _, b := range next[:n] {
			fits = fits && l.length(b.Label) <= 36/n
		}
		if fits {
			return n
		}
	}
	return 1
}

func chunks(buttons []flow.ShownButton, size func([]flow.ShownButton) int) [][]flow.ShownButton {
	var rows [][]flow.ShownButton
	for len(buttons) > 0 {
		n := min(max(1, size(buttons)), len(buttons))
		rows, buttons = append(rows, buttons[:n]), buttons[n:]
	}
	return rows
}

func fitForm(s flow.Shown, l limits) *form {
	f := &form{Token: s.Token, Bar: s.Title}
	if l.length(s.Title) > l.Modal {
		f.Bar, f.Heading = product, s.Title
	}
	beside := false
	for i, field := range s.Fields {
		field.Label, field.Hint = l.clamp(field.Label, l.Ask), l.clamp(field.Hint, l.Hint)
		beside = beside || field.Problem != ""
		if i%l.Inputs == 0 {
			f.Pages = append(f.Pages, nil)
		}
		in := input{ShownField: field, Max: l.Input, Radio: len(field.Options) > 0 && len(field.Options) <= l.Radio && !field.Optional}
		last := len(f.Pages) - 1
		f.Pages[last] = append(f.Pages[last], in)
	}
	f.Hint = s.Hint
	if !beside {
		f.Problem = s.Problem
	}
	return f
}

// fitText packs title, problem, body and facts into as few parts as the platform's length allows.
func fitText(s flow.Shown, l limits) []part {
	parts := []part{{}}
	used := 0
	// room returns the part that takes a text of that length.
	room := func(n int) *part {
		if used > 0 && used+n > l.Text {
			parts, used = append(parts, part{}), 0
		}
		used += n + 1
		return &parts[len(parts)-1]
	}
	if s.Title != "" {
		// A title is a line; the rest of one that is a paragraph goes on below.
		head := l.split(s.Title, l.Title)
		room(l.length(head[0])).Title = head[0]
		s.Body = append(head[1:len(head):len(head)], s.Body...)
	}
	if s.Problem != "" {
		text := l.clamp(s.Problem, l.Text/2)
		room(l.length(text)).Problem = text
	}
	if s.Hint != "" {
		text := l.clamp(s.Hint, l.Text/2)
		room(l.length(text)).Hint = text
	}
	for _, paragraph := range s.Body {
		for _, text := range l.split(paragraph, l.Text) {
			p := room(l.length(text))
			p.Body = append(p.Body, text)
		}
	}
	for i, f := range s.Facts {
		if i == l.Facts {
			break // a card is no list: lists come in pages
		}
		f.Label, f.Value = l.clamp(f.Label, l.Label), l.clamp(f.Value, l.Value)
		p := room(l.length(f.Label) + l.length(f.Value) + 2)
		p.Facts = append(p.Facts, f)
	}
	if s.Ended || len(s.Fields) != 1 || l.Form && s.Fields[0].Kind != flow.ChoiceField {
		if used == 0 {
			return nil
		}
		return parts
	}
	ask, hint := l.clamp(s.Fields[0].Label, l.Ask), l.clamp(s.Fields[0].Hint, l.Hint)
	p := room(l.length(ask) + l.length(hint) + 2)
	p.Ask, p.AskHint = ask, hint
	return parts
}
