package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// said is the body of a message of the bot: what it shows, and which file comes with it.
type said struct {
	flow.Shown
	File *attached `json:"file,omitempty"`
}

// attached names a file that its reader fetches. Its content is not in the message.
type attached struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int    `json:"size"` // bytes
}

// A fileView is a file as its message shows it.
type fileView struct {
	Name, Size string
	Link       template.URL
}

func (s said) view(at seats, message string) *fileView {
	if s.File == nil {
		return nil
	}
	return &fileView{Name: s.File.Name, Size: sizeOf(s.File.Size),
		Link: template.URL("/c/file/" + url.PathEscape(message) + "?" + at.query())} // #nosec G203 -- encoded by net/url
}

// sizeOf writes a size as people read it, the same in all languages.
func sizeOf(bytes int) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1000*1000:
		return fmt.Sprintf("%d kB", (bytes+500)/1000)
	}
	return fmt.Sprintf("%d MB", (bytes+500_000)/1_000_000)
}

var _ flow.FilePoster = poster{}

// PostFile adds a message with a link to the file to a private chat. The file waits until it is fetched.
func (p poster) PostFile(ctx context.Context, chat string, f flow.File) (bool, error) {
	user, ok := strings.CutPrefix(chat, string(p.pane)+":")
	if !ok || strings.HasPrefix(user, "#") {
		return false, fmt.Errorf("file to %s: no private chat of this pane", p.pane)
	}
	_, err := p.add(ctx, chat, "", "", said{
		Shown: flow.Shown{Kind: "notice", Title: f.Caption, Locale: f.Locale, Ended: true},
		File:  &attached{ID: f.ID, Name: f.SafeName(), Size: len(f.Body)},
	})
	return true, err
}

// file sends a file to the browser of the person whose private chat it stands in. It is saved, never shown: what is in it
// must not run on this page's behalf.
func (a *Adapter) file(w http.ResponseWriter, r *http.Request) {
	f, err := a.fileOf(r)
	switch {
	case errors.Is(err, errUnknownUser):
		a.refuse(w, err)
		return
	case errors.Is(err, store.ErrNotFound):
		http.Error(w, a.Words.Text(flow.T("file.gone"), a.readerOf(r)), http.StatusNotFound)
		return
	case err != nil:
		a.broken(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.MIME)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.SafeName()}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	_, _ = bytes.NewReader(f.Body).WriteTo(w) // the browser has gone if it fails
}

// fileOf finds the file of a message that the person at a keyboard sees in his private chat.
func (a *Adapter) fileOf(r *http.Request) (flow.File, error) {
	v, err := a.visitOf(r)
	if err != nil {
		return flow.File{}, err
	}
	m, err := a.Store.In(r.Context()).Message(a.Account.ID, r.PathValue("message"))
	if err != nil {
		return flow.File{}, err
	}
	name, _, _ := strings.Cut(m.Chat, ":")
	pane := Pane(name)
	user, ok := v.seats[pane]
	if !ok || m.Chat != pane.Chat(user.ID) || m.Author != "" || a.File == nil {
		return flow.File{}, store.ErrNotFound
	}
	var s said
	if err := json.Unmarshal(m.Body, &s); err != nil {
		return flow.File{}, fmt.Errorf("read message %s: %w", m.ID, err)
	}
	if s.File == nil {
		return flow.File{}, store.ErrNotFound
	}
	return a.File(r.Context(), pane.Platform(), user.ID, s.File.ID)
}
