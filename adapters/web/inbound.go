package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// patience is how long one interaction may take. It goes on when the browser has gone: what was begun is finished.
const patience = 30 * time.Second

// maxToken is how many bytes a button's token may have, on the narrowest platform (Telegram, callback_data).
const maxToken = 64

var (
	errUnknownUser = errors.New("nobody of that name sits at this pane")
	errNotSeen     = errors.New("no such message in this chat")
	errMalformed   = errors.New("the form is not one of this page")
)

// A gesture is a decoded form post: who did something in which pane.
type gesture struct {
	pane  Pane
	user  User
	seats seats
	below string // of a remark: the sort key of the message above
	in    flow.Inbound
}

// decode reads what all posts have in common. The user is the one whose seat the form names.
func (a *Adapter) decode(r *http.Request) (gesture, error) {
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return gesture{}, err
		}
		return gesture{}, errMalformed
	}
	s, err := a.takeSeats(r.Context(), r.PostForm.Get)
	if err != nil {
		return gesture{}, err
	}
	pane := Pane(r.PostForm.Get("pane"))
	user, ok := s[pane]
	if !ok {
		return gesture{}, errMalformed
	}
	return gesture{pane: pane, user: user, seats: s, in: flow.Inbound{
		ID: a.NewID(), Platform: pane.Platform(), Chat: pane.Chat(user.ID), User: user.ID, UserName: user.Name,
		Locale: readerIn(user, a.readerOf(r)).Locale, // the browser is his chat client, unless that has a language of its own
		Forms:  paneLimits[pane].Form,
	}}, nil
}

// say takes what was typed into a pane's private chat.
func (a *Adapter) say(w http.ResponseWriter, r *http.Request) {
	g, err := a.decode(r)
	if err != nil {
		a.refuse(w, err)
		return
	}
	text := chat.Clean(r.PostForm.Get("text"))
	l := paneLimits[g.pane]
	switch {
	case text == "":
		a.answer(w, r, g, outcome{})
		return
	case l.length(text) > l.Say:
		a.answer(w, r, g, outcome{problem: "too_long"})
		return
	}
	if id := r.PostForm.Get("id"); id != "" && len(id) <= maxToken {
		g.in.ID = delivery(g.pane, g.user.ID, id, text)
	}
	said, err := a.echo(r.Context(), g, text)
	if err != nil {
		a.fail(w, r, g, err)
		return
	}
	g.in.Input = chat.Parse(text, "/support")
	a.handle(w, r, g, said)
}

// press takes a button by its token, whatever it says: whether it is stale is for the engine to tell.
func (a *Adapter) press(w http.ResponseWriter, r *http.Request) {
	g, err := a.decode(r)
	if err == nil {
		err = a.pressedOn(&g, r)
	}
	token := r.PostForm.Get("token")
	if err == nil && (token == "" || len(token) > maxToken) {
		err = errMalformed
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	g.in.Input = flow.Pressed{Token: token}
	a.handle(w, r, g)
}

// submit takes a filled modal.
func (a *Adapter) submit(w http.ResponseWriter, r *http.Request) {
	g, err := a.decode(r)
	if err == nil {
		err = a.pressedOn(&g, r)
	}
	token := r.PostForm.Get("token")
	if err == nil && (token == "" || len(token) > maxToken) {
		err = errMalformed
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	values := map[string]string{}
	for name, v := range r.PostForm {
		if field, ok := strings.CutPrefix(name, "f."); ok {
			values[field] = chat.Clean(v[0])
		}
	}
	g.in.Input = flow.Submitted{Token: token, Values: values}
	a.handle(w, r, g)
}

// pressedOn finds the message that the form belongs to; the user must be able to see it.
func (a *Adapter) pressedOn(g *gesture, r *http.Request) error {
	m, err := a.Store.In(r.Context()).Message(a.Account.ID, r.PostForm.Get("message"))
	if errors.Is(err, store.ErrNotFound) || err == nil && !a.sees(g.pane, g.user.ID, m) {
		return errNotSeen
	}
	if err != nil {
		return err
	}
	g.in.Message, g.in.Chat, g.in.Shared = m.ID, m.Chat, m.Chat != g.pane.Chat(g.user.ID)
	return nil
}

// sees reports whether the user reads the message: it is in his private chat, or in the pane's room and not for somebody
// else.
func (a *Adapter) sees(p Pane, user string, m store.Message) bool {
	room, has := a.Rooms[p]
	return m.Chat == p.Chat(user) || has && m.Chat == p.Room(room) && (m.Reader == "" || m.Reader == user)
}

// echo shows what a person typed and returns its message; a delivery that was shown already is not shown twice.
func (a *Adapter) echo(ctx context.Context, g gesture, text string) (string, error) {
	var words any = text
	if g.below != "" {
		words = spokenBelow{Text: text, Name: g.user.Name}
	}
	body, err := json.Marshal(words)
	if err != nil {
		return "", err
	}
	now := a.Now()
	m := store.Message{ID: a.NewID(), AccountID: a.Account.ID, Chat: g.in.Chat, Author: g.user.ID, Body: body, Below: g.below, CreatedAt: now, UpdatedAt: now}
	err = a.write(ctx, func(tx *store.Store) error {
		first, err := tx.Seen(a.Account.ID, "console", g.in.ID, now)
		if err != nil || !first {
			m.ID = ""
			return err
		}
		return tx.AddMessage(m)
	})
	if err != nil {
		return "", fmt.Errorf("show what was typed: %w", err)
	}
	return m.ID, nil
}

// handle hands the gesture to the flows and answers the browser with what they showed.
func (a *Adapter) handle(w http.ResponseWriter, r *http.Request, g gesture, said ...string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience)
	defer cancel()
	on := &screen{Adapter: a, pane: g.pane, chat: g.in.Chat, user: g.user.ID, below: g.below}
	if err := a.Handler.Handle(ctx, g.in, on); err != nil {
		a.fail(w, r, g, err)
		return
	}
	if on.erases() {
		if err := a.erase(ctx, said); err != nil {
			a.Log.Error("what was typed and must not stay is still there", "err", err)
		}
	}
	a.answer(w, r, g, outcome{said: said, shown: on.messages()})
}

// erased stands where something was typed that must not stay.
const erased = "•••••"

// erase takes what was typed out of messages.
func (a *Adapter) erase(ctx context.Context, said []string) error {
	body, err := json.Marshal(erased)
	if err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Store) error {
		for _, id := range said {
			if id == "" {
				continue
			}
			if err := tx.EditMessage(a.Account.ID, id, body, a.Now()); err != nil {
				return fmt.Errorf("erase a message: %w", err)
			}
		}
		return nil
	})
}
