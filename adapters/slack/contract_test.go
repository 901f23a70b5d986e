package slack

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/flows/flow"
)

// A workspace is the harness of the contract suite.
type workspace struct{ *office }

func (w workspace) Can() []adaptertest.Capability {
	return []adaptertest.Capability{
		adaptertest.Forms, adaptertest.FieldProblems, adaptertest.Edits, adaptertest.StaleButtons, adaptertest.Rooms,
		adaptertest.Whispers, adaptertest.History, adaptertest.ManyPeople, adaptertest.FreeText, adaptertest.Redelivers,
		adaptertest.Files,
	}
}

func (w workspace) Platform() string { return Platform }

// User adds somebody to the workspace and to the room.
func (w workspace) User(name string) string {
	id := "U0" + strings.ToUpper(name)
	if !w.Knows(id) {
		w.AddUser(id, name, "")
		w.Join(general, id)
	}
	return id
}

func (w workspace) Redeliver(user string) {
	w.Helper()
	w.Again(user)
	w.settle()
}

func (w workspace) Users() [2]string        { return [2]string{ana, bia} }
func (w workspace) Longest() int            { return maxSection }
func (w workspace) Poster() flow.Poster     { return w.adapter.Poster() }
func (w workspace) Room() string            { return general }
func (w workspace) Chat(user string) string { return user }

func (w workspace) Type(user, text string) {
	w.Helper()
	if line, ok := strings.CutPrefix(text, "/"); ok {
		w.Command(user, w.Direct(user), "/support", line)
	} else {
		w.Say(user, w.Direct(user), text)
	}
	w.settle()
}

// Remark types below a message of the room.
func (w workspace) Remark(user, message, text string) {
	w.Helper()
	_, ts, _ := strings.Cut(message, ":")
	w.Reply(user, general, ts, text)
	w.settle()
}

func (w workspace) Press(user, message, token string) {
	w.Helper()
	defer w.settle()
	if v, ok := w.Modal(user); ok && viewID(v.ID) == message {
		for _, b := range seenModal(v).Buttons {
			if b.Token == token && token == remember(v.Metadata()).Close {
				w.Slack.Close(user)
				return
			}
			if b.Token == token {
				w.PressView(user, token)
				return
			}
		}
	}
	channel, ts, _ := strings.Cut(strings.TrimPrefix(message, "~"), ":")
	w.Slack.Press(user, channel, ts, token)
}

func (w workspace) Submit(user, _ string, values map[string]string) {
	w.Helper()
	w.Slack.Submit(user, values)
	w.settle()
}

func (w workspace) See(user string) []adaptertest.Seen {
	w.settle()
	all := w.see(user, w.Direct(user))
	if v, ok := w.Modal(user); ok {
		all = append(all, seenModal(v))
	}
	return all
}

func (w workspace) SeeRoom(user string) []adaptertest.Seen {
	w.settle()
	return w.see(user, general)
}

func (w workspace) see(user, channel string) []adaptertest.Seen {
	var all []adaptertest.Seen
	for _, m := range w.Messages(channel, user) {
		all = append(all, seen(m))
	}
	return all
}

func (w workspace) Restart() {
	w.Helper()
	if err := w.stop(); err != nil {
		w.Fatal(err)
	}
	w.start()
}

var modes = []string{HTTP, Socket}

func TestContract(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			adaptertest.Run(t, func(t *testing.T, d flow.Desk) adaptertest.Harness {
				return workspace{openOffice(t, mode, d)}
			})
		})
	}
}

// Every conversation of flows/testdata, from Slack's JSON in to Slack's JSON out.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	for i, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			adaptertest.TranscriptsPart(t, uint32(i), uint32(len(modes)), func(t *testing.T, d flow.Desk) adaptertest.Harness {
				return workspace{openOffice(t, mode, d)}
			})
		})
	}
}
