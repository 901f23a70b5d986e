package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

const (
	// callTimeout is how long one call may take.
	callTimeout = 10 * time.Second
	// maxAnswer is how much of an answer is read.
	maxAnswer = 4 << 20
	// maxAttempts is how often a call is tried that may be repeated.
	maxAttempts = 3
	userAgent   = "DiscordBot (https://github.com/aftersale/aftersale, 1)"
)

// api calls Discord's REST API. discordgo's own client is not used for this: it waits for rate limits without an end and
// without heeding the context, keeps a bucket for each interaction for ever, and speaks version 9.
type api struct {
	base   string // ends with a slash
	token  string
	client *http.Client
	redact *chat.Redactor
	limits *limits
	sleep  func(ctx context.Context, d time.Duration) error
	// unauthorized hears that the bot's token was refused.
	unauthorized func()
}

// A request is one call.
type request struct {
	method string
	path   string        // below the base; may hold an interaction's token
	route  string        // the same without tokens, for limits and errors
	body   any           // nil: none
	file   *flow.File    // sent with the body; nil: none
	into   any           // where the answer goes; nil: nowhere
	bare   bool          // an interaction's own call: it needs no token of the bot, and no limit but its own counts
	again  bool          // may be repeated when its answer was lost: it changes nothing twice
	within time.Duration // of one attempt; 0: callTimeout
}

// do carries a call out. It waits for rate limits up to chat.MaxWait.
//
// Errors: *refusal; *flow.Busy when Discord wants a longer pause; any other when there was no answer.
func (c *api) do(ctx context.Context, r request) error {
	body, kind, err := r.encode()
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.method, r.route, err)
	}
	waited := time.Duration(0)
	for attempt := 1; ; attempt++ {
		if !r.bare {
			d := c.limits.wait(r.method + " " + r.route)
			if err := c.pause(ctx, d, &waited, r, nil); err != nil {
				return err
			}
		}
		after, err := c.try(ctx, r, body, kind)
		switch {
		case err == nil:
			return nil
		case after > 0:
			if err := c.pause(ctx, after, &waited, r, err); err != nil {
				return err
			}
			attempt-- // a limit is no failure
		case !r.again || attempt == maxAttempts || ctx.Err() != nil || status(err) != 0 && status(err) < 500:
			return err
		default:
			if c.sleep(ctx, 200*time.Millisecond<<attempt) != nil {
				return err
			}
		}
	}
}

// encode writes the body, and says what kind it is; nil when there is none.
func (r request) encode() (body []byte, kind string, err error) {
	if r.body == nil {
		return nil, "", nil
	}
	if body, err = json.Marshal(r.body); err != nil || r.file == nil {
		return body, "application/json", err
	}
	return withFile(body, *r.file)
}

// pause waits as long as a limit asks to; what would take longer than chat.MaxWait in all, or longer than the context
// lasts, is for later.
func (c *api) pause(ctx context.Context, d time.Duration, waited *time.Duration, r request, why error) error {
	if d <= 0 {
		return nil
	}
	if why == nil {
		why = fmt.Errorf("%s %s: %w", r.method, r.route, errLimited)
	}
	deadline, ends := ctx.Deadline()
	if *waited += d; *waited > chat.MaxWait || ends && time.Until(deadline) < d {
		return &flow.Busy{After: d, Err: why}
	}
	return c.sleep(ctx, d)
}

var errLimited = errors.New("rate limit")

// try makes one attempt; after is how long Discord wants to be left alone before the next one.
func (c *api) try(ctx context.Context, r request, body []byte, kind string) (after time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(r.within, callTimeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("%s %s: not an address", r.method, r.route)
	}
	req.Header.Set("User-Agent", userAgent)
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	if !r.bare {
		req.Header.Set("Authorization", "Bot "+c.token)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, c.lost(r, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, c.lost(r, err)
	}
	if !r.bare {
		c.limits.heed(r.method+" "+r.route, resp.Header)
	}
	if resp.StatusCode >= 300 {
		return c.refused(r, resp, answer)
	}
	if r.into == nil || len(answer) == 0 {
		return 0, nil
	}
	if err := json.Unmarshal(answer, r.into); err != nil {
		return 0, fmt.Errorf("%s %s: the answer is not what Discord's would be: %w", r.method, r.route, err)
	}
	return 0, nil
}

// lost is a call without an answer. The address, which may hold an interaction's token, is left out of the error.
func (c *api) lost(r request, err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		err = e.Err
	}
	return c.redact.Error(fmt.Errorf("%s %s: %w", r.method, r.route, err))
}

// refused reads a refusal. That of a proxy before Discord is a page and no JSON.
func (c *api) refused(r request, resp *http.Response, answer []byte) (after time.Duration, err error) {
	var said struct {
		Code       int             `json:"code"`
		Message    string          `json:"message"`
		Errors     json.RawMessage `json:"errors"`
		RetryAfter float64         `json:"retry_after"`
		Global     bool            `json:"global"`
	}
	e := &refusal{Route: r.method + " " + r.route, Status: resp.StatusCode, Text: http.StatusText(resp.StatusCode)}
	if json.Unmarshal(answer, &said) == nil && said.Message != "" {
		e.Code, e.Text = said.Code, said.Message
		if len(said.Errors) > 0 {
			e.Text += " " + string(said.Errors)
		}
	}
	e.Text = count.Clamp(c.redact.String(e.Text), 500)
	if i := strings.LastIndex(r.path, "/"); r.bare && i > 0 {
		e.Text = strings.ReplaceAll(e.Text, interactionToken(r.path), "[redacted]")
	}
	if resp.StatusCode == http.StatusUnauthorized && !r.bare {
		c.unauthorized()
	}
	if resp.StatusCode != http.StatusTooManyRequests {
		return 0, e
	}
	after = seconds(said.RetryAfter)
	if after <= 0 {
		after = retryAfter(resp.Header)
	}
	if said.Global || resp.Header.Get("X-RateLimit-Global") == "true" {
		c.limits.stop("", after)
	} else if !r.bare {
		c.limits.stop(r.method+" "+r.route, after)
	}
	return after, e
}

// interactionToken is the token in the path of an interaction's own call: "webhooks/{application}/{token}/…" or
// "interactions/{id}/{token}/callback".
func interactionToken(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) < 3 || parts[2] == "" {
		return path
	}
	token, _, _ := strings.Cut(parts[2], "?")
	return token
}
