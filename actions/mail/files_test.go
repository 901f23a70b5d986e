package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

// A mail with files still has its texts, and each file as it was, under a name that ends no header.
func TestMailWithFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := message("case_reply", "es")
	m.Files = []actions.MailFile{
		{Name: "guia.pdf", MIME: "application/pdf", Body: bytes.Repeat([]byte("%PDF-1.7\r\n\x00\xff"), 1000)},
		{Name: "log\".txt\r\nBcc: eve@example.com", MIME: "text/plain\r\nX-Evil: 1", Body: []byte("error 17")},
	}
	if err := open(t, Options{OutboxDir: dir}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	e, err := Open(dir, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	letter := render(t, message("case_reply", "es"))
	if lines(e.Text) != lines(letter.Text) || lines(e.HTML) != lines(letter.HTML) || !slices.Equal(e.Files, []string{"guia.pdf", "log_.txt__Bcc__eve_example.com"}) {
		t.Errorf("read back: %q, files %q", e.Text, e.Files)
	}

	raw, err := os.ReadFile(filepath.Join(dir, m.ID+extension))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if whole.Header.Get("Bcc") != "" || bytes.Contains(raw, []byte("\nX-Evil")) {
		t.Error("a name or kind made a header")
	}
	kind, params, err := mime.ParseMediaType(whole.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatal(kind, err)
	}
	parts := multipart.NewReader(whole.Body, params["boundary"])
	for i := 0; ; i++ {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			if i != 3 {
				t.Errorf("%d parts", i)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue // the texts
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil || !bytes.Equal(body, m.Files[i-1].Body) || !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("part %d: %v, %v", i, p.Header, err)
		}
	}
}
