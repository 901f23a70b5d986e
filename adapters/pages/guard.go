package pages

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/actions"
)

const (
	maxBody  = 8 << 10 // bytes: forms have a few short fields
	patience = 15 * time.Second
)

// guard sets the headers of every page, and refuses what no browser sends for them.
//
// There are no cookies: the link itself is the right, so that another site has nothing to ride on. Browsers name no origin
// under this referrer policy, but say when a form was sent from elsewhere.
func (p *Pages) guard(one page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy(one.script))
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
		if r.Method == http.MethodPost && r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			p.unknown(w, r)
			return
		}
		if !p.rate.allow(client(r)) {
			h.Set("Retry-After", "60")
			p.notice(w, r, http.StatusTooManyRequests, "busy", "")
			return
		}
		if code := takeForm(w, r); code != 0 {
			w.WriteHeader(code)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		p.answer(one, &visit{Pages: p, page: one, w: w, r: r.WithContext(ctx)})
	})
}

// takeForm reads what a form sent; whatever else was sent is thrown away. It returns the status that refuses it, or 0.
func takeForm(w http.ResponseWriter, r *http.Request) int {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	err := r.ParseForm()
	if _, rest := io.Copy(io.Discard, r.Body); rest != nil {
		err = rest
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	}
	return 0
}

func (p *Pages) answer(one page, v *visit) {
	do := one.look
	if v.r.Method == http.MethodPost && one.press != nil {
		do = one.press
	}
	switch err := do(v); {
	case err == nil:
	case errors.Is(err, errNoPage), actions.AsError(err).Code == actions.NotFound, actions.AsError(err).Code == actions.Invalid:
		p.unknown(v.w, v.r)
	default:
		p.failed(v.w, v.r, err)
	}
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
