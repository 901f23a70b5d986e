package telegram

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

func TestCommandInAGroupIsPointedToThePrivateChat(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		var handled atomic.Int64
		w := run(t, mode, desk(func(context.Context, flow.Inbound, flow.Screen) error {
			handled.Add(1)
			return nil
		}))
		w.fake.Group(room, ana)
		tests := []struct {
			text string
			link string // of the answer; empty: none
		}{
			{"/refund HP1100000101", "https://t.me/cozinha_bot?start=do-refund"},
			{"/refund@cozinha_bot joao@example.com", "https://t.me/cozinha_bot?start=do-refund"},
			{"/REFUND@Cozinha_Bot", "https://t.me/cozinha_bot?start=do-refund"},
			{"/start", "https://t.me/cozinha_bot?start=do-start"},
			{"/qwerty", "https://t.me/cozinha_bot?start=do-start"},
			{"/refund@another_bot HP1", ""},
			{"does anybody know where my course is?", ""},
			{"see /refund", ""},
		}
		for _, test := range tests {
			before := len(w.fake.Messages(room))
			update := w.fake.SayIn(room, ana, 12, test.text)
			w.fake.AwaitConfirmed(update)
			answers := w.fake.Messages(room)[before+1:]
			if test.link == "" {
				if len(answers) > 0 {
					t.Errorf("%q is answered: %+v", test.text, answers)
				}
				continue
			}
			if len(answers) != 1 {
				t.Fatalf("%q: %d answers", test.text, len(answers))
			}
			got := answers[0]
			if b := got.Buttons(); len(b) != 1 || b[0].URL != test.link || b[0].Text != "Continuar no privado" && b[0].Text == "" {
				t.Errorf("%q: the buttons are %+v, want one to %s", test.text, b, test.link)
			}
			if got.Thread != 12 || got.Reply != int64(w.fake.Messages(room)[before].ID) {
				t.Errorf("%q: the answer is in topic %d to message %d", test.text, got.Thread, got.Reply)
			}
		}
		if handled.Load() != 0 {
			t.Errorf("%d commands of a group reached the flows", handled.Load())
		}
		if len(w.fake.Messages(ana)) != 0 {
			t.Errorf("the private chat got %+v", w.fake.Messages(ana))
		}
	})
}

// TestPressOnACardOfAGroup wants the answer in the private chat and the group's card untouched.
func TestPressOnACardOfAGroup(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		var asked atomic.Value
		w := run(t, mode, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			asked.Store(in)
			_, err := on.Show(ctx, flow.Shown{Title: "The buyer is joao@example.com", Replace: in.Message})
			return err
		}))
		w.fake.Group(room, ana)
		id, err := w.adapter.Poster().Post(t.Context(), strconv.Itoa(room), card)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := strconv.Atoi(id)
		w.press(ana, m, "01JDTESTCARD.1.confirm")
		in := asked.Load().(flow.Inbound)
		if in.Chat != "5001" || in.Shared || in.Message != "" || in.PrivateChat() != "5001" {
			t.Errorf("reached the flows as %+v, want it in the private chat", in)
		}
		if got := w.last(ana).Text; got != "The buyer is joao@example.com" {
			t.Errorf("the private chat shows %q", got)
		}
		if got := w.fake.Messages(room); len(got) != 1 || got[0].Text != "Refund this purchase?" || len(got[0].Buttons()) != 2 {
			t.Errorf("the group shows %+v", got)
		}
		for _, toast := range w.fake.Toasts() {
			if !toast.Answered || toast.Text == "" || toast.URL != "" {
				t.Errorf("the press was answered %+v, want where the answer is", toast)
			}
		}
	})
}

// TestPressBySomebodyWhoNeverStarted wants nothing done and the private chat opened.
func TestPressBySomebodyWhoNeverStarted(t *testing.T) {
	t.Parallel()
	var handled atomic.Int64
	w := run(t, Polling, desk(func(context.Context, flow.Inbound, flow.Screen) error {
		handled.Add(1)
		return nil
	}))
	const stranger = 6006
	w.fake.Group(room, ana, stranger)
	id, err := w.adapter.Poster().Post(t.Context(), strconv.Itoa(room), card)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := strconv.Atoi(id)
	w.fake.AwaitConfirmed(w.fake.Press(faketelegram.Press{Chat: room, User: stranger, Message: m, Data: "t"}))
	var urls []string
	for _, toast := range w.fake.Toasts() {
		urls = append(urls, toast.URL)
	}
	if !slices.Equal(urls, []string{"https://t.me/cozinha_bot?start=do-start"}) {
		t.Errorf("the press opens %q", urls)
	}
	if handled.Load() != 0 || len(w.fake.Messages(room)) != 1 {
		t.Errorf("%d reached the flows, the group has %d messages", handled.Load(), len(w.fake.Messages(room)))
	}
}

func TestDeepLinks(t *testing.T) {
	t.Parallel()
	got := make(chan flow.Gesture, 1)
	w := run(t, Polling, desk(func(_ context.Context, in flow.Inbound, _ flow.Screen) error {
		got <- in.Input
		return nil
	}))
	for text, want := range map[string]flow.Command{
		"/start":                       {Word: "start"},
		"/start 3kT9-x_Q2v7mN4pR8sW1z": {Word: "start", Rest: "3kT9-x_Q2v7mN4pR8sW1z"},
		"/start do-refund":             {Word: "refund"},
		"/start do-start":              {Word: "start"},
		"/start do-unknown":            {Word: "start", Rest: "do-unknown"},
		"/refund@cozinha_bot HP1":      {Word: "refund", Rest: "HP1"},
		"/refund@another_bot HP1":      {Word: "refund", Rest: "HP1"}, // nobody else is in a private chat
		"/refund\nHP1":                 {Word: "refund", Rest: "HP1"},
		"/@cozinha_bot":                {Word: "help"},
	} {
		w.say(ana, text)
		c, ok := (<-got).(flow.Command)
		if !ok || c.Word != want.Word || c.Rest != want.Rest {
			t.Errorf("%q is %+v, want %+v", text, c, want)
		}
	}
}

func TestUsernameIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, shows(card))
	w.say(ana, "hi")
	for range 3 {
		if name, err := w.adapter.Username(t.Context()); name != "cozinha_bot" || err != nil {
			t.Errorf("the bot is %q, %v", name, err)
		}
	}
	if n := len(w.fake.Calls("getMe")); n != 1 {
		t.Errorf("getMe was called %d times", n)
	}
}
