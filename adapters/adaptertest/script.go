package adaptertest

import (
	"context"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// A script is a desk that answers as a test says and remembers what it was asked.
type script struct {
	mu     sync.Mutex
	answer func(in flow.Inbound) (flow.Shown, error)
	asked  []flow.Inbound
	shown  []string // messages of the answers
}

// Handle implements flow.Handler.
func (s *script) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	s.mu.Lock()
	s.asked = append(s.asked, in)
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		answer = func(flow.Inbound) (flow.Shown, error) {
			return flow.Shown{Kind: "notice", Title: "Understood.", Ended: true}, nil
		}
	}
	v, err := answer(in)
	if err != nil {
		return err
	}
	id, err := on.Show(ctx, v)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, id)
	return err
}

// Card implements flow.Desk: a card says what it is of.
func (s *script) Card(_ context.Context, _ flow.Inbound, subject string) (flow.Shown, error) {
	return flow.Shown{Token: subject + ".0.", Kind: "card", Title: "Card of " + subject}, nil
}

// Suggest implements flow.Desk: it suggests what is typed.
func (s *script) Suggest(_ context.Context, _ flow.Inbound, _, _, typed string) ([]flow.ShownOption, error) {
	return []flow.ShownOption{{Value: typed, Label: typed}}, nil
}

// answers has every gesture answered with the view.
func (s *script) answers(v flow.Shown) {
	s.plays(func(flow.Inbound) (flow.Shown, error) { return v, nil })
}

// plays has every gesture answered by the function.
func (s *script) plays(answer func(in flow.Inbound) (flow.Shown, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *script) inbound() []flow.Inbound {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]flow.Inbound(nil), s.asked...)
}

// A stage is one test: an adapter, a script behind it, and two people.
type stage struct {
	*testing.T
	Harness
	*script
	ana, bia string
}

// last is the newest message that the bot has sent to the person.
func (s *stage) last(user string) Seen {
	s.Helper()
	return newest(s.T, s.See(user))
}

func newest(t *testing.T, seen []Seen) Seen {
	t.Helper()
	for i := len(seen) - 1; i >= 0; i-- {
		if seen[i].Author == "" {
			return seen[i]
		}
	}
	t.Fatalf("the bot has said nothing; seen: %+v", seen)
	return Seen{}
}

// one is the only gesture that was made since the last n.
func (s *stage) one(after int) flow.Inbound {
	s.Helper()
	all := s.inbound()
	if len(all) != after+1 {
		s.Fatalf("%d gestures reached the flows, want %d: %+v", len(all), after+1, all)
	}
	return all[after]
}

// card is a view with buttons. Its tokens are of the form that the engine makes.
func card(title string, labels ...string) flow.Shown {
	v := flow.Shown{Token: "01JDTESTCARD.1", Kind: "menu", Title: title}
	for _, l := range labels {
		v.Buttons = append(v.Buttons, flow.ShownButton{Token: "01JDTESTCARD.1." + l, Label: l})
	}
	return v
}
