package flowstest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// newStore is a database for one world.
func newStore(t *testing.T) *store.Store { return storetest.New(t) }

// A Rehearsal plays a script in memory, beside the world in which an adapter is, and tells what people should see there.
type Rehearsal struct {
	t     *testing.T
	w     *world
	forms bool
	aside map[string]bool // messages that began as the answer to something in the room
	there string          // the platform on which people see what is rehearsed here
}

// A Change is one message that is new or says something else.
type Change struct {
	Person  string // whose private chat it is in; empty: the room
	Message string // its name in the rehearsal
	Now     flow.Shown
	Before  []flow.Shown // what it said before, oldest first
	Aside   bool         // it began as the answer to something in the room
	Thread  bool         // it stands in the thread of a message of the room
}

// Rehearse begins. Where a view names the platform that somebody is on, it is there.
func (s Script) Rehearse(t *testing.T, there string) *Rehearsal {
	t.Helper()
	return &Rehearsal{t: t, w: open(t, s.given), forms: s.Forms, aside: map[string]bool{}, there: there}
}

// seen is a view as it is seen there.
func (r *Rehearsal) seen(s flow.Shown) flow.Shown {
	s.Facts = slices.Clone(s.Facts)
	for i, f := range s.Facts {
		s.Facts[i].Value = strings.ReplaceAll(f.Value, flows.PlatformName(platform), flows.PlatformName(r.there))
	}
	return s
}

// Elsewhere is a fact that names the platform of the rooms, where the one that is played on has none.
func (r *Rehearsal) Elsewhere(f flow.ShownFact) flow.ShownFact {
	f.Value = strings.ReplaceAll(f.Value, flows.PlatformName(r.there), flows.PlatformName(platform))
	return f
}

// Do does what somebody does in one line and returns what changes at once; the clock moves when nobody does anything.
func (r *Rehearsal) Do(a Act) ([]Change, error) {
	r.t.Helper()
	before := r.w.chats.versions()
	room := a.Room // pressed there, or on what answered something there
	if a.Button != "" {
		if message, _, err := r.Target(a); err == nil {
			room = room || r.aside[message]
		}
	}
	if a.Who == "" {
		r.w.move(r.t, strings.TrimSpace(a.Line[1:]))
	} else if err := r.w.act(a.act, r.forms); err != nil {
		return nil, err
	}
	all := r.changes(before)
	for i, c := range all {
		r.aside[c.Message] = r.aside[c.Message] || room && len(c.Before) == 0
		all[i].Aside = r.aside[c.Message]
	}
	return all, nil
}

// Settle does all work that is due and returns what changes by it. It also compares all that was said and done since the
// act with what the file says.
func (r *Rehearsal) Settle(a Act) []Change {
	r.t.Helper()
	before := r.w.chats.versions()
	said := r.w.chats.take()
	outside := r.w.settle(r.t)
	said = append(append(said, outside...), r.w.chats.take()...)
	if got, want := strings.Join(said, "\n"), strings.Join(a.Want, "\n"); got != want {
		r.t.Errorf("line %d: the bot says\n%s\nand the file\n%s", a.Number, got, want)
	}
	all := r.changes(before)
	for i, c := range all {
		all[i].Aside = r.aside[c.Message]
	}
	return all
}

// Target is the message on which an act presses a button or sends a form, and the token that it would send here.
func (r *Rehearsal) Target(a Act) (message, token string, err error) {
	chat := "@" + a.Who
	if a.Room {
		chat = a.act.room
	}
	token, id, ok := r.w.chats.find(chat, a.Button, a.Old)
	if !ok {
		return "", "", fmt.Errorf("nothing in %s has a button [%s]", chat, a.Button)
	}
	return chat + "/" + id, token, nil
}

// Below is the message below which an act writes.
func (r *Rehearsal) Below(a Act) (message string, ok bool) {
	id, ok := r.w.chats.threaded(a.act.room)
	return a.act.room + "/" + id, ok
}

// Late says whether an act presses a button of a message that is not the newest of its chat, or says something else now.
func (r *Rehearsal) Late(a Act) bool {
	if a.Button == "" {
		return false
	}
	message, _, err := r.Target(a)
	chat, id, _ := strings.Cut(message, "/")
	r.w.chats.mu.Lock()
	defer r.w.chats.mu.Unlock()
	all := r.w.chats.messages[chat]
	return a.Old || err == nil && id != all[len(all)-1].id
}

// Filled reads the act as a form that is sent: the message of the form, and all its values by name. ok is false for
// what is typed.
func (r *Rehearsal) Filled(a Act) (message string, values map[string]string, ok bool) {
	form, id := r.w.chats.newest("@" + a.Who)
	if !r.forms || a.Button != "" || strings.HasPrefix(a.Text, "/") || len(form.Fields) == 0 || !strings.Contains(a.Text, ": ") {
		return "", nil, false
	}
	values, err := fill(form, a.Text)
	if err != nil {
		return "", nil, false
	}
	return "@" + a.Who + "/" + id, values, true
}

// Said lists all that was ever shown in somebody's private chat, and in the room for an empty name.
func (r *Rehearsal) Said(person string) []flow.Shown {
	r.w.chats.mu.Lock()
	defer r.w.chats.mu.Unlock()
	var all []flow.Shown
	for _, chat := range sorted(r.w.chats.messages) {
		if !in(chat, chatOf(person)) {
			continue
		}
		for _, m := range r.w.chats.messages[chat] {
			all = append(append(all, m.versions...), m.shown)
		}
	}
	return all
}

func chatOf(person string) string {
	if person == "" {
		return room
	}
	return "@" + person
}

// versions counts what each message has said so far.
func (c *chats) versions() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]int{}
	for chat, messages := range c.messages {
		for _, m := range messages {
			all[chat+"/"+m.id] = len(m.versions) + 1
		}
	}
	return all
}

func (r *Rehearsal) changes(before map[string]int) []Change {
	r.w.chats.mu.Lock()
	defer r.w.chats.mu.Unlock()
	var all []Change
	for _, chat := range sorted(r.w.chats.messages) {
		for _, m := range r.w.chats.messages[chat] {
			name := chat + "/" + m.id
			if len(m.versions)+1 == before[name] {
				continue
			}
			c := Change{Person: strings.TrimPrefix(chat, "@"), Message: name, Now: r.seen(m.shown)}
			for _, v := range m.versions {
				c.Before = append(c.Before, r.seen(v))
			}
			all = append(all, c)
			if in(chat, room) {
				all[len(all)-1].Person, all[len(all)-1].Thread = "", chat != room
			}
		}
	}
	return all
}

// Draw writes a view in the notation of the files.
func Draw(s flow.Shown) []string { return draw(s) }
