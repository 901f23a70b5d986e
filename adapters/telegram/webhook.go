package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// WebhookPath is where Telegram brings updates, below the public address.
const WebhookPath = "/telegram/webhook"

// secretHeader carries what setWebhook was given.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token" // #nosec G101 -- the name of a header

// Routes adds the webhook, in mode Webhook.
func (a *Adapter) Routes(mux *http.ServeMux) {
	if a.Mode == Webhook {
		mux.HandleFunc("POST "+WebhookPath, a.webhook)
	}
}

// await is Run in mode Webhook: updates come by Routes.
func (a *Adapter) await(ctx context.Context) error {
	if info, err := a.webhookInfo(ctx); err == nil && info.URL == "" {
		a.Log.Error("telegram: no webhook is set, so nothing will come: run `aftersale setup telegram`")
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-a.dead:
		return err
	}
}

// webhook takes one update. It answers when the update was handled and not before: what a crash interrupts is brought
// again. Telegram keeps the order within a chat, turns do so for what overlaps.
func (a *Adapter) webhook(w http.ResponseWriter, r *http.Request) {
	if !same(r.Header.Get(secretHeader), a.WebhookSecret) {
		http.Error(w, "this is not Telegram", http.StatusUnauthorized)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	case err != nil || !json.Valid(raw):
		http.Error(w, "not an update", http.StatusBadRequest)
		return
	}
	if _, err := a.Username(r.Context()); err != nil {
		a.unavailable(w, "not connected yet") // a command could be for another bot; Telegram brings it again
		return
	}
	over := make(chan struct{})
	if !a.accept(raw, func() { close(over) }) {
		a.unavailable(w, "too much to do, or stopping")
		return
	}
	select {
	case <-over:
		w.WriteHeader(http.StatusOK)
	case <-r.Context().Done(): // Telegram has hung up; the turn goes on, and the next delivery is recognised
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (a *Adapter) unavailable(w http.ResponseWriter, why string) {
	a.Log.Warn("telegram: an update is not taken now, Telegram brings it again", "why", why)
	http.Error(w, why, http.StatusServiceUnavailable)
}

// same compares in constant time, lengths included.
func same(got, want string) bool {
	g, w := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(g[:], w[:]) == 1
}

// A webhookInfo is how Telegram sees the webhook. The library's own type is older, but has all that is read here.
type webhookInfo struct {
	URL         string   `json:"url"`
	Pending     int      `json:"pending_update_count"`
	LastErrorAt int64    `json:"last_error_date"`
	LastError   string   `json:"last_error_message"`
	Connections int      `json:"max_connections"`
	Allowed     []string `json:"allowed_updates"`
}

func (a *Adapter) webhookInfo(ctx context.Context) (info webhookInfo, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return info, a.api.call(ctx, "getWebhookInfo", nil, &info)
}

// webhookURL is where the webhook belongs.
func webhookURL(publicURL string) string { return strings.TrimSuffix(publicURL, "/") + WebhookPath }
