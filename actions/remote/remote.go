// Package remote is how connectors call platforms over HTTP: one place for the limits of what comes from outside, for what
// may be repeated and what must not, for errors that give nothing away, and for sharing a platform's quota.
//
// It knows no platform and nothing of ours. A connector gives each platform a Client, and turns an *Error into its own words.
//
//	c := remote.New(remote.Options{Base: "https://api.example.com", Limiter: limiter})
//	answer, err := c.Do(ctx, remote.Call{Name: "read a sale", Method: http.MethodGet, Path: "/sales/1"})
//
// How to read it: call.go (a call and its answer), send.go (one try), retry.go (when there is another), errors.go, then limiter.go
// (what a connector waits for before each call) and quota.go (the limiter that replicas share).
package remote

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Options say how a platform is called; all but Base have defaults.
type Options struct {
	Base    string       // such as https://api.example.com: all paths are below it
	HTTP    *http.Client // its transport is used; http.DefaultTransport when nil
	Limiter Limiter      // asked before each try; nil: there is no limit
	// Timeout is how long one try may take: 20 s when 0. BackgroundTimeout likewise for calls that nobody waits for, which may
	// ask for much: 45 s when 0.
	Timeout, BackgroundTimeout time.Duration
	MaxBody                    int64 // bytes of an answer; 8 MiB when 0
	// Quota reads what an answer tells of the platform's quota; StandardQuota when nil.
	Quota func(http.Header) Quota
	// Explain reads an error's body: the platform's code for it and its description. StandardExplain when nil.
	Explain func(body []byte) (code, description string)
	Now     func() time.Time // time.Now when nil
	// Wait pauses between tries. It returns early, with ctx's error, when that ends. A timer when nil.
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter returns a share of a pause, below 1. math/rand when nil.
	Jitter func() float64
}

const (
	patience           = 20 * time.Second
	backgroundPatience = 45 * time.Second
	maxBody            = 8 << 20
	agent              = "Aftersale (+https://github.com/aftersale/aftersale)"
)

// A Client calls one platform. It is safe for concurrent use.
type Client struct {
	o    Options
	http http.Client
}

// New returns a Client.
func New(o Options) *Client {
	o.Base = strings.TrimRight(o.Base, "/")
	if o.Timeout == 0 {
		o.Timeout = patience
	}
	if o.BackgroundTimeout == 0 {
		o.BackgroundTimeout = backgroundPatience
	}
	if o.MaxBody == 0 {
		o.MaxBody = maxBody
	}
	if o.Quota == nil {
		o.Quota = StandardQuota
	}
	if o.Explain == nil {
		o.Explain = StandardExplain
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = Sleep
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	c := &Client{o: o}
	if o.HTTP != nil {
		c.http = *o.HTTP
	}
	c.http.Jar, c.http.Timeout, c.http.CheckRedirect = nil, 0, sameHost
	return c
}

// maxRedirects is how many a reading follows.
const maxRedirects = 3

// sameHost follows a redirect of a reading on the same host, where the credentials belong; of anything else none: what is
// followed as a reading was not done.
func sameHost(next *http.Request, before []*http.Request) error {
	first := before[0]
	if first.Method != http.MethodGet || next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme || len(before) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// Sleep waits, and returns ctx's error when that ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fits reports whether a pause is over before ctx ends.
func fits(ctx context.Context, d time.Duration) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(end) > d)
}

// unsent is the error of a call that was given up before anything left.
func unsent(name string, after time.Duration, cause error) *Error {
	e := &Error{Call: name, Unsent: true, After: after}
	switch {
	case errors.Is(cause, context.DeadlineExceeded), errors.Is(cause, context.Canceled):
		e.Err, e.Description = contextError(cause), "gave up before it was its turn"
	case cause != nil:
		e.Description = "the quota could not be counted"
	default:
		e.Description = "the platform's quota is used up"
	}
	return e
}
