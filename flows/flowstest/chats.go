package flowstest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aftersale/aftersale/flows/flow"
)

// A message is something shown in a chat; versions are what it said before it was edited.
type message struct {
	id       string
	shown    flow.Shown
	versions []flow.Shown
}

// chats is a chat platform in memory: messages by chat, and a record of what changed since it was last asked.
type chats struct {
	mu       sync.Mutex
	messages map[string][]*message
	files    map[string][]flow.File // by chat
	threads  []threadOf
	record   []string
	speaker  string // whose private chat needs no name in the record
	next     int
}

// Post shows a new message.
func (c *chats) Post(_ context.Context, chat string, s flow.Shown) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	m := &message{id: strconv.Itoa(c.next), shown: s}
	c.messages[chat] = append(c.messages[chat], m)
	c.note(chat, "", s)
	return m.id, nil
}

// A threadOf is what hangs below a message.
type threadOf struct{ chat, message, name string }

func (t threadOf) key() string { return t.chat + threadMark + t.name }

// threadMark stands between a room and what a thread of it is called.
const threadMark = " › "

var _ flow.Threader = &chats{}

// PostBelow shows a new message in the thread of another one.
func (c *chats) PostBelow(ctx context.Context, chat, message, name string, s flow.Shown) (string, string, error) {
	c.mu.Lock()
	t := threadOf{chat, message, name}
	if !slices.Contains(c.threads, t) {
		c.threads = append(c.threads, t)
	}
	c.mu.Unlock()
	id, err := c.Post(ctx, t.key(), s)
	return t.key(), id, err
}

// threaded is the message of a room whose thread began last.
func (c *chats) threaded(chat string) (message string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range slices.Backward(c.threads) {
		if t.chat == chat {
			return t.message, true
		}
	}
	return "", false
}

// in says whether a chat is a room, or a thread of it.
func in(chat, room string) bool { return chat == room || strings.HasPrefix(chat, room+threadMark) }

// Edit changes a message. One that says the same already is left alone, as every platform does.
func (c *chats) Edit(_ context.Context, chat, id string, s flow.Shown) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages[chat] {
		if m.id != id {
			continue
		}
		if same(m.shown, s) {
			return nil
		}
		m.versions = append(m.versions, m.shown)
		m.shown = s
		c.note(chat, " (edited)", s)
		return nil
	}
	return fmt.Errorf("no message %s in %s", id, chat)
}

// PostFile hands a file over. The record names it; what is in it is for the test of whoever makes it.
func (c *chats) PostFile(_ context.Context, chat string, f flow.File) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == nil {
		c.files = map[string][]flow.File{}
	}
	c.files[chat] = append(c.files[chat], f)
	size := fmt.Sprintf("%d bytes", len(f.Body))
	if len(f.Body) > exactSize {
		size = fmt.Sprintf("more than %d bytes", exactSize)
	}
	lines := []string{f.Caption, fmt.Sprintf("  (file) %s, %s, %s", f.Name, f.MIME, size)}
	if chat != c.speaker {
		lines[0] = chat + ": " + lines[0]
	}
	for _, l := range lines {
		c.record = append(c.record, "< "+l)
	}
	return false, nil
}

// Files lists the files that somebody was given so far.
func (r *Rehearsal) Files(person string) []flow.File {
	r.w.chats.mu.Lock()
	defer r.w.chats.mu.Unlock()
	return slices.Clone(r.w.chats.files[chatOf(person)])
}

func same(a, b flow.Shown) bool {
	return strings.Join(draw(a), "\n") == strings.Join(draw(b), "\n") && tokens(a) == tokens(b)
}

func tokens(s flow.Shown) string {
	var all []string
	for _, b := range s.Buttons {
		all = append(all, b.Token)
	}
	return strings.Join(all, " ")
}

func (c *chats) note(chat, how string, s flow.Shown) {
	lines := draw(s)
	switch {
	case chat != c.speaker:
		lines[0] = chat + how + ": " + lines[0]
	case how != "":
		lines[0] = strings.TrimSpace(how) + " " + lines[0]
	}
	for _, l := range lines {
		c.record = append(c.record, "< "+strings.TrimRight(l, " "))
	}
}

func (c *chats) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := c.record
	c.record = nil
	return lines
}

// find looks for a button in a chat, in the newest message first; old looks among what messages said before.
func (c *chats) find(chat, label string, old bool) (token, id string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.messages[chat]
	for i := len(all) - 1; i >= 0; i-- {
		versions := []flow.Shown{all[i].shown}
		if old {
			versions = append(all[i].versions, all[i].shown)
			if i == len(all)-1 {
				versions = all[i].versions
			}
		}
		for j := len(versions) - 1; j >= 0; j-- {
			for _, b := range versions[j].Buttons {
				if b.Label == label {
					return b.Token, all[i].id, true
				}
			}
		}
	}
	return "", "", false
}

// newest is the last message with fields to fill.
func (c *chats) newest(chat string) (flow.Shown, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.messages[chat]
	for i := len(all) - 1; i >= 0; i-- {
		if len(all[i].shown.Fields) > 0 {
			return all[i].shown, all[i].id
		}
	}
	return flow.Shown{}, ""
}

// A screen shows views in one private chat.
type screen struct {
	*chats
	chat string
}

// Show edits the message that was pressed, or posts a new one.
func (s screen) Show(ctx context.Context, v flow.Shown) (string, error) {
	if v.Replace != "" {
		return v.Replace, s.Edit(ctx, s.chat, v.Replace, v)
	}
	return s.Post(ctx, s.chat, v)
}

// exactSize is up to which size of a file a conversation tells it to the byte: what holds all that is kept of somebody is a
// little longer on one platform than on another.
const exactSize = 4096
