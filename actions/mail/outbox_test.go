package mail

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
)

func TestOutbox(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "outbox")
	mailer := open(t, Options{OutboxDir: dir})
	for range 2 { // twice: one mail
		if err := mailer.Send(t.Context(), message("refund_done", "pt-BR")); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "01JN5T9Z7QK3V4W8XKX0M1R2S3.eml" {
		t.Fatalf("the folder holds %v, %v", files, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	checkHeaders(t, raw)

	e, err := Open(dir, "01JN5T9Z7QK3V4W8XKX0M1R2S3")
	if err != nil {
		t.Fatal(err)
	}
	letter := render(t, message("refund_done", "pt-BR"))
	want := Envelope{
		ID: "01JN5T9Z7QK3V4W8XKX0M1R2S3", From: `"Cozinha da Ana" <ajuda@shop.example>`, To: `"Marina Duarte" <marina@example.com>`,
		Subject: "Devolvemos R$ 297,00 para você", Date: time.Date(2026, 3, 12, 17, 30, 0, 0, time.UTC),
		Text: letter.Text, HTML: letter.HTML,
	}
	e.Date, e.Text, e.HTML = e.Date.UTC(), lines(e.Text), lines(e.HTML)
	want.Text, want.HTML = lines(want.Text), lines(want.HTML)
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Many mails at once, some of them the same: one file each, and no temporary one left.
func TestOutboxAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mailer := open(t, Options{OutboxDir: dir})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			m := message("access", "en")
			m.ID = fmt.Sprintf("mail-%02d", i%10)
			if err := mailer.Send(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if files, err := os.ReadDir(dir); err != nil || len(files) != 10 {
		t.Errorf("%d files, want 10; %v", len(files), err)
	}
}

// fullDisk writes to the device whose disk is always full, under a name in the outbox.
type fullDisk struct {
	*os.File
	name string
}

func (f fullDisk) Name() string { return f.name }

// A full disk is said to be full, and leaves the folder as it was: the mail that is there stays whole.
func TestOutboxFullDisk(t *testing.T) {
	t.Parallel()
	device, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full on this system")
	}
	device.Close()
	dir := t.TempDir()
	mailer := open(t, Options{OutboxDir: dir}).(*Outbox)
	if err := mailer.Send(t.Context(), message("access", "en")); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, message("", "").ID+extension))
	if err != nil {
		t.Fatal(err)
	}

	mailer.temp = func(dir string) (tempFile, error) {
		placeholder, err := os.CreateTemp(dir, ".mail-*")
		if err != nil {
			return nil, err
		}
		placeholder.Close()
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		return fullDisk{f, placeholder.Name()}, err
	}
	m := message("refund_done", "en")
	checkFailure(t, mailer.Send(t.Context(), m), actions.Unavailable, "is full; free some space")
	after, err := os.ReadFile(filepath.Join(dir, m.ID+extension))
	if err != nil || string(after) != string(before) {
		t.Errorf("the mail that was there has changed; %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("the folder holds %v; %v", files, err)
	}
}

// What a killed process left half written goes at the next start; what is being written now stays.
func TestOutboxSweeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{".mail-old": 2 * time.Hour, ".mail-new": 0, "old.eml": 48 * time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	open(t, Options{OutboxDir: dir})
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	hidden, err2 := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	var names []string
	for _, path := range append(hidden, files...) {
		names = append(names, filepath.Base(path))
	}
	if !slices.Contains(names, "old.eml") || !slices.Contains(names, ".mail-new") || slices.Contains(names, ".mail-old") {
		t.Errorf("the folder holds %v", names)
	}
}

// A folder that went away is an error of now: the job tries again.
func TestOutboxGone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "outbox")
	mailer := open(t, Options{OutboxDir: dir})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	checkFailure(t, mailer.Send(t.Context(), message("access", "en")), actions.Unavailable, "outbox")
}

// An id becomes a file name: nothing but letters, digits and dashes may be one, when writing and when reading.
func TestIDsAreNoPaths(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "outbox")
	mailer := open(t, Options{OutboxDir: dir})
	if err := os.WriteFile(filepath.Join(root, "secret.eml"), []byte("From: a@b.example\r\n\r\nsecret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", ".", "..", "../secret", "a/b", `a\b`, "a.b", "a\x00b", "a b", strings.Repeat("a", 81)} {
		m := message("access", "en")
		m.ID = id
		if err := mailer.Send(t.Context(), m); actions.AsError(err) == nil || actions.AsError(err).Code != actions.Internal {
			t.Errorf("Send with id %q: %v", id, err)
		}
		if _, err := Open(dir, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("Open(%q): %v", id, err)
		}
	}
	if _, err := Open(dir, "nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Open of a mail that is not there: %v", err)
	}
}

func TestReadOutbox(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mailer := open(t, Options{OutboxDir: dir})
	for i := range 4 {
		m := message("access", "en")
		m.ID = fmt.Sprintf("mail-%d", i)
		if err := mailer.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"note.txt": "no mail", ".mail-123": "half", "broken.eml": "no headers at all", "bad name.eml": "From: a@b.example\r\n\r\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.eml"), 0o700); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int]string{10: "mail-3 mail-2 mail-1 mail-0", 2: "mail-3 mail-2", 0: ""} {
		mails, err := ReadOutbox(dir, limit)
		if err != nil {
			t.Fatal(err)
		}
		ids := make([]string, len(mails))
		for i, e := range mails {
			ids[i] = e.ID
			if e.Subject != "Your access to Pão de Fermentação Natural" || e.HTML != "" || e.Date.IsZero() {
				t.Errorf("in the list: %+v", e)
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("the newest %d: %s, want %s", limit, got, want)
		}
	}
	if mails, err := ReadOutbox(filepath.Join(dir, "none"), 5); err != nil || len(mails) != 0 {
		t.Errorf("a folder that is not there: %v, %v", mails, err)
	}
}

// Whatever lies in the folder, reading it ends with a mail or an error.
func FuzzParse(f *testing.F) {
	dir := f.TempDir()
	m, err := New(Options{From: "a@b.example", OutboxDir: dir})
	if err != nil {
		f.Fatal(err)
	}
	if err := m.Send(f.Context(), message("access", "en")); err != nil {
		f.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, message("", "").ID+extension))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := parse(bytes.NewReader(raw), true)
		if err == nil && len(e.Text)+len(e.HTML) > len(raw) {
			t.Errorf("%d bytes became %d of text and %d of HTML", len(raw), len(e.Text), len(e.HTML))
		}
	})
}
