package mail

import (
	"encoding/base64"
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
	Text    string   // empty in lists
	HTML    string   // empty in lists
	Files   []string // names of those that it brings; none in lists
}

// ReadOutbox lists the newest mails of an outbox folder, at most limit of them, without their bodies. Ids are ULIDs, so
// the order of the names is that of time, and a folder of a million mails costs no more than its listing. A folder
// that is not there is empty; files that are no mails are left out.
func ReadOutbox(dir string, limit int) ([]Envelope, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	var mails []Envelope
	for _, entry := range slices.Backward(entries) {
		if len(mails) >= limit {
			break
		}
		id, isMail := strings.CutSuffix(entry.Name(), extension)
		if !isMail || !mailID.MatchString(id) || !entry.Type().IsRegular() {
			continue
		}
		if e, err := read(dir, id, false); err == nil {
			mails = append(mails, e)
		}
	}
	return mails, nil
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
	f, err := os.Open(filepath.Join(dir, id+extension)) // #nosec G304 -- ids are checked above
	if err != nil {
		return Envelope{}, err
	}
	defer f.Close()
	e, err := parse(f, bodies)
	if err != nil {
		return Envelope{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	e.ID = id
	return e, nil
}

func parse(r io.Reader, bodies bool) (Envelope, error) {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return Envelope{}, err
	}
	e := Envelope{From: decoded(m.Header.Get("From")), To: decoded(m.Header.Get("To")), Subject: decoded(m.Header.Get("Subject"))}
	e.Date, _ = m.Header.Date() // a mail without a date is still a mail
	if bodies {
		err = e.readPart(textproto.MIMEHeader(m.Header), m.Body)
	}
	return e, err
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
	if how, named, _ := mime.ParseMediaType(h.Get("Content-Disposition")); how == "attachment" {
		e.Files = append(e.Files, decoded(named["filename"]))
		return nil
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
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
