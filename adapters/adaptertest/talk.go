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
	if word, rest := said(in); word != "refund" || rest != "HP1100000101 now" {
		s.Errorf("input is %#v, want the command refund with HP1100000101 now", in.Input)
	}
	if in.User != s.ana || in.Chat != s.Chat(s.ana) || in.Platform == "" || in.Shared {
		s.Errorf("user %q, chat %q, platform %q, shared %v; want %q in the private chat %q", in.User, in.Chat, in.Platform, in.Shared, s.ana, s.Chat(s.ana))
	}
	if got := s.last(s.ana); !strings.Contains(got.Text(), "Which purchase?") {
		s.Errorf("the answer is not seen: %q", got.Text())
	}
}

// said is a command's word and what stands behind it: as one text, or as the only one of typed options.
func said(in flow.Inbound) (word, rest string) {
	c, ok := in.Input.(flow.Command)
	if !ok {
		return "", ""
	}
	rest = c.Rest
	for _, v := range c.Values {
		rest += v
	}
	return c.Word, rest
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
	s.Type(s.ana, "/help")
	s.answers(flow.Shown{Kind: "notice", Title: "Here I am again.", Ended: true})
	s.Type(s.ana, "/help")
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
	s.Type(s.ana, "/find what ana said")
	s.Type(s.bia, "/find what bia said")
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
		_, rest := said(in)
		return flow.Shown{Kind: "notice", Title: "Got " + rest + " of " + in.User, Ended: true}, nil
	})
	var wait sync.WaitGroup
	for i := range times {
		for _, user := range []string{s.ana, s.bia} {
			wait.Go(func() { s.Type(user, fmt.Sprintf("/find line-%d.", i)) })
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

func sameDelivery(s *stage) {
	s.answers(card("Which purchase?", "Cancel"))
	check := func(what string, before int) {
		s.Helper()
		s.Redeliver(s.ana)
		all := s.inbound()[before:]
		if len(all) == 0 || all[0].ID == "" || all[0].ID != all[len(all)-1].ID {
			s.Errorf("%s, delivered twice: %+v; want one id", what, all)
		}
	}
	s.Type(s.ana, "/find HP1")
	check("a command", 0)
	n := len(s.inbound())
	m := s.last(s.ana)
	b, _ := m.Button("Cancel")
	s.Press(s.ana, m.Message, b.Token)
	check("a press", n)
	if all := s.inbound(); all[0].ID == all[len(all)-1].ID {
		s.Errorf("a command and a press have the same id %q", all[0].ID)
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
