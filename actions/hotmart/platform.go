package hotmart

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// Where Hotmart is (developers.hotmart.com/docs/en/start/, read November 2026).
const (
	APIURL  = "https://developers.hotmart.com"
	AuthURL = "https://api-sec-vlc.hotmart.com"
)

// PerMinute is how many calls the platform takes in a minute, readings and writes together
// (developers.hotmart.com/docs/en/start/rate-limit/, read November 2026). Whether an account or a credential has them is not said.
const PerMinute = 500

// Options say as whom Hotmart is used. A credential is ClientID and ClientSecret, or Basic, which is both in the form that the panel
// shows ready-made.
type Options struct {
	APIURL, AuthURL string // empty: Hotmart's own
	ClientID        string
	ClientSecret    string
	Basic           string
	HTTP            *http.Client   // its transport is used; the default one when nil
	Limiter         remote.Limiter // of PerMinute calls, shared by replicas; nil: only what the platform itself says
	Now             func() time.Time
	Log             *slog.Logger // discards when nil
	// Wait pauses between tries of a reading, and returns early when ctx ends. A timer when nil; tests have no time.
	Wait func(ctx context.Context, d time.Duration) error
}

// A Platform is Hotmart as one credential sees it. It implements actions.Commerce and what a platform may offer beside it. It is
// safe for concurrent use.
type Platform struct {
	api  *remote.Client
	auth *auth
	now  func() time.Time
	log  *slog.Logger
}

// New returns Hotmart. It calls nobody yet.
func New(o Options) *Platform {
	if o.APIURL == "" {
		o.APIURL = APIURL
	}
	if o.AuthURL == "" {
		o.AuthURL = AuthURL
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Platform{
		api:  remote.New(remote.Options{Base: o.APIURL, HTTP: o.HTTP, Limiter: o.Limiter, Now: o.Now, Wait: o.Wait}),
		auth: newAuth(remote.New(remote.Options{Base: o.AuthURL, HTTP: o.HTTP, Now: o.Now, Wait: o.Wait}), o),
		now:  o.Now, log: o.Log,
	}
}

// What Hotmart offers.
var (
	_ actions.Commerce   = (*Platform)(nil)
	_ actions.Members    = (*Platform)(nil)
	_ actions.TicketDesk = (*Platform)(nil)
)
