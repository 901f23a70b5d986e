// Package pages are the buyers' pages below /b/: they are reached by signed links in mails, work without a chat, without an
// account and without scripts, and are read on a phone. What a link may do is for package actions to say.
//
// Read it in this order: pages.go (what they need, and what guards them), not_me.go (the page behind *this was not me*),
// draw.go (how a page looks), rate.go (who asks too often).
package pages

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Core is what the pages need of the actions.
type Core interface {
	NotMe(ctx context.Context, words string) (actions.NotMe, error)
	PutBack(ctx context.Context, words string) (actions.NotMe, error)
}

// Words is what they need of flows/locales: the keys "page.*".
type Words interface {
	Text(t flow.Text, r flow.Reader) string
}

// Options are what Pages work with; all are needed.
type Options struct {
	Core   Core
	Words  Words
	Shop   string // its name, for pages that are about no purchase
	Locale string // of the account
	Now    func() time.Time
	NewID  func() string
	Log    *slog.Logger
}

// Pages serve the buyers' pages. Make them with New. They are safe for concurrent use.
type Pages struct {
	Options
	rate *rate
}

// New makes Pages.
func New(o Options) *Pages { return &Pages{Options: o, rate: newRate(o.Now)} }

// Routes registers the pages below /b/.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle(actions.NotMePath+"{words}", p.guard(p.notMe))
	mux.Handle("/b/", p.guard(func(w http.ResponseWriter, r *http.Request) { p.unknown(w, r) }))
}

const (
	maxBody  = 1 << 10 // bytes: the forms of these pages have a button and nothing else
	maxWords = 128     // of a link; ours are half as long
	patience = 15 * time.Second
)

// guard sets the headers of every page, and refuses what no browser sends for them. There is no check of the origin: the
// link itself is the right, and under this referrer policy browsers name no origin.
func (p *Pages) guard(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy())
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer") // the address is a secret
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Vary", "Accept-Language")
		if r.Method != http.MethodGet && r.Method != http.MethodPost { // HEAD too: only people look at these
			h.Set("Allow", "GET, POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if !p.rate.allow(client(r)) {
			h.Set("Retry-After", "60")
			p.notice(w, r, http.StatusTooManyRequests, "busy", "")
			return
		}
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		next(w, r.WithContext(ctx))
	})
}

func (p *Pages) unknown(w http.ResponseWriter, r *http.Request) {
	p.notice(w, r, http.StatusNotFound, "unknown", "")
}

// failed answers when the page cannot be made. The cause is for the log; the link is for nobody's eyes.
func (p *Pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	id, code := p.NewID(), http.StatusInternalServerError
	if actions.AsError(err).Code == actions.Unavailable {
		code = http.StatusServiceUnavailable
	}
	p.Log.Error("page failed", "id", id, "err", err)
	p.notice(w, r, code, "failed", id)
}
