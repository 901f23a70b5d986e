package slack

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// A desk that takes five seconds: everything is acknowledged in Slack's three (the fake fails the test otherwise), the
// person is told to wait, and the card follows.
func TestSlowDesk(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(form("3", ""))
		o := openOffice(t, mode, d)
		o.Command(ana, o.Direct(ana), "/support", "email") // opens a window, for later
		o.settle()
		d.wait = make(chan struct{})
		d.answers(card("Which?", "Yes"))
		direct := o.Direct(ana)

		began := time.Now()
		o.Command(bia, general, "/support", "find")
		if texts := o.texts(general, bia); len(texts) != 1 || !strings.Contains(texts[0], "Um momento") {
			t.Errorf("a command is told %q", texts)
		}
		o.Slack.Submit(ana, map[string]string{"new": "a@example.com"})
		if _, open := o.Modal(ana); open {
			t.Error("the window did not close")
		}
		until(t, "the form's sender is told to wait", func() bool { return slices.Equal(o.texts(direct, ana), []string{"One moment…"}) })
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("it took %s", took)
		}
		close(d.wait)
		o.settle()
		if texts := o.texts(direct, ana); !slices.Equal(texts, []string{"Which?"}) {
			t.Errorf("the chat shows %q", texts)
		}
		if texts := o.texts(general, bia); len(texts) != 2 || texts[1] != "Which?" {
			t.Errorf("the channel shows %q", texts)
		}
	})
}

// A press is acknowledged at once and answered later over the card that was pressed; a word of patience goes again.
func TestSlowPress(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("Really?", "Yes"))
		o := openOffice(t, mode, d, func(o *office) { o.tune = func(a *Adapter) { a.slow = 20 * time.Millisecond } })
		direct := o.Direct(ana)
		o.Command(ana, direct, "/support", "find")
		o.settle()
		seen := o.Messages(direct, ana)
		m := seen[len(seen)-1]
		d.wait = make(chan struct{})
		d.plays(func(in flow.Inbound) flow.Shown {
			return flow.Shown{Kind: "result", Title: "Done", Ended: true, Replace: in.Message}
		})
		if a := o.Slack.Press(ana, direct, m.TS, talk+".1.Yes"); a.Took > time.Second {
			t.Errorf("acknowledged after %s", a.Took)
		}
		until(t, "a word of patience", func() bool { return slices.Contains(o.texts(direct, ana), "One moment…") })
		close(d.wait)
		o.settle()
		if texts := o.texts(direct, ana); texts[len(texts)-1] != "Done" || slices.Contains(o.texts(direct, ana)[len(seen):], "One moment…") {
			t.Errorf("the chat shows %q", texts)
		}
	})
}

// Too much at once is refused with words, or comes again.
func TestTooMuch(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("Which?", "Yes"))
		o := openOffice(t, mode, d)
		d.answers(card("Which?", "Yes"))
		o.Command(ana, general, "/support", "find")
		o.settle()
		m := o.Messages(general, ana)[0]
		d.wait = make(chan struct{})
		release := func() { close(d.wait) }
		o.adapter.turns = oneTurn()
		o.Say(bia, o.Direct(bia), "fills the queue")
		o.Command(ana, general, "/support", "find")
		if texts := o.texts(general, ana); !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "a lot at once") }) {
			t.Errorf("a command is told %q", texts)
		}
		o.Slack.Press(ana, general, m.TS, talk+".1.Yes")
		until(t, "a press is told", func() bool { return strings.Count(strings.Join(o.texts(general, ana), " "), "a lot at once") == 2 })
		release()
		o.settle()
	})
}
