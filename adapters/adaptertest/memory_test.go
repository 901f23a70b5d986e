package adaptertest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// A memory is a chat platform and its adapter in one, with every capability, or all that is possible without forms: what
// the suites are tried on. Its faults are
// mistakes that an adapter may make, by name.
type memory struct {
	*testing.T
	desk  flow.Desk
	forms bool
	fault string

	mu    sync.Mutex // guards all below
	chats map[string][]*memo
	files map[string][]flow.File
	next  int
	last  flow.Inbound
}

// A memo is one message. Only its reader sees it, if it has one.
type memo struct {
	id, reader, author, text string
	shown                    flow.Shown
}

const memoryRoom = "#room"

func openMemory(t *testing.T, desk flow.Desk, forms bool, fault string) *memory {
	return &memory{T: t, desk: desk, forms: forms, fault: fault, chats: map[string][]*memo{}, files: map[string][]flow.File{}}
}

func (m *memory) Can() []Capability {
	all := []Capability{FieldProblems, Edits, StaleButtons, Rooms, History, ManyPeople, FreeText, Redelivers, Files}
	if m.forms {
		all = append(all, Forms, Whispers, LiveWhispers)
	}
	return all
}

func (m *memory) Platform() string        { return "memory" }
func (m *memory) Users() [2]string        { return [2]string{"u-ana", "u-bia"} }
func (m *memory) User(name string) string { return "u-" + name }
func (m *memory) Longest() int            { return 4000 }
func (m *memory) Poster() flow.Poster     { return m }
func (m *memory) Room() string            { return memoryRoom }
func (m *memory) Chat(user string) string { return "@" + user }
func (m *memory) Restart()                {} // it has stored nothing but what it keeps
func (m *memory) Redeliver(string)        { m.handle(m.last) }

func (m *memory) Type(user, text string) {
	m.mu.Lock()
	m.next++
	m.chats["@"+user] = append(m.chats["@"+user], &memo{id: strconv.Itoa(m.next), author: user, text: text})
	m.mu.Unlock()
	m.deliver(flow.Inbound{Chat: "@" + user, User: user, Input: chat.Parse(text, "")})
}

func (m *memory) Press(user, message, token string) {
	in := flow.Inbound{Chat: m.chatOf(message), User: user, Message: message, Input: flow.Pressed{Token: token}}
	if in.Chat == memoryRoom && !m.forms { // questions are answered by typing, which is done in private
		in.Chat, in.Message = "@"+user, ""
	}
	m.deliver(in)
}

func (m *memory) Submit(user, message string, values map[string]string) {
	in := flow.Inbound{Chat: m.chatOf(message), User: user, Message: message}
	in.Input = flow.Submitted{Token: m.message(in.Chat, message).shown.Token, Values: values}
	m.deliver(in)
}

func (m *memory) deliver(in flow.Inbound) {
	in.Platform, in.Forms, in.Shared, in.Direct = "memory", m.forms, in.Chat == memoryRoom, "@"+in.User
	m.mu.Lock()
	m.next++
	in.ID = strconv.Itoa(m.next)
	m.last = in
	m.mu.Unlock()
	m.handle(in)
}

func (m *memory) handle(in flow.Inbound) {
	if err := m.desk.Handle(m.Context(), in, memoryScreen{m, in}); err != nil {
		m.Logf("not shown: %v", err)
	}
}

func (m *memory) chatOf(message string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for chat, all := range m.chats {
		if slices.ContainsFunc(all, func(o *memo) bool { return o.id == message }) {
			return chat
		}
	}
	m.Fatalf("no message %s", message)
	return ""
}

func (m *memory) message(chat, id string) *memo {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.chats[chat]
	if i := slices.IndexFunc(all, func(o *memo) bool { return o.id == id }); i >= 0 {
		return all[i]
	}
	return nil
}

// A memoryScreen answers one gesture.
type memoryScreen struct {
	*memory
	in flow.Inbound
}

func (s memoryScreen) Show(_ context.Context, v flow.Shown) (string, error) {
	reader := ""
	if s.in.Shared && s.fault != "loud whispers" {
		reader = s.in.User
	}
	if old := s.message(s.in.Chat, v.Replace); old != nil && old.reader == reader && s.fault != "always new" {
		s.mu.Lock()
		defer s.mu.Unlock()
		old.shown = v
		return old.id, nil
	}
	return s.post(s.in.Chat, reader, v), nil
}

func (m *memory) Post(_ context.Context, chat string, v flow.Shown) (string, error) {
	if m.fault == "notices for everybody" {
		return m.post(memoryRoom, "", v), nil
	}
	return m.post(chat, "", v), nil
}

// PostFile keeps a file for whoever has the chat.
func (m *memory) PostFile(_ context.Context, chat string, f flow.File) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fault == "files for everybody" {
		for _, user := range m.Users() {
			m.files[m.Chat(user)] = append(m.files[m.Chat(user)], f)
		}
		return false, nil
	}
	if m.fault == "no files" {
		return false, nil
	}
	m.files[chat] = append(m.files[chat], f)
	return false, nil
}

// Received implements Receiver.
func (m *memory) Received(user string) []SeenFile {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []SeenFile
	for _, f := range m.files[m.Chat(user)] {
		all = append(all, SeenFile{Name: f.SafeName(), Caption: f.Caption, Body: f.Body})
	}
	return all
}

func (m *memory) post(chat, reader string, v flow.Shown) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next++
	id := strconv.Itoa(m.next)
	m.chats[chat] = append(m.chats[chat], &memo{id: id, reader: reader, shown: v})
	return id
}

func (m *memory) Edit(_ context.Context, chat, message string, v flow.Shown) error {
	old := m.message(chat, message)
	switch {
	case old == nil:
		return fmt.Errorf("no message %s in %s", message, chat)
	case m.fault == "lost edits":
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	old.shown = v
	return nil
}

func (m *memory) See(user string) []Seen     { return m.see(user, "@"+user) }
func (m *memory) SeeRoom(user string) []Seen { return m.see(user, memoryRoom) }

func (m *memory) see(user, chat string) []Seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Seen
	for _, o := range m.chats[chat] {
		switch {
		case o.author != "":
			all = append(all, Seen{Message: o.id, Author: o.author, Pieces: []string{o.text}})
		case o.reader == "" || o.reader == user:
			s := m.seen(o.shown)
			s.Message, s.Whisper = o.id, o.reader != ""
			all = append(all, s)
		}
	}
	return all
}

func (m *memory) seen(v flow.Shown) Seen {
	s := Seen{Problem: v.Problem}
	for _, text := range slices.Concat([]string{v.Title, v.Problem, v.Hint}, v.Body) {
		s.Pieces = append(s.Pieces, chat.Runes.Split(text, m.Longest())...)
	}
	for _, f := range v.Facts {
		if m.fault != "no facts" {
			s.Pieces = append(s.Pieces, f.Label+": "+f.Value)
		}
	}
	for _, f := range v.Fields {
		switch {
		case m.forms && !(len(v.Fields) == 1 && len(f.Options) > 0):
			field := SeenField{Name: f.Name, Label: f.Label, Value: f.Value, Hint: f.Hint, Problem: f.Problem}
			for _, o := range f.Options {
				field.Options = append(field.Options, SeenOption(o))
			}
			if m.fault != "no fields" {
				s.Fields = append(s.Fields, field)
			}
		default:
			s.Pieces = append(s.Pieces, f.Label, f.Hint)
		}
	}
	for _, b := range v.Buttons {
		if m.fault != "no help" || b.Label != "Help" {
			s.Buttons = append(s.Buttons, SeenButton{b.Token, b.Label})
		}
	}
	return s
}
