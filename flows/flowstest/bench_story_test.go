package flowstest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// A story is one conversation of the benchmarks, about a purchase of its own. Even ones are held by a manager on a
// platform with forms, odd ones by a buyer on one without.
type story int

// digits are in every id, code and address of a story, and nowhere else: with them a statement of one story becomes
// the statement of another.
func (s story) digits() string { return fmt.Sprintf("%08d", int(s)) }

func (s story) buyer() bool { return s%2 == 1 }

// A gesture makes what somebody does next of what he sees.
type gesture struct {
	name string
	make func(s story, shown flow.Shown) flow.Gesture
}

// The gestures of a refund, from the question to what the job engine takes over.
var (
	byManager = []gesture{
		{"command", func(story, flow.Shown) flow.Gesture { return flow.Command{Word: "refund"} }},
		{"help", press("help")},
		{"typed code", func(s story, _ flow.Shown) flow.Gesture { return flow.Typed{Text: "hp" + s.digits()} }},
		{"form", func(_ story, shown flow.Shown) flow.Gesture {
			return flow.Submitted{Token: shown.Token, Values: map[string]string{"reason": "not_expected", "note": "Wanted cakes, not bread"}}
		}},
		{"confirm", press("confirm")},
	}
	byBuyer = []gesture{
		{"menu", func(story, flow.Shown) flow.Gesture { return flow.Command{Word: "start"} }},
		{"launch", press("refund")},
		{"purchase", press("o0")},
		{"help", press("help")},
		{"reason", press("o0")},
		{"typed note", func(story, flow.Shown) flow.Gesture { return flow.Typed{Text: "O forno quebrou."} }},
		{"confirm", press("confirm")},
	}
)

// perStory is how many interactions a story has, on average over both kinds.
var perStory = (len(byManager) + len(byBuyer)) / 2

func (s story) gestures() []gesture {
	if s.buyer() {
		return byBuyer
	}
	return byManager
}

// press presses the button of that name.
func press(name string) func(story, flow.Shown) flow.Gesture {
	return func(_ story, shown flow.Shown) flow.Gesture {
		for _, b := range shown.Buttons {
			if strings.HasSuffix(b.Token, "."+name) {
				return flow.Pressed{Token: b.Token}
			}
		}
		return flow.Pressed{Token: "there is no button " + name}
	}
}

// play holds the conversation; after is told of each interaction and how long it took.
func (s story) play(ctx context.Context, h flow.Handler, after func(g gesture, took time.Duration)) error {
	in := flow.Inbound{Platform: platform, Chat: "@u" + s.digits(), User: "u" + s.digits(), Locale: "pt-BR", Forms: !s.buyer()}
	var p pen
	for i, g := range s.gestures() {
		in.ID = "delivery-" + s.digits() + "-" + strconv.Itoa(i)
		in.Input, in.Message = g.make(s, p.shown), p.message()
		began := time.Now()
		if err := h.Handle(ctx, in, &p); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		after(g, time.Since(began))
	}
	if p.shown.Step != "requested" {
		return fmt.Errorf("story %d ended at %s.%s: %s %s", s, p.shown.Flow, p.shown.Step, p.shown.Title, p.shown.Problem)
	}
	return nil
}

// A pen is a chat that remembers only its last message.
type pen struct {
	shown flow.Shown
	n     int
}

func (p *pen) message() string {
	if p.n == 0 {
		return ""
	}
	return "m" + strconv.Itoa(p.n)
}

// Show implements flow.Screen.
func (p *pen) Show(_ context.Context, s flow.Shown) (string, error) {
	p.shown = s
	if s.Replace == "" {
		p.n++
	}
	return p.message(), nil
}
