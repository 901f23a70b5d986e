// Package discord is the bot in Discord: one slash command whose sub-commands are the words of the flows, with typed
// options that are completed while they are typed, modals, buttons, answers that only the person sees, and cards in the
// channels of the team. It is served by the gateway (a connection that we open) or by HTTP (calls that Discord makes); both do
// the same, but only the gateway brings what is typed in the private chat.
//
// Read it in this order: adapter.go (what it needs), decode.go (what people do), exchange.go and screen.go (the one
// answer that is due within three seconds, and what follows it), render.go, controls.go and modal.go (what it looks
// like), endpoint.go and gateway.go (how it arrives), api.go (how it is sent), register.go and check.go (setting up).
package discord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// The transports.
const (
	ModeHTTP    = "http"
	ModeGateway = "gateway"
)

// defaultAPI is Discord itself.
const defaultAPI = "https://discord.com/api/v10/"

// Words is what the adapter needs of flows/locales for its own few words, the keys "chat.*".
type Words interface {
	Text(t flow.Text, r flow.Reader) string
}

// Options are what an Adapter works with.
type Options struct {
	Desk     flow.Desk // may be nil for Setup and Check
	Words    Words     // as Desk
	Commands []flow.CommandInfo
	Locale   string // the account's: for readers whose own is unknown

	Mode             string
	APIURL           string // empty: Discord itself
	Token            string // of the bot
	ApplicationID    string
	PublicKey        string // 32 bytes in hexadecimal; needed by ModeHTTP
	GuildID          string // the one server that is served; empty: all that have the bot
	ApprovalsChannel string // checked by Check; what is posted there comes from elsewhere
	CasesChannel     string

	HTTP  *http.Client // for calls to Discord; nil: one of its own
	Now   func() time.Time
	NewID func() string
	Log   *slog.Logger
}

// An Adapter is the bot in Discord. Make it with New, serve it with Run.
type Adapter struct {
	o          Options
	api        *api
	key        ed25519.PublicKey
	turns      *chat.Turns // what people do, in order for each in a chat
	aside      *chat.Turns // short answers that wait for nobody: suggestions, refusals
	directs    directs
	state      atomic.Pointer[state]
	revoked    chan struct{} // closed when Discord does not accept the token any more
	refused    sync.Once
	deaf       atomic.Bool   // the intents of threads were refused: notes are written by the button alone
	deferAfter time.Duration // shorter in tests
	transport  *http.Transport
}

// state is how the connection to Discord is.
type state struct {
	ready bool
	since time.Time
	err   error
}

// New makes an Adapter. It checks the options, all mistakes at once, and connects to nothing.
func New(o Options) (*Adapter, error) {
	o.APIURL = strings.TrimSuffix(cmp.Or(o.APIURL, defaultAPI), "/") + "/"
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	key, err := check(o)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	a := &Adapter{o: o, key: key, deferAfter: deferAfter, revoked: make(chan struct{})}
	client := o.HTTP
	if client == nil {
		a.transport = http.DefaultTransport.(*http.Transport).Clone()
		a.transport.MaxIdleConnsPerHost = 32
		client = &http.Client{Transport: a.transport}
	}
	a.api = &api{base: o.APIURL, token: o.Token, client: client, redact: chat.NewRedactor(o.Token), limits: newLimits(o.Now), sleep: chat.Sleep}
	a.api.unauthorized = func() { a.refused.Do(func() { close(a.revoked) }) }
	a.turns = chat.NewTurns(chat.TurnsOptions{Log: o.Log})
	a.aside = chat.NewTurns(chat.TurnsOptions{Log: o.Log, Workers: 16, Queue: 500, Patience: callTimeout})
	a.state.Store(&state{since: o.Now(), err: errors.New("not connected yet")})
	return a, nil
}

func check(o Options) (ed25519.PublicKey, error) {
	var all []error
	bad := func(format string, args ...any) { all = append(all, fmt.Errorf(format, args...)) }
	if o.Mode != ModeHTTP && o.Mode != ModeGateway {
		bad("mode is %q, must be %s or %s", o.Mode, ModeHTTP, ModeGateway)
	}
	if o.Token == "" || strings.ContainsAny(o.Token, " \t\r\n") {
		bad("token is missing or has a space in it (Developer Portal, Bot, Reset Token)")
	}
	if !snowflake(o.ApplicationID) {
		bad("application_id is missing or not a number (Developer Portal, General Information)")
	}
	for name, id := range map[string]string{"guild_id": o.GuildID, "approvals_channel": o.ApprovalsChannel, "cases_channel": o.CasesChannel} {
		if id != "" && !snowflake(id) {
			bad("%s is %q, must be a number (Developer Mode, Copy ID)", name, id)
		}
	}
	if u, err := url.Parse(o.APIURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		bad("api_url is not an address")
	}
	key, err := hex.DecodeString(o.PublicKey)
	if (o.Mode == ModeHTTP || o.PublicKey != "") && (err != nil || len(key) != ed25519.PublicKeySize) {
		bad("public_key must have %d hexadecimal digits (Developer Portal, General Information)", 2*ed25519.PublicKeySize)
	}
	return key, errors.Join(all...)
}

// snowflake reports whether s is an id of Discord's.
func snowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0
}

// Run serves until ctx ends, connects again by itself, and ends its turns before it returns. An error is one that trying
// again does not help against, such as a token that was revoked.
func (a *Adapter) Run(ctx context.Context) error {
	serve := a.runGateway
	if a.o.Mode == ModeHTTP {
		serve = a.runEndpoint
	}
	err := serve(ctx)
	a.down(errors.New("stopped"))
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	for _, t := range []*chat.Turns{a.turns, a.aside} {
		if t.Wait(drain) != nil {
			a.o.Log.Warn("turns were still running when the adapter stopped")
		}
	}
	if a.transport != nil {
		a.transport.CloseIdleConnections()
	}
	return a.api.redact.Error(err)
}

// errRevoked ends Run: calls go on being refused, and Discord bans who makes too many of them.
var errRevoked = errors.New("discord does not accept the token any more: reset it in the Developer Portal (Bot) and configure the new one")

// drainWithin is how long turns may take to end; with the connection's own farewell it stays below ten seconds.
const drainWithin = 6 * time.Second

// Ready reports whether people are served: nil, or the last problem.
func (a *Adapter) Ready(context.Context) error {
	s := a.state.Load()
	if s.ready {
		return nil
	}
	return fmt.Errorf("discord: not connected since %s: %w", s.since.UTC().Format(time.RFC3339), s.err)
}

func (a *Adapter) up() {
	a.state.Store(&state{ready: true, since: a.o.Now()})
	a.o.Log.Info("connected", "mode", a.o.Mode)
}

func (a *Adapter) down(err error) {
	a.state.Store(&state{since: a.o.Now(), err: a.api.redact.Error(err)})
}

// text says one of the adapter's own few words.
func (a *Adapter) text(key, locale string) string {
	return a.o.Words.Text(flow.T(key), flow.Reader{Locale: cmp.Or(locale, a.o.Locale)})
}

func (a *Adapter) menuWords(locale string) menuWords {
	return menuWords{Choose: a.text("chat.choose", locale)}
}
