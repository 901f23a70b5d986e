package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

var _ flow.Threader = poster{}

// keyOf sorts the messages of a chat. Those of a thread have the key of the message above in front: they stand right below it.
func keyOf(m store.Message) string {
	key := fmt.Sprintf("%020d%s", m.CreatedAt.UnixMicro(), m.ID)
	if m.Below != "" {
		return m.Below + "/" + key
	}
	return key
}

// PostBelow adds a message to the thread of another one of a room.
func (p poster) PostBelow(ctx context.Context, room, message, _ string, s flow.Shown) (string, string, error) {
	body, err := json.Marshal(said{Shown: s})
	if err != nil {
		return "", "", err
	}
	id := ""
	err = p.write(ctx, func(tx *store.Store) error {
		above, err := tx.Message(p.Account.ID, message)
		if err == nil && (above.Chat != room || above.Below != "") {
			err = store.ErrNotFound
		}
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("below a message of %s: %w", p.pane, flow.ErrGone)
		}
		if err == nil && !above.Threaded {
			err = tx.BeginThread(p.Account.ID, message, p.Now())
		}
		if err != nil {
			return err
		}
		m := store.Message{ID: p.NewID(), AccountID: p.Account.ID, Chat: room, Body: body, Below: keyOf(above), CreatedAt: p.Now(), UpdatedAt: p.Now()}
		id = m.ID
		return tx.AddMessage(m)
	})
	return room, id, err
}

// A spokenBelow is what somebody wrote in a thread: others read his name there.
type spokenBelow struct {
	Text string `json:"text"`
	Name string `json:"name"`
}

// written reads the message of a person, and his name where others read it.
func written(body []byte) (text, name string, err error) {
	if json.Unmarshal(body, &text) == nil {
		return text, "", nil
	}
	var s spokenBelow
	err = json.Unmarshal(body, &s)
	return s.Text, s.Name, err
}

// remark takes what somebody writes in the thread of a message of his pane's room.
func (a *Adapter) remark(w http.ResponseWriter, r *http.Request) {
	g, err := a.decode(r)
	if err == nil {
		err = a.belowOf(&g, r)
	}
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
		g.in.ID = delivery(g.pane, g.user.ID, g.in.Below+id, text)
	}
	g.in.Input = flow.Remark{Text: text}
	said, err := a.echo(r.Context(), g, text)
	if err != nil {
		a.fail(w, r, g, err)
		return
	}
	a.handle(w, r, g, said)
}

// belowOf finds the message of a room in whose thread somebody writes.
func (a *Adapter) belowOf(g *gesture, r *http.Request) error {
	if err := a.pressedOn(g, r); err != nil {
		return err
	}
	above, err := a.Store.In(r.Context()).Message(a.Account.ID, g.in.Message)
	if err != nil || !g.in.Shared || !above.Threaded {
		return cmp.Or(err, errNotSeen)
	}
	g.in.Message, g.in.Below = "", above.ID
	g.in.Direct, g.below = g.pane.Chat(g.user.ID), keyOf(above)
	return nil
}
