package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

var card = flow.Shown{
	Token: "01JDTESTCARD.1", Kind: "confirm", Title: "Refund this purchase?",
	Buttons: []flow.ShownButton{{Token: "01JDTESTCARD.1.confirm", Label: "Confirm", Style: flow.Danger}, {Token: "01JDTESTCARD.1.cancel", Label: "Cancel"}},
}

// methods are the names of calls, in order.
func methods(calls []faketelegram.Call) []string {
	var names []string
	for _, c := range calls {
		names = append(names, c.Method)
	}
	return names
}

// asked posts a card to ana and returns its message.
func (w *world) asked() int {
	w.t.Helper()
	id, err := w.adapter.Poster().Post(w.t.Context(), fmt.Sprint(ana), card)
	if err != nil {
		w.t.Fatal(err)
	}
	var n int
	fmt.Sscan(id, &n)
	return n
}

func TestPressIsAnsweredBeforeTheDeskIs(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		release := make(chan struct{})
		w := newWorld(t, mode, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			<-release
			_, err := on.Show(ctx, flow.Shown{Title: "Done", Ended: true, Replace: in.Message})
			return err
		}))
		w.prepare = func(a *Adapter) { a.typingAfter = time.Millisecond }
		w.start()
		m := w.asked()
		update := w.fake.Press(faketelegram.Press{Chat: ana, User: ana, Message: m, Data: "t.1.confirm"})
		w.fake.Await("answerCallbackQuery", 1)
		w.fake.Await("sendChatAction", 1) // he sees that somebody is at work
		if w.fake.Confirmed(update) {
			t.Error("the update is confirmed before it was handled: a crash would lose it")
		}
		close(release)
		w.fake.AwaitConfirmed(update)
		calls := methods(w.fake.Calls("answerCallbackQuery", "sendChatAction", "editMessageText"))
		if calls[0] != "answerCallbackQuery" || calls[len(calls)-1] != "editMessageText" {
			t.Errorf("calls are %v; want the press answered first and the card changed last", calls)
		}
		if got := w.last(ana); got.ID != m || got.Text != "Done" || len(got.Rows) > 0 {
			t.Errorf("the card is %+v", got)
		}
	})
}

// TestLateAcknowledgement has the press be too old to be answered: the card is changed all the same.
func TestLateAcknowledgement(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, shows(flow.Shown{Title: "Done", Ended: true}))
	m := w.asked()
	w.fake.AwaitConfirmed(w.fake.Press(faketelegram.Press{Chat: ana, User: ana, Message: m, Data: "t", Old: true}))
	if got := w.last(ana); got.Text != "Done" {
		t.Errorf("the card is %q", got.Text)
	}
	if log := w.log.String(); strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
		t.Errorf("a query that is too old is nothing to worry about:\n%s", log)
	}
}

func TestPressWithoutMessage(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	w := run(t, Polling, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		asked.Store(in)
		_, err := on.Show(ctx, flow.Shown{Title: "Done", Ended: true, Replace: in.Message})
		return err
	}))
	m := w.asked()
	for i, p := range []faketelegram.Press{{Missing: true}, {Inaccessible: true}} {
		p.Chat, p.User, p.Message, p.Data = ana, ana, m, "t.1.confirm"
		w.fake.AwaitConfirmed(w.fake.Press(p))
		in := asked.Load().(flow.Inbound)
		if in.Chat != "5001" || in.Message != "" || in.Input != (flow.Pressed{Token: "t.1.confirm"}) {
			t.Errorf("%+v: reached the flows as %+v", p, in)
		}
		if got := w.last(ana); got.Text != "Done" || len(w.fake.Messages(ana)) != i+2 {
			t.Errorf("%+v: the answer is no new message: %+v", p, w.fake.Messages(ana))
		}
	}
}

func TestEditedMessageIsGone(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, shows(flow.Shown{Title: "Done", Ended: true}))
	m := w.asked()
	update := w.fake.Press(faketelegram.Press{Chat: ana, User: ana, Message: m, Data: "t"})
	w.fake.Delete(ana, m)
	w.fake.AwaitConfirmed(update)
	if got := w.last(ana); got.ID == m || got.Text != "Done" {
		t.Errorf("the answer is %+v, want a new message", got)
	}
}

func TestNothingModified(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, shows(card))
	m := w.asked()
	w.press(ana, m, "t.1.show") // the same card again
	if calls := methods(w.fake.Calls("editMessageText", "sendMessage")); !slices.Equal(calls, []string{"sendMessage", "editMessageText"}) {
		t.Errorf("calls are %v", calls)
	}
	if strings.Contains(w.log.String(), "not modified") {
		t.Error("that it shows that already is no news")
	}
}

func TestRedeliveriesHaveOneID(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		ids := make(chan string, 4)
		w := run(t, mode, desk(func(_ context.Context, in flow.Inbound, _ flow.Screen) error {
			ids <- in.ID
			return nil
		}))
		first := w.fake.Say(ana, "hi")
		w.fake.AwaitConfirmed(first)
		w.fake.Again(first)
		w.fake.AwaitConfirmed(first)
		w.say(ana, "hi")
		if a, b, c := <-ids, <-ids, <-ids; a != b || a == c || a == "" {
			t.Errorf("ids are %q, %q, %q; want the first two alike", a, b, c)
		}
	})
}

func TestFailedShowIsSaidOnce(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, desk(func(context.Context, flow.Inbound, flow.Screen) error { return errors.New("secret cause") }))
	w.say(ana, "/refund")
	if got := w.last(ana).Text; !strings.HasPrefix(got, "Não foi possível") && !strings.Contains(got, "resposta") {
		t.Errorf("the person is told %q", got)
	}
	if strings.Contains(w.last(ana).Text, "secret cause") {
		t.Error("a cause reached the chat")
	}
}

func TestPanicHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := run(t, mode, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			if in.User == "5001" {
				panic("a mistake")
			}
			_, err := on.Show(ctx, flow.Shown{Title: "Hello", Ended: true})
			return err
		}))
		w.say(ana, "hi")
		w.say(bia, "hi")
		if got := w.last(bia).Text; got != "Hello" {
			t.Errorf("the second person is told %q", got)
		}
	})
}

// TestOrderWithinAChat has many updates of two people arrive at once.
func TestOrderWithinAChat(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		said := make(chan string, 100)
		w := run(t, mode, desk(func(_ context.Context, in flow.Inbound, _ flow.Screen) error {
			said <- in.User + " " + in.Input.(flow.Typed).Text
			return nil
		}))
		for i := range 40 {
			w.fake.Say(ana, fmt.Sprint(i))
			w.fake.Say(bia, fmt.Sprint(i))
		}
		w.fake.Settle()
		close(said)
		next := map[string]int{}
		for s := range said {
			user, n, _ := strings.Cut(s, " ")
			if n != fmt.Sprint(next[user]) {
				t.Fatalf("%s said %s, want %d: out of order", user, n, next[user])
			}
			next[user]++
		}
		if next["5001"] != 40 || next["5002"] != 40 {
			t.Errorf("handled %v, want 40 of each", next)
		}
	})
}
