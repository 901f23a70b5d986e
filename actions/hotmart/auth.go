package hotmart

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions/remote"
)

// An auth keeps the access token of a credential: asked for once by all who need it, renewed ahead of its end, and asked for again
// when the platform says that it is over. The grant is client_credentials; there are no refresh tokens
// (developers.hotmart.com/docs/en/start/app-auth/, read November 2026).
type auth struct {
	client     *remote.Client
	id, secret string
	basic      string // the value of the Authorization header
	now        func() time.Time

	turn    chan struct{} // held by who reads or renews what is below
	token   string
	renewAt time.Time
	endsAt  time.Time
}

func newAuth(client *remote.Client, o Options) *auth {
	a := &auth{client: client, id: strings.TrimSpace(o.ClientID), secret: strings.TrimSpace(o.ClientSecret), now: o.Now, turn: make(chan struct{}, 1)}
	a.basic = strings.TrimSpace(o.Basic)
	if word, rest, ok := strings.Cut(a.basic, " "); ok && strings.EqualFold(word, "basic") { // as the panel shows it
		a.basic = strings.TrimSpace(rest)
	}
	if a.basic == "" {
		a.basic = base64.StdEncoding.EncodeToString([]byte(a.id + ":" + a.secret))
	}
	if a.id == "" || a.secret == "" {
		if pair, err := base64.StdEncoding.DecodeString(a.basic); err == nil {
			a.id, a.secret, _ = strings.Cut(string(pair), ":")
		}
	}
	return a
}

// get returns a token that is good now. old is one that the platform has refused; empty: none.
//
// Errors: *remote.Error.
func (a *auth) get(ctx context.Context, old string) (string, error) {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return "", &remote.Error{Call: tokenCall, Unsent: true, Description: "given up before there was a token", Err: ctx.Err()}
	}
	now := a.now()
	good := a.token != "" && a.token != old && now.Before(a.endsAt)
	if good && now.Before(a.renewAt) {
		return a.token, nil
	}
	if err := a.renew(ctx); err != nil && !good {
		return "", err
	}
	return a.token, nil // where it could not be renewed, it is still good for a while, and the next call tries again
}

const tokenCall = "get an access token"

// How long before its end a token is renewed, and how long one is taken to be good that does not say.
const (
	renewAhead   = 5 * time.Minute
	unsaidExpiry = 10 * time.Minute
)

// renew asks for a token. The secret is in the query, as the documentation has it, so nothing of the answer but a known word goes
// into an error.
func (a *auth) renew(ctx context.Context) error {
	var told struct {
		Token   opaque `json:"access_token"`
		Expires count  `json:"expires_in"`
	}
	answer, err := a.client.Do(ctx, remote.Call{
		Name: tokenCall, Method: http.MethodPost, Path: "/security/oauth/token", Free: true,
		Query:   url.Values{"grant_type": {"client_credentials"}, "client_id": {a.id}, "client_secret": {a.secret}},
		Header:  http.Header{"Authorization": {"Basic " + a.basic}},
		Into:    &told,
		Secrets: []string{a.secret, a.basic},
	})
	switch e := remote.AsError(err); {
	case e != nil:
		e.Description = ""
		if !knownAuthErrors[e.Code] {
			e.Code = ""
		}
		return e
	case told.Token == "":
		return &remote.Error{Call: tokenCall, Status: answer.Status, Odd: true, Description: "the answer has no token"}
	}
	life := time.Duration(told.Expires) * time.Second
	if life == 0 {
		life = unsaidExpiry
	}
	a.token, a.endsAt = string(told.Token), answer.At.Add(life)
	a.renewAt = a.endsAt.Add(-min(renewAhead, life/10))
	return nil
}

// knownAuthErrors are the words of OAuth (RFC 6749, 5.2) and of the platform that an answer may be quoted with.
var knownAuthErrors = map[string]bool{"invalid_client": true, "invalid_grant": true, "invalid_request": true, "unauthorized": true,
	"unauthorized_client": true, "invalid_token": true, "unsupported_grant_type": true, "too_many_requests": true}
