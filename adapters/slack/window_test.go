package slack

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

// A form that comes too late for its trigger is a card: Slack is not even asked.
func TestTooLateForAWindow(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		o := openOffice(t, mode, answering(form("3", "")), func(o *office) {
			o.tune = func(a *Adapter) { a.window = time.Nanosecond }
		})
		o.Command(ana, o.Direct(ana), "/support", "email")
		o.settle()
		if n := len(o.Calls("views.open")); n != 0 {
			t.Errorf("views.open was called %d times", n)
		}
		seen := o.Messages(o.Direct(ana), ana)
		if len(seen) != 1 || !slices.Contains(labelsOf(seen[0]), "Answer") {
			t.Errorf("the chat shows %+v", seen)
		}
	})
}

// An acknowledgement that Socket Mode would drop is not sent: the window closes, and the next form is a card.
func TestTooLargeForAnAnswer(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(form("3", ""))
		o := openOffice(t, mode, d)
		o.Command(ana, o.Direct(ana), "/support", "email")
		o.settle()
		next := form("4", "")
		next.Body = []string{strings.Repeat("palavra ", 3000)}
		next.Fields = next.Fields[:1]
		d.answers(next)
		o.Slack.Submit(ana, map[string]string{"new": "ana@example.com"})
		o.settle()
		if _, open := o.Modal(ana); open {
			t.Error("the window is still open")
		}
		seen := o.Messages(o.Direct(ana), ana)
		if len(seen) != 3 || !slices.Contains(labelsOf(seen[2]), "Answer") {
			t.Errorf("the chat shows %d messages", len(seen))
		}
	})
}

// A window whose view is gone when it is redrawn: the form is a card.
func TestWindowIsGone(t *testing.T) {
	t.Parallel()
	d := answering(form("3", ""))
	o := openOffice(t, HTTP, d)
	o.Command(ana, o.Direct(ana), "/support", "email")
	o.settle()
	o.On("views.update", fakeslack.Fault{Error: "not_found"})
	d.answers(form("4", ""))
	o.PressView(ana, talk+".3.help")
	o.settle()
	if seen := o.Messages(o.Direct(ana), ana); len(seen) != 1 || !slices.Contains(labelsOf(seen[0]), "Answer") {
		t.Errorf("the chat shows %+v", seen)
	}
}

// The desk fails: the person is told, and not why.
func TestApology(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		o := openOffice(t, mode, answering(card("Which?")))
		o.On("chat.postMessage", fakeslack.Fault{Error: "internal_error"})
		o.Say(ana, o.Direct(ana), "hello")
		o.settle()
		if texts := o.texts(o.Direct(ana), ana); len(texts) != 2 || !strings.Contains(texts[1], "could not be shown") || strings.Contains(texts[1], "internal") {
			t.Errorf("the chat shows %q", texts)
		}
	})
}

// The card that was pressed has been deleted meanwhile: the answer stands below.
func TestPressedCardIsGone(t *testing.T) {
	t.Parallel()
	d := answering(card("Really?", "Yes"))
	o := openOffice(t, HTTP, d)
	o.Command(ana, o.Direct(ana), "/support", "find")
	o.settle()
	m := o.Messages(o.Direct(ana), ana)[0]
	press := o.PressDelivery(ana, o.Direct(ana), m.TS, talk+".1.Yes")
	o.Delete(o.Direct(ana), m.TS)
	d.plays(func(in flow.Inbound) flow.Shown {
		return flow.Shown{Kind: "result", Title: "Done", Ended: true, Replace: in.Message}
	})
	o.Deliver(press)
	o.settle()
	if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Done"}) {
		t.Errorf("the chat shows %q", texts)
	}
}

// The library would wait up to five minutes between two attempts; a pause that Slack asks for is another matter.
func TestPatienceOfTheLibrary(t *testing.T) {
	t.Parallel()
	o := openOffice(t, HTTP, answering(card("x")))
	s := &socket{Adapter: o.adapter}
	failed := func(pause time.Duration, err error) error {
		return s.broken(&slack.ConnectionErrorEvent{Attempt: 12, Backoff: pause, ErrorObj: err})
	}
	if err := failed(30*time.Second, errors.New("no route")); err != nil {
		t.Errorf("after half a minute: %v", err)
	}
	if err := failed(2*time.Minute, errors.New("no route")); !errors.Is(err, errAnew) {
		t.Errorf("after two minutes: %v", err)
	}
	if err := failed(2*time.Minute, &slack.RateLimitedError{RetryAfter: 2 * time.Minute}); err != nil {
		t.Errorf("as Slack asks: %v", err)
	}
	if err := o.adapter.Ready(t.Context()); err == nil {
		t.Error("it says that it is ready")
	}
}

// An address that does not fit into a window's memory is left out of it; the rest is kept.
func TestMemory(t *testing.T) {
	t.Parallel()
	m := memory{Token: talk + ".3.", Message: "D0ANA:1.1", Channel: general, URL: "https://hooks.slack.com/" + strings.Repeat("x", maxMemory)}
	got := remember(m.String())
	if m.URL = ""; got != m {
		t.Errorf("remembered %+v, want %+v", got, m)
	}
	if remember("of another version") != (memory{}) {
		t.Error("what is no memory is remembered")
	}
}
