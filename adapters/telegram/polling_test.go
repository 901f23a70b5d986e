package telegram

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

// TestOffsetMovesOnlyAfterTheUpdateIsHandled has one person's turn take long: he holds back nobody else, and what he said
// is not confirmed.
func TestOffsetMovesOnlyAfterTheUpdateIsHandled(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	w := run(t, Polling, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		if in.User == "5001" {
			<-release
		}
		_, err := on.Show(ctx, flow.Shown{Title: "Hello", Ended: true})
		return err
	}))
	first := w.fake.Say(ana, "slow")
	for i := range 3 {
		w.fake.Say(bia, "quick")
		w.fake.AwaitMessage(bia, i+1)
	}
	if w.fake.Confirmed(first) {
		t.Error("an update is confirmed while its turn runs: a crash would lose it")
	}
	for _, c := range w.fake.Calls("getUpdates") {
		if offset, ok := c.Params["offset"].(float64); ok && int(offset) > first {
			t.Errorf("a poll confirms update %d, which is at work, with offset %v", first, offset)
		}
	}
	close(release)
	w.fake.Settle()
	w.fake.AwaitMessage(ana, 1)
	if n := len(w.fake.Messages(bia)); n != 6 {
		t.Errorf("the others said 3 things and see %d messages; want each answered once", n)
	}
}

// TestStopWhileTurnsRun has the adapter stop: the turn that runs is finished, shown and confirmed; what waits is not lost.
func TestStopWhileTurnsRun(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		began, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		w := run(t, mode, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			once.Do(func() { close(began) })
			<-release
			_, err := on.Show(ctx, flow.Shown{Title: "Finished", Ended: true})
			return err
		}))
		w.fake.Say(ana, "hi")
		<-began
		stopped := make(chan error, 1)
		go func() { stopped <- w.stop() }()
		select {
		case err := <-stopped:
			t.Fatalf("stopped while a turn ran: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
		close(release)
		if err := <-stopped; err != nil {
			t.Errorf("Run: %v", err)
		}
		w.fake.AwaitMessage(ana, 1)
		w.fake.Settle() // confirmed, though nothing polls any more
		w.served.set(nil)
		lost := w.fake.Say(ana, "while nobody is there")
		if w.fake.Confirmed(lost) {
			t.Error("it was taken by nobody")
		}
		w.start()
		w.fake.AwaitConfirmed(lost)
		if n := len(w.fake.Messages(ana)); n != 4 {
			t.Errorf("the chat has %d messages, want both questions answered once", n)
		}
	})
}

// TestStopsInTime has a turn that never ends.
func TestStopsInTime(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	began := make(chan struct{}, 1)
	w := newWorld(t, Polling, desk(func(context.Context, flow.Inbound, flow.Screen) error {
		began <- struct{}{}
		<-release
		return nil
	}))
	w.prepare = func(a *Adapter) { a.drain = 50 * time.Millisecond }
	w.start()
	update := w.fake.Say(ana, "hi")
	<-began
	at := time.Now()
	if err := w.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if most := drain + flushTimeout; most >= 10*time.Second || time.Since(at) > flushTimeout {
		t.Errorf("stopping took %s, at most %s", time.Since(at), most)
	}
	if w.fake.Confirmed(update) {
		t.Error("what was not finished is confirmed")
	}
}

// TestReconnects has polls fail in all ways; nothing is lost and the adapter says how it is.
func TestReconnects(t *testing.T) {
	t.Parallel()
	w, c := clocked(t, Polling, shows(flow.Shown{Title: "Hello", Ended: true}))
	w.fake.AwaitPoll()
	if err := w.adapter.Ready(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
	}
	w.fake.Next("getUpdates",
		faketelegram.Fault{Cut: true},
		faketelegram.Fault{Status: http.StatusBadGateway, Body: "<html>"},
		faketelegram.Fault{RetryAfter: 5},
		faketelegram.Fault{Code: 500, Description: "Internal Server Error"},
		faketelegram.Fault{After: true, Cut: true}, // updates are on their way and get lost
	)
	w.say(ana, "one") // ends the poll that runs
	w.say(ana, "two")
	w.fake.AwaitMessage(ana, 2)
	if n := len(w.fake.Messages(ana)); n != 4 {
		t.Errorf("the chat has %d messages, want each question answered once", n)
	}
	c.mu.Lock()
	waits := slices.Clone(c.waited)
	c.mu.Unlock()
	if !slices.Contains(waits, 5*time.Second) {
		t.Errorf("waits are %v; Telegram asked for 5s", waits)
	}
	w.fake.AwaitPoll()
	if err := w.adapter.Ready(t.Context()); err != nil {
		t.Errorf("not ready again: %v", err)
	}
}

func TestAnotherPoller(t *testing.T) {
	t.Parallel()
	w, _ := clocked(t, Polling, shows(card))
	w.fake.AwaitPoll()
	w.fake.Next("getUpdates", faketelegram.Fault{Code: 409, Description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"})
	w.say(ana, "hi") // ends the poll that runs
	w.say(ana, "hi")
	if log := w.log.String(); !strings.Contains(log, "another program polls with this bot's token: stop it, or use mode webhook") {
		t.Errorf("the log does not say what to do:\n%s", log)
	}
}

func TestWebhookInTheWayOfPolling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Polling, shows(card))
	w.fake.SetWebhook("https://old.example.com/hook", "")
	w.prepare = func(a *Adapter) {
		tries := 0
		a.pause = func(ctx context.Context, d time.Duration) bool {
			if tries++; tries == 3 {
				w.fake.SetWebhook("", "") // the other program was stopped
			}
			return ctx.Err() == nil
		}
	}
	w.start()
	w.say(ana, "hi")
	if url, _ := w.fake.Webhook(); url != "" || len(w.fake.Calls("deleteWebhook")) != 1 {
		t.Errorf("the webhook is %q after %d deleteWebhook; want it taken away once", url, len(w.fake.Calls("deleteWebhook")))
	}
	w.fake.SetWebhook("https://other.example.com/hook", "") // by another program: taking it away would be a war
	w.log.await(t, "another program has set a webhook")
	w.say(ana, "hi")
	if n := len(w.fake.Calls("deleteWebhook")); n != 1 {
		t.Errorf("%d deleteWebhook", n)
	}
}

func TestRevokedTokenIsFatal(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := newWorld(t, mode, shows(card))
		w.fake.Revoke()
		a, err := New(w.options)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "401") {
			t.Errorf("Run returns %v", err)
		}
		if err := a.Ready(t.Context()); err == nil {
			t.Error("it is told to be ready")
		}
	})
}

// TestTokenRevokedMeanwhile has the token be taken back while the bot runs.
func TestTokenRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := newWorld(t, mode, shows(card))
		a, err := New(w.options)
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan error, 1)
		go func() { over <- a.Run(t.Context()) }()
		w.fake.Await(map[string]string{Polling: "getUpdates", Webhook: "getWebhookInfo"}[mode], 1)
		w.fake.Revoke()
		if _, err := a.Poster().Post(t.Context(), "5001", card); err == nil {
			t.Error("a post goes without a token")
		}
		if err := <-over; err == nil {
			t.Error("Run goes on without a token")
		}
	})
}

// TestAQuietWeek: update ids begin anew below.
func TestAQuietWeek(t *testing.T) {
	t.Parallel()
	w := newWindow()
	for _, step := range []struct {
		do     func()
		offset int64
	}{
		{func() {}, 0},
		{func() { w.begin(900); w.begin(901); w.begin(902) }, 900},
		{func() { w.end(901) }, 900},
		{func() { w.end(900) }, 902},
		{func() { w.confirmed(902) }, 902},
		{func() { w.end(902) }, 903},
		{func() { w.confirmed(903) }, 0},
		{func() { w.begin(17) }, 17},
		{func() { w.end(17) }, 18},
		{func() { w.confirmed(18) }, 0},
		{func() { w.begin(19); w.forget(19) }, 0},
	} {
		step.do()
		if got := w.offset(); got != step.offset {
			t.Fatalf("offset %d, want %d", got, step.offset)
		}
	}
	if w.begin(19); w.begin(19) {
		t.Error("an update that is at work is taken for a new one")
	}
}

// TestTooMuchToDo: what finds no place comes again.
func TestTooMuchToDo(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		release := make(chan struct{})
		w := newWorld(t, mode, desk(func(context.Context, flow.Inbound, flow.Screen) error {
			<-release
			return nil
		}))
		w.prepare = func(a *Adapter) { a.turns = smallTurns() }
		w.start()
		for user := range int64(8) {
			w.fake.Say(6000+user, "hi")
		}
		if mode == Webhook {
			w.fake.AwaitRefused(1)
		} else {
			w.fake.Await("getUpdates", 3)
		}
		close(release)
		w.fake.Settle()
	})
}

// TestNoGoroutineIsLeft runs alone: it looks at all goroutines of the process.
func TestNoGoroutineIsLeft(t *testing.T) {
	for _, mode := range []string{Polling, Webhook} {
		w := newWorld(t, mode, shows(card))
		w.prepare = func(a *Adapter) { a.typingAfter = time.Nanosecond }
		w.start()
		w.say(ana, "hi")
		w.press(ana, w.last(ana).ID, "t")
		w.fake.Next("sendMessage", faketelegram.Fault{Cut: true})
		w.say(ana, "hi")
		if err := w.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		var all bytes.Buffer
		for deadline := time.Now().Add(5 * time.Second); ; {
			all.Reset()
			if err := pprof.Lookup("goroutine").WriteTo(&all, 2); err != nil {
				t.Fatal(err)
			}
			ours := 0
			for stack := range strings.SplitSeq(all.String(), "\n\n") {
				if strings.Contains(stack, "adapters/telegram.(*") || strings.Contains(stack, "adapters/chat.(*") {
					ours++
				}
			}
			if ours == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: goroutines are left:\n%s", mode, all.String())
			}
		}
	}
}

func TestManyUpdatesInOneBatch(t *testing.T) {
	t.Parallel()
	w, c := newClocked(t, Polling, shows(flow.Shown{Title: "Hello", Ended: true}))
	for i := range 250 {
		w.fake.Say(6000+int64(i%50), fmt.Sprint("line ", i))
	}
	began := c.now()
	w.start()
	w.fake.Settle()
	if took := c.now().Sub(began); took < 7*time.Second {
		t.Errorf("250 messages took %s; Telegram takes 30 a second in all", took)
	}
	for user := range int64(50) {
		if n := len(w.fake.Messages(6000 + user)); n != 10 {
			t.Errorf("chat %d has %d messages, want 5 questions and 5 answers", user, n)
		}
	}
}

func TestOutOfOrder(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		var mu sync.Mutex
		said := map[string]int{}
		w := newWorld(t, mode, desk(func(_ context.Context, in flow.Inbound, _ flow.Screen) error {
			mu.Lock()
			defer mu.Unlock()
			said[in.Input.(flow.Typed).Text]++
			return nil
		}))
		w.fake.Say(ana, "one")
		w.fake.Say(ana, "two")
		w.fake.Swap()
		w.start()
		w.fake.Settle()
		mu.Lock()
		defer mu.Unlock()
		if said["one"] != 1 || said["two"] != 1 {
			t.Errorf("handled %v, want each once", said)
		}
	})
}
