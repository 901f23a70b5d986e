package slack

import (
	"errors"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

// Received lists the files that stand in somebody's direct messages.
func (w workspace) Received(user string) []adaptertest.SeenFile {
	var all []adaptertest.SeenFile
	for _, m := range w.Messages(w.Direct(user), user) {
		for _, f := range m.Files {
			all = append(all, adaptertest.SeenFile{Name: f.Name, Caption: unescape.Replace(m.Text), Body: f.Body})
		}
	}
	return all
}

// TestFileOnBadDays hands a file over while each of its three calls goes wrong, and looks at what is said of it.
func TestFileOnBadDays(t *testing.T) {
	t.Parallel()
	file := flow.File{Name: "audit.csv", Body: []byte("x"), Caption: "<!channel> Audit"}
	busy, lost := &flow.Busy{}, &flow.Unreachable{}
	tests := []struct {
		name   string
		method string
		fault  fakeslack.Fault
		want   any // nil: it arrives
	}{
		{"asked to wait a moment", "files.getUploadURLExternal", fakeslack.Fault{Status: 429, RetryAfter: 1}, nil},
		{"asked to wait with the content", "upload", fakeslack.Fault{Status: 429, RetryAfter: 1}, nil},
		{"asked to wait long", "files.getUploadURLExternal", fakeslack.Fault{Status: 429, RetryAfter: 600}, &busy},
		{"asked to wait long with the content", "upload", fakeslack.Fault{Status: 429, RetryAfter: 600}, &busy},
		{"no scope", "files.getUploadURLExternal", fakeslack.Fault{Error: "missing_scope"}, "missing_scope"},
		{"nobody there any more", "conversations.open", fakeslack.Fault{Error: "user_not_found"}, &lost},
		{"no messages wanted", "files.completeUploadExternal", fakeslack.Fault{Error: "messages_tab_disabled"}, &lost},
		{"too large", "files.completeUploadExternal", fakeslack.Fault{Error: "file_uploads_size_exceeded"}, flow.ErrTooLarge},
		{"content lost", "upload", fakeslack.Fault{Status: 500}, "status 500"},
		{"cut", "upload", fakeslack.Fault{Cut: true}, "file upload"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, HTTP, answering(card("x")))
			o.On(test.method, test.fault)
			_, err := o.adapter.Poster().(flow.FilePoster).PostFile(t.Context(), ana, file)
			got := workspace{o}.Received(ana)
			if (test.want == nil) != (len(got) == 1) {
				t.Errorf("%d files arrived", len(got))
			}
			switch want := test.want.(type) {
			case nil:
				if err != nil || len(got) != 1 || got[0].Caption != file.Caption {
					t.Errorf("%+v, %v", got, err)
				}
			case string:
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %s", err, want)
				}
			case error:
				if !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			default:
				if !errors.As(err, want) {
					t.Errorf("%v, want %T", err, want)
				}
			}
		})
	}
}

// TestFileGoesToNoRoom: a mistake of ours must not share somebody's file with a channel.
func TestFileGoesToNoRoom(t *testing.T) {
	t.Parallel()
	o := openOffice(t, HTTP, answering(card("x")))
	if _, err := o.adapter.Poster().(flow.FilePoster).PostFile(t.Context(), general, flow.File{Name: "x", Body: []byte("x")}); err == nil {
		t.Error("a file was shared in a channel")
	}
	if calls := o.Calls("files.getUploadURLExternal"); len(calls) > 0 {
		t.Errorf("asked for an address: %+v", calls)
	}
}
