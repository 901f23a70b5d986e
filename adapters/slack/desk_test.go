package slack

import (
	"context"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// A scripted desk answers by a function and remembers what it was asked.
type scripted struct {
	mu     sync.Mutex
	asked  []flow.Inbound
	answer func(in flow.Inbound) flow.Shown
	shown  []string
	wait   chan struct{} // answers when it is closed; nil: at once
}

func answering(v flow.Shown) *scripted {
	return &scripted{answer: func(flow.Inbound) flow.Shown { return v }}
}

// Handle implements flow.Handler. Like the engine, it is silent to what it has seen before.
func (s *scripted) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	s.mu.Lock()
	for _, before := range s.asked {
		if before.ID == in.ID && in.ID != "" {
			s.asked = append(s.asked, in)
			s.mu.Unlock()
			return nil
		}
	}
	s.asked = append(s.asked, in)
	answer, wait := s.answer, s.wait
	s.mu.Unlock()
	if wait != nil {
		<-wait
	}
	id, err := on.Show(ctx, answer(in))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, id)
	return err
}

// Card implements flow.Desk.
func (s *scripted) Card(ctx context.Context, in flow.Inbound, subject string) (flow.Shown, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in.Input = flow.Command{Word: subject}
	s.asked = append(s.asked, in)
	return s.answer(in), nil
}

// Suggest implements flow.Desk.
func (s *scripted) Suggest(context.Context, flow.Inbound, string, string, string) ([]flow.ShownOption, error) {
	return nil, nil
}

func (s *scripted) inbound() []flow.Inbound {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]flow.Inbound(nil), s.asked...)
}

func (s *scripted) last(t *testing.T) flow.Inbound {
	t.Helper()
	all := s.inbound()
	if len(all) == 0 {
		t.Fatal("nothing reached the desk")
	}
	return all[len(all)-1]
}

func (s *scripted) plays(f func(in flow.Inbound) flow.Shown) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

func (s *scripted) answers(v flow.Shown) { s.plays(func(flow.Inbound) flow.Shown { return v }) }

// The views of the tests. Tokens look as the engine's.
const talk = "01JDZKQ3V7X9T2M4N6P8R0S1W5"

func card(title string, labels ...string) flow.Shown {
	v := flow.Shown{Token: talk + ".1.", Kind: "confirm", Title: title}
	for _, l := range labels {
		v.Buttons = append(v.Buttons, flow.ShownButton{Token: talk + ".1." + l, Label: l})
	}
	return v
}

func form(revision string, problem string) flow.Shown {
	of := talk + "." + revision + "."
	return flow.Shown{
		Token: of, Kind: "form", Title: "Change the e-mail", Problem: problem,
		Fields: []flow.ShownField{
			{Name: "new", Label: "New e-mail", Kind: flow.EmailField, Problem: problem},
			{Name: "note", Label: "Note", Kind: flow.LongField, Optional: true},
		},
		Buttons: []flow.ShownButton{{Token: of + "help", Label: "Help"}, {Token: of + "cancel", Label: "Cancel"}},
		Answer:  &flow.ShownButton{Token: of + "show", Label: "Answer", Style: flow.Primary},
	}
}
