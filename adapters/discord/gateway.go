package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/aftersale/aftersale/adapters/chat"
)

const (
	// greetWithin is how long the gateway may take from the first byte to READY.
	greetWithin = 30 * time.Second
	// holds is how long a connection lasts that is none of a row of bad ones.
	holds = time.Minute
	// farewellWithin is how long closing may take; discordgo itself waits a second.
	farewellWithin = 3 * time.Second
)

// fatalCloses are the gateway's reasons that trying again does not help against (API v10 reference, gateway close codes).
var fatalCloses = map[int]string{
	4004: "the token is not valid: reset it in the Developer Portal (Bot) and configure the new one",
	4010: "the shard is not valid",
	4011: "the bot is in too many servers for one connection",
	4012: "the version of the gateway is not valid",
	4013: "the intents are not valid",
	4014: "the intents are not allowed, not even without those that notes in threads need: something else is wrong",
}

// runGateway keeps a connection to the gateway until ctx ends. One that was lost is opened again at once, as what is missed
// meanwhile must be answered within seconds; one that does not hold, after a while that grows: connections are counted.
func (a *Adapter) runGateway(ctx context.Context) error {
	g := &gateway{Adapter: a}
	for bad := 0; ; bad++ { // attempts in a row that led to no connection that holds
		began := a.o.Now()
		lost, err := g.connect(ctx)
		if err == nil {
			a.up()
			select {
			case <-ctx.Done():
				g.farewell()
				return nil
			case <-a.revoked:
				g.farewell()
				return errRevoked
			case <-lost:
				err = errors.New("the connection was lost")
			}
			if a.o.Now().Sub(began) > holds {
				bad = 0
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if closedWith(err, intentsRefused) && g.deaf.CompareAndSwap(false, true) {
			g.session = nil
			a.o.Log.Warn("what the team writes in threads is not heard: Developer Portal, Bot, switch Message Content Intent on, and start again")
			continue
		}
		if why := fatal(err); why != "" {
			return fmt.Errorf("discord's gateway refuses us: %s", why)
		}
		a.down(err)
		a.o.Log.Warn("not connected", "err", a.api.redact.Error(err))
		if bad > 0 && chat.Sleep(ctx, chat.Backoff(bad-1)) != nil {
			return nil
		}
	}
}

func fatal(err error) string {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return fatalCloses[closed.Code]
	}
	return ""
}

// intentsRefused is the code with which the gateway closes when an intent is privileged and not switched on.
const intentsRefused = 4014

func closedWith(err error, code int) bool {
	var closed *websocket.CloseError
	return errors.As(err, &closed) && closed.Code == code
}

// What is said in servers comes with these two intents; the second is privileged (API v10 reference, gateway intents, read
// 2026-11).
const threadIntents = discordgo.IntentsGuildMessages | discordgo.IntentMessageContent

// A gateway is discordgo's session, kept to its connection: identify, heartbeat and resume are its; decoding, calls and
// connecting again are ours. See api for the calls; its own loop that connects again cannot be stopped.
type gateway struct {
	*Adapter
	session *discordgo.Session

	mu     sync.Mutex
	socket *socket // the newest
}

// connect opens a connection, resuming the session where there was one; what was missed is then sent again. The channel
// it returns is closed when the connection is lost.
func (g *gateway) connect(ctx context.Context) (lost <-chan struct{}, err error) {
	resumed := g.session != nil
	if !resumed {
		if g.session, err = g.newSession(ctx); err != nil {
			return nil, err
		}
	}
	late := time.AfterFunc(greetWithin, g.hangUp)
	stop := context.AfterFunc(ctx, g.hangUp) // Open knows no context
	err = g.session.Open()
	late.Stop()
	stop()
	if err != nil {
		var closed *websocket.CloseError
		if resumed && errors.As(err, &closed) {
			g.session = nil // it cannot be resumed: begin a new one
		}
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.socket.lost, nil
}

func (g *gateway) newSession(ctx context.Context) (*discordgo.Session, error) {
	s, err := discordgo.New("Bot " + g.o.Token)
	if err != nil {
		return nil, err
	}
	s.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsDirectMessages
	if !g.deaf.Load() {
		s.Identify.Intents |= threadIntents
	}
	s.ShouldReconnectOnError = false
	s.StateEnabled = false
	s.SyncEvents = true // in the order in which they came; nothing here takes time
	s.LogLevel = -1     // it would write to standard error, addresses included
	s.Client = &http.Client{Transport: lookup{ctx, g.api}}
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.Dialer = g.newDialer(ctx)
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { g.event(e) })
	return s, nil
}

// hangUp cuts the connection.
func (g *gateway) hangUp() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.socket != nil {
		_ = g.socket.Close() // it is gone either way
	}
}

// farewell closes the connection in good order, and cuts it when that takes too long.
func (g *gateway) farewell() {
	late := time.AfterFunc(farewellWithin, g.hangUp)
	defer late.Stop()
	g.mu.Lock()
	g.socket.farewell.Store(true)
	g.mu.Unlock()
	_ = g.session.Close() // we are leaving
	g.hangUp()
}

// event takes one event. A panic must not end the process: discordgo does not recover.
func (g *gateway) event(e *discordgo.Event) {
	defer func() {
		if p := recover(); p != nil {
			g.o.Log.Error("an event panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	switch e.Type {
	case "INTERACTION_CREATE":
		var i interaction
		if err := json.Unmarshal(e.RawData, &i); err != nil {
			g.o.Log.Warn("interaction not understood", "err", err)
			return
		}
		g.take(i, &callbacks{g.Adapter, i})
	case "MESSAGE_CREATE":
		g.takeMessage(e.RawData)
	}
}

// callbacks is a responder that calls Discord.
type callbacks struct {
	*Adapter
	i interaction
}

// respond implements responder. An answer whose own answer was lost is repeated; where Discord has the first already,
// what it shows is made what it should be.
func (c *callbacks) respond(ctx context.Context, answer callback) (string, error) {
	id, err := c.api.respond(ctx, c.i, answer)
	if refused(err, codeAcknowledged) && (answer.Type == answerMessage || answer.Type == answerUpdate) {
		return c.api.editFirst(ctx, c.i, answer.Data)
	}
	return id, err
}

// none implements responder.
func (c *callbacks) none() {}

// lookup answers the one call that discordgo's session makes, for the gateway's address, from api_url: its own addresses
// are fixed, and of version 9.
type lookup struct {
	ctx context.Context
	api *api
}

// RoundTrip implements http.RoundTripper.
func (l lookup) RoundTrip(req *http.Request) (*http.Response, error) {
	var answer json.RawMessage
	if err := l.api.get(l.ctx, "gateway", &answer); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(answer)), Request: req}, nil
}
