package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

const (
	// uploadTimeout is how long one attempt to send a file may take.
	uploadTimeout = 60 * time.Second
	// maxFile is what a bot may send with one message: 10 MiB (docs.discord.com/developers/reference, Uploading Files, read
	// 2026-11).
	maxFile = 10 << 20
)

var _ flow.FilePoster = poster{}

var errNotPrivate = errors.New("discord: a file goes to one person's private chat alone")

// PostFile sends a file with a message in a private chat.
func (p poster) PostFile(ctx context.Context, chat string, f flow.File) (bool, error) {
	if !strings.HasPrefix(chat, direct) {
		return false, errNotPrivate
	}
	if len(f.Body) > maxFile {
		return false, fmt.Errorf("file to discord: %w", flow.ErrTooLarge)
	}
	channel, err := p.channel(ctx, chat)
	if err == nil {
		m := plain(f.Caption)
		m.Nonce, m.EnforceNonce = nonce(p.o.NewID()), true
		m.Attachments = []attached{{ID: "0", Name: f.SafeName()}}
		err = p.api.do(ctx, request{method: http.MethodPost, path: "channels/" + channel + "/messages", route: "channels/" + channel + "/messages",
			body: m, file: &f, again: true, within: uploadTimeout})
	}
	switch {
	case err == nil:
		return false, nil
	case refused(err, codeTooLarge), status(err) == http.StatusRequestEntityTooLarge:
		return false, fmt.Errorf("file to discord: %w: %w", flow.ErrTooLarge, err)
	}
	return false, fmt.Errorf("file to discord: %w", delivery(err))
}

// withFile writes a message and its file as Discord takes both: the message in the part payload_json, the file in
// files[0].
func withFile(message []byte, f flow.File) (body []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part := func(disposition, kind string, content []byte) {
		if err != nil {
			return
		}
		var to interface{ Write([]byte) (int, error) }
		to, err = w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
		if err == nil {
			_, err = to.Write(content)
		}
	}
	part(`form-data; name="payload_json"`, "application/json", message)
	part(fmt.Sprintf(`form-data; name="files[0]"; filename="%s"`, f.SafeName()), mimeOf(f), f.Body)
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), w.FormDataContentType(), err
}

// mimeOf is what kind a file is, as a header takes it.
func mimeOf(f flow.File) string {
	if f.MIME == "" || strings.ContainsAny(f.MIME, "\r\n") {
		return "application/octet-stream"
	}
	return f.MIME
}
