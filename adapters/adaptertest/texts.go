package adaptertest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aftersale/aftersale/flows/flow"
)

func longText(s *stage) {
	var words []string
	for i := range 1500 {
		words = append(words, fmt.Sprintf("word%04d", i))
	}
	text := strings.Join(words, " ") // 13,499 characters
	s.answers(flow.Shown{Kind: "result", Title: "A long story", Body: []string{text, "The end."}, Ended: true})
	s.Type(s.ana, "/find")
	var all strings.Builder
	for _, m := range s.See(s.ana) {
		for _, p := range m.Pieces {
			all.WriteString(p + " ")
			if n := utf8.RuneCountInString(p); n > s.Longest() {
				s.Errorf("a piece has %d characters, at most %d go", n, s.Longest())
			}
		}
	}
	at := 0
	for _, w := range append(words, "The end.") {
		i := strings.Index(all.String()[at:], w)
		if i < 0 {
			s.Fatalf("%q is lost or out of order", w)
		}
		at += i
	}
}

func literalMarkup(s *stage) {
	const odd = `<b>x</b> *y* _z_ &amp; <script>alert(1)</script> ~t~ [l](http://e) <@U1> @everyone \n`
	v := card(odd, "<i>Yes</i> & no")
	v.Body = []string{odd}
	v.Facts = []flow.ShownFact{{Label: "<u>Buyer</u>", Value: odd}}
	v.Problem = odd
	s.answers(v)
	s.types(odd)
	m := s.last(s.ana)
	if n := strings.Count(m.Text()+"\n"+m.Problem, odd); n < 4 {
		s.Errorf("title, body, fact and problem show it %d times, want 4: %q", n, m.Text())
	}
	if _, ok := m.Button("<i>Yes</i> & no"); !ok {
		s.Errorf("the button's label is changed: %+v", m.Buttons)
	}
}

func otherScripts(s *stage) {
	const name = "محمد بن سلمى 👩🏽‍🍳 שָׁלוֹם João Ñandú 饺子 e\u0301"
	v := card("For "+name, "👍 "+name[:8])
	v.Facts = []flow.ShownFact{{Label: "Buyer", Value: name}}
	s.answers(v)
	s.types(name)
	m := s.last(s.ana)
	if strings.Count(m.Text(), name) != 2 {
		s.Errorf("title and fact are %q", m.Text())
	}
	if _, ok := m.Button("👍 " + name[:8]); !ok {
		s.Errorf("the button's label is changed: %+v", m.Buttons)
	}
}

// types has ana type a text, as an answer where the platform has free text, else behind a command, and wants it unchanged.
func (s *stage) types(text string) {
	s.Helper()
	if !slices.Contains(s.Can(), FreeText) {
		s.Type(s.ana, "/find "+text)
		if _, rest := said(s.one(0)); rest != text {
			s.Errorf("input is %#v, want it as it was typed", s.one(0).Input)
		}
		return
	}
	s.Type(s.ana, text)
	if got := s.one(0).Input; got != (flow.Typed{Text: text}) {
		s.Errorf("input is %#v, want it as it was typed", got)
	}
}
