package slack

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// wanting fetches what stands beside remarks, if it wants to.
type wanting struct {
	heard
	want  bool
	guard sync.Mutex
	files []actions.TeamFile
}

func (w *wanting) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	if said, ok := in.Input.(flow.Remark); ok && w.want && said.Files != nil {
		all := said.Files.Fetch(ctx)
		w.guard.Lock()
		w.files = append(w.files, all...)
		w.guard.Unlock()
	}
	return w.heard.Handle(ctx, in, on)
}

// Files in a thread come with the bot's token, from Slack alone; what nobody wants is not asked for.
func TestFilesInThreads(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			h := &wanting{want: true}
			o := openOffice(t, mode, h)
			card, err := o.adapter.Poster().Post(t.Context(), general, flow.Shown{Kind: "card", Title: "#1001"})
			if err != nil {
				t.Fatal(err)
			}
			_, ts, _ := strings.Cut(card, ":")
			good, large := o.Share("guide.pdf", []byte("%PDF-1.7")), o.Share("film.mp4", make([]byte, actions.MaxFile+1))
			lying := o.Share("lies.pdf", make([]byte, actions.MaxFile+1))
			lying["size"] = 5
			elsewhere := map[string]any{"name": "drive.pdf", "size": 5, "mode": "external"}
			stolen := map[string]any{"name": "x.pdf", "size": 5, "url_private_download": "https://files.slack.com.example.com/x"}
			gone := map[string]any{"name": "gone.pdf", "size": 5, "url_private_download": strings.Replace(good["url_private_download"].(string), "/F", "/X", 1)}
			o.Deliver(o.ShareDelivery(ana, general, ts, "Here", good, large, lying, elsewhere, stolen, gone))
			o.Deliver(o.ShareDelivery(ana, general, ts, "", good))
			o.settle()
			all := h.said()
			if len(all) != 2 || all[0].Below != card || all[0].Input.(flow.Remark).Text != "Here" || all[1].Input.(flow.Remark).Text != "" {
				t.Fatalf("reached the flows: %+v", all)
			}
			if len(h.files) != 7 || string(h.files[0].Body) != "%PDF-1.7" || h.files[0].Name != "guide.pdf" || string(h.files[6].Body) != "%PDF-1.7" {
				t.Fatalf("fetched %d files", len(h.files))
			}
			for i, f := range h.files[1:6] {
				if tooLarge := i < 2; tooLarge != (f.Size > actions.MaxFile) || tooLarge == f.Lost || i != 1 && f.Body != nil {
					t.Errorf("%s: %d bytes, lost: %v", f.Name, f.Size, f.Lost)
				}
			}
			if n := o.Fetched(); n != 4 { // twice the good one, that which lies, the one that is gone
				t.Errorf("%d files were asked for", n)
			}
			h.want = false
			o.Deliver(o.ShareDelivery(ana, general, ts, "unwanted", good))
			o.settle()
			if n := o.Fetched(); n != 4 || len(h.said()) != 3 {
				t.Errorf("then %d files were asked for", n)
			}
		})
	}
}

// Without the scope Slack sends a page to log in: that is no file.
func TestFilesWithoutTheScope(t *testing.T) {
	t.Parallel()
	h := &wanting{want: true}
	o := openOffice(t, Socket, h)
	o.Scopes = strings.Replace(o.Scopes, "files:read,", "", 1)
	card, err := o.adapter.Poster().Post(t.Context(), general, flow.Shown{Kind: "card", Title: "#1001"})
	if err != nil {
		t.Fatal(err)
	}
	_, ts, _ := strings.Cut(card, ":")
	o.Deliver(o.ShareDelivery(ana, general, ts, "Here", o.Share("guide.pdf", []byte("%PDF-1.7"))))
	o.settle()
	if len(h.files) != 1 || !h.files[0].Lost || h.files[0].Body != nil {
		t.Errorf("fetched %+v", h.files)
	}
}
