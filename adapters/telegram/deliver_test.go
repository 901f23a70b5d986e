package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

// A clock moves only when somebody waits for it.
type clock struct {
	mu     sync.Mutex
	t      time.Time
	waited []time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	c.waited = append(c.waited, d)
	return ctx.Err()
}

func (c *clock) total() (all time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.waited {
		all += d
	}
	return all
}

// clocked is a running bot whose waiting takes no time.
func clocked(t *testing.T, mode string, d flow.Desk) (*world, *clock) {
	t.Helper()
	w, c := newClocked(t, mode, d)
	w.start()
	return w, c
}

func newClocked(t *testing.T, mode string, d flow.Desk, tune ...func(*Options, *faketelegram.Options)) (*world, *clock) {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	w := newWorld(t, mode, d, append(tune, func(o *Options, _ *faketelegram.Options) { o.Now = c.now })...)
	w.prepare = func(a *Adapter) {
		a.hold.Sleep, a.pace.Sleep, a.rooms.Sleep, a.all.Sleep = c.sleep, c.sleep, c.sleep, c.sleep
		a.pause = func(ctx context.Context, d time.Duration) bool { return c.sleep(ctx, d) == nil }
	}
	return w, c
}

func TestUnreachableChats(t *testing.T) {
	t.Parallel()
	w, _ := clocked(t, Polling, shows(card))
	w.fake.Group(room, ana)
	for _, test := range []struct{ chat, refusal, why string }{
		{"5001", "bot was blocked by the user", flow.Blocked},
		{"5001", "user is deactivated", flow.Blocked},
		{"5001", "bot can't initiate conversation with a user", flow.Closed},
		{"5001", "some reason that nobody has seen yet", flow.Closed},
		{"-1009", "bot was kicked from the supergroup chat", flow.Left},
		{"-1009", "bot is not a member of the channel chat", flow.Left},
		{"5999", "", flow.Closed}, // has never started the bot
		{"somebody", "", flow.Left},
		{"", "", flow.Left},
	} {
		if id, err := strconv.ParseInt(test.chat, 10, 64); err == nil && test.refusal != "" {
			w.fake.Block(id, test.refusal)
		}
		_, err := w.adapter.Poster().Post(t.Context(), test.chat, card)
		var u *flow.Unreachable
		if !errors.As(err, &u) || u.Why != test.why {
			t.Errorf("chat %q, %q: %v; want it unreachable, %s", test.chat, test.refusal, err, test.why)
		}
		if err := w.adapter.Poster().Edit(t.Context(), test.chat, "1", card); !errors.As(err, &u) {
			t.Errorf("chat %q, %q: an edit says %v", test.chat, test.refusal, err)
		}
	}
	if n := len(w.fake.Calls("sendMessage")); n != 7 {
		t.Errorf("%d posts; trying again does not help, want one for each chat that there could be", n)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	t.Run("a short pause is waited for", func(t *testing.T) {
		t.Parallel()
		w, c := clocked(t, Polling, shows(card))
		w.fake.Next("sendMessage", faketelegram.Fault{RetryAfter: 7})
		if _, err := w.adapter.Poster().Post(t.Context(), "5001", card); err != nil {
			t.Fatal(err)
		}
		if c.total() != 7*time.Second || len(w.fake.Messages(ana)) != 1 {
			t.Errorf("waited %s, %d messages; want 7s and one", c.total(), len(w.fake.Messages(ana)))
		}
	})
	t.Run("a long one is the job's", func(t *testing.T) {
		t.Parallel()
		w, c := clocked(t, Polling, shows(card))
		w.fake.Next("sendMessage", faketelegram.Fault{RetryAfter: 40})
		_, err := w.adapter.Poster().Post(t.Context(), "5001", card)
		var busy *flow.Busy
		if !errors.As(err, &busy) || busy.After != 40*time.Second {
			t.Fatalf("%v, want it busy for 40s", err)
		}
		// The chat is left alone as long as Telegram wants it; others are not held back.
		if _, err := w.adapter.Poster().Post(t.Context(), "5001", card); !errors.As(err, &busy) {
			t.Errorf("the next post says %v", err)
		}
		if _, err := w.adapter.Poster().Post(t.Context(), "5002", card); err != nil {
			t.Error(err)
		}
		if n := len(w.fake.Calls("sendMessage")); n != 2 {
			t.Errorf("%d calls, want one to each chat", n)
		}
		_ = c.sleep(t.Context(), 40*time.Second)
		if _, err := w.adapter.Poster().Post(t.Context(), "5001", card); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
	t.Run("again and again", func(t *testing.T) {
		t.Parallel()
		w, _ := clocked(t, Polling, shows(card))
		w.fake.Next("sendMessage", faketelegram.Fault{RetryAfter: 3}, faketelegram.Fault{RetryAfter: 3}, faketelegram.Fault{RetryAfter: 3})
		_, err := w.adapter.Poster().Post(t.Context(), "5001", card)
		var busy *flow.Busy
		if !errors.As(err, &busy) || busy.After != 3*time.Second {
			t.Errorf("%v, want it busy", err)
		}
	})
	t.Run("an answer waits too", func(t *testing.T) {
		t.Parallel()
		w, _ := clocked(t, Polling, shows(card))
		w.fake.Next("sendMessage", faketelegram.Fault{RetryAfter: 2})
		w.say(ana, "hi")
		if got := w.last(ana).Text; got != card.Title {
			t.Errorf("the answer is %q", got)
		}
	})
}

func TestFloodOfNoticesIsPacedAndComplete(t *testing.T) {
	t.Parallel()
	w, c := clocked(t, Polling, shows(card))
	w.fake.Group(room, ana)
	post := func(chat string, n int) {
		t.Helper()
		for i := range n {
			var busy *flow.Busy
			_, err := w.adapter.Poster().Post(t.Context(), chat, flow.Shown{Title: fmt.Sprint("notice ", i), Ended: true})
			for errors.As(err, &busy) { // as the job does
				_ = c.sleep(t.Context(), busy.After)
				_, err = w.adapter.Poster().Post(t.Context(), chat, flow.Shown{Title: fmt.Sprint("notice ", i), Ended: true})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	began := c.now()
	post("5001", 60)
	if took := c.now().Sub(began); took < 59*time.Second {
		t.Errorf("60 notices to one chat took %s, want one a second", took)
	}
	began = c.now()
	post(strconv.Itoa(room), 40)
	if took := c.now().Sub(began); took < 37*3*time.Second {
		t.Errorf("40 notices to a group took %s, want 20 a minute", took)
	}
	if n, m := len(w.fake.Messages(ana)), len(w.fake.Messages(room)); n != 60 || m != 40 {
		t.Errorf("%d and %d messages arrived, want 60 and 40", n, m)
	}
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	html := faketelegram.Fault{Status: http.StatusBadGateway, Body: "<html>Bad Gateway</html>"}
	acted := faketelegram.Fault{After: true, Cut: true}
	t.Run("a post is not repeated blindly", func(t *testing.T) {
		t.Parallel()
		w, _ := clocked(t, Polling, shows(card))
		for _, f := range []faketelegram.Fault{html, acted, {Code: 500, Description: "Internal Server Error"}} {
			before := len(w.fake.Calls("sendMessage"))
			w.fake.Next("sendMessage", f)
			if _, err := w.adapter.Poster().Post(t.Context(), "5001", card); err == nil {
				t.Errorf("%+v: the post is told to be fine", f)
			}
			if n := len(w.fake.Calls("sendMessage")) - before; n != 1 {
				t.Errorf("%+v: it was sent %d times", f, n)
			}
		}
	})
	t.Run("an edit is repeated", func(t *testing.T) {
		t.Parallel()
		w, _ := clocked(t, Polling, shows(card))
		m := w.asked()
		for i, f := range []faketelegram.Fault{html, acted, {Code: 500, Description: "Internal Server Error"}, {Cut: true}} {
			w.fake.Next("editMessageText", f)
			if err := w.adapter.Poster().Edit(t.Context(), "5001", strconv.Itoa(m), flow.Shown{Title: fmt.Sprint("state ", i)}); err != nil {
				t.Errorf("%+v: %v", f, err)
			}
			if got := w.last(ana).Text; got != fmt.Sprint("state ", i) {
				t.Errorf("%+v: the card is %q", f, got)
			}
		}
	})
}

func TestGoneMessages(t *testing.T) {
	t.Parallel()
	w, _ := clocked(t, Polling, shows(card))
	m := w.asked()
	w.fake.Delete(ana, m)
	for _, id := range []string{strconv.Itoa(m), "999999", "", "~whisper", "-1"} {
		if err := w.adapter.Poster().Edit(t.Context(), "5001", id, card); !errors.Is(err, flow.ErrGone) {
			t.Errorf("message %q: %v, want that it is gone", id, err)
		}
	}
}

func TestGroupBecomesASupergroup(t *testing.T) {
	t.Parallel()
	w, _ := clocked(t, Polling, shows(card))
	const old, grown = -77, -100177
	w.fake.Group(old, ana)
	w.fake.Upgrade(old, grown)
	for range 2 {
		id, err := w.adapter.Poster().Post(t.Context(), strconv.Itoa(old), card)
		if err != nil || w.fake.Messages(grown) == nil {
			t.Fatalf("message %q, %v", id, err)
		}
		if err := w.adapter.Poster().Edit(t.Context(), strconv.Itoa(old), id, flow.Shown{Title: "Decided"}); err != nil {
			t.Error(err)
		}
	}
	if got := w.fake.Messages(grown); len(got) != 2 || got[1].Text != "Decided" {
		t.Errorf("the supergroup shows %+v", got)
	}
	var to []string
	for _, c := range w.fake.Calls("sendMessage") {
		to = append(to, fmt.Sprint(c.Params["chat_id"]))
	}
	if !slices.Equal(to, []string{"-77", "-100177", "-100177"}) {
		t.Errorf("posts went to %s; want the new id from then on", strings.Join(to, ", "))
	}
}

func TestCancelledPost(t *testing.T) {
	t.Parallel()
	w := run(t, Polling, shows(card))
	w.fake.Next("sendMessage", faketelegram.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		_, err := w.adapter.Poster().Post(ctx, "5001", card)
		over <- err
	}()
	w.fake.Await("sendMessage", 1)
	cancel()
	if err := <-over; !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
}
