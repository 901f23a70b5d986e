package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// The routes, in HTTP mode.
const (
	commandsRoute     = "/slack/commands"
	interactionsRoute = "/slack/interactions"
	eventsRoute       = "/slack/events"
)

// maxBody is how much of a delivery is read. Slack publishes no limit; views of 100 blocks stay far below.
const maxBody = 1 << 20

// Routes adds what Slack calls. In Socket Mode there is nothing to call.
func (a *Adapter) Routes(mux *http.ServeMux) {
	if a.Mode != HTTP {
		return
	}
	mux.HandleFunc("POST "+commandsRoute, a.authentic(a.serveCommand))
	mux.HandleFunc("POST "+interactionsRoute, a.authentic(a.serveInteraction))
	mux.HandleFunc("POST "+eventsRoute, a.authentic(a.serveEvent))
}

// A call is a delivery over HTTP that is Slack's own.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	body  []byte
	began time.Time
}

// authentic reads a delivery whole and takes it only if Slack has signed it just now.
func (a *Adapter) authentic(next func(call)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := a.Now()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "cut off", http.StatusBadRequest)
			return
		}
		if err := verify(r.Header, body, a.SigningSecret); err != nil {
			if certificateCheck(body) {
				return // Slack looks whether we are there, unsigned; nothing is done
			}
			a.Log.Warn("a delivery was not signed by slack", "path", r.URL.Path, "err", err)
			http.Error(w, "not signed", http.StatusUnauthorized)
			return
		}
		next(call{w, r, body, began})
	}
}

// verify checks the signature over the raw body, in constant time, and that it is not older than five minutes.
func verify(header http.Header, body []byte, secret string) error {
	v, err := slack.NewSecretsVerifier(header, secret)
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	_, _ = v.Write(body) // a hash takes everything
	return v.Ensure()
}

// certificateCheck tells the call by which Slack tries a server's certificate: ssl_check=1, and no more than its token.
func certificateCheck(body []byte) bool {
	if len(body) > 200 {
		return false
	}
	form, err := url.ParseQuery(string(body))
	return err == nil && form.Get("ssl_check") == "1" && form.Get("command") == "" && form.Get("payload") == ""
}

func (a *Adapter) serveCommand(c call) {
	e, form, err := decodeForm(c.body)
	if form.Get("ssl_check") == "1" {
		return
	}
	a.serve(c, e, err)
}

func (a *Adapter) serveInteraction(c call) {
	e, err := decodePayload(c.body)
	a.serve(c, e, err)
}

func (a *Adapter) serveEvent(c call) {
	e, challenge, err := decodeEvent(c.body, a.Command)
	if challenge != "" {
		c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(c.w, challenge)
		return
	}
	a.serve(c, e, err)
}

// serve takes a decoded delivery to its turn and answers with what the turn acknowledges.
func (a *Adapter) serve(c call, e event, err error) {
	switch {
	case errors.Is(err, errNothing), errors.Is(err, errNoAction):
		return
	case err != nil:
		http.Error(c.w, "not understood", http.StatusBadRequest)
		return
	}
	me, err := a.me(c.r.Context())
	if err != nil {
		http.Error(c.w, "not ready", http.StatusServiceUnavailable)
		return
	}
	if !a.ours(e, me) {
		if e.kind == commandKind {
			a.write(c.w, a.plainReply("chat.stranger"))
			return
		}
		http.Error(c.w, "another workspace", http.StatusForbidden)
		return
	}
	if e.ownVoice(me) {
		return
	}
	answers := make(chan any, 1)
	if !a.accept(e, c.began, func(payload any) { answers <- payload }) {
		a.refuse(c, e)
		return
	}
	select {
	case payload := <-answers:
		a.write(c.w, payload)
	case <-c.r.Context().Done():
	}
}

// ours reports whether an event comes from the workspace that the token is for.
func (a *Adapter) ours(e event, me identity) bool {
	if e.team == me.team {
		return true
	}
	a.Log.Warn("a delivery of another workspace was refused", "platform", Platform, "kind", e.kind)
	return false
}

// ownVoice reports whether a program said it, maybe we ourselves.
//
// What is said in a thread to the bot by its name comes as a mention, too.
func (e event) ownVoice(me identity) bool {
	return e.bot || e.user == me.user || e.kind == remarkKind && e.mentioned == me.user
}

// refuse answers when there is too much to do: an event comes again, a person is told.
func (a *Adapter) refuse(c call, e event) {
	switch e.kind {
	case commandKind:
		a.write(c.w, a.plainReply("chat.busy"))
	case typedKind, homeKind, remarkKind:
		http.Error(c.w, "too much to do", http.StatusServiceUnavailable)
	default:
		c.w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(c.w).Flush()
		a.tellBusy(c.r.Context(), e)
	}
}

// tellBusy tells whoever pressed something that it was not taken.
func (a *Adapter) tellBusy(ctx context.Context, e event) {
	if a.replies.take(e.responseURL, 1) {
		_ = a.api.respond(ctx, e.responseURL, a.plainReply("chat.busy"))
	}
}

// plainReply is one of the adapter's own sentences, in the account's language.
func (a *Adapter) plainReply(key string) reply {
	return reply{ResponseType: "ephemeral", Text: escape(a.say(key, ""))}
}

func (a *Adapter) write(w http.ResponseWriter, payload any) {
	if payload == nil {
		return // an empty 200
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(payload); err != nil {
		a.Log.Warn("an acknowledgement was not sent", "platform", Platform, "err", err)
	}
}

// address joins a public address and a route.
func address(public, route string) string { return strings.TrimSuffix(public, "/") + route }
