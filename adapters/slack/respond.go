package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// A response_url answers five times within thirty minutes (docs.slack.dev, interactivity/handling-user-interaction, read
// 2026-07).
const (
	replyUses = 5
	replyTime = 30 * time.Minute
	maxURLs   = 10_000
)

// errUsedUp means that a response_url answers no more, or never did: another way has to be found.
var errUsedUp = errors.New("the response address answers no more")

// A reply is the body that a response_url takes.
type reply struct {
	ResponseType    string        `json:"response_type,omitempty"` // "ephemeral": for one person's eyes
	ReplaceOriginal bool          `json:"replace_original"`
	DeleteOriginal  bool          `json:"delete_original,omitempty"`
	ThreadTS        string        `json:"thread_ts,omitempty"`
	Text            string        `json:"text,omitempty"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
}

// replies counts how often each response_url has been used. What another replica has used shows in Slack's answer.
type replies struct {
	now func() time.Time

	mu   sync.Mutex
	urls map[string]*uses
}

type uses struct {
	first time.Time
	n     int
}

func newReplies(now func() time.Time) *replies {
	return &replies{now: now, urls: map[string]*uses{}}
}

// meet starts the clock of an address when it comes in.
func (r *replies) meet(url string) {
	if url == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if len(r.urls) >= maxURLs {
		for u, used := range r.urls {
			if now.Sub(used.first) > replyTime {
				delete(r.urls, u)
			}
		}
	}
	if _, ok := r.urls[url]; !ok {
		r.urls[url] = &uses{first: now}
	}
}

// take uses an address n times, unless that is too often or too late. An address that is not known may be one that
// another replica met: it is tried.
func (r *replies) take(url string, n int) bool {
	if url == "" {
		return false
	}
	r.meet(url)
	r.mu.Lock()
	defer r.mu.Unlock()
	used := r.urls[url]
	if used.n+n > replyUses || r.now().Sub(used.first) > replyTime {
		return false
	}
	used.n += n
	return true
}

// respond posts to a response_url, once. The address is Slack's, from a delivery that was signed.
func (c *api) respond(ctx context.Context, url string, r reply) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return c.call(ctx, "response_url", func(ctx context.Context) error {
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return errUsedUp // no address at all
		}
		q.Header.Set("Content-Type", "application/json; charset=utf-8")
		answer, err := c.http.Do(q)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
		if err != nil {
			return err
		}
		return understood(answer, said)
	})
}

// understood reads the answer of a response_url: "ok", or JSON; a refusal may come with status 200.
func understood(answer *http.Response, said []byte) error {
	if answer.StatusCode == http.StatusTooManyRequests {
		after, err := time.ParseDuration(answer.Header.Get("Retry-After") + "s")
		if err != nil {
			after = time.Second
		}
		return &slack.RateLimitedError{RetryAfter: after}
	}
	var refused struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	text := strings.TrimSpace(string(said))
	if json.Unmarshal(said, &refused) == nil && refused.OK != nil {
		if *refused.OK {
			return nil
		}
		text = refused.Error
	}
	switch text {
	case "used_url", "expired_url", "no_url", "channel_not_found", "is_archived", "messages_tab_disabled":
		return errUsedUp
	}
	switch {
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return errUsedUp
	case answer.StatusCode != http.StatusOK:
		return fmt.Errorf("status %d", answer.StatusCode)
	case refused.OK != nil:
		return fmt.Errorf("refused: %s", refused.Error)
	}
	return nil
}
