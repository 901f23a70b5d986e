package telegram

import (
	"hash/fnv"
	"strconv"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

func TestContract(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		adaptertest.Run(t, func(t *testing.T, d flow.Desk) adaptertest.Harness {
			return newHarness(t, mode, d)
		})
	})
}

const room = -1009

// A harness is people with Telegram in their hands.
type harness struct {
	*world
	t *testing.T

	mu    sync.Mutex
	did   map[string]int    // the last update of each user
	names map[string]string // of people of conversations
}

func newHarness(t *testing.T, mode string, d flow.Desk, tune ...func(*Options, *faketelegram.Options)) *harness {
	t.Helper()
	w, _ := newClocked(t, mode, d, tune...) // notices keep their pace, and nobody waits for it
	h := &harness{world: w, t: t, did: map[string]int{}, names: map[string]string{}}
	h.fake.Group(room, ana, bia)
	h.start()
	return h
}

func (h *harness) Can() []adaptertest.Capability {
	return []adaptertest.Capability{adaptertest.Edits, adaptertest.StaleButtons, adaptertest.Rooms, adaptertest.History, adaptertest.ManyPeople, adaptertest.FreeText, adaptertest.Redelivers,
		adaptertest.Files}
}

func (h *harness) Platform() string        { return Platform }
func (h *harness) Users() [2]string        { return [2]string{strconv.Itoa(ana), strconv.Itoa(bia)} }
func (h *harness) Longest() int            { return maxText }
func (h *harness) Poster() flow.Poster     { return h.adapter.Poster() }
func (h *harness) Room() string            { return strconv.Itoa(room) }
func (h *harness) Chat(user string) string { return user }

// User gives a person of a conversation an id.
func (h *harness) User(name string) string {
	sum := fnv.New32a()
	sum.Write([]byte(name))
	id := 10_000 + int64(sum.Sum32()%1_000_000)
	h.fake.Start(id)
	return strconv.FormatInt(id, 10)
}

func (h *harness) Type(user, text string) {
	h.t.Helper()
	h.done(user, h.fake.Say(h.id(user), text))
}

func (h *harness) Press(user, message, token string) {
	h.t.Helper()
	id, err := strconv.Atoi(message)
	if err != nil {
		h.t.Fatalf("there is no message %q", message)
	}
	h.done(user, h.fake.Press(faketelegram.Press{Chat: h.fake.ChatOf(id), User: h.id(user), Message: id, Data: token}))
}

func (h *harness) Submit(user, message string, values map[string]string) {
	h.t.Fatal("Telegram has no forms")
}

func (h *harness) Redeliver(user string) {
	h.t.Helper()
	h.mu.Lock()
	id := h.did[user]
	h.mu.Unlock()
	h.fake.Again(id)
	h.fake.AwaitConfirmed(id)
}

func (h *harness) Restart() {
	if err := h.stop(); err != nil {
		h.t.Errorf("Run: %v", err)
	}
	h.start()
}

func (h *harness) See(user string) []adaptertest.Seen { return h.see(h.id(user)) }
func (h *harness) SeeRoom(string) []adaptertest.Seen  { return h.see(room) }

func (h *harness) see(chat int64) []adaptertest.Seen {
	h.fake.Settle()
	var all []adaptertest.Seen
	for _, m := range h.fake.Messages(chat) {
		s := adaptertest.Seen{Message: strconv.Itoa(m.ID), Pieces: []string{m.Text}}
		if m.User != 0 {
			s.Author = strconv.FormatInt(m.User, 10)
		}
		for _, b := range m.Buttons() {
			s.Buttons = append(s.Buttons, adaptertest.SeenButton{Token: b.Data, Label: b.Text})
		}
		all = append(all, s)
	}
	return all
}

func (h *harness) id(user string) int64 {
	h.t.Helper()
	id, err := strconv.ParseInt(user, 10, 64)
	if err != nil {
		h.t.Fatalf("%q is no Telegram id", user)
	}
	return id
}

func (h *harness) done(user string, update int) {
	h.t.Helper()
	h.mu.Lock()
	h.did[user] = update
	h.mu.Unlock()
	h.fake.AwaitConfirmed(update)
}

// part of the conversations that a transport carries.
func part(mode string) uint32 {
	if mode == Webhook {
		return 1
	}
	return 0
}

// TestTranscripts plays the written conversations through Telegram, on both transports.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		adaptertest.TranscriptsPart(t, part(mode), 2, func(t *testing.T, d flow.Desk) adaptertest.Harness {
			return newHarness(t, mode, d)
		})
	})
}

// TestTranscriptsDeliveredTwice plays them again with every update delivered twice: everything happens once all the same.
func TestTranscriptsDeliveredTwice(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		adaptertest.TranscriptsPart(t, part(mode), 4, func(t *testing.T, d flow.Desk) adaptertest.Harness {
			return newHarness(t, mode, d, func(_ *Options, f *faketelegram.Options) { f.Twice = true })
		})
	})
}
