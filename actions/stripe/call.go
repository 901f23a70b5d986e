package stripe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"

	"github.com/aftersale/aftersale/actions/remote"
)

// errOdd is an answer that is no such object as was asked for.
var errOdd = errors.New("stripe: the answer is not what was asked for")

// get reads an object.
func (p *Platform) get(ctx context.Context, name, path string, query url.Values, into any) error {
	answer, err := p.api.Do(ctx, remote.Call{Name: name, Method: http.MethodGet, Path: path, Query: query, Header: p.header(), Into: into, Secrets: []string{p.key}})
	if err == nil && answer.Empty {
		return errOdd
	}
	return err
}

// post writes. By the key Stripe carries it out once, for at least 24 hours: afterwards it forgets the key, so that what must never
// happen twice leaves a mark too (mark).
func (p *Platform) post(ctx context.Context, name, path, key string, form url.Values, into any) error {
	header := p.header()
	header.Set("Idempotency-Key", mark(key))
	answer, err := p.api.Do(ctx, remote.Call{Name: name, Method: http.MethodPost, Path: path, Header: header, Body: form, Into: into, Secrets: []string{p.key}})
	if err == nil && answer.Empty {
		return errOdd
	}
	return err
}

func (p *Platform) header() http.Header {
	h := http.Header{}
	h.Set("Authorization", "Bearer "+p.key)
	h.Set("Stripe-Version", Version)
	return h
}

// markKey is the name under which refunds and subscriptions carry the mark of the order that made them what they are.
const markKey = "aftersale_order"

// maxMark is the longest mark; metadata holds 500 characters, an Idempotency-Key 255.
const maxMark = 200

// mark is an order's key, as Stripe keeps it.
func mark(key string) string {
	if len(key) <= maxMark {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// noSuchCode is what a code that is none of Stripe's comes to: as if it had been looked for.
var noSuchCode = &remote.Error{Call: "read a charge", Status: http.StatusNotFound, Code: "resource_missing"}

// missing reports whether Stripe says that there is no such object.
func missing(err error) bool {
	e := remote.AsError(err)
	return e != nil && e.Rejected() && (e.Status == http.StatusNotFound || e.Code == "resource_missing")
}

// refusedBy is the message key by which a rejected write is refused; empty when the rejection is none of the order: a key that is
// wrong or may not, too many calls, the same order in flight. Those are errors, and tried again.
func refusedBy(err error) string {
	e := remote.AsError(err)
	if e == nil || !e.Rejected() {
		return ""
	}
	switch e.Code {
	case "charge_already_refunded":
		return alreadyRefunded
	case "charge_disputed":
		return chargeback
	case "resource_missing":
		return notFound
	case "idempotency_error", "idempotency_key_in_use", "lock_timeout", "rate_limit", "api_key_expired", "authentication_error":
		return ""
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusPaymentRequired:
		return notRefundable
	case http.StatusNotFound:
		return notFound
	}
	return ""
}
