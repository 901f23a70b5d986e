// Package inbound takes what commerce platforms send by themselves: one route for all of them, which checks that a delivery is
// genuine, keeps it, and answers. What it means is found out later, by a job.
package inbound

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// Route is where platforms deliver; the source is the platform's word for itself.
const Route = "POST /webhooks/{source}"

const (
	// maxBody is far above any delivery seen (about 8 KiB).
	maxBody = 1 << 20
	// bodyPatience is how long a delivery may take to come in.
	bodyPatience = 5 * time.Second
	// keepPatience is how long the database may take. With it every delivery is answered within a second of its last byte: how
	// long Hotmart waits is not published, and an address that keeps failing is switched off.
	keepPatience = 950 * time.Millisecond
)

// Receiver keeps a delivery: actions.Core.
type Receiver interface {
	Receive(ctx context.Context, account string, w actions.Webhooks, body []byte) (actions.Receipt, error)
}

// Options are what an Inbound works with; all but Observe are needed.
type Options struct {
	Core     Receiver
	Account  string
	Webhooks []actions.Webhooks
	Observe  func(Seen) // nil: nobody counts
	Log      *slog.Logger
}

// Seen is what became of one delivery, for whoever counts. Kind is the platform's word, and empty when it is not known: of what
// was not genuine nothing was read.
type Seen struct {
	Source string
	Kind   string
	Result string // one of Results
	Delay  time.Duration
	Took   time.Duration
}

// Results are all that can become of a delivery.
var Results = []string{"kept", "known", "unknown", "refused", "unreadable", "too_large", "cut_off", "unavailable"}

// An Inbound takes deliveries.
type Inbound struct {
	Options
	sources map[string]actions.Webhooks
}

// New returns an Inbound.
func New(o Options) *Inbound {
	i := &Inbound{Options: o, sources: map[string]actions.Webhooks{}}
	for _, w := range o.Webhooks {
		i.sources[w.Source()] = w
	}
	return i
}

// Routes adds its route, if there is a platform to take deliveries of.
func (i *Inbound) Routes(mux *http.ServeMux) {
	if len(i.sources) > 0 {
		mux.HandleFunc(Route, i.serve)
	}
}

// answers are the status codes of results. Hotmart takes any 2xx, and notes everything else as a failure that can be sent again
// from its panel (webhooks 2.0.0, read November 2026).
var answers = map[string]int{
	"kept": http.StatusOK, "known": http.StatusOK, "unknown": http.StatusOK, "refused": http.StatusUnauthorized, "unreadable": http.StatusBadRequest,
	"too_large": http.StatusRequestEntityTooLarge, "cut_off": http.StatusBadRequest, "unavailable": http.StatusServiceUnavailable,
}

func (i *Inbound) serve(w http.ResponseWriter, r *http.Request) {
	from, ok := i.sources[r.PathValue("source")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	began := time.Now()
	seen := i.take(w, r, from)
	seen.Source, seen.Took = from.Source(), time.Since(began)
	if i.Observe != nil {
		i.Observe(seen)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(answers[seen.Result])
	_, _ = io.WriteString(w, seen.Result+"\n")
}

// take reads a delivery whole, and keeps it if it is genuine. The type that the platform says it has does not matter.
func (i *Inbound) take(w http.ResponseWriter, r *http.Request, from actions.Webhooks) Seen {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyPatience)) // where it cannot be set, the server's holds
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		i.Log.Warn("a delivery is too large", "source", from.Source(), "limit", tooLarge.Limit)
		return Seen{Result: "too_large"}
	case err != nil:
		return Seen{Result: "cut_off"}
	}
	if !from.Genuine(r.Header, body) {
		i.Log.Warn("a delivery is not genuine: wrong token, or none", "source", from.Source(), "bytes", len(body))
		return Seen{Result: "refused"}
	}
	ctx, cancel := context.WithTimeout(r.Context(), keepPatience)
	defer cancel()
	receipt, err := i.Core.Receive(ctx, i.Account, from, body)
	seen := Seen{Kind: receipt.Kind, Result: "kept", Delay: receipt.Delay}
	switch e := actions.AsError(err); {
	case err == nil && receipt.Known:
		seen.Result = "known"
	case err == nil && receipt.Unknown:
		seen.Result, seen.Kind = "unknown", ""
	case err == nil:
	case e != nil && e.Code == actions.Invalid:
		i.Log.Warn("a delivery cannot be read", "source", from.Source(), "type", mediaType(r), "bytes", len(body), "err", e.Err)
		seen.Result = "unreadable"
	default:
		i.Log.Error("a delivery could not be kept", "source", from.Source(), "kind", receipt.Kind, "err", err)
		seen.Result = "unavailable"
	}
	return seen
}

// mediaType is what a delivery says it is, when that is one of the two that are known: version 1.0.0 of Hotmart's webhooks is a form.
func mediaType(r *http.Request) string {
	switch t := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(t, "application/json"):
		return "json"
	case strings.HasPrefix(t, "application/x-www-form-urlencoded"):
		return "form (version 1.0.0?)"
	}
	return "other"
}
