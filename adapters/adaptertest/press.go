package adaptertest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

func pressCarriesToken(s *stage) {
	v := card("Refund this purchase?", "Confirm", "Cancel")
	v.Buttons[0].Token = "01JDZKQ3V7X9T2M4N6P8R0S1W5.12.confirm"
	v.Buttons[0].Style = flow.Danger
	s.answers(v)
	s.Type(s.ana, "/refund")
	m := s.last(s.ana)
	b, ok := m.Button("Confirm")
	if !ok || b.Token != v.Buttons[0].Token {
		s.Fatalf("buttons are %+v, want [Confirm] with %s", m.Buttons, v.Buttons[0].Token)
	}
	s.Press(s.ana, m.Message, b.Token)
	in := s.one(1)
	if got, want := in.Input, (flow.Pressed{Token: v.Buttons[0].Token}); got != want {
		s.Errorf("input is %#v, want %#v", got, want)
	}
	if in.Message != m.Message || in.User != s.ana || in.Chat != s.Chat(s.ana) {
		s.Errorf("message %q by %q in %q; want %q by %q in %q", in.Message, in.User, in.Chat, m.Message, s.ana, s.Chat(s.ana))
	}
}

func longestToken(s *stage) {
	v := card("Subject")
	token := "proposal:01JDZKQ3V7X9T2M4N6P8R0S1W5.1." // a live card's
	token += strings.Repeat("b", flow.MaxToken-len(token))
	v.Buttons = []flow.ShownButton{{Token: token, Label: "Decide"}}
	s.answers(v)
	s.Type(s.ana, "/refunds")
	m := s.last(s.ana)
	b, ok := m.Button("Decide")
	if !ok {
		s.Fatalf("no [Decide]: %+v", m.Buttons)
	}
	s.Press(s.ana, m.Message, b.Token)
	if got := s.one(1).Input; got != (flow.Pressed{Token: token}) {
		s.Errorf("input is %#v, want the token of %d bytes", got, len(token))
	}
}

func twoPresses(s *stage) {
	s.answers(card("Refund this purchase?", "Confirm"))
	s.Type(s.ana, "/refund")
	m := s.last(s.ana)
	b, _ := m.Button("Confirm")
	s.Press(s.ana, m.Message, b.Token)
	s.Press(s.ana, m.Message, b.Token)
	all := s.inbound()
	if len(all) != 3 {
		s.Fatalf("%d gestures reached the flows, want the command and two presses", len(all))
	}
	if all[1].Input != all[2].Input {
		s.Errorf("the presses differ: %#v, %#v", all[1].Input, all[2].Input)
	}
	if all[1].ID != "" && all[1].ID == all[2].ID {
		s.Errorf("two presses look like one delivery: %q", all[1].ID)
	}
}

func cardReplaced(s *stage) {
	s.answers(card("Refund this purchase?", "Confirm", "Cancel"))
	s.Type(s.ana, "/refund")
	m := s.last(s.ana)
	b, _ := m.Button("Confirm")
	s.plays(func(in flow.Inbound) (flow.Shown, error) {
		return flow.Shown{Kind: "result", Title: "Refund requested.", Ended: true, Replace: in.Message}, nil
	})
	s.Press(s.ana, m.Message, b.Token)
	seen := s.See(s.ana)
	i := slices.IndexFunc(seen, func(x Seen) bool { return x.Message == m.Message })
	if i < 0 {
		s.Fatalf("the card is gone: %+v", seen)
	}
	if got := seen[i]; !strings.Contains(got.Text(), "Refund requested.") || strings.Contains(got.Text(), "Refund this purchase?") || len(got.Buttons) > 0 {
		s.Errorf("the card is %q with %+v; want the result without buttons", got.Text(), got.Buttons)
	}
}

func stalePress(s *stage) {
	s.answers(card("Refund this purchase?", "Confirm"))
	s.Type(s.ana, "/refund")
	m := s.last(s.ana)
	b, _ := m.Button("Confirm")
	s.plays(func(in flow.Inbound) (flow.Shown, error) {
		return flow.Shown{Kind: "result", Title: "Refund requested.", Ended: true, Replace: in.Message}, nil
	})
	s.Press(s.ana, m.Message, b.Token)
	s.answers(flow.Shown{Kind: "notice", Title: "This button is old.", Ended: true})
	s.Press(s.ana, m.Message, b.Token)
	if got := s.one(2).Input; got != (flow.Pressed{Token: b.Token}) {
		s.Errorf("input is %#v, want the old token %s", got, b.Token)
	}
	if got := s.last(s.ana).Text(); !strings.Contains(got, "This button is old.") {
		s.Errorf("the answer is not seen: %q", got)
	}
}

func endedCard(s *stage) {
	s.answers(flow.Shown{Kind: "result", Title: "Done.", Facts: []flow.ShownFact{{Label: "Price", Value: "R$ 297,00"}}, Ended: true})
	s.Type(s.ana, "/refund")
	m := s.last(s.ana)
	if len(m.Buttons) > 0 || len(m.Fields) > 0 {
		s.Errorf("an ended card offers %+v %+v", m.Buttons, m.Fields)
	}
	for _, want := range []string{"Done.", "Price", "R$ 297,00"} {
		if !strings.Contains(m.Text(), want) {
			s.Errorf("%q lacks %q", m.Text(), want)
		}
	}
}

func manyOptions(s *stage) {
	v := flow.Shown{
		Token: "01JDTESTCARD.1", Kind: "form", Title: "Which purchase?",
		Fields: []flow.ShownField{{Name: "purchase", Label: "Purchase", Kind: flow.ChoiceField}},
	}
	for i := range 25 {
		label := fmt.Sprintf("Purchase number %d", i+1)
		v.Fields[0].Options = append(v.Fields[0].Options, flow.ShownOption{Value: fmt.Sprint(i), Label: label})
		v.Buttons = append(v.Buttons, flow.ShownButton{Token: fmt.Sprintf("01JDTESTCARD.1.o%d", i), Label: label})
	}
	v.Buttons = append(v.Buttons, flow.ShownButton{Token: "01JDTESTCARD.1.help", Label: "Help"}, flow.ShownButton{Token: "01JDTESTCARD.1.cancel", Label: "Cancel"})
	s.answers(v)
	s.Type(s.ana, "/find")
	m := s.last(s.ana)
	for _, want := range v.Buttons {
		if b, ok := m.Button(want.Label); ok && b.Token != want.Token {
			s.Errorf("[%s] carries %s, want %s", want.Label, b.Token, want.Token)
		} else if !ok && !strings.Contains(m.Text(), want.Label) {
			s.Errorf("%q can be chosen neither by a button nor by name", want.Label)
		}
	}
	b, ok := m.Button("Purchase number 25")
	if !ok && !slices.Contains(s.Can(), FreeText) {
		s.Fatal("the 25th option cannot be chosen")
	}
	if !ok {
		s.Type(s.ana, "25")
		if got := s.one(1).Input; got != (flow.Typed{Text: "25"}) {
			s.Errorf("input is %#v, want the number as text", got)
		}
		return
	}
	s.Press(s.ana, m.Message, b.Token)
	if got := s.one(1).Input; got != (flow.Pressed{Token: "01JDTESTCARD.1.o24"}) {
		s.Errorf("input is %#v, want the 25th option", got)
	}
}
