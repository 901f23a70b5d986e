package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// A screen shows views to the one person who did something. In a room they are for his eyes only.
type screen struct {
	*Adapter
	pane  Pane
	chat  string
	user  string
	below string // where the thread is in which somebody wrote; empty: in none

	mu    sync.Mutex
	shown []string
	erase bool // what was typed must not stay
}

// Show edits the message that s replaces if it is one that only this person sees; else it adds one. A card of the room
// that was pressed is everybody's and stays as it is.
func (s *screen) Show(ctx context.Context, v flow.Shown) (string, error) {
	id, err := s.show(ctx, v)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.shown = append(s.shown, id)
		s.erase = s.erase || v.Erase
	}
	return id, err
}

func (s *screen) erases() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.erase
}

func (s *screen) show(ctx context.Context, v flow.Shown) (string, error) {
	reader := ""
	if s.chat != s.pane.Chat(s.user) {
		reader = s.user
	}
	if v.Replace != "" {
		m, err := s.Store.In(ctx).Message(s.Account.ID, v.Replace)
		switch {
		case err == nil && m.Chat == s.chat && m.Reader == reader && m.Author == "":
			return m.ID, s.edit(ctx, m.ID, v)
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return "", err
		}
	}
	return s.add(ctx, s.chat, reader, s.below, said{Shown: v})
}

func (s *screen) messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.shown)
}

// Poster returns what posts into a pane's chats when nobody has asked just now: its approvals room (Pane.Room) and the
// private chats of its users (Pane.Chat).
func (a *Adapter) Poster(p Pane) flow.Poster { return poster{a, p} }

type poster struct {
	*Adapter
	pane Pane
}

// Post adds a message to the chat, for everybody there.
func (p poster) Post(ctx context.Context, chat string, s flow.Shown) (string, error) {
	if !strings.HasPrefix(chat, string(p.pane)+":") {
		return "", fmt.Errorf("post to %s: no chat of this pane", p.pane)
	}
	return p.post(ctx, chat, "", s)
}

// Edit replaces what a message shows; its reader stays the same.
func (p poster) Edit(ctx context.Context, chat, message string, s flow.Shown) error {
	m, err := p.Store.In(ctx).Message(p.Account.ID, message)
	if err != nil {
		return fmt.Errorf("edit in %s: %w", p.pane, err)
	}
	if m.Chat != chat || m.Author != "" {
		return fmt.Errorf("edit in %s: %w", p.pane, store.ErrNotFound)
	}
	return p.edit(ctx, message, s)
}

func (a *Adapter) post(ctx context.Context, chat, reader string, s flow.Shown) (string, error) {
	return a.add(ctx, chat, reader, "", said{Shown: s})
}

func (a *Adapter) add(ctx context.Context, chat, reader, below string, s said) (string, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	now := a.Now()
	m := store.Message{ID: a.NewID(), AccountID: a.Account.ID, Chat: chat, Reader: reader, Body: body, Below: below, CreatedAt: now, UpdatedAt: now}
	return m.ID, a.write(ctx, func(tx *store.Store) error { return tx.AddMessage(m) })
}

func (a *Adapter) edit(ctx context.Context, id string, s flow.Shown) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Store) error { return tx.EditMessage(a.Account.ID, id, body, a.Now()) })
}

// write joins the transaction that the context may carry, and wakes the browsers when it is committed, not before.
func (a *Adapter) write(ctx context.Context, change func(tx *store.Store) error) error {
	return a.Store.In(ctx).Tx(ctx, func(tx *store.Store) error {
		tx.AfterCommit(a.hub.wake)
		return change(tx)
	})
}
