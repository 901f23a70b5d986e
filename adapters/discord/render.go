package discord

import (
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

// The colours of a card's edge: Discord's own.
const (
	colorOpen    = 0x5865F2 // something can be done
	colorDone    = 0x57F287
	colorProblem = 0xED4245
	colorQuiet   = 0x99AAB5 // nothing to do
)

// What stands before a problem, and before what to do about it.
const (
	problemMark = "✗ "
	hintMark    = "→ "
)

// besides is how long a label and its value may be together to stand beside another fact.
const besides = 40

// A drawing is a view as messages: the last one holds what can be pressed.
type drawing []message

// render draws a view: a card whose edge tells its state, facts as a table, buttons below. Long texts go on in further
// messages. The words are Discord's menus' own.
func render(v flow.Shown, words menuWords) drawing {
	p := &page{color: color(v)}
	p.title(v.Title)
	if v.Problem != "" {
		p.text(problemMark, v.Problem)
	}
	if v.Hint != "" {
		p.text(hintMark, v.Hint)
	}
	for _, b := range v.Body {
		p.text("", b)
	}
	for _, f := range v.Facts {
		p.fact(f)
	}
	p.questions(v)
	rows, list := controls(v, words)
	p.list(list)
	all := p.done()
	if len(rows) > 0 {
		all[len(all)-1].Components = rows
	}
	return all
}

// renderOne draws a view as one message, for an edit of one: what does not fit is left out.
func renderOne(v flow.Shown, words menuWords) message {
	all := render(v, words)
	m := all[0]
	m.Components = all[len(all)-1].Components
	return m
}

// plain is a message of one sentence of ours.
func plain(text string) message { return message{Content: escapeIn(text, maxContent)} }

func color(v flow.Shown) int {
	switch {
	case v.Problem != "":
		return colorProblem
	case v.Ended && v.Kind == "result":
		return colorDone
	case v.Ended:
		return colorQuiet
	}
	return colorOpen
}

// A page is the card that is being filled, and those that are full.
type page struct {
	color int
	full  []message
	now   embed
	used  int
}

// room begins another card when the current one cannot take n more characters.
func (p *page) room(n int) {
	if p.used > 0 && p.used+n > maxEmbed {
		p.turn()
	}
	p.used += n
}

func (p *page) turn() {
	p.now.Color = p.color
	p.full = append(p.full, message{Embeds: []embed{p.now}})
	p.now, p.used = embed{}, 0
}

// title takes what fits into the title; the rest of one that is a paragraph goes on below.
func (p *page) title(s string) {
	pieces := escapeSplit(oneLine(s), maxTitle)
	if len(pieces) == 0 {
		return
	}
	p.room(count.Length(pieces[0]))
	p.now.Title = pieces[0]
	for _, rest := range pieces[1:] {
		p.paragraph(rest)
	}
}

// text adds a paragraph, split where it is too long.
func (p *page) text(mark, s string) {
	for _, piece := range escapeSplit(s, maxDescription-count.Length(mark)) {
		p.paragraph(mark + piece)
		mark = ""
	}
}

// paragraph adds one that is escaped and fits into a description.
func (p *page) paragraph(s string) {
	if s == "" {
		return
	}
	n := count.Length(s)
	if len(p.now.Fields) > 0 || p.now.Description != "" && count.Length(p.now.Description)+1+n > maxDescription {
		p.turn() // what is below the facts stands on the next card
	}
	p.room(n + 1)
	if p.now.Description != "" {
		p.now.Description += "\n"
	}
	p.now.Description += s
}

// fact adds a line of the table, or a paragraph where the value is too long for one.
func (p *page) fact(f flow.ShownFact) {
	name := escapeIn(oneLine(f.Label), maxFieldName)
	value := escape(f.Value)
	if name == "" || strings.TrimSpace(value) == "" {
		return
	}
	if count.Length(value) > maxFieldValue {
		p.text("**"+name+"**\n", f.Value)
		return
	}
	if len(p.now.Fields) == maxFields {
		p.turn()
	}
	p.room(count.Length(name) + count.Length(value))
	inline := count.Length(f.Label)+count.Length(f.Value) <= besides && !strings.Contains(f.Value, "\n")
	p.now.Fields = append(p.now.Fields, embedField{Name: name, Value: value, Inline: inline})
}

// questions says what is asked, where no modal does: behind [Answer], or by typing.
func (p *page) questions(v flow.Shown) {
	if !fillable(v) {
		return
	}
	for _, f := range v.Fields {
		value := f.Hint
		if f.Value != "" {
			value = shownValue(f)
		}
		if f.Problem != "" && f.Problem != v.Problem || f.Problem != "" && len(v.Fields) > 1 {
			value = strings.TrimSpace(problemMark + f.Problem + "\n" + value)
		}
		if strings.TrimSpace(value) == "" {
			value = "…"
		}
		name := escapeIn(oneLine(f.Label), maxFieldName)
		value = escapeIn(value, maxFieldValue)
		if len(p.now.Fields) == maxFields {
			p.turn()
		}
		p.room(count.Length(name) + count.Length(value))
		p.now.Fields = append(p.now.Fields, embedField{Name: name, Value: value})
	}
}

// shownValue is what was answered before, as the person knows it.
func shownValue(f flow.ShownField) string {
	for _, o := range f.Options {
		if o.Value == f.Value {
			return o.Label
		}
	}
	return f.Value
}

// list adds choices that neither buttons nor menus can hold, with their numbers, which can be typed.
func (p *page) list(lines []string) {
	for _, l := range lines {
		p.text("", l)
	}
}

func (p *page) done() drawing {
	if p.used > 0 || len(p.full) == 0 {
		if p.used == 0 {
			p.now.Description = "…" // Discord takes no empty message
		}
		p.turn()
	}
	return p.full
}
