package adaptertest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/aftersale/aftersale/flows/flow"
)

// shows looks for all of a view in some messages: where it is, and what is missing.
func (p *theatre) shows(seen []Seen, v flow.Shown) (place, []string) {
	at := place{view: v, buttons: map[string]pressable{}}
	var missing []string
	lacks := func(what, text string) { missing = append(missing, fmt.Sprintf("%s %q", what, text)) }
	if len(seen) == 0 {
		return at, []string{"anything new"}
	}
	if len(seen) == 1 {
		at.message, at.whisper = seen[0].Message, seen[0].Whisper
	}
	var text strings.Builder
	for _, s := range seen {
		text.WriteString(p.normal(s.Text()+"\n"+s.Problem) + "\n")
		for _, f := range s.Fields {
			text.WriteString(p.normal(f.Label+"\n"+f.Hint+"\n"+f.Problem) + "\n")
		}
	}
	says := func(what, words string) {
		if !holds(text.String(), plain(words)) {
			lacks(what, words)
		}
	}
	says("title", v.Title)
	beside := slices.ContainsFunc(v.Fields, func(f flow.ShownField) bool { return f.Problem != "" })
	says("problem", v.Problem)
	if !beside {
		says("hint", v.Hint)
	}
	for _, b := range v.Body {
		says("sentence", b)
	}
	for _, f := range v.Facts {
		if !slices.ContainsFunc(seen, func(s Seen) bool {
			text := p.normal(s.Text())
			return fact(text, f) || !p.has(Rooms) && fact(text, p.book.Elsewhere(f))
		}) {
			lacks("fact", f.Label+": "+f.Value)
		}
	}
	opens := p.opens(v)
	for _, f := range v.Fields {
		switch {
		case opens:
			missing = append(missing, p.field(seen, f)...)
		case len(f.Options) == 0: // else the buttons say it
			says("question", f.Label)
			says("hint", f.Hint)
		}
	}
	for _, s := range seen {
		if len(s.Fields) > 0 {
			at.form = s.Message
		}
	}
	for _, b := range v.Buttons {
		where, ok := button(seen, b.Label)
		if ok {
			at.buttons[b.Label] = where
		} else if !opens && !p.choosable(seen, text.String(), b.Label) { // a form that opens has its own ways out
			lacks("button", b.Label)
		}
	}
	return at, missing
}

// field looks for one field of a form that opens.
func (p *theatre) field(seen []Seen, f flow.ShownField) []string {
	for _, s := range seen {
		i := slices.IndexFunc(s.Fields, func(got SeenField) bool { return got.Name == f.Name })
		if i < 0 {
			continue
		}
		got := s.Fields[i]
		var missing []string
		lacks := func(what, text string) {
			missing = append(missing, fmt.Sprintf("%s %q of field %s", what, text, f.Name))
		}
		if !holds(p.normal(got.Label), plain(f.Label)) {
			lacks("label", f.Label)
		}
		forgotten := f.Problem != "" && f.Value == "" // a secret; a form that stays open still shows what was typed
		if len(f.Options) == 0 && !forgotten && plain(got.Value) != plain(f.Value) {
			lacks("value", f.Value)
		}
		if !holds(p.normal(got.Hint+"\n"+s.Text()), plain(f.Hint)) {
			lacks("hint", f.Hint)
		}
		for _, o := range f.Options {
			if !slices.ContainsFunc(got.Options, func(g SeenOption) bool { return same(g.Label, o.Label) && g.Value == o.Value }) {
				lacks("option", o.Label)
			}
		}
		if f.Problem != "" && !holds(p.normal(got.Problem+"\n"+s.Problem+"\n"+s.Text()), plain(f.Problem)) {
			lacks("problem", f.Problem)
		}
		return missing
	}
	return []string{fmt.Sprintf("field %q", f.Label)}
}

// choosable says whether something that is no button can be chosen all the same: as an option of a field, or by number
// in a list.
func (p *theatre) choosable(seen []Seen, text, label string) bool {
	for _, s := range seen {
		for _, f := range s.Fields {
			if slices.ContainsFunc(f.Options, func(o SeenOption) bool { return same(o.Label, label) }) {
				return true
			}
		}
	}
	return p.has(FreeText) && listed(text, plain(label))
}

// listed says whether a text has the label behind a number.
func listed(text, label string) bool {
	for rest := text; ; {
		before, after, ok := strings.Cut(rest, label)
		if !ok {
			return false
		}
		number := []rune(strings.TrimRight(before, " .):-–—\ufe0f\u20e3"))
		if len(number) > 0 && unicode.IsDigit(number[len(number)-1]) {
			return true
		}
		rest = after
	}
}

func button(seen []Seen, label string) (pressable, bool) {
	for i := len(seen) - 1; i >= 0; i-- {
		for _, b := range seen[i].Buttons {
			if same(b.Label, label) {
				return pressable{seen[i].Message, b.Token}, true
			}
		}
	}
	return pressable{}, false
}

// fact looks for a label and behind it the lines of its value.
func fact(text string, f flow.ShownFact) bool {
	_, rest, ok := strings.Cut(text, plain(f.Label))
	for _, line := range strings.Split(f.Value, "\n") {
		ok = ok && holds(rest, plain(line))
	}
	return ok
}

// normal is a text of the platform as the files have it: white space is a space, commands begin with "/".
func (p *theatre) normal(text string) string {
	return plain(p.world.Unprefixed(text))
}

func plain(text string) string {
	return hashes.ReplaceAllString(strings.Join(strings.Fields(text), " "), "(hash)")
}

// hashes are over ids that the world made, whose numbers depend on how much was made before.
var hashes = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// holds looks for words in a text, also for their beginning with an ellipsis where the platform has no room for more.
func holds(text, words string) bool {
	if strings.Contains(text, words) {
		return true
	}
	runes := []rune(words)
	const least = 15 // characters of a beginning that still says what it is about
	for n := len(runes) - 1; n >= least; n-- {
		if strings.Contains(text, strings.TrimRight(string(runes[:n]), " ")+"…") {
			return true
		}
	}
	return false
}

// same says whether two labels are the same, one of them perhaps cut.
func same(got, want string) bool {
	got, want = plain(got), plain(want)
	begin, cut := strings.CutSuffix(got, "…")
	return got == want || cut && strings.HasPrefix(want, begin)
}
