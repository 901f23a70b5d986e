package discord

import (
	"errors"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/flows/flow"
)

// Received lists the files that stand in somebody's private chat.
func (h *harness) Received(user string) []adaptertest.SeenFile {
	var all []adaptertest.SeenFile
	for _, m := range h.fake.See(user, h.fake.Direct(user)) {
		for _, f := range m.Files {
			all = append(all, adaptertest.SeenFile{Name: f.Name, Caption: fakediscord.Plain(m.Content), Body: f.Body})
		}
	}
	return all
}

// TestFileOnBadDays hands a file over while Discord is unwell, or the person wants none.
func TestFileOnBadDays(t *testing.T) {
	t.Parallel()
	file := flow.File{Name: "audit.csv", MIME: "text/csv", Body: []byte("x"), Caption: "@everyone **Audit**"}
	busy, lost := &flow.Busy{}, &flow.Unreachable{}
	tests := map[string]struct {
		fault fakediscord.Fault
		want  any // nil: it arrives, once
	}{
		"asked to wait a moment": {fakediscord.Fault{RetryAfter: 0.01}, nil},
		"lost":                   {fakediscord.Fault{Cut: true}, nil},
		"arrived, but not said":  {fakediscord.Fault{After: true, Cut: true}, nil},
		"asked to wait long":     {fakediscord.Fault{RetryAfter: 600}, &busy},
		"no private messages":    {fakediscord.Fault{Status: 403, Code: 50007, Body: "Cannot send messages to this user"}, &lost},
		"too large":              {fakediscord.Fault{Status: 413, Code: 40005, Body: "Request entity too large"}, flow.ErrTooLarge},
		"too large for a proxy":  {fakediscord.Fault{Status: 413, Body: "<html>"}, flow.ErrTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, a, _ := idle(t, lenient)
			h := &harness{world: w}
			w.fake.Next("/messages", test.fault)
			_, err := a.Poster().(flow.FilePoster).PostFile(t.Context(), direct+ana, file)
			got := h.Received(ana)
			switch want := test.want.(type) {
			case nil:
				if err != nil || len(got) != 1 || got[0].Caption != file.Caption || got[0].Name != file.Name {
					t.Errorf("%+v, %v", got, err)
				}
			case error:
				if !errors.Is(err, want) || len(got) > 0 {
					t.Errorf("%v, want %v; %d arrived", err, want, len(got))
				}
			default:
				if !errors.As(err, want) || len(got) > 0 {
					t.Errorf("%v, want %T; %d arrived", err, want, len(got))
				}
			}
		})
	}
}

// TestFileThatDoesNotGo: too large for the platform, and a room, which a mistake of ours may name.
func TestFileThatDoesNotGo(t *testing.T) {
	t.Parallel()
	w, a, _ := idle(t)
	files := a.Poster().(flow.FilePoster)
	if _, err := files.PostFile(t.Context(), direct+ana, flow.File{Name: "x", Body: make([]byte, maxFile+1)}); !errors.Is(err, flow.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := files.PostFile(t.Context(), fakediscord.Room, flow.File{Name: "x", Body: []byte("x")}); err == nil || !strings.Contains(err.Error(), "private") {
		t.Errorf("to a room: %v", err)
	}
	if calls := w.fake.Calls("POST"); len(calls) > 0 {
		t.Errorf("called %+v", calls)
	}
}
