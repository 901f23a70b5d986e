package adaptertest

import (
	"maps"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

// emailForm is a form of four kinds of field.
func emailForm() flow.Shown {
	return flow.Shown{
		Token: "01JDTESTFORM.4", Kind: "form", Title: "Change the e-mail",
		Fields: []flow.ShownField{
			{Name: "email", Label: "New address", Hint: "Where access goes from now on", Kind: flow.EmailField, Value: "joao@exemple.com"},
			{Name: "email_again", Label: "New address again", Kind: flow.EmailField},
			{Name: "reason", Label: "Reason", Kind: flow.ChoiceField, Options: []flow.ShownOption{{Value: "typo", Label: "A typing mistake"}, {Value: "lost", Label: "Lost access"}}},
			{Name: "note", Label: "Note", Kind: flow.LongField, Optional: true},
		},
		Buttons: []flow.ShownButton{{Token: "01JDTESTFORM.4.cancel", Label: "Cancel"}},
	}
}

func wholeForm(s *stage) {
	v := emailForm()
	s.answers(v)
	s.Type(s.ana, "/email HP1")
	if !s.one(0).Forms {
		s.Errorf("the flows were not told that the platform has forms")
	}
	m := s.last(s.ana)
	if len(m.Fields) != len(v.Fields) {
		s.Fatalf("%d fields are shown, want %d: %+v", len(m.Fields), len(v.Fields), m.Fields)
	}
	for i, f := range v.Fields {
		if got := m.Fields[i]; got.Name != f.Name || !strings.Contains(got.Label, f.Label) || got.Value != f.Value || len(got.Options) != len(f.Options) {
			s.Errorf("field %d is %+v, want %+v", i, got, f)
		}
	}
	values := map[string]string{"email": "joao@example.com", "email_again": "joao@example.com", "reason": "typo", "note": "He wrote <twice>\nand again."}
	s.Submit(s.ana, m.Message, values)
	in := s.one(1)
	got, ok := in.Input.(flow.Submitted)
	if !ok || got.Token != v.Token || !maps.Equal(got.Values, values) {
		s.Errorf("input is %#v, want all answers under %s", in.Input, v.Token)
	}
	if in.Message != m.Message {
		s.Errorf("the form's message is %q, want %q", in.Message, m.Message)
	}
}

// answerButton posts a form: nobody has asked just now, so no platform lets it open by itself. It is answered on the card,
// or opens by the button that shows it again.
func answerButton(s *stage) {
	v := emailForm()
	v.Answer = &flow.ShownButton{Token: v.Token + ".answer", Label: "Answer"}
	s.answers(v)
	if _, err := s.Poster().Post(s.Context(), s.Chat(s.ana), v); err != nil {
		s.Fatal(err)
	}
	m := s.last(s.ana)
	if !strings.Contains(m.Text(), v.Title) {
		s.Errorf("%q lacks %q", m.Text(), v.Title)
	}
	pressed := 0
	if b, ok := m.Button("Answer"); ok {
		s.Press(s.ana, m.Message, b.Token)
		if got := s.one(0).Input; got != (flow.Pressed{Token: v.Answer.Token}) {
			s.Errorf("input is %#v, want %s", got, v.Answer.Token)
		}
		pressed, m = 1, s.last(s.ana)
	}
	if len(m.Fields) != len(v.Fields) {
		s.Fatalf("%d fields are shown, want %d: %+v", len(m.Fields), len(v.Fields), m)
	}
	values := map[string]string{"email": "joao@example.com", "email_again": "joao@example.com", "reason": "lost", "note": ""}
	s.Submit(s.ana, m.Message, values)
	if got, ok := s.one(pressed).Input.(flow.Submitted); !ok || got.Token != v.Token || !maps.Equal(got.Values, values) {
		s.Errorf("input is %#v, want all answers under %s", s.one(pressed).Input, v.Token)
	}
}

func oneQuestion(s *stage) {
	s.answers(flow.Shown{
		Token: "01JDTESTFORM.1", Kind: "form", Title: "Which purchase should be refunded?",
		Fields:  []flow.ShownField{{Name: "transaction", Label: "Transaction", Hint: "It begins with HP", Kind: flow.TextField}},
		Buttons: []flow.ShownButton{{Token: "01JDTESTFORM.1.cancel", Label: "Cancel"}},
	})
	s.Type(s.ana, "/refund")
	m := s.last(s.ana)
	all := m.Text()
	for _, f := range m.Fields {
		all += "\n" + f.Label
	}
	for _, want := range []string{"Which purchase should be refunded?", "Transaction"} {
		if !strings.Contains(all, want) {
			s.Errorf("%q lacks %q", all, want)
		}
	}
	if _, ok := m.Button("Cancel"); !ok {
		s.Errorf("no [Cancel]: %+v", m.Buttons)
	}
	s.Type(s.ana, "hp1100000101")
	if got := s.one(1).Input; got != (flow.Typed{Text: "hp1100000101"}) {
		s.Errorf("input is %#v, want the typed answer", got)
	}
}

func problemBeside(s *stage) {
	v := emailForm()
	v.Problem = "The addresses are not the same."
	v.Fields[1].Value, v.Fields[1].Problem = "joao@exampel.com", v.Problem
	s.answers(v)
	s.Type(s.ana, "/email HP1")
	m := s.last(s.ana)
	for _, f := range m.Fields {
		if want := map[bool]string{true: v.Problem}[f.Name == "email_again"]; f.Problem != want {
			s.Errorf("beside %s stands %q, want %q", f.Name, f.Problem, want)
		}
		if f.Name == "email_again" && f.Value != "joao@exampel.com" {
			s.Errorf("what was typed before is %q", f.Value)
		}
	}
}

func problemShown(s *stage) {
	s.answers(flow.Shown{
		Token: "01JDTESTFORM.2", Kind: "form", Title: "Which purchase should be refunded?",
		Problem: "There is no purchase HP999.", Hint: "Check the buyer's receipt.",
		Fields: []flow.ShownField{{Name: "transaction", Label: "Transaction", Kind: flow.TextField, Problem: "There is no purchase HP999."}},
	})
	s.Type(s.ana, "/refund HP999")
	m := s.last(s.ana)
	all := m.Text() + "\n" + m.Problem
	for _, f := range m.Fields {
		all += "\n" + f.Problem
	}
	for _, want := range []string{"There is no purchase HP999.", "Check the buyer's receipt."} {
		if !strings.Contains(all, want) {
			s.Errorf("%q lacks %q", all, want)
		}
	}
}
