package adaptertest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/aftersale/aftersale/flows/flow"
)

func commandStarts(s *stage) {
	s.answers(card("Which purchase?", "Cancel"))
	s.Type(s.ana, "/refund HP1100000101 now")
	in := s.one(0)
	if got, want := in.Input, (flow.Command{Word: "refund", Rest: "HP1100000101 now"}); !reflect.DeepEqual(got, want) {
		s.Errorf("input is %#v, want %#v", got, want)
	}
	if in.User != s.ana || in.Chat != s.Chat(s.ana) || in.Platform == "" || in.Shared {
		s.Errorf("user %q, chat %q, platform %q, shared %v; want %q in the private chat %q", in.User, in.Chat, in.Platform, in.Shared, s.ana, s.Chat(s.ana))
	}
	if got := s.last(s.ana); !strings.Contains(got.Text(), "Which purchase?") {
		s.Errorf("the answer is not seen: %q", got.Text())
	}
}

func textIsText(s *stage) {
	s.Type(s.ana, "where is my / course, please?")
	if got, want := s.one(0).Input, (flow.Typed{Text: "where is my / course, please?"}); got != want {
		s.Errorf("input is %#v, want %#v", got, want)
	}
}

func unknownWord(s *stage) {
	s.answers(flow.Shown{Kind: "notice", Title: "I do not know that word.", Ended: true})
	s.Type(s.ana, "/qwerty")
	if got, want := s.one(0).Input, (flow.Command{Word: "qwerty"}); !reflect.DeepEqual(got, want) {
		s.Errorf("input is %#v, want %#v", got, want)
	}
	if got := s.last(s.ana).Text(); !strings.Contains(got, "I do not know that word.") {
		s.Errorf("the answer is not seen: %q", got)
	}
}

func handlerFails(s *stage) {
	s.plays(func(flow.Inbound) (flow.Shown, error) { return flow.Shown{}, errors.New("the database is gone") })
	s.Type(s.ana, "hello")
	s.answers(flow.Shown{Kind: "notice", Title: "Here I am again.", Ended: true})
	s.Type(s.ana, "hello?")
	seen := s.last(s.ana)
	if !strings.Contains(seen.Text(), "Here I am again.") {
		s.Errorf("the next answer is not seen: %q", seen.Text())
	}
	for _, m := range s.See(s.ana) {
		if strings.Contains(m.Text()+m.Problem, "the database is gone") {
			s.Errorf("a cause reached the chat: %q", m.Text())
		}
	}
}

func separateChats(s *stage) {
	s.plays(func(in flow.Inbound) (flow.Shown, error) {
		return flow.Shown{Kind: "notice", Title: "For " + in.User + " alone.", Ended: true}, nil
	})
	s.Type(s.ana, "what ana said")
	s.Type(s.bia, "what bia said")
	for _, m := range s.See(s.bia) {
		if strings.Contains(m.Text(), "ana said") || strings.Contains(m.Text(), "For "+s.ana) {
			s.Errorf("the second person reads the first one's chat: %q", m.Text())
		}
	}
	if got := s.last(s.bia).Text(); !strings.Contains(got, "For "+s.bia+" alone.") {
		s.Errorf("the second person's answer is %q", got)
	}
}

func atOnce(s *stage) {
	const times = 20
	s.plays(func(in flow.Inbound) (flow.Shown, error) {
		return flow.Shown{Kind: "notice", Title: "Got " + in.Input.(flow.Typed).Text + " of " + in.User, Ended: true}, nil
	})
	var wait sync.WaitGroup
	for i := range times {
		for _, user := range []string{s.ana, s.bia} {
			wait.Go(func() { s.Type(user, fmt.Sprintf("line-%d.", i)) })
		}
	}
	wait.Wait()
	if n := len(s.inbound()); n != 2*times {
		s.Errorf("%d lines reached the flows, want %d", n, 2*times)
	}
	for _, user := range []string{s.ana, s.bia} {
		var all strings.Builder
		for _, m := range s.See(user) {
			all.WriteString(m.Text() + "\n")
		}
		for i := range times {
			if want := fmt.Sprintf("Got line-%d. of %s", i, user); strings.Count(all.String(), want) != 1 {
				s.Errorf("%s sees %q %d times, want once", user, want, strings.Count(all.String(), want))
			}
		}
	}
}

func restart(s *stage) {
	s.answers(card("Refund this purchase?", "Confirm", "Cancel"))
	s.Type(s.ana, "/refund HP1")
	before := s.See(s.ana)
	s.Restart()
	after := s.See(s.ana)
	if len(after) != len(before) || len(after) == 0 {
		s.Fatalf("%d messages after the restart, %d before", len(after), len(before))
	}
	for i := range after {
		if after[i].Text() != before[i].Text() || after[i].Message != before[i].Message {
			s.Errorf("message %d is %q after the restart, was %q", i, after[i].Text(), before[i].Text())
		}
	}
	s.answers(flow.Shown{Kind: "result", Title: "Refund requested.", Ended: true})
	m := s.last(s.ana)
	b, ok := m.Button("Confirm")
	if !ok {
		s.Fatalf("no [Confirm] after the restart: %+v", m.Buttons)
	}
	s.Press(s.ana, m.Message, b.Token)
	if got := s.last(s.ana).Text(); !strings.Contains(got, "Refund requested.") {
		s.Errorf("the conversation does not go on: %q", got)
	}
}
