package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of the HTTP server. Event streams end with the server, not by a time-out, so there is none for writing; every
// handler has one of its own.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10 // bytes
)

// stopPatience is how long running interactions, and after them running jobs, have to finish when the process stops.
const stopPatience = 30 * time.Second

// A probe is one thing that /readyz looks at.
type probe struct {
	name string
	ok   func(ctx context.Context) error
}

// newServer makes the HTTP server around a mux that others add their routes to.
func newServer(mux *http.ServeMux, probes []probe, m *metrics, log *slog.Logger) *http.Server {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.Handle("GET /readyz", readiness(probes, log))
	mux.Handle("GET /metrics", m.handler())
	return &http.Server{
		Handler:           secured(mux),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// secured sets the headers that no answer may lack; a handler that serves pages sets its own policy over them.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// probePatience is how long all probes together may take: balancers ask every few seconds.
const probePatience = 3 * time.Second

// readiness answers 200 when everything works that an interaction needs. The cause of a failure goes to the log alone.
func readiness(probes []probe, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probePatience)
		defer cancel()
		results := make([]error, len(probes))
		var all sync.WaitGroup
		for i, p := range probes {
			all.Go(func() { results[i] = p.ok(ctx) })
		}
		all.Wait()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if errors.Join(results...) != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		for i, p := range probes {
			state := "ok"
			if results[i] != nil {
				state = "not ready"
				log.Warn("not ready", "probe", p.name, "err", results[i])
			}
			fmt.Fprintf(w, "%s: %s\n", p.name, state)
		}
	})
}

// listen takes an address, with an error that says what to do about a port that is busy.
func listen(ctx context.Context, address, flag string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err == nil {
		return l, nil
	}
	if isAddressInUse(err) {
		return nil, fmt.Errorf("%s is in use by another program; stop it, or take another address with %s", address, flag)
	}
	return nil, fmt.Errorf("listen on %s: %w", address, cause(err))
}

// serveHTTP serves until ctx ends, then takes no more requests and waits for the running ones. It returns nil after a stop
// in order.
func serveHTTP(ctx context.Context, server *http.Server, l net.Listener, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping: no more requests are taken; a second signal stops at once")
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer cancel()
	err := server.Shutdown(stop)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop serving: %w", err), server.Close())
	}
	<-failed // Serve has returned: its goroutine is gone
	return err
}
