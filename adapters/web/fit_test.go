package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/aftersale/aftersale/flows/flow"
)

func buttons(n int, label string) []flow.ShownButton {
	var bs []flow.ShownButton
	for i := range n {
		bs = append(bs, flow.ShownButton{Token: fmt.Sprintf("c.1.b%d", i), Label: fmt.Sprintf("%s %d", label, i)})
	}
	return bs
}

func choice(options int, more ...string) flow.Shown {
	s := flow.Shown{Token: "c.1", Kind: "form", Title: "Which?", Fields: []flow.ShownField{{Name: "which", Label: "Purchase", Kind: flow.ChoiceField}}}
	for _, b := range buttons(options, "Option") {
		s.Fields[0].Options = append(s.Fields[0].Options, flow.ShownOption{Value: b.Token, Label: b.Label})
		s.Buttons = append(s.Buttons, b)
	}
	for _, label := range more {
		s.Buttons = append(s.Buttons, flow.ShownButton{Token: "c.1." + label, Label: label})
	}
	return s
}

func TestFitButtons(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		pane       Pane
		shown      flow.Shown
		rows       []int // buttons in each row
		menus      []int // options in each menu
		list       int
		lastButton string
	}{
		{"slack puts all beside each other", Team, flow.Shown{Buttons: buttons(25, "B")}, []int{25}, nil, 0, "B 24"},
		{"slack's 26th makes a menu of the options", Team, choice(25, "Cancel"), []int{1}, []int{25}, 0, "Cancel"},
		{"slack's menu takes 100", Team, choice(130, "Help", "Cancel"), []int{2}, []int{100, 30}, 0, "Cancel"},
		{"discord has rows of five", Creator, flow.Shown{Buttons: buttons(12, "B")}, []int{5, 5, 2}, nil, 0, "B 11"},
		{"discord's 26th makes a menu", Creator, choice(25, "Cancel"), []int{1}, []int{25}, 0, "Cancel"},
		{"discord's menus take 25", Creator, choice(40, "Cancel"), []int{1}, []int{25, 15}, 0, "Cancel"},
		{"without a choice one row stays", Creator, flow.Shown{Buttons: buttons(27, "B")}, []int{5}, []int{22}, 0, "B 26"},
		{"telegram has rows of three short ones", Buyer, flow.Shown{Buttons: buttons(7, "B")}, []int{3, 3, 1}, nil, 0, "B 6"},
		{"telegram gives long ones more room", Buyer, flow.Shown{Buttons: buttons(3, "A longer label")}, []int{2, 1}, nil, 0, "A longer label 2"},
		{"telegram gives the longest a row", Buyer, flow.Shown{Buttons: buttons(2, strings.Repeat("long ", 8))}, []int{1, 1}, nil, 0, strings.Repeat("long ", 8) + " 1"},
		{"telegram has no menu but a numbered list", Buyer, choice(70, "Cancel"), []int{1}, nil, 70, "Cancel"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := fit(test.shown, paneLimits[test.pane])
			if got := lengths(c.Rows); !slices.Equal(got, test.rows) {
				t.Errorf("rows of %v, want %v", got, test.rows)
			}
			if got := lengths(c.Menus); !slices.Equal(got, test.menus) {
				t.Errorf("menus of %v, want %v", got, test.menus)
			}
			if len(c.List) != test.list {
				t.Errorf("a list of %d, want %d", len(c.List), test.list)
			}
			last := c.Rows[len(c.Rows)-1]
			if got := last[len(last)-1].Label; got != test.lastButton {
				t.Errorf("the last button is %q, want %q", got, test.lastButton)
			}
			if all := len(slices.Concat(slices.Concat(c.Rows...), slices.Concat(c.Menus...))) + len(c.List); all != len(test.shown.Buttons) {
				t.Errorf("%d can be chosen of %d", all, len(test.shown.Buttons))
			}
		})
	}
}

func lengths(rows [][]flow.ShownButton) []int {
	var n []int
	for _, r := range rows {
		n = append(n, len(r))
	}
	return n
}

func TestFitLabels(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 200)
	for p, want := range map[Pane]int{Team: 75, Creator: 80, Buyer: 64} {
		c := fit(flow.Shown{Buttons: []flow.ShownButton{{Token: "t", Label: long}}}, paneLimits[p])
		if got := c.Rows[0][0].Label; utf8.RuneCountInString(got) != want || !strings.HasSuffix(got, "…") {
			t.Errorf("%s: a label of %d characters, want %d: %q", p, utf8.RuneCountInString(got), want, got)
		}
	}
}

func TestFitForm(t *testing.T) {
	t.Parallel()
	s := flow.Shown{Token: "c.1", Kind: "form", Title: "Change the e-mail of this purchase"}
	for i := range 7 {
		s.Fields = append(s.Fields, flow.ShownField{Name: fmt.Sprint("f", i), Label: strings.Repeat("L", 60), Kind: flow.TextField})
	}
	s.Fields[1] = flow.ShownField{Name: "why", Kind: flow.ChoiceField, Options: make([]flow.ShownOption, 10)}
	s.Fields[2] = flow.ShownField{Name: "which", Kind: flow.ChoiceField, Options: make([]flow.ShownOption, 11)}

	slack := fit(s, paneLimits[Team]).Form
	if slack.Bar != "Aftersale" || slack.Heading != s.Title {
		t.Errorf("slack's modal has the title %q and heading %q; a title has 24 characters", slack.Bar, slack.Heading)
	}
	if len(slack.Pages) != 1 || len(slack.Pages[0]) != 7 {
		t.Errorf("slack's modal has %d pages", len(slack.Pages))
	}
	discord := fit(s, paneLimits[Creator]).Form
	if discord.Bar != s.Title || discord.Heading != "" {
		t.Errorf("discord's modal has the title %q and heading %q", discord.Bar, discord.Heading)
	}
	if len(discord.Pages) != 2 || len(discord.Pages[0]) != 5 || len(discord.Pages[1]) != 2 {
		t.Errorf("discord's modal has pages %v, want 5 and 2 fields", discord.Pages)
	}
	if got := utf8.RuneCountInString(discord.Pages[0][0].Label); got != 45 {
		t.Errorf("discord's label has %d characters, want 45", got)
	}
	for i, want := range []bool{false, true, false} {
		if got := discord.Pages[0][i].Radio; got != want {
			t.Errorf("field %d with %d options: radio %v, want %v", i, len(s.Fields[i].Options), got, want)
		}
	}
	if telegram := fit(s, paneLimits[Buyer]); telegram.Form != nil || telegram.Ask != s.Fields[0].Label {
		t.Errorf("telegram has a modal %v, asks %q", telegram.Form, telegram.Ask)
	}
	s.Ended = true
	if c := fit(s, paneLimits[Team]); c.Form != nil {
		t.Error("an ended form can be filled in")
	}
}

func TestFitFormProblem(t *testing.T) {
	t.Parallel()
	s := flow.Shown{Kind: "form", Problem: "Not the same.", Fields: []flow.ShownField{{Name: "a", Kind: flow.TextField}, {Name: "b", Kind: flow.TextField}}}
	if f := fit(s, paneLimits[Team]).Form; f.Problem != "Not the same." {
		t.Errorf("a problem of no field is %q in the modal", f.Problem)
	}
	s.Fields[1].Problem = s.Problem
	if f := fit(s, paneLimits[Team]).Form; f.Problem != "" || f.Pages[0][1].Problem != s.Problem {
		t.Errorf("a field's problem stands %q above and %q beside", f.Problem, f.Pages[0][1].Problem)
	}
}

func TestFitText(t *testing.T) {
	t.Parallel()
	s := flow.Shown{
		Title: strings.Repeat("Title ", 300), Problem: strings.Repeat("problem ", 700), Hint: "hint",
		Body:  []string{strings.Repeat("𝔘nicode ", 1500), "The end."},
		Facts: []flow.ShownFact{{Label: strings.Repeat("l", 300), Value: strings.Repeat("v", 5000)}},
	}
	for _, p := range Panes() {
		l := paneLimits[p]
		c := fit(s, l)
		var body strings.Builder
		for i, part := range c.Parts {
			if n := l.length(partText(part)); n > l.Text {
				t.Errorf("%s: part %d has %d characters, at most %d go", p, i, n, l.Text)
			}
			for _, b := range part.Body {
				body.WriteString(b + " ")
			}
		}
		if got := strings.Count(body.String(), "𝔘nicode"); got != 1500 {
			t.Errorf("%s: %d of 1500 words are left", p, got)
		}
		if got := strings.Count(c.Parts[0].Title+body.String(), "Title"); got != 300 {
			t.Errorf("%s: %d of 300 words of the title are left", p, got)
		}
	}
	if c := fit(flow.Shown{}, paneLimits[Team]); len(c.Parts) != 0 {
		t.Errorf("nothing is drawn as %+v", c.Parts)
	}
}

func partText(p part) string {
	lines := append([]string{p.Title, p.Problem, p.Hint, p.Ask, p.AskHint}, p.Body...)
	for _, f := range p.Facts {
		lines = append(lines, f.Label+": "+f.Value)
	}
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	return strings.Join(lines, "\n")
}

func TestSplit(t *testing.T) {
	t.Parallel()
	l := limits{}
	tests := []struct {
		text string
		n    int
		want []string
	}{
		{"short", 10, []string{"short"}},
		{"", 10, nil},
		{"one two three", 8, []string{"one two", "three"}},
		{"first para\n\nsecond para", 16, []string{"first para", "second para"}},
		{"line one\nline two", 10, []string{"line one", "line two"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"ééééé", 2, []string{"éé", "éé", "é"}},
	}
	for _, test := range tests {
		if got := l.split(test.text, test.n); !slices.Equal(got, test.want) {
			t.Errorf("split(%q, %d) = %q, want %q", test.text, test.n, got, test.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("one two\n\nthree 👩🏽‍🍳", 5, true)
	f.Fuzz(func(t *testing.T, text string, n int, wide bool) {
		if n < 2 || n > 5000 || !utf8.ValidString(text) {
			t.Skip()
		}
		l := limits{UTF16: wide}
		pieces := l.split(text, n)
		for _, p := range pieces {
			if l.length(p) > n {
				t.Errorf("a piece has %d characters of at most %d: %q", l.length(p), n, p)
			}
		}
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got := squeeze(strings.Join(pieces, "")); got != squeeze(text) {
			t.Errorf("%q became %q", text, pieces)
		}
	})
}

func TestLengthCountsAsThePlatformDoes(t *testing.T) {
	t.Parallel()
	const text = "a👍é"
	if got := (limits{}).length(text); got != 3 {
		t.Errorf("%d characters, want 3", got)
	}
	if got, want := (limits{UTF16: true}).length(text), len(utf16.Encode([]rune(text))); got != want {
		t.Errorf("%d UTF-16 units, want %d", got, want)
	}
	if got := (limits{UTF16: true}).clamp("👍👍👍", 3); got != "👍…" {
		t.Errorf("clamped to %q: a surrogate pair must not be cut", got)
	}
}
