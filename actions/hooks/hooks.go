// Package hooks calls addresses outside that producers have named, signed as Standard Webhooks has it
// (standardwebhooks.com, read 2026-11). It decides nothing of what is said: actions does. Since the addresses come from
// people, it goes nowhere but to public ones: see guard.go.
package hooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/aftersale/aftersale/actions"
)

const (
	patience   = 15 * time.Second // for one call, from the look-up of its name to the end of its answer
	maxHeader  = 16 << 10         // bytes of an answer's head
	maxAnswer  = 4 << 10          // bytes of an answer's body, which nobody reads
	maxAddress = 500              // characters
)

// Options are what a Caller works with.
type Options struct {
	// Allow are hosts, or hosts with a port, that may be private and need no TLS: for a demo, a test, or a receiver in the
	// operator's own network. Nobody else can name them.
	Allow []string
}

// A Caller calls endpoints. It is safe for concurrent use.
type Caller struct {
	allow  map[string]bool
	client *http.Client
}

// New makes a Caller.
func New(o Options) *Caller {
	c := &Caller{allow: map[string]bool{}}
	for _, host := range o.Allow {
		c.allow[strings.ToLower(host)] = true
	}
	c.client = &http.Client{
		Timeout: patience,
		// Where an answer leads to was named by nobody.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            c.dial,
			Proxy:                  nil, // a proxy would look the name up again, behind the guard
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: maxHeader,
			TLSHandshakeTimeout:    patience / 2,
			MaxIdleConns:           20,
			IdleConnTimeout:        30 * time.Second,
		},
	}
	return c
}

// Check refuses addresses that would never be called: Invalid with Field "url".
func (c *Caller) Check(address string) error {
	wrong := func(key string) error { return &actions.Error{Code: actions.Invalid, Key: key, Field: "url"} }
	u, err := url.Parse(address)
	switch {
	case len(address) > maxAddress, err != nil, u.Host == "", u.Opaque != "", u.User != nil, u.Fragment != "", strings.ContainsAny(address, " \t\r\n"):
		return wrong("hooks.url_wrong")
	case c.allowed(u):
		if u.Scheme == "http" || u.Scheme == "https" {
			return nil
		}
		return wrong("hooks.url_wrong")
	case u.Scheme != "https":
		return wrong("hooks.url_scheme")
	case !publicHost(u.Hostname()):
		return wrong("hooks.url_private")
	}
	return nil
}

func (c *Caller) allowed(u *url.URL) bool {
	return c.allow[strings.ToLower(u.Host)] || c.allow[strings.ToLower(u.Hostname())]
}

// Call posts a call's body, and returns the status that was answered; 0 and the problem, when nothing was.
func (c *Caller) Call(ctx context.Context, call actions.HookCall) (status int, problem string) {
	if c.Check(call.URL) != nil {
		return 0, actions.HookRefused
	}
	signatures := make([]string, len(call.Secrets))
	for i, secret := range call.Secrets {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return 0, actions.HookUnsigned
		}
		if signatures[i], err = hook.Sign(call.ID, call.At, call.Body); err != nil {
			return 0, actions.HookUnsigned
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, call.URL, bytes.NewReader(call.Body))
	if err != nil {
		return 0, actions.HookRefused
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Aftersale")
	req.Header.Set(standardwebhooks.HeaderWebhookID, call.ID)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(call.At.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	res, err := c.client.Do(req)
	if err != nil {
		return 0, problemOf(err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer) // so that the connection can be used again, if it is short
	return res.StatusCode, ""
}

// problemOf says in one word why nothing was answered: the error itself may hold what nobody should read.
func problemOf(err error) string {
	var dns *net.DNSError
	var late interface{ Timeout() bool }
	switch {
	case errors.Is(err, errPrivate):
		return actions.HookPrivate
	case errors.As(err, &dns):
		return actions.HookUnknownHost
	case errors.As(err, &late) && late.Timeout():
		return actions.HookTimeout
	case strings.Contains(err.Error(), "tls:") || strings.Contains(err.Error(), "x509:"):
		return actions.HookCertificate
	}
	return actions.HookUnreachable
}

var errPrivate = errors.New("the address is not a public one")

// dial connects to nothing but public addresses. It is asked with the address itself, behind the look-up of the name, so a
// name that answers differently the second time changes nothing.
func (c *Caller) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address to call: %w", err)
	}
	d := &net.Dialer{Timeout: patience / 2}
	if !c.allow[strings.ToLower(address)] && !c.allow[strings.ToLower(host)] {
		d.Control = onlyPublic
	}
	return d.DialContext(ctx, network, net.JoinHostPort(host, port))
}
