package telegram

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

// TestFilesArrive: what people send reaches the flows with its content, up to what is taken; nothing larger is fetched.
func TestFilesArrive(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{Webhook, Polling} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var all []flow.Sent
			h := newHarness(t, mode, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
				mu.Lock()
				defer mu.Unlock()
				if s, ok := in.Input.(flow.Sent); ok {
					all = append(all, s)
				} else {
					t.Errorf("%#v reached the flows", in.Input)
				}
				_, err := on.Show(ctx, card)
				return err
			}))
			big := bytes.Repeat([]byte("x"), actions.MaxFile+5)
			for _, u := range []faketelegram.Upload{
				{Body: []byte("a picture"), Caption: "It says <error>", Album: "a1"},
				{Name: "../../etc/receipt.pdf", Body: []byte("%PDF-1.7")},
				{Name: "told.bin", Body: []byte("y"), Size: actions.MaxFile + 1},
				{Name: "untold.bin", Body: big, Size: 1},
				{Name: "huge.bin", Body: []byte("z"), Size: 30 << 20},
			} {
				h.done(strconv.Itoa(ana), h.fake.SendFile(ana, u))
			}

			mu.Lock()
			defer mu.Unlock()
			if len(all) != 5 {
				t.Fatalf("%d files reached the flows: %.200v", len(all), all)
			}
			if s := all[0]; s.Text != "It says <error>" || s.Album != "a1" || string(s.Body) != "a picture" || !strings.HasSuffix(s.Name, ".jpg") {
				t.Errorf("the picture is %+v", s)
			}
			if s := all[1]; s.Text != "" || string(s.Body) != "%PDF-1.7" || s.Size != 8 {
				t.Errorf("the document is %+v", s)
			}
			for _, s := range all[2:] {
				if s.Size <= actions.MaxFile {
					t.Errorf("%s has %d bytes", s.Name, s.Size)
				}
			}
			if n := len(h.fake.Calls("getFile")); n != 3 {
				t.Errorf("%d files were asked for", n)
			}
		})
	}
}

// TestFilePaths: a path that is none is not fetched.
func TestFilePaths(t *testing.T) {
	t.Parallel()
	c := newAPI("1:token", "http://127.0.0.1:1", nil)
	for _, path := range []string{"", "/var/lib/bot/documents/1", "../x", "a/../../x", "a//b"} {
		if _, err := c.download(t.Context(), path, 10); err == nil || strings.Contains(err.Error(), "token") || !strings.Contains(err.Error(), "path") {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := c.download(t.Context(), "documents/1.pdf", 10); err == nil || strings.Contains(err.Error(), "1:token") {
		t.Errorf("the token is in %v", err)
	}
}
