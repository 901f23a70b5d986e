package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// try makes a call once.
func (c *Client) try(ctx context.Context, call Call, body []byte, kind string) (Answer, *Error) {
	if c.o.Limiter != nil && !call.Free {
		if err := c.o.Limiter.Take(ctx); err != nil {
			return Answer{}, notItsTurn(call.Name, err)
		}
	}
	within, cancel := context.WithTimeout(ctx, c.timeout(ctx, call))
	defer cancel()
	var left atomic.Bool // whether anything of the request has
	traced := httptrace.WithClientTrace(within, &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { left.Store(true) }})
	req, err := c.request(traced, call, body, kind)
	if err != nil {
		return Answer{}, &Error{Call: call.Name, Unsent: true, Description: "the platform's address is none"}
	}
	at := c.o.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{}, broken(ctx, call.Name, err, !left.Load())
	}
	defer res.Body.Close()
	if c.o.Limiter != nil && !call.Free {
		c.o.Limiter.Told(context.WithoutCancel(ctx), c.quota(res))
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, c.o.MaxBody+1))
	switch {
	case err != nil:
		failed := broken(ctx, call.Name, err, false)
		failed.Description = "the answer is cut off"
		return Answer{}, failed
	case int64(len(text)) > c.o.MaxBody:
		return Answer{}, &Error{Call: call.Name, Status: res.StatusCode, Odd: true, TooLarge: true, Description: "the answer is larger than it may be"}
	case res.StatusCode < 200 || res.StatusCode > 299:
		return Answer{}, c.failed(call, res, text)
	}
	return c.decode(call, res, text, at)
}

func (c *Client) timeout(ctx context.Context, call Call) time.Duration {
	switch {
	case call.Timeout > 0:
		return call.Timeout
	case IsBackground(ctx):
		return c.o.BackgroundTimeout
	}
	return c.o.Timeout
}

func (c *Client) request(ctx context.Context, call Call, body []byte, kind string) (*http.Request, error) {
	address := c.o.Base + call.Path
	if len(call.Query) > 0 {
		address += "?" + call.Query.Encode()
	}
	var sent io.Reader
	if body != nil {
		sent = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, address, sent)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", agent)
	for k, v := range call.Header {
		req.Header[k] = v
	}
	return req, nil
}

// quota is what an answer says of it, and whether this call was over it.
func (c *Client) quota(res *http.Response) Quota {
	q := c.o.Quota(res.Header)
	q.Over = q.Over || res.StatusCode == http.StatusTooManyRequests
	return q
}

// failed reads an answer that is not 2xx.
func (c *Client) failed(call Call, res *http.Response, text []byte) *Error {
	e := &Error{Call: call.Name, Status: res.StatusCode, After: retryAfter(res.Header, c.o.Now())}
	if res.StatusCode == http.StatusTooManyRequests {
		e.After = max(e.After, c.o.Quota(res.Header).Reset)
	}
	text = text[:min(len(text), maxErrorBody)]
	if !looksLikeJSON(text) {
		// Whoever wrote this was not the platform's program, but something in front of it.
		e.Odd = len(bytes.TrimSpace(text)) > 0
		return e
	}
	code, description := c.o.Explain(text)
	e.Code, e.Description = safe(code, maxCode, call.Secrets), safe(description, maxDescription, call.Secrets)
	return e
}

// decode reads an answer that is 2xx.
func (c *Client) decode(call Call, res *http.Response, text []byte, at time.Time) (Answer, *Error) {
	answer := Answer{Status: res.StatusCode, Header: res.Header, At: at}
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		answer.Empty = true
		return answer, nil
	case !looksLikeJSON(text):
		return answer, &Error{Call: call.Name, Status: res.StatusCode, Odd: true, Description: "the answer is no JSON"}
	case call.Into == nil:
		return answer, nil
	}
	if err := json.Unmarshal(text, call.Into); err != nil {
		return answer, &Error{Call: call.Name, Status: res.StatusCode, Odd: true, Description: "the answer has another shape than it should"}
	}
	return answer, nil
}

// broken is the error of a call without an answer. net/http's own has the address in it, and with it the query.
func broken(ctx context.Context, name string, err error, unsent bool) *Error {
	e := &Error{Call: name, Unsent: unsent, Err: contextError(ctx.Err())}
	var dns *net.DNSError
	var op *net.OpError
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		e.Description = "given up before there was an answer"
	case errors.As(err, &timeout) && timeout.Timeout():
		e.Description = "no answer in time"
	case errors.As(err, &dns):
		e.Description = "the platform's host is not known"
	case errors.As(err, &op) && op.Op == "dial":
		e.Description = "the platform cannot be reached"
	default:
		e.Description = "the connection broke"
	}
	return e
}

func notItsTurn(name string, err error) *Error {
	if e := AsError(err); e != nil {
		mine := *e
		mine.Call = name
		return &mine
	}
	return unsent(name, 0, err)
}
