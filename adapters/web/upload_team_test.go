package web

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A file that the team puts below a card of its room is a remark; where nothing has a thread it is none.
func TestUploadBelow(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var all []flow.Inbound
	p := openPane(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, in)
		return nil
	}), Team)
	card, err := p.Poster().Post(t.Context(), p.Room(), flow.Shown{Kind: "card", Title: "#1001", Ended: true})
	if err != nil {
		t.Fatal(err)
	}
	user := people[Team][0].ID
	send := func(message string) int {
		t.Helper()
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for field, value := range seat(Team, user, "message", message, "id", "n1") {
			_ = w.WriteField(field, value[0]) // into memory
		}
		part, err := w.CreateFormFile("file", "guide.pdf")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte("%PDF-1.7"))
		_ = w.Close()
		r, err := p.upload(w.FormDataContentType(), &b)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode
	}
	if got := send(card); got < 400 {
		t.Errorf("below what has no thread: status %d", got)
	}
	if _, _, err := p.Poster().(flow.Threader).PostBelow(t.Context(), p.Room(), card, "", flow.Shown{Kind: "card", Title: "Ana has it", Ended: true}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a browser that sends it twice
		if got := send(card); got != http.StatusSeeOther {
			t.Errorf("below the card: status %d", got)
		}
	}
	if got := send("nothing"); got < 400 {
		t.Errorf("below nothing: status %d", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(all) != 2 || all[0].ID != all[1].ID || all[0].Below != card || !all[0].Shared || all[0].User != user {
		t.Fatalf("reached the flows: %+v", all)
	}
	files := all[0].Input.(flow.Remark).Files.Fetch(t.Context())
	if len(files) != 1 || files[0].Name != "guide.pdf" || string(files[0].Body) != "%PDF-1.7" || files[0].Size > actions.MaxFile {
		t.Errorf("with %+v", files)
	}
	var said []string
	for _, s := range p.SeeRoom(people[Team][1].ID) {
		said = append(said, s.Pieces...)
	}
	if strings.Count(strings.Join(said, "\n"), "📎 guide.pdf") != 1 {
		t.Errorf("the room shows %q", said)
	}
}
