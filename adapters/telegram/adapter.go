// Package telegram is the bot in Telegram: private chats with inline keyboards, one question after the other. It knows
// no flow.
//
// Personal data is shown in the private chat alone: in a group the bot points there and says nothing else. So no question
// is ever asked in a group, and the reply box that ForceReply opens there has no use.
//
// Read it in this order: decode.go (an update becomes an Inbound), render.go and keyboard.go (a Shown becomes messages),
// serve.go (what happens in between), api.go and deliver.go (the calls and their failures), polling.go and webhook.go (how
// updates come in), setup.go and check.go.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// Platform is this adapter's name in identities, conversations and cards.
const Platform = "telegram"

// The modes.
const (
	Polling = "polling" // the bot asks for updates: needs no public address
	Webhook = "webhook" // Telegram brings them
)

// drain leaves the rest of ten seconds to the last calls.
const drain = 7 * time.Second

// Options are what an Adapter works with.
type Options struct {
	Desk     flow.Desk
	Words    Words
	Commands []flow.CommandInfo
	Locale   string // the account's: of people whose language is none of ours

	Mode          string // Polling or Webhook
	Token         string
	WebhookSecret string // for Webhook: 1–256 letters, digits, _ and -
	PublicURL     string // for Webhook: where the program is reached from the internet
	APIURL        string // empty: https://api.telegram.org

	// Staff lists the Telegram ids of the people of the team, for Setup: their command lists are longer. It may be nil.
	Staff func(ctx context.Context) ([]int64, error)

	HTTP  *http.Client // empty: one of its own
	Now   func() time.Time
	NewID func() string // not needed: Telegram's ids serve
	Log   *slog.Logger
}

// Words are the adapter's own few sentences, in the reader's language.
type Words interface {
	Text(t flow.Text, r flow.Reader) string
}

// An Adapter is the bot in Telegram.
type Adapter struct {
	Options
	api    *api
	turns  *chat.Turns
	words  []string        // of all commands
	base   context.Context // of what goes on beside turns
	cancel context.CancelFunc
	acks   sync.WaitGroup // answers to presses that are under way
	hold   *chat.Pace     // pauses that Telegram has asked for, by chat
	pace   *chat.Pace     // notices to one private chat
	rooms  *chat.Pace     // notices to one group
	all    *chat.Pace     // everything that is sent

	drain       time.Duration // how long turns that run may take after the adapter was told to stop
	typingAfter time.Duration // how long a person waits before he sees that somebody types
	// pause waits before something is tried again; false when ctx ended first. Tests replace it.
	pause func(ctx context.Context, d time.Duration) bool

	dead chan error // why the token is worthless, once that is known

	mu      sync.Mutex // guards all below
	me      string     // the bot's user name, once it is known
	problem error      // why the adapter is not ready
	moved   map[int64]int64
}

var (
	secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	// tokenPattern is loose: it refuses only what cannot stand in an address.
	tokenPattern = regexp.MustCompile(`^[A-Za-z0-9:_.-]+$`)
)

var (
	errNotConnected = errors.New("telegram: not connected yet")
	errStopped      = errors.New("telegram: stopped")
)

// New makes an Adapter; its errors are mistakes in the options. It connects to nothing.
func New(o Options) (*Adapter, error) {
	if o.APIURL == "" {
		o.APIURL = "https://api.telegram.org"
	}
	base, err := url.Parse(strings.TrimSuffix(o.APIURL, "/"))
	switch {
	case o.Token == "":
		return nil, errors.New("telegram.token is empty: @BotFather gives one")
	case !tokenPattern.MatchString(o.Token):
		return nil, errors.New("telegram.token is no token of @BotFather's: it looks like 123456:AbC-dEf")
	case err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http":
		return nil, errors.New("telegram.api_url is no address such as https://api.telegram.org")
	case o.Mode != Polling && o.Mode != Webhook:
		return nil, fmt.Errorf("telegram.mode is %q, must be %s or %s", o.Mode, Polling, Webhook)
	case o.Mode == Webhook && !secretPattern.MatchString(o.WebhookSecret):
		return nil, errors.New("telegram.webhook_secret must be 1 to 256 letters, digits, _ and - in mode webhook: without it anybody could speak as anybody")
	}
	if o.Words == nil {
		return nil, errors.New("telegram: there are no words to speak with")
	}
	if err := checkCommands(o.Commands); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &Adapter{
		Options: o,
		api:     newAPI(o.Token, base.String(), o.HTTP),
		turns:   chat.NewTurns(chat.TurnsOptions{Log: o.Log}),
		hold:    chat.NewPace(time.Millisecond, 1000, o.Now),
		pace:    chat.NewPace(chatPace, 1, o.Now),
		rooms:   chat.NewPace(groupPace, 3, o.Now),
		all:     chat.NewPace(time.Second/overallRate, overallRate, o.Now),
		problem: errNotConnected, drain: drain, typingAfter: time.Second, pause: pause, dead: make(chan error, 1), moved: map[int64]int64{},
	}
	a.base, a.cancel = context.WithCancel(context.Background())
	for _, c := range o.Commands {
		a.words = append(a.words, c.Word)
	}
	return a, nil
}

// Run serves until ctx ends, and comes back by itself when the connection breaks. An error is fatal: the token is not
// valid any more.
func (a *Adapter) Run(ctx context.Context) error {
	if a.Desk == nil {
		return errors.New("telegram: there is no desk to serve")
	}
	w := newWindow()
	err := a.connect(ctx)
	switch {
	case err != nil:
	case a.Mode == Polling:
		err = a.poll(ctx, w)
	default:
		err = a.await(ctx)
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.drain)
	defer cancel()
	if a.turns.Wait(late) != nil {
		a.Log.Warn("telegram: stopped before all turns were over; what they were about comes again")
	}
	a.cancel()
	a.acks.Wait()
	a.flush(context.WithoutCancel(ctx), w)
	a.ready(errStopped)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// connect learns the bot's name, again and again until Telegram answers.
func (a *Adapter) connect(ctx context.Context) error {
	for n := 0; ; n++ {
		_, err := a.Username(ctx)
		switch {
		case err == nil:
			a.ready(nil)
			return nil
		case revoked(err):
			a.ready(err)
			return err
		}
		a.ready(err)
		a.Log.Warn("telegram: cannot connect, trying again", "err", err)
		if !a.pause(ctx, chat.Backoff(n)) {
			return ctx.Err()
		}
	}
}

// Username is the bot's name, for links such as https://t.me/<name>?start=…. It is asked once.
func (a *Adapter) Username(ctx context.Context) (string, error) {
	a.mu.Lock()
	name := a.me
	a.mu.Unlock()
	if name != "" {
		return name, nil
	}
	me, err := a.api.getMe(ctx)
	if err != nil {
		return "", err
	}
	if me.UserName == "" {
		return "", errors.New("telegram getMe: the bot has no user name")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.me = me.UserName
	return a.me, nil
}

// Ready tells why the adapter does not work now; nil when it does.
func (a *Adapter) Ready(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.problem
}

func (a *Adapter) ready(problem error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.problem = problem
}

// text is one of the adapter's own sentences.
func (a *Adapter) text(key, locale string) string {
	if locale == "" {
		locale = a.Locale
	}
	return a.Words.Text(flow.T(key), flow.Reader{Locale: locale})
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool { return chat.Sleep(ctx, d) == nil }
