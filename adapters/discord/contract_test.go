package discord

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/flows/flow"
)

func TestContract(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		adaptertest.Run(t, func(t *testing.T, desk flow.Desk) adaptertest.Harness { return newHarness(t, mode, desk) })
	})
}

// TestTranscripts plays the written conversations on both transports, and once with every delivery made twice.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	play := func(mode string, twice bool, i, n uint32) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			adaptertest.TranscriptsPart(t, i, n, func(t *testing.T, desk flow.Desk) adaptertest.Harness {
				h := newHarness(t, mode, desk)
				h.modal, h.twice = "modal", twice
				return h
			})
		}
	}
	t.Run(ModeGateway, play(ModeGateway, false, 0, 1))
	t.Run(ModeHTTP, play(ModeHTTP, false, 0, 3))
	t.Run("everything twice", play(ModeGateway, true, 1, 3))
}

// A harness is people with Discord in their hands.
type harness struct {
	*world
	modal string // what a modal is called that no message opened: it is none, but who plays wants a name for it
	twice bool   // everything is delivered twice

	mu   sync.Mutex
	last map[string]*fakediscord.Act // what each did last
	told map[string]int              // how often each delivery was made
}

func newHarness(t *testing.T, mode string, desk flow.Desk) *harness {
	t.Helper()
	// No promises, however slow the machine is: what is written in conversations is what a person sees who gets his answers
	// at once.
	return &harness{world: run(t, mode, desk, deferring(time.Minute)), last: map[string]*fakediscord.Act{}, told: map[string]int{}}
}

func (h *harness) Can() []adaptertest.Capability {
	can := []adaptertest.Capability{
		adaptertest.Forms, adaptertest.FieldProblems, adaptertest.Edits, adaptertest.StaleButtons, adaptertest.Rooms, adaptertest.Whispers,
		adaptertest.History, adaptertest.ManyPeople, adaptertest.Redelivers, adaptertest.Files,
	}
	if h.mode == ModeGateway {
		can = append(can, adaptertest.FreeText)
	}
	return can
}

func (h *harness) Platform() string        { return Platform }
func (h *harness) Users() [2]string        { return [2]string{ana, bia} }
func (h *harness) Longest() int            { return maxDescription }
func (h *harness) Poster() flow.Poster     { return h.adapter().Poster() }
func (h *harness) Room() string            { return fakediscord.Room }
func (h *harness) Chat(user string) string { return direct + user }
func (h *harness) Restart()                { h.stop(); h.start() }

// User gives a person of a conversation an id.
func (h *harness) User(name string) string {
	sum := fnv.New32a()
	sum.Write([]byte(name))
	id := strconv.FormatUint(400_000_000_000_000_000+uint64(sum.Sum32()), 10)
	h.fake.Direct(id)
	return id
}

// Type sends a command as a slash command with its first option, and anything else as a message.
func (h *harness) Type(user, text string) {
	h.t.Helper()
	h.fake.Dismiss(user)
	line, command := strings.CutPrefix(text, "/")
	word, rest, _ := strings.Cut(line, " ")
	i := slices.IndexFunc(h.options.Commands, func(c flow.CommandInfo) bool { return c.Word == word })
	options := map[string]string{}
	if i >= 0 && rest != "" && len(h.options.Commands[i].Options) > 0 {
		options[h.options.Commands[i].Options[0].Name], rest = rest, ""
	}
	if !command || rest != "" {
		if h.mode == ModeHTTP {
			h.t.Skipf("SKIPPED: the platform has no %s; %q has no option for it", adaptertest.FreeText, text)
		}
		h.do(user, h.fake.Say(user, text))
		return
	}
	if i >= 0 && h.options.Commands[i].Rare {
		word = Group + " " + word
	}
	h.do(user, h.fake.Slash(user, h.fake.Direct(user), word, options))
}

// Remark writes below a message of the room; only the gateway tells of it.
func (h *harness) Remark(user, message, text string) {
	h.t.Helper()
	if h.mode == ModeHTTP {
		h.t.Skipf("SKIPPED: the platform has no %s; over HTTP Discord tells of no message", adaptertest.FreeText)
	}
	h.do(user, h.fake.SayBelow(user, message, text))
}

// Press presses a button, or chooses it in a menu.
func (h *harness) Press(user, id, token string) {
	h.t.Helper()
	h.fake.Dismiss(user)
	id = strings.TrimPrefix(id, whisper)
	for _, m := range h.messages(user) {
		for _, c := range fakediscord.Flat(m.Components) {
			if m.ID == id && slices.ContainsFunc(c.Options, func(o fakediscord.Option) bool { return o.Value == token }) {
				h.do(user, h.fake.Press(user, id, c.CustomID, token))
				return
			}
		}
	}
	h.do(user, h.fake.Press(user, id, pressID+token))
}

func (h *harness) Submit(user, _ string, values map[string]string) {
	h.t.Helper()
	h.do(user, h.fake.Fill(user, values))
}

func (h *harness) Redeliver(user string) {
	h.t.Helper()
	h.mu.Lock()
	act := h.last[user]
	h.mu.Unlock()
	h.do(user, act)
}

// do delivers and waits for what comes of it.
func (h *harness) do(user string, act *fakediscord.Act) {
	h.t.Helper()
	if act == nil {
		h.t.FailNow()
	}
	id := "i:" + act.ID
	typed := act.Typed()
	if typed {
		id = "m:" + act.ID
	}
	h.mu.Lock()
	h.last[user] = act
	h.told[id]++
	if h.twice {
		h.told[id]++
	}
	n := h.told[id]
	h.mu.Unlock()
	act.Deliver()
	if h.twice {
		act.Deliver()
	}
	h.desk.turns(h.t, id, n)
	if !typed {
		act.Answered()
	}
}

func (h *harness) messages(user string) []fakediscord.Message {
	return append(h.fake.See(user, fakediscord.Room), h.fake.See(user, h.fake.Direct(user))...)
}

func (h *harness) SeeRoom(user string) []adaptertest.Seen {
	all := h.fake.See(user, fakediscord.Room)
	for _, m := range all {
		all = append(all, h.fake.See(user, m.ID)...) // in its thread, which has its id
	}
	return h.seen(user, all, fakediscord.Room)
}

func (h *harness) See(user string) []adaptertest.Seen {
	return h.seen(user, h.fake.See(user, h.fake.Direct(user)), h.fake.Direct(user))
}

// seen are the messages of a channel, and the modal that was opened from there.
func (h *harness) seen(user string, messages []fakediscord.Message, channel string) []adaptertest.Seen {
	var all []adaptertest.Seen
	for _, m := range messages {
		s := adaptertest.Seen{Message: m.ID, Author: m.Author, Pieces: m.Texts(), Whisper: m.For != ""}
		if s.Whisper {
			s.Message = whisper + m.ID
		}
		for _, c := range fakediscord.Flat(m.Components) {
			if token, ok := strings.CutPrefix(c.CustomID, pressID); ok && !c.Disabled {
				s.Buttons = append(s.Buttons, adaptertest.SeenButton{Token: token, Label: c.Label})
			}
			for _, o := range c.Options {
				s.Buttons = append(s.Buttons, adaptertest.SeenButton{Token: o.Value, Label: o.Label})
			}
		}
		all = append(all, s)
	}
	if m := h.fake.Modal(user); m != nil && m.Channel() == channel {
		s := seenModal(m)
		if h.modal == "" {
			s.Buttons = []adaptertest.SeenButton{{Label: "Cancel"}} // the client's own
		}
		if s.Message == "" {
			s.Message = h.modal
		}
		for _, below := range all { // the card stands there still, and can be pressed when the modal is closed
			if below.Message == s.Message {
				s.Buttons = append(s.Buttons, below.Buttons...)
			}
		}
		all = append(all, s)
	}
	return all
}

func seenModal(m *fakediscord.Modal) adaptertest.Seen {
	s := adaptertest.Seen{Message: m.Source(), Pieces: []string{m.Title}}
	for _, c := range m.Components {
		if c.Component == nil {
			s.Pieces = append(s.Pieces, fakediscord.Plain(c.Content))
			continue
		}
		f := adaptertest.SeenField{Name: c.Component.CustomID, Label: c.Label, Value: c.Component.Value, Hint: c.Description}
		if problem, ok := strings.CutPrefix(c.Description, "✗ "); ok {
			f.Problem, f.Hint, _ = strings.Cut(problem, besideHint)
		}
		for _, o := range c.Component.Options {
			f.Options = append(f.Options, adaptertest.SeenOption{Value: o.Value, Label: o.Label})
			if o.Default {
				f.Value = o.Value
			}
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}
