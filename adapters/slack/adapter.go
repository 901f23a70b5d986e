// Package slack is the bot in Slack: slash commands, buttons, modals, the App Home and shortcuts, over HTTP or Socket Mode.
// It knows no flow.
//
// What somebody does arrives as a delivery (http.go, socket.go), is decoded by pure functions (decode*.go), acknowledged
// within Slack's three seconds, and taken to the desk as a turn (turn.go), which shows what comes of it (show.go) by
// drawing it (card.go, modal.go) and calling the Web API (api.go).
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// Platform is this adapter's name in identities, conversations and cards.
const Platform = "slack"

// The modes.
const (
	HTTP   = "http"   // Slack calls us: needs a public address and the signing secret
	Socket = "socket" // we call Slack: needs the app-level token
)

// Words are the adapter's own few words. flows/locales implements it.
type Words interface {
	Text(flow.Text, flow.Reader) string
}

// Options are what an Adapter works with.
type Options struct {
	Desk     flow.Desk
	Words    Words
	Commands []flow.CommandInfo
	Locale   string // the account's, for who has none

	Mode          string // HTTP or Socket
	APIURL        string // empty: Slack's own
	BotToken      string // xoxb-…
	AppToken      string // xapp-…, in Socket mode
	SigningSecret string // in HTTP mode
	Command       string // the slash command; empty: "/support"
	PublicURL     string // where Slack finds us, in HTTP mode; for the manifest

	ApprovalsChannel string // ids of channels that the bot posts to; may be empty
	CasesChannel     string

	Now   func() time.Time
	NewID func() string
	Log   *slog.Logger
	HTTP  *http.Client // nil: one with a timeout
}

// An Adapter is the bot in one Slack workspace.
type Adapter struct {
	Options
	api     *api
	turns   *chat.Turns
	people  *people
	replies *replies
	health  health
	slow    time.Duration // after which a person is told that work goes on
	window  time.Duration // in which a delivery is acknowledged, and a trigger still opens a modal

	watch func(begins bool) // is told of turns; for tests

	known chan struct{} // closed when self is known
	self  identity
}

// New makes an Adapter and checks the options; it connects nothing.
func New(o Options) (*Adapter, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: callTimeout, Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	if o.Command == "" {
		o.Command = DefaultCommand
	}
	if o.APIURL == "" {
		o.APIURL = slack.APIURL
	}
	if !strings.HasSuffix(o.APIURL, "/") {
		o.APIURL += "/" // the library joins it and the method's name as they are
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	a := &Adapter{
		Options: o, slow: 1500 * time.Millisecond, window: 2500 * time.Millisecond,
		turns: chat.NewTurns(chat.TurnsOptions{Log: o.Log}), replies: newReplies(o.Now), watch: func(bool) {}, known: make(chan struct{}),
	}
	a.api = newAPI(o)
	a.people = newPeople(a.api, o.Now)
	return a, nil
}

// check names all mistakes at once.
func (o Options) check() error {
	var wrong []error
	says := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	// What Slack's own tokens look like is checked where they go to Slack: a proxy or a fake may have others.
	looks := func(secret, prefix string, least int) bool {
		return secret != "" && (o.APIURL != slack.APIURL || strings.HasPrefix(secret, prefix) && len(secret) >= least)
	}
	if !looks(o.BotToken, "xoxb-", 6) {
		says("slack.bot_token does not begin with xoxb-: take the Bot User OAuth Token of the page Install App")
	}
	switch o.Mode {
	case Socket:
		if !looks(o.AppToken, "xapp-", 6) {
			says("slack.app_token does not begin with xapp-: make an App-Level Token with connections:write on the page Basic Information")
		}
	case HTTP:
		if !looks(o.SigningSecret, "", 16) {
			says("slack.signing_secret is missing or cut short: take the Signing Secret of the page Basic Information")
		}
	default:
		says("slack.mode %q is neither http nor socket", o.Mode)
	}
	if err := checkCommand(o.Command); err != nil {
		wrong = append(wrong, err)
	}
	if u, err := url.Parse(o.APIURL); err != nil || u.Host == "" {
		says("slack.api_url is no address")
	}
	return errors.Join(wrong...)
}

// Run serves until ctx ends, then lets turns finish for up to ten seconds. The error is one that waiting does not cure,
// such as a revoked token.
func (a *Adapter) Run(ctx context.Context) error {
	defer a.HTTP.CloseIdleConnections()
	if err := a.introduce(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if a.Mode == Socket {
		return a.runSocket(ctx)
	}
	<-ctx.Done()
	return a.drain()
}

// drainTime is how long running turns may take to end.
const drainTime = 9 * time.Second

func (a *Adapter) drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := a.turns.Wait(ctx); err != nil {
		return fmt.Errorf("slack: turns still running after %s: %w", drainTime, err)
	}
	return nil
}

// Ready is nil while Slack reaches us, else the last problem.
func (a *Adapter) Ready(context.Context) error { return a.health.problem() }

// Poster posts to channels by their ids and to people by theirs.
func (a *Adapter) Poster() flow.Poster { return poster{a} }

// say speaks one of the adapter's own words.
func (a *Adapter) say(key, locale string) string {
	if locale == "" {
		locale = a.Locale
	}
	return a.Words.Text(flow.T(key), flow.Reader{Locale: locale})
}
