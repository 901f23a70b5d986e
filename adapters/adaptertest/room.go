package adaptertest

import (
	"slices"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

func noticeForOne(s *stage) {
	id, err := s.Poster().Post(s.Context(), s.Chat(s.ana), flow.Shown{Kind: "notice", Title: "Your refund was approved.", Ended: true})
	if err != nil || id == "" {
		s.Fatalf("post: message %q, %v", id, err)
	}
	if got := s.last(s.ana); got.Message != id || !strings.Contains(got.Text(), "Your refund was approved.") {
		s.Errorf("message %s is %q", got.Message, got.Text())
	}
	for _, m := range s.See(s.bia) {
		if strings.Contains(m.Text(), "approved") {
			s.Errorf("somebody else reads it: %q", m.Text())
		}
	}
}

func roomCardEdited(s *stage) {
	v := card("João asks for a refund", "Approve", "Deny")
	v.Facts = []flow.ShownFact{{Label: "Price", Value: "R$ 297,00"}}
	id, err := s.Poster().Post(s.Context(), s.Room(), v)
	if err != nil {
		s.Fatal(err)
	}
	for _, user := range []string{s.ana, s.bia} {
		m := newest(s.T, s.SeeRoom(user))
		if _, ok := m.Button("Approve"); m.Message != id || !ok || m.Whisper {
			s.Errorf("%s sees %q with %+v, whisper %v", user, m.Text(), m.Buttons, m.Whisper)
		}
	}
	done := flow.Shown{Kind: "notice", Title: "Approved by Rui", Ended: true}
	if err := s.Poster().Edit(s.Context(), s.Room(), id, done); err != nil {
		s.Fatal(err)
	}
	for _, user := range []string{s.ana, s.bia} {
		m := newest(s.T, s.SeeRoom(user))
		if m.Message != id || !strings.Contains(m.Text(), "Approved by Rui") || strings.Contains(m.Text(), "asks") || len(m.Buttons) > 0 {
			s.Errorf("%s sees %q with %+v after the edit", user, m.Text(), m.Buttons)
		}
	}
}

func whisperInRoom(s *stage) {
	id, err := s.Poster().Post(s.Context(), s.Room(), card("Somebody asks for a refund", "Decide"))
	if err != nil {
		s.Fatal(err)
	}
	// The flow tries to write over the card that was pressed: it is everybody's and must stay.
	s.plays(func(in flow.Inbound) (flow.Shown, error) {
		v := card("The buyer is joao@example.com", "Approve")
		v.Replace = in.Message
		return v, nil
	})
	b, _ := newest(s.T, s.SeeRoom(s.ana)).Button("Decide")
	s.Press(s.ana, id, b.Token)
	in := s.one(0)
	if !in.Shared || in.Chat != s.Room() || in.Message != id {
		s.Errorf("shared %v, chat %q, message %q; want the room's card", in.Shared, in.Chat, in.Message)
	}
	all := append(s.SeeRoom(s.ana), s.See(s.ana)...)
	i := slices.IndexFunc(all, func(m Seen) bool { return strings.Contains(m.Text(), "joao@example.com") })
	if i < 0 {
		s.Fatalf("the person who pressed sees no answer: %+v", all)
	}
	for _, m := range append(s.SeeRoom(s.bia), s.See(s.bia)...) {
		if strings.Contains(m.Text(), "joao@example.com") {
			s.Errorf("somebody else reads it: %q", m.Text())
		}
	}
	if card := s.SeeRoom(s.bia); len(card) != 1 || !strings.Contains(card[0].Text(), "Somebody asks for a refund") {
		s.Errorf("the room's card was written over: %+v", card)
	}
	// The whisper itself may be written over, for the same eyes.
	b, ok := all[i].Button("Approve")
	if !ok {
		s.Fatalf("the answer has no button: %+v", all[i])
	}
	s.plays(func(in flow.Inbound) (flow.Shown, error) {
		return flow.Shown{Kind: "result", Title: "Approved for joao@example.com", Ended: true, Replace: in.Message}, nil
	})
	s.Press(s.ana, all[i].Message, b.Token)
	for _, m := range append(s.SeeRoom(s.bia), s.See(s.bia)...) {
		if strings.Contains(m.Text(), "joao@example.com") {
			s.Errorf("somebody else reads the edited answer: %q", m.Text())
		}
	}
}
