package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// soon is when answers are promised in tests: long enough for a busy machine to answer at once where it should.
const soon = 300 * time.Millisecond

func menuCard(title string, labels ...string) flow.Shown {
	v := flow.Shown{Token: "01JDTESTCARD.1", Kind: "menu", Title: title}
	for _, l := range labels {
		v.Buttons = append(v.Buttons, flow.ShownButton{Token: "01JDTESTCARD.1." + l, Label: l})
	}
	return v
}

func formView() flow.Shown {
	return flow.Shown{
		Token: "01JDTESTFORM.4", Kind: "form", Title: "Change the e-mail",
		Fields:  []flow.ShownField{{Name: "email", Label: "New address", Kind: flow.EmailField}, {Name: "note", Label: "Note", Kind: flow.LongField, Optional: true}},
		Answer:  &flow.ShownButton{Token: "01JDTESTFORM.4.answer", Label: "Answer", Style: flow.Primary},
		Buttons: []flow.ShownButton{{Token: "01JDTESTFORM.4.cancel", Label: "Cancel"}},
	}
}

// A slowDesk answers when it is let.
type slowDesk struct {
	deskFunc
	let chan struct{}
}

func slow(show func(ctx context.Context, in flow.Inbound, on flow.Screen) error) slowDesk {
	let := make(chan struct{})
	return slowDesk{func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		<-let
		return show(ctx, in, on)
	}, let}
}

func replacing(v flow.Shown) func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	return func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		v.Replace = in.Message
		_, err := on.Show(ctx, v)
		return err
	}
}

// only is the one message of a channel that a user sees.
func (w *world) only(user, channel string) fakediscord.Message {
	w.t.Helper()
	all := w.fake.See(user, channel)
	if len(all) != 1 {
		w.t.Fatalf("%d messages are seen, want one: %+v", len(all), all)
	}
	return all[0]
}

// TestSlowCommand: the flows are slow; the answer is promised in time to the person alone, and comes in its place.
func TestSlowCommand(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		desk := slow(showing(menuCard("Which purchase?", "Cancel")))
		w := run(t, mode, desk, deferring(soon))
		act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
		if got := act.Answered(); got != answerLater {
			t.Fatalf("first answer is %d, want a promise", got)
		}
		if m := w.only(ana, fakediscord.Room); !m.Thinking || m.For != ana {
			t.Errorf("the promise is %+v", m)
		}
		if all := w.fake.See(bia, fakediscord.Room); len(all) > 0 {
			t.Errorf("somebody else sees %+v", all)
		}
		close(desk.let)
		w.desk.turns(t, "i:"+act.ID, 1)
		if m := w.only(ana, fakediscord.Room); m.Thinking || m.Text() != "Which purchase?" || m.For != ana || len(m.Components) != 1 {
			t.Errorf("the answer is %+v", m)
		}
	})
}

// TestSlowForm: a modal cannot open after a promise; the form is a card with [Answer], and that opens it.
func TestSlowForm(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		desk := slow(showing(formView()))
		w := run(t, mode, desk, deferring(soon))
		act := w.fake.Slash(ana, fakediscord.Room, "email", nil).Deliver()
		act.Answered()
		close(desk.let)
		w.desk.turns(t, "i:"+act.ID, 1)
		m := w.only(ana, fakediscord.Room)
		if !strings.Contains(m.Text(), "Change the e-mail") || !strings.Contains(m.Text(), "New address") {
			t.Errorf("the card says %q", m.Text())
		}
		w.fake.Press(ana, m.ID, pressID+"01JDTESTFORM.4.answer").Deliver().Answered()
		w.fake.Wait("the modal", func() bool { return w.fake.Modal(ana) != nil })
	})
}

// TestSlowPress: the card goes dark at once, and is replaced, or made what it was when another one answers.
func TestSlowPress(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		for _, c := range []struct {
			name string
			show func(ctx context.Context, in flow.Inbound, on flow.Screen) error
			want []string
		}{
			{"replaced", replacing(flow.Shown{Kind: "result", Title: "Done.", Ended: true}), []string{"Done. "}},
			{"answered by another", showing(flow.Shown{Kind: "notice", Title: "This button is old.", Ended: true}), []string{"Refund? [Confirm]", "This button is old. "}},
			{"nothing to say", func(context.Context, flow.Inbound, flow.Screen) error { return nil }, []string{"Refund? [Confirm]"}},
			{"failed", func(context.Context, flow.Inbound, flow.Screen) error { return errors.New("the database is gone") }, []string{"Refund? [Confirm]", w0(t, "chat.failed") + " "}},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				let := make(chan struct{})
				w := run(t, mode, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
					if _, command := in.Input.(flow.Command); command {
						return showing(menuCard("Refund?", "Confirm"))(ctx, in, on)
					}
					<-let
					return c.show(ctx, in, on)
				}), deferring(soon))
				w.fake.Slash(ana, fakediscord.Room, "refund", nil).Deliver().Answered()
				card := w.only(ana, fakediscord.Room)
				act := w.fake.Press(ana, card.ID, pressID+"01JDTESTCARD.1.Confirm").Deliver()
				if got := act.Answered(); got != answerUpdate {
					t.Fatalf("first answer is %d, want an update", got)
				}
				if m := w.only(ana, fakediscord.Room); !m.Components[0].Components[0].Disabled || m.Text() != "Refund?" {
					t.Errorf("the pressed card is %+v", m)
				}
				close(let)
				var got []string
				w.fake.Wait("the answer", func() bool {
					got = nil
					for _, m := range w.fake.See(ana, fakediscord.Room) {
						line := m.Text() + " "
						for _, b := range fakediscord.Flat(m.Components) {
							if b.Type == buttonType && !b.Disabled {
								line += "[" + b.Label + "]"
							}
						}
						got = append(got, line)
					}
					return slices.Equal(got, c.want)
				})
				if !slices.Equal(got, c.want) {
					t.Errorf("%q is seen, want %q", got, c.want)
				}
			})
		}
	})
}

// TestSlowPressWrittenOver: a press that has nothing to say does not take back what the card shows by now, as when it was
// delivered twice and the other delivery answered.
func TestSlowPressWrittenOver(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		let, over := make(chan struct{}), make(chan struct{})
		w := run(t, mode, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			if _, command := in.Input.(flow.Command); command {
				return showing(menuCard("Refund?", "Confirm"))(ctx, in, on)
			}
			defer close(over)
			<-let
			return nil
		}), deferring(soon))
		w.fake.Slash(ana, w.fake.Direct(ana), "refund", nil).Deliver().Answered()
		card := w.only(ana, w.fake.Direct(ana))
		act := w.fake.Press(ana, card.ID, pressID+"01JDTESTCARD.1.Confirm").Deliver()
		act.Answered()
		if err := w.adapter().Poster().Edit(t.Context(), direct+ana, card.ID, menuCard("Done.", "Menu")); err != nil {
			t.Fatal(err)
		}
		before := w.only(ana, w.fake.Direct(ana))
		close(let)
		<-over
		w.stop()
		m := w.only(ana, w.fake.Direct(ana))
		if m.Text() != "Done." || !slices.EqualFunc(fakediscord.Flat(m.Components), fakediscord.Flat(before.Components), func(a, b fakediscord.Component) bool { return a.Label == b.Label && a.Disabled == b.Disabled }) {
			t.Errorf("the card was %+v and is %+v", before, m)
		}
	})
}

// TestAnswerOvertakesItsPromise: the promise is the answer to Discord's own call, and what the flows show then is faster than
// Discord reads. It waits, and stands where the promise was.
func TestAnswerOvertakesItsPromise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		show func(ctx context.Context, in flow.Inbound, on flow.Screen) error
		want string
	}{
		"replaced":       {replacing(menuCard("Done.", "Menu")), "Done."},
		"nothing to say": {func(context.Context, flow.Inbound, flow.Screen) error { return nil }, "Refund?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			let := make(chan struct{})
			w := run(t, ModeHTTP, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
				if _, command := in.Input.(flow.Command); command {
					return showing(menuCard("Refund?", "Confirm"))(ctx, in, on)
				}
				<-let
				return c.show(ctx, in, on)
			}), deferring(soon))
			w.fake.Slash(ana, fakediscord.Room, "refund", nil).Deliver().Answered()
			card := w.only(ana, fakediscord.Room)
			w.fake.Next("/messages/@original", fakediscord.Fault{Status: http.StatusNotFound, Code: codeUnknownWebhook, Body: "Unknown Webhook"})
			w.fake.Press(ana, card.ID, pressID+"01JDTESTCARD.1.Confirm").Deliver().Answered()
			close(let)
			w.fake.Wait("the card with its buttons", func() bool {
				m := w.only(ana, fakediscord.Room)
				return m.Text() == c.want && !m.Components[0].Components[0].Disabled
			})
		})
	}
}

func w0(t *testing.T, key string) string {
	t.Helper()
	return words(t).Text(flow.T(key), flow.Reader{Locale: "en"})
}

// TestSilence: the flows have nothing to say, as to a delivery that came twice; Discord is told all the same where it
// would show an error, and a promise is taken back.
func TestSilence(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		desk := slow(func(context.Context, flow.Inbound, flow.Screen) error { return nil })
		w := run(t, mode, desk, deferring(soon))
		act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
		act.Answered()
		close(desk.let)
		w.fake.Wait("the promise to be taken back", func() bool { return len(w.fake.See(ana, fakediscord.Room)) == 0 })

		id, err := w.adapter().Poster().Post(t.Context(), fakediscord.Room, menuCard("Decide", "Approve"))
		if err != nil {
			t.Fatal(err)
		}
		press := w.fake.Press(ana, id, pressID+"01JDTESTCARD.1.Approve").Deliver()
		if got := press.Answered(); got != answerUpdateLater {
			t.Errorf("first answer is %d, want an acknowledgement", got)
		}
		if m := w.only(bia, fakediscord.Room); m.Text() != "Decide" || m.Edits > 0 {
			t.Errorf("the room's card is %+v", m)
		}
	})
}

// TestSlowRoomCard: what was pressed is everybody's and stays as it is; the promise is for the one who pressed.
func TestSlowRoomCard(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		desk := slow(replacing(menuCard("The buyer is joao@example.com", "Approve")))
		w := run(t, mode, desk, deferring(soon))
		id, err := w.adapter().Poster().Post(t.Context(), fakediscord.Room, menuCard("Decide", "Approve"))
		if err != nil {
			t.Fatal(err)
		}
		act := w.fake.Press(ana, id, pressID+"01JDTESTCARD.1.Approve").Deliver()
		if got := act.Answered(); got != answerLater {
			t.Errorf("first answer is %d, want a promise", got)
		}
		close(desk.let)
		w.desk.turns(t, "i:"+act.ID, 1)
		if m := w.only(bia, fakediscord.Room); m.Text() != "Decide" || m.Edits > 0 {
			t.Errorf("the room's card is %+v", m)
		}
		if all := w.fake.See(ana, fakediscord.Room); len(all) != 2 || !strings.Contains(all[1].Text(), "joao@") || all[1].For != ana {
			t.Errorf("who pressed sees %+v", all)
		}
	})
}

// TestRealTimes: with Discord's own times and flows that take five seconds, all is promised in time.
func TestRealTimes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := run(t, mode, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			if err := chat.Sleep(ctx, 5*time.Second); err != nil {
				return err
			}
			return showing(menuCard("At last", "Cancel"))(ctx, in, on)
		}), within(0))
		act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
		if got := act.Answered(); got != answerLater {
			t.Errorf("first answer is %d, want a promise", got)
		}
		w.desk.turns(t, "i:"+act.ID, 1)
		if m := w.only(ana, fakediscord.Room); m.Text() != "At last" {
			t.Errorf("%q is seen", m.Text())
		}
	})
}

// TestTooLate: Discord does not take the first answer; the person is answered in the private chat.
func TestTooLate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		view  flow.Shown
		fault []fakediscord.Fault
	}{
		{"a card", menuCard("Which purchase?", "Cancel"), []fakediscord.Fault{{Status: 404, Code: 10062, Body: "Unknown interaction"}}},
		{"a form", formView(), []fakediscord.Fault{{Status: 404, Code: 10062, Body: "Unknown interaction"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := run(t, ModeGateway, showing(c.view), lenient)
			w.fake.Next("/callback", c.fault...)
			act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
			w.desk.turns(t, "i:"+act.ID, 1)
			if m := w.only(ana, w.fake.Direct(ana)); !strings.HasPrefix(m.Text(), c.view.Title) {
				t.Errorf("the private chat says %q", m.Text())
			}
			if all := w.fake.See(ana, fakediscord.Room); len(all) > 0 {
				t.Errorf("the room shows %+v", all)
			}
		})
	}
}

// TestHungUp: Discord does not wait for the endpoint's answer.
func TestHungUp(t *testing.T) {
	t.Parallel()
	desk := slow(showing(menuCard("Which purchase?", "Cancel")))
	w := run(t, ModeHTTP, desk, deferring(time.Minute), within(200*time.Millisecond))
	act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
	w.fake.Idle() // it has hung up,
	<-w.served    // and that was noticed
	close(desk.let)
	w.desk.turns(t, "i:"+act.ID, 1)
	if m := w.only(ana, w.fake.Direct(ana)); m.Text() != "Which purchase?" {
		t.Errorf("the private chat says %q", m.Text())
	}
}

// TestTokenOver: fifteen minutes are over when the flows answer at last.
func TestTokenOver(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		desk := slow(showing(menuCard("Which purchase?", "Cancel")))
		w := run(t, mode, desk, deferring(soon), lenient)
		act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
		act.Answered()
		w.fake.Next("@original", fakediscord.Fault{Status: 401, Code: 50027, Body: "Invalid Webhook Token"})
		close(desk.let)
		w.desk.turns(t, "i:"+act.ID, 1)
		if m := w.only(ana, w.fake.Direct(ana)); m.Text() != "Which purchase?" {
			t.Errorf("the private chat says %q", m.Text())
		}
	})
}

// TestLostAnswer: Discord took the first answer and could not say so; it stands there once.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]fakediscord.Fault{
		"cut": {After: true, Cut: true}, "bad gateway": {After: true, Status: 502, Body: "<html>502</html>"}, "no answer": {After: true, Hang: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := run(t, ModeGateway, showing(menuCard("Which purchase?", "Cancel")))
			w.fake.Next("/callback", fault)
			act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
			w.desk.turns(t, "i:"+act.ID, 1)
			if m := w.only(ana, fakediscord.Room); m.Text() != "Which purchase?" {
				t.Errorf("%q is seen", m.Text())
			}
		})
	}
}

// TestRefusedAnswer: Discord refuses what we drew; the person is told instead of left waiting.
func TestRefusedAnswer(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, showing(menuCard("Which purchase?", "Cancel")))
	w.fake.Next("/callback", fakediscord.Fault{Status: 400, Code: 50035, Body: "Invalid Form Body"})
	w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver().Answered()
	if m := w.only(ana, fakediscord.Room); m.Text() != w0(t, "chat.failed") {
		t.Errorf("%q is seen", m.Text())
	}
}

// TestPanic: a flow that panics ends neither the adapter nor the wait of who pressed.
func TestPanic(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := run(t, mode, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			if in.Input.(flow.Command).Word == "find" {
				panic("a bug")
			}
			return showing(menuCard("Here", "Cancel"))(ctx, in, on)
		}))
		w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver().Answered()
		if m := w.only(ana, fakediscord.Room); m.Text() != w0(t, "chat.failed") {
			t.Errorf("%q is seen", m.Text())
		}
		w.fake.Slash(bia, fakediscord.Room, "help", nil).Deliver().Answered()
	})
}

// TestAnswerInPieces: a long answer in a shared room comes in messages that the person alone sees.
func TestAnswerInPieces(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		v := menuCard("A long story", "Next")
		v.Body = []string{strings.Repeat("word ", 3000)}
		w := run(t, mode, showing(v))
		act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
		w.desk.turns(t, "i:"+act.ID, 1)
		all := w.fake.See(ana, fakediscord.Room)
		if len(all) < 4 || len(all[len(all)-1].Components) != 1 || len(all[0].Components) != 0 {
			t.Errorf("%d messages, the buttons at the wrong one", len(all))
		}
		if others := w.fake.See(bia, fakediscord.Room); len(others) > 0 {
			t.Errorf("somebody else sees %d messages", len(others))
		}
	})
}

// TestFollowUpOvertakes: the endpoint's answer is still on its way when the next message arrives at Discord.
func TestFollowUpOvertakes(t *testing.T) {
	t.Parallel()
	v := menuCard("A long story", "Next")
	v.Body = []string{strings.Repeat("word ", 1500)}
	w := run(t, ModeHTTP, showing(v))
	w.fake.Next("POST webhooks/", fakediscord.Fault{Status: 404, Code: 10015, Body: "Unknown Webhook"})
	act := w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver()
	w.desk.turns(t, "i:"+act.ID, 1)
	if all := w.fake.See(ana, fakediscord.Room); len(all) != 2 {
		t.Errorf("%d messages are seen, want both", len(all))
	}
}

// TestBusy: so much at once that turns wait for too long; who comes last is told at once.
func TestBusy(t *testing.T) {
	t.Parallel()
	let := make(chan struct{})
	w := run(t, ModeGateway, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		<-let
		return showing(menuCard("Here", "Cancel"))(ctx, in, on)
	}), deferring(time.Minute))
	for range 1000 {
		w.adapter().turns.Go("x", func(context.Context) { <-let })
	}
	w.fake.Slash(ana, fakediscord.Room, "find", nil).Deliver().Answered()
	if m := w.only(ana, fakediscord.Room); m.Text() != w0(t, "chat.busy") || m.For != ana {
		t.Errorf("%+v is seen", m)
	}
	w.fake.Say(ana, "hello").Deliver()
	w.fake.Wait("the answer in the private chat", func() bool { return len(w.fake.See(ana, w.fake.Direct(ana))) == 2 })
	close(let)
}
