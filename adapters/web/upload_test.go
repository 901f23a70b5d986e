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

// A buyer's file reaches the flows; what is too large without its content, and what is far too large not at all; the team's panes take none.
func TestUpload(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var all []flow.Sent
	p := openPane(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, in.Input.(flow.Sent))
		_, err := on.Show(ctx, flow.Shown{Kind: "notice", Title: "What is it about?", Ended: true})
		return err
	}), Buyer)
	send := func(pane Pane, name string, body []byte) int {
		t.Helper()
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for field, value := range seat(pane, people[pane][0].ID) {
			_ = w.WriteField(field, value[0]) // into memory
		}
		if name != "" {
			part, err := w.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write(body)
		}
		_ = w.Close()
		r, err := p.upload(w.FormDataContentType(), &b)
		if err != nil {
			return 0 // it hung up in the middle
		}
		return r.StatusCode
	}
	if got := send(Buyer, "../receipt.pdf", []byte("%PDF-1.7")); got != http.StatusSeeOther {
		t.Errorf("a file: status %d", got)
	}
	if got := send(Buyer, "film.mp4", make([]byte, actions.MaxFile+1)); got != http.StatusSeeOther {
		t.Errorf("a file that is too large: status %d", got)
	}
	if got := send(Buyer, "", nil); got != http.StatusSeeOther {
		t.Errorf("no file: status %d", got)
	}
	if got := send(Buyer, "huge.mp4", make([]byte, maxUpload+1)); got != http.StatusRequestEntityTooLarge && got != 0 {
		t.Errorf("a huge file: status %d", got)
	}
	if got := send(Team, "x.pdf", []byte("%PDF-1.7")); got != http.StatusBadRequest {
		t.Errorf("the team's pane: status %d", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(all) != 2 || string(all[0].Body) != "%PDF-1.7" || len(all[1].Body) != 0 || all[1].Size != actions.MaxFile+1 {
		t.Fatalf("reached the flows: %.300v", all)
	}
	var said []string
	for _, s := range p.See(people[Buyer][0].ID) {
		said = append(said, s.Pieces...)
	}
	if !strings.Contains(strings.Join(said, "\n"), "📎 receipt.pdf") {
		t.Errorf("the chat shows %q", said)
	}
}

// upload posts a form with a file, as a browser does.
func (p pane) upload(kind string, body *bytes.Buffer) (*http.Response, error) {
	p.t.Helper()
	r, err := http.NewRequest("POST", p.server.URL+"/c/upload", body)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		p.t.Cleanup(func() { answer.Body.Close() })
	}
	return answer, err
}
