package web

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// waitingFiles are the files that wait for their readers, as the core keeps them.
type waitingFiles struct {
	mu  sync.Mutex
	all map[string]flow.File // by chat and id
}

func (w *waitingFiles) open(_ context.Context, platform, user, id string) (flow.File, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, ok := w.all[strings.TrimPrefix(platform, "web:")+":"+user+" "+id]
	if !ok {
		return flow.File{}, store.ErrNotFound
	}
	return f, nil
}

// A keepingPoster keeps the files that it posts.
type keepingPoster struct {
	flow.Poster
	files *waitingFiles
}

// PostFile implements flow.FilePoster.
func (p keepingPoster) PostFile(ctx context.Context, chat string, f flow.File) (bool, error) {
	p.files.mu.Lock()
	p.files.all[chat+" "+f.ID] = f
	p.files.mu.Unlock()
	return p.Poster.(flow.FilePoster).PostFile(ctx, chat, f)
}

// Received fetches the files of somebody's private chat as his browser would.
func (p pane) Received(user string) []adaptertest.SeenFile {
	p.t.Helper()
	var all []adaptertest.SeenFile
	for _, m := range p.page(user).with("data-chat", p.Chat(user)).all("article", "msg") {
		for _, box := range m.all("div", "file") {
			r := p.get(box.all("a", "")[0].attr["href"])
			if r.StatusCode != http.StatusOK || r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Cache-Control") != "no-store" {
				p.t.Errorf("status %s, headers %v", r.Status, r.Header)
			}
			kind, values, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
			if err != nil || kind != "attachment" {
				p.t.Errorf("disposition %q: %v", r.Header.Get("Content-Disposition"), err)
			}
			all = append(all, adaptertest.SeenFile{Name: values["filename"], Caption: m.all("p", "title")[0].words(), Body: []byte(body(p.t, r))})
		}
	}
	return all
}

// TestFileIsForItsReaderAlone asks for a file as everybody else might.
func TestFileIsForItsReaderAlone(t *testing.T) {
	t.Parallel()
	p := openPane(t, says(flow.Shown{Title: "ok"}), Team)
	files := p.Poster().(flow.FilePoster)
	waits, err := files.PostFile(t.Context(), Team.Chat("rui"), flow.File{ID: "01JDFILE", Name: "audit.csv", MIME: "text/html", Body: []byte("<script>alert(1)</script>"), Caption: "Audit"})
	if err != nil || !waits {
		t.Fatalf("waits %v, %v", waits, err)
	}
	messages, err := p.options.Store.In(t.Context()).Messages("acc", Team.Chat("rui"), "rui", 10)
	if err != nil || len(messages) != 1 {
		t.Fatalf("%d messages, %v", len(messages), err)
	}
	if strings.Contains(string(messages[0].Body), "script") {
		t.Error("the message holds what is in the file")
	}
	at := "/c/file/" + messages[0].ID + "?"
	for who, want := range map[string]int{
		url.Values{"team": {"rui"}}.Encode():                          http.StatusOK,
		url.Values{"team": {"ana"}}.Encode():                          http.StatusNotFound,
		url.Values{"team": {"ana"}, "creator": {"clara"}}.Encode():    http.StatusNotFound,
		url.Values{"team": {"nobody"}}.Encode():                       http.StatusForbidden,
		url.Values{"buyer": {"marina"}, "team": {""}}.Encode():        http.StatusNotFound, // the first of the team sits there
		url.Values{"team": {"rui"}, "file": {"../../x"}}.Encode():     http.StatusOK,
		url.Values{"team": {"#approvals"}, "pane": {"team"}}.Encode(): http.StatusForbidden,
	} {
		if r := p.get(at + who); r.StatusCode != want {
			t.Errorf("%s: status %s, want %d", who, r.Status, want)
		}
	}
	r := p.get(at + "team=rui")
	if !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") || r.Header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		t.Errorf("a page of ours would run what is in a file: %v", r.Header)
	}
	for _, path := range []string{"/c/file/01JDFILE?team=rui", "/c/file/nothing?team=rui", "/c/file/..%2f..%2fmail?team=rui"} {
		if r := p.get(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %s", path, r.Status)
		}
	}
	if _, err := files.PostFile(t.Context(), Team.Room("approvals"), flow.File{ID: "x", Name: "x"}); err == nil {
		t.Error("a file was posted to a room")
	}
}

// PostBelow implements flow.Threader.
func (p keepingPoster) PostBelow(ctx context.Context, chat, message, name string, s flow.Shown) (string, string, error) {
	return p.Poster.(flow.Threader).PostBelow(ctx, chat, message, name, s)
}
