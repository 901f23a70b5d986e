package mail

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// extension is what mail programs know a message's file by.
const extension = ".eml"

// ErrNotFound says that the outbox holds no mail of that id.
var ErrNotFound = errors.New("no such mail")

// An Envelope is a mail of the outbox as a mail program shows it. HTML comes from a file: show it in a sandbox.
type Envelope struct {
	ID      string
	From    string
	To      string
	Subject string
	Date    time.Time
	Text    string // empty in lists
	HTML    string // empty in lists
}

// ReadOutbox lists the newest mails of an outbox folder, at most limit of them, without their bodies. A folder that is
// not there is empty. Files that are no mails are left out.
func ReadOutbox(dir string, limit int) ([]Envelope, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	var mails []Envelope
	for _, entry := range entries {
		id, isMail := strings.CutSuffix(entry.Name(), extension)
		if !isMail || !mailID.MatchString(id) || !entry.Type().IsRegular() {
			continue
		}
		if e, err := read(dir, id, false); err == nil {
			mails = append(mails, e)
		}
	}
	slices.SortFunc(mails, func(a, b Envelope) int {
		if c := b.Date.Compare(a.Date); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID) // ids grow with time: dates have whole seconds only
	})
	return mails[:min(limit, len(mails))], nil
}

// Open reads one mail of an outbox folder. The id may come from a browser.
//
// Errors: ErrNotFound.
func Open(dir, id string) (Envelope, error) {
	if !mailID.MatchString(id) {
		return Envelope{}, ErrNotFound
	}
	e, err := read(dir, id, true)
	if errors.Is(err, fs.ErrNotExist) {
		return Envelope{}, ErrNotFound
	}
	return e, err
}

// read opens a mail's file; bodies says whether its parts are wanted too.
func read(dir, id string, bodies bool) (Envelope, error) {
	f, err := os.Open(filepath.Join(dir, id+extension))
	if err != nil {
		return Envelope{}, err
	}
	defer f.Close()
	m, err := netmail.ReadMessage(f)
	if err != nil {
		return Envelope{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	e := Envelope{ID: id, From: decoded(m.Header.Get("From")), To: decoded(m.Header.Get("To")), Subject: decoded(m.Header.Get("Subject"))}
	e.Date, _ = m.Header.Date() // a mail without a date is still a mail
	if !bodies {
		return e, nil
	}
	if err := e.readPart(textproto.MIMEHeader(m.Header), m.Body); err != nil {
		return Envelope{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	return e, nil
}

// decoded turns a header's encoded words into text.
func decoded(s string) string {
	var d mime.WordDecoder
	if text, err := d.DecodeHeader(s); err == nil {
		return text
	}
	return s
}

// readPart takes text and HTML out of a part, going into multiparts.
func (e *Envelope) readPart(h textproto.MIMEHeader, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := e.readPart(p.Header, p); err != nil {
				return err
			}
		}
	}
	if strings.EqualFold(h.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	switch kind {
	case "text/plain":
		e.Text = string(text)
	case "text/html":
		e.HTML = string(text)
	}
	return nil
}
