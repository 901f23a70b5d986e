package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/adapters/chat"
)

// callTimeout is how long one call of the Web API may take.
const callTimeout = 10 * time.Second

// api calls Slack's Web API: one attempt for each call, again only when Slack says that it did nothing (429).
type api struct {
	bot     *slack.Client
	http    *http.Client
	files   *http.Client // for what is larger, and takes longer
	scheme  string       // of the addresses that Slack gives us: the one of its own
	secrets *chat.Redactor
	methods *chat.Pace // by method: what a 429 asks to pause
	posts   *chat.Pace // by chat
}

// Slack takes about one message a second in a channel, and short bursts (docs.slack.dev, apis/web-api/rate-limits, read
// 2026-07).
const (
	postEvery = time.Second
	postBurst = 3
)

func newAPI(o Options) *api {
	files := *o.HTTP
	files.Timeout *= uploadTimeout / callTimeout
	scheme, _, _ := strings.Cut(o.APIURL, ":")
	return &api{
		bot:     slack.New(o.BotToken, clientOptions(o)...),
		http:    o.HTTP,
		files:   &files,
		scheme:  scheme,
		secrets: chat.NewRedactor(o.BotToken, o.AppToken, o.SigningSecret),
		methods: chat.NewPace(time.Millisecond, 1000, o.Now),
		posts:   chat.NewPace(postEvery, postBurst, o.Now),
	}
}

func clientOptions(o Options) []slack.Option {
	return []slack.Option{
		slack.OptionHTTPClient(o.HTTP), slack.OptionAPIURL(o.APIURL), slack.OptionAppLevelToken(o.AppToken),
		slack.OptionLog(silent), // it would print whole payloads
	}
}

var silent = log.New(io.Discard, "", 0)

// attempts is how often a call is made while Slack answers 429.
const attempts = 4

// call makes one call. A 429 is waited for as long as chat.MaxWait allows; else it returns *flow.Busy.
//
// A call whose answer is lost is not made again: it may have been carried out. The error reaches the job, which posts
// once more: a doubled card is the lesser evil than one that never comes.
func (c *api) call(ctx context.Context, method string, f func(ctx context.Context) error) error {
	return c.callWithin(ctx, method, callTimeout, f)
}

func (c *api) callWithin(ctx context.Context, method string, timeout time.Duration, f func(ctx context.Context) error) error {
	var err error
	for range attempts {
		if err := c.methods.Wait(ctx, method); err != nil {
			return err
		}
		err = within(ctx, timeout, f)
		after, limited := rateLimit(err)
		if !limited {
			break
		}
		c.methods.Pause(method, after)
	}
	return c.safe(method, err)
}

func within(ctx context.Context, timeout time.Duration, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return f(ctx)
}

// rateLimit tells a 429 and how long it asks to wait.
func rateLimit(err error) (time.Duration, bool) {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return max(limited.RetryAfter, time.Second), true
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusTooManyRequests || code(err) == "ratelimited" {
		return time.Second, true
	}
	return 0, false
}

// safe says which call failed and drops what must not be read: tokens, and addresses that are secrets themselves.
func (c *api) safe(method string, err error) error {
	if err == nil {
		return nil
	}
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err // without the address: that of a response is as good as a token
	}
	return c.secrets.Error(fmt.Errorf("slack %s: %w", method, err))
}

// code is the error code of a refusal, such as "channel_not_found"; empty for other errors.
func code(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}

// is reports whether Slack refused by one of the codes.
func is(err error, codes ...string) bool { return err != nil && slices.Contains(codes, code(err)) }

// fatal reports whether an error is of a kind that only somebody with access to the app can cure.
func fatal(err error) bool {
	return is(err, "invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed", "not_allowed_token_type",
		"app_uninstalled", "team_disabled", "org_login_required")
}

// errNotEditable is of a message that was never one of ours to edit.
var errNotEditable = errors.New("no message that can be edited")

// A message's id holds its channel, since a message is posted to a person's id and edited in his channel's.
func messageID(channel, ts string) string { return channel + ":" + ts }

// splitID takes an id apart. It says no to what nothing can edit: what one person alone sees (it begins with "~").
func splitID(id string) (channel, ts string, ok bool) {
	channel, ts, ok = strings.Cut(id, ":")
	return channel, ts, ok && channel != "" && ts != "" && !strings.HasPrefix(channel, "~")
}
