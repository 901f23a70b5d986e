package discord

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/flows/flow"
)

func (w *world) connected(what string, so func() bool) {
	w.t.Helper()
	w.fake.Wait(what, so)
}

// TestCut: the connection breaks; what people do meanwhile is not lost, and the session goes on.
func TestCut(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered()
	w.fake.Cut()
	said := w.fake.Say(ana, "are you there?").Deliver()
	w.desk.turns(t, "m:"+said.ID, 1)
	if identified, resumed, _ := w.fake.Connections(); identified != 1 || resumed != 1 {
		t.Errorf("identified %d times, resumed %d times; want once each", identified, resumed)
	}
	w.ready()
	w.fake.Slash(bia, w.fake.Direct(bia), "find", nil).Deliver().Answered()
}

// TestReconnect: Discord asks for a new connection, as it does every few hours.
func TestReconnect(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered()
	w.fake.Reconnect()
	w.connected("the session to be resumed", func() bool { _, resumed, _ := w.fake.Connections(); return resumed == 1 })
	said := w.fake.Say(ana, "are you there?").Deliver()
	w.desk.turns(t, "m:"+said.ID, 1)
}

// TestSessionForgotten: Discord does not know the session any more; a new one begins.
func TestSessionForgotten(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered()
	w.fake.Forget()
	w.fake.Cut()
	w.connected("a new session", func() bool { identified, _, _ := w.fake.Connections(); return identified == 2 && w.fake.Connected() })
	said := w.fake.Say(ana, "are you there?").Deliver()
	w.desk.turns(t, "m:"+said.ID, 1)
}

// TestDiscordAway: the API does not answer when the adapter starts; it connects when Discord is back, and says meanwhile
// that it is not ready.
func TestDiscordAway(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := prepare(t, mode, showing(menuCard("Here", "Cancel")))
		what := map[string]string{ModeGateway: "GET gateway", ModeHTTP: "users/@me"}[mode]
		for range maxAttempts {
			w.fake.Next(what, fakediscord.Fault{Status: 503, Body: "<html>"})
		}
		w.start()
		t.Cleanup(w.stop)
		w.connected("the first attempts", func() bool { return len(w.fake.Calls(what)) >= 1 })
		if err := w.adapter().Ready(t.Context()); err == nil {
			t.Error("it says that it is ready")
		}
		w.ready()
		w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered()
	})
}

// TestRevoked: with a token that is not valid trying again does not help, and says what does.
func TestRevoked(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := prepare(t, mode, nil)
		w.fake.Revoke()
		ctx, cancel := context.WithTimeout(t.Context(), fakediscord.Patience)
		defer cancel()
		err := w.new().Run(ctx)
		if err == nil || ctx.Err() != nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("Run: %v, want an error at once", err)
		}
	})
}

// TestRevokedLater: the token is reset while the adapter runs, and a card is refused.
func TestRevokedLater(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := prepare(t, mode, showing(menuCard("Here", "Cancel")))
		w.start()
		w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered()
		w.fake.Revoke()
		if _, err := w.adapter().Poster().Post(t.Context(), fakediscord.Room, menuCard("Decide")); err == nil {
			t.Error("it was posted")
		}
		select {
		case err := <-w.ended:
			if err == nil || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(fakediscord.Patience):
			t.Error("Run goes on")
		}
		w.cancel()
		if w.adapter().Ready(t.Context()) == nil {
			t.Error("it says that it is ready")
		}
	})
}

// TestShortConnections: a gateway that drops us again and again is asked less and less often.
func TestShortConnections(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	for i := range 3 {
		w.connected("a connection", func() bool {
			identified, resumed, _ := w.fake.Connections()
			return identified+resumed > i && w.fake.Connected()
		})
		w.fake.Cut()
	}
	said := w.fake.Say(ana, "are you there?").Deliver()
	w.desk.turns(t, "m:"+said.ID, 1)
}

func TestIntentsRefused(t *testing.T) {
	t.Parallel()
	w := prepare(t, ModeGateway, nil)
	w.fake.Refuse(4014)
	ctx, cancel := context.WithTimeout(t.Context(), fakediscord.Patience)
	defer cancel()
	if err := w.new().Run(ctx); err == nil || !strings.Contains(err.Error(), "intents") {
		t.Errorf("Run: %v", err)
	}
}

// TestHeartbeat: discordgo sends heartbeats as often as the gateway wants them.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	w := prepare(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	w.fake.Beats(50 * time.Millisecond)
	w.start()
	t.Cleanup(w.stop)
	w.connected("heartbeats", func() bool { _, _, beats := w.fake.Connections(); return beats >= 3 })
}

// TestOddEvents: what the gateway sends that no one understands ends nothing; a component of tomorrow in a pressed
// message, which makes discordgo's own types give up, is no obstacle.
func TestOddEvents(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	for _, data := range []any{nil, 1, "text", []any{}, map[string]any{}, map[string]any{"type": "two"}, map[string]any{"data": 1}, map[string]any{"application_id": fakediscord.ApplicationID, "type": 77}} {
		for _, event := range []string{"INTERACTION_CREATE", "MESSAGE_CREATE", "TOMORROWS_EVENT"} {
			w.fake.Dispatch(event, data)
		}
	}
	id, err := w.adapter().Poster().Post(t.Context(), fakediscord.Room, menuCard("Decide", "Approve"))
	if err != nil {
		t.Fatal(err)
	}
	press := w.fake.Press(ana, id, pressID+"01JDTESTCARD.1.Approve")
	press.With("message", map[string]any{"id": id, "channel_id": fakediscord.Room, "flags": 0, "components": []any{map[string]any{"type": 99, "odd": true}, map[string]any{"type": 1, "components": []any{}}}})
	press.Deliver().Answered()
	w.desk.turns(t, "i:"+press.ID, 1)
}

// TestGroupsAndBots: what the bot itself or another one says is not for it; what is said in servers is at most a remark below a
// card, never an answer.
func TestGroupsAndBots(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	said := w.fake.Say(ana, "from a server").With("guild_id", fakediscord.GuildID).Deliver()
	w.fake.Say(ana, "by a webhook").With("webhook_id", "1").Deliver()
	w.fake.Say(ana, "by a bot").With("author", map[string]any{"id": ana, "bot": true}).Deliver()
	w.fake.Say(ana, "   ").Deliver()
	last := w.fake.Say(ana, "by a person").Deliver()
	w.desk.turns(t, "m:"+last.ID, 1)
	w.desk.turns(t, "m:"+said.ID, 1)
	if len(w.desk.asked) != 2 {
		t.Errorf("%d messages reached the flows, want two: %+v", len(w.desk.asked), w.desk.asked)
	}
	if in := w.desk.asked["m:"+said.ID]; in.Input != (flow.Remark{Text: "from a server"}) || in.Below == "" || !in.Shared {
		t.Errorf("what was said in a server is %+v", in)
	}
}

// TestWriting: while an answer to something typed takes its time, the person sees that it is being written.
func TestWriting(t *testing.T) {
	t.Parallel()
	desk := slow(showing(menuCard("Here", "Cancel")))
	w := run(t, ModeGateway, desk)
	act := w.fake.Say(ana, "hello").Deliver()
	w.connected("the sign that it is being written", func() bool { return len(w.fake.Calls("/typing")) == 1 })
	close(desk.let)
	w.desk.turns(t, "m:"+act.ID, 1)
}

// TestTypedFailure: the flows fail on something typed, and the person is told.
func TestTypedFailure(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, deskFunc(func(context.Context, flow.Inbound, flow.Screen) error { return http.ErrAbortHandler }))
	w.fake.Say(ana, "hello").Deliver()
	w.connected("the apology", func() bool {
		all := w.fake.See(ana, w.fake.Direct(ana))
		return len(all) == 2 && all[1].Text() == w0(t, "chat.failed")
	})
}

// TestStop ends adapters at awkward moments: each stops in time and leaves nothing running. It is not parallel, since it
// counts goroutines.
func TestStop(t *testing.T) {
	for _, c := range []struct {
		name string
		mode string
		do   func(*world)
	}{
		{"connected", ModeGateway, func(w *world) { w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered() }},
		{"endpoint", ModeHTTP, func(w *world) { w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered() }},
		{"at once", ModeGateway, func(*world) {}},
		{"cut", ModeGateway, func(w *world) {
			w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).Deliver().Answered()
			w.fake.Cut()
		}},
		{"waiting for Discord", ModeGateway, func(w *world) {
			w.fake.Wait("a call", func() bool { return len(w.fake.Calls("GET gateway")) > 0 })
		}},
		{"waiting for the greeting", ModeGateway, func(w *world) {
			w.fake.Wait("a call", func() bool { return len(w.fake.Calls("GET gateway")) > 0 })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			w := prepare(t, c.mode, showing(menuCard("Here", "Cancel")))
			switch c.name {
			case "waiting for Discord":
				w.fake.Next("GET gateway", fakediscord.Fault{Hang: true}, fakediscord.Fault{Hang: true}, fakediscord.Fault{Hang: true})
			case "waiting for the greeting":
				w.fake.Mute(true)
			}
			w.start()
			c.do(w)
			w.stop()
			w.fake.Close()
			if w.web != nil {
				w.web.Close()
			}
			for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
				if time.Now().After(end) {
					stacks := make([]byte, 1<<20)
					t.Fatalf("%d goroutines are left, there were %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
				}
			}
		})
	}
}

// TestCertificate: a gateway that cannot prove who it is gets no token.
func TestCertificate(t *testing.T) {
	t.Parallel()
	impostor := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(impostor.Close)
	_, a, _ := idle(t)
	conn, resp, err := (&gateway{Adapter: a}).newDialer(t.Context()).Dial("wss"+strings.TrimPrefix(impostor.URL, "https"), nil)
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Errorf("connection %v, answer %v, error %v; want the certificate to be refused", conn, resp, err)
	}
}

// TestFarewell: we close in good order when we leave, and only then.
func TestFarewell(t *testing.T) {
	t.Parallel()
	here, there := net.Pipe()
	t.Cleanup(func() { there.Close() })
	s := &socket{Conn: here, lost: make(chan struct{})}
	if n, err := s.Write([]byte{closeFrame, 0x80, 0, 0, 0, 0}); n != 6 || err != nil {
		t.Errorf("a closing frame that is held back: %d, %v", n, err)
	}
	s.farewell.Store(true)
	go func() { _, _ = s.Write([]byte{closeFrame, 0x80}) }() // ends with the pipe
	var got [2]byte
	if _, err := io.ReadFull(there, got[:]); err != nil || got[0] != closeFrame {
		t.Errorf("the farewell is %x, %v", got, err)
	}
	s.Close()
	s.Close()
	<-s.lost
}
