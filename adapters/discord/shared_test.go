package discord

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Attachments in a thread come from Discord alone, without a token; what is too large, or lies elsewhere, is not asked for.
func TestFilesInThreads(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var files []actions.TeamFile
	var texts []string
	w := run(t, ModeGateway, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		said := in.Input.(flow.Remark)
		all := said.Files.Fetch(ctx)
		mu.Lock()
		defer mu.Unlock()
		files, texts = append(files, all...), append(texts, said.Text)
		return nil
	}))
	w.ready()
	card := postCard(t, w, "#1001")
	good, large := w.fake.Attach("guide.pdf", []byte("%PDF-1.7")), w.fake.Attach("film.mp4", make([]byte, actions.MaxFile+1))
	lying := w.fake.Attach("lies.pdf", make([]byte, actions.MaxFile+1))
	lying["size"] = 5
	stolen := map[string]any{"filename": "x.pdf", "size": 5, "url": "https://cdn.discordapp.com.example.com/x"}
	gone := map[string]any{"filename": "gone.pdf", "size": 5, "url": strings.Replace(good["url"].(string), "/attachments/", "/attachments/0", 1)}
	act := w.fake.AttachBelow(ana, card, "Here", good, large, lying, stolen, gone)
	act.Deliver()
	w.desk.turns(t, "m:"+act.ID, 1)
	act = w.fake.AttachBelow(ana, card, "", good)
	act.Deliver()
	w.desk.turns(t, "m:"+act.ID, 1)
	mu.Lock()
	defer mu.Unlock()
	if len(files) != 6 || len(texts) != 2 {
		t.Fatalf("%d files with %q", len(files), texts)
	}
	for _, f := range files {
		switch f.Name {
		case "guide.pdf":
			if string(f.Body) != "%PDF-1.7" || f.Lost {
				t.Errorf("fetched %+v", f)
			}
		case "film.mp4", "lies.pdf":
			if f.Size != actions.MaxFile+1 || f.Lost {
				t.Errorf("%s: %d bytes", f.Name, f.Size)
			}
		default:
			if !f.Lost || f.Body != nil {
				t.Errorf("fetched %s", f.Name)
			}
		}
	}
	if n := w.fake.Fetched(); n != 4 {
		t.Errorf("%d were asked for", n)
	}
}
