package slack

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

// The server cuts the line again and again: what was sent into it comes again on the next one, and nothing is lost.
func TestReconnect(t *testing.T) {
	t.Parallel()
	d := answering(card("Understood", "Yes"))
	o := openOffice(t, Socket, d)
	for i := range 4 {
		switch i {
		case 0, 2:
			o.Cut()
		case 1:
			o.Disconnect("warning")
		case 3:
			o.On("apps.connections.open", fakeslack.Fault{Status: 503}, fakeslack.Fault{Cut: true}, fakeslack.Fault{Error: "internal_error"})
			o.On("socket", fakeslack.Fault{Status: 502})
			o.Disconnect("refresh_requested")
		}
		o.Anything = true // an acknowledgement may take longer than three seconds while the line is down
		o.Say(ana, o.Direct(ana), fmt.Sprintf("message %d", i))
	}
	o.settle()
	var got []string
	for _, in := range d.inbound() {
		if text := in.Input.(flow.Typed).Text; !slices.Contains(got, text) {
			got = append(got, text)
		}
	}
	if want := []string{"message 0", "message 1", "message 2", "message 3"}; !slices.Equal(got, want) {
		t.Errorf("the flows got %q", got)
	}
	if _, ever := o.Connections(); ever < 4 {
		t.Errorf("%d connections were made", ever)
	}
}

// What the library cannot read is acknowledged all the same, and what is no envelope is passed over.
func TestOddFrames(t *testing.T) {
	t.Parallel()
	d := answering(card("Understood"))
	o := openOffice(t, Socket, d)
	for _, frame := range []string{"", "null", "[]", "{", `{"type":"new_thing"}`, `{"type":"events_api","envelope_id":"x","payload":7}`,
		`{"type":"interactive","envelope_id":"y","payload":"no"}`, `{"type":"slash_commands","envelope_id":"z","payload":{"text":1}}`} {
		o.Raw(frame)
	}
	o.Deliver(o.EventDelivery(map[string]any{"type": "an_event_of_2030", "user": ana})) // unacknowledged, it would fail
	o.Say(ana, o.Direct(ana), "hello")
	o.settle()
	if all := d.inbound(); len(all) != 1 {
		t.Errorf("the flows got %+v", all)
	}
}

// A token that is no good any more ends Run with the reason; waiting would not help.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid_auth", "account_inactive", "token_revoked", "not_authed"} {
		for _, method := range []string{"auth.test", "apps.connections.open"} {
			s := fakeslack.New(t)
			s.On(method, fakeslack.Fault{Error: code})
			a, err := New(Options{Desk: answering(card("x")), Words: words(), Mode: Socket, APIURL: s.URL(), BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken})
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), code) {
				t.Errorf("%s of %s: Run returns %v", code, method, err)
			}
			if a.Ready(t.Context()) == nil {
				t.Errorf("%s of %s: it says that it is ready", code, method)
			}
		}
	}
}

// Run ends within ten seconds, after the turn that runs, whose window is still answered; what comes meanwhile is left for
// another connection.
func TestStopInTime(t *testing.T) {
	t.Parallel()
	d := answering(form("3", ""))
	o := openOffice(t, Socket, d)
	o.Command(ana, o.Direct(ana), "/support", "email")
	o.settle()
	d.wait = make(chan struct{})
	d.answers(form("4", "That is no e-mail."))
	submitted := make(chan fakeslack.Ack, 1)
	go func() { submitted <- o.Slack.Submit(ana, map[string]string{"new": "x"}) }()
	until(t, "the desk has it", func() bool { return len(d.inbound()) == 2 })
	ended := make(chan error, 1)
	began := time.Now()
	go func() { ended <- o.stop() }()
	close(d.wait)
	if a := <-submitted; !strings.Contains(string(a.Body), "That is no e-mail.") {
		t.Errorf("the last window is answered %q", a.Body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// Without Slack, Run waits and says so; it can be stopped.
func TestNoSlack(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		a, err := New(Options{Desk: answering(card("x")), Words: words(), Mode: mode, APIURL: "http://127.0.0.1:1/", BotToken: "xoxb-x", AppToken: "xapp-x",
			SigningSecret: fakeslack.SigningSecret, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		until(t, "the problem is known", func() bool { err := a.Ready(ctx); return err != nil && strings.Contains(err.Error(), "refused") })
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Stopping leaves no goroutine behind. This test runs alone: others have goroutines of their own.
func TestNothingIsLeftRunning(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			o := openOffice(t, mode, answering(card("Which?", "Yes")))
			o.Command(ana, o.Direct(ana), "/support", "find")
			o.Say(ana, o.Direct(ana), "hello")
			o.settle()
			if err := o.stop(); err != nil {
				t.Error(err)
			}
			stacks := make([]byte, 1<<20)
			ours := func() string {
				var all []string
				for _, g := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
					if strings.Contains(g, "slack-go") || strings.Contains(g, "adapters/slack.(*") || strings.Contains(g, "adapters/chat.(*") {
						all = append(all, g)
					}
				}
				return strings.Join(all, "\n\n")
			}
			deadline := time.Now().Add(5 * time.Second)
			for ours() != "" && time.Now().Before(deadline) {
				runtime.Gosched()
			}
			if left := ours(); left != "" {
				t.Errorf("still running:\n%s", left)
			}
		})
	}
}
