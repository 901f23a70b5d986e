package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// problems are what can stand above a pane after a post; each has the words "console.problem.<name>".
var problems = []string{"failed", "too_long"}

// An outcome is what the browser is told after a post.
type outcome struct {
	said    []string // messages of the person
	shown   []string // messages of the bot
	problem string   // one of problems
}

// A patch is a message that is new or has changed; the page's script puts it where it belongs.
type patch struct {
	Chat string `json:"chat"`
	ID   string `json:"id"`
	Rev  int    `json:"rev"`
	Key  string `json:"key"`
	HTML string `json:"html"`
}

// A reply is what a script is answered.
type reply struct {
	Messages []patch `json:"messages,omitempty"`
	Focus    string  `json:"focus,omitempty"` // message that answers
	Open     string  `json:"open,omitempty"`  // message whose modal opens
	Problem  string  `json:"problem,omitempty"`
}

// answer tells a script what has changed, and sends a browser without one back to the page.
func (a *Adapter) answer(w http.ResponseWriter, r *http.Request, g gesture, o outcome) {
	v := visit{a.readerOf(r), g.seats}
	out := reply{}
	for _, id := range append(o.said, o.shown...) {
		if id == "" {
			continue
		}
		m, err := a.Store.In(r.Context()).Message(a.Account.ID, id)
		if err != nil {
			continue // it reaches the browser by the event stream, or at the next reload
		}
		p, view, err := a.patch(v, g.pane, m)
		if err != nil {
			a.Log.Error("message cannot be drawn", "err", err)
			continue
		}
		out.Messages = append(out.Messages, p)
		if view.Bot {
			out.Focus, out.Open = id, ""
		}
		if view.Card.Form != nil {
			out.Open = id
		}
	}
	if !scripted(r) {
		more := []string{"tab", string(g.pane)}
		anchor := "#" + string(g.pane)
		if o.problem != "" {
			more = append(more, "problem", o.problem)
		}
		if out.Open != "" {
			more = append(more, "form", out.Open)
		}
		if out.Focus != "" {
			anchor = "#m-" + out.Focus
		}
		http.Redirect(w, r, string(g.seats.Link(more...))+anchor, http.StatusSeeOther)
		return
	}
	if o.problem != "" {
		out.Problem = voice{a.Words, readerIn(g.user, v.page)}.T("problem." + o.problem)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(out) // the browser has gone if it fails
}

func (a *Adapter) patch(v visit, p Pane, m store.Message) (patch, messageView, error) {
	view, err := a.message(v, p, m)
	if err != nil {
		return patch{}, view, err
	}
	html, err := execute("message", view)
	return patch{Chat: m.Chat, ID: m.ID, Rev: m.Revision, Key: view.Key, HTML: strings.TrimSpace(html)}, view, err
}

// scripted reports whether the page's script is asking.
func scripted(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// refuse answers a post that the page cannot have made, or only an old one: nothing was done.
func (a *Adapter) refuse(w http.ResponseWriter, err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		http.Error(w, "The form is too large.", http.StatusRequestEntityTooLarge)
	case errors.Is(err, errUnknownUser):
		http.Error(w, "Nobody of that name sits at this pane.", http.StatusForbidden)
	case errors.Is(err, errNotSeen):
		http.Error(w, "There is no such message in this chat.", http.StatusNotFound)
	case errors.Is(err, errMalformed):
		http.Error(w, "The form is not one of this page.", http.StatusBadRequest)
	default:
		a.broken(w, err)
	}
}

// fail answers when the flows could not show what they did. What was done is done; the person can ask again.
func (a *Adapter) fail(w http.ResponseWriter, r *http.Request, g gesture, err error) {
	a.Log.Error("interaction not shown", "platform", g.pane.Platform(), "err", err)
	a.answer(w, r, g, outcome{problem: "failed"})
}
