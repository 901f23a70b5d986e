package slack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/flows/flow"
)

// uploadTimeout is how long the content of a file may take.
const uploadTimeout = 60 * time.Second

var _ flow.FilePoster = poster{}

// PostFile shares a file in the direct messages of a person. It has three calls: for an address, the content to that
// address, and the sharing (docs.slack.dev, messaging/working-with-files, read 2026-11; files.upload is retired). Until
// the last one nobody sees it.
func (p poster) PostFile(ctx context.Context, chat string, f flow.File) (bool, error) {
	channel, err := p.directOf(ctx, chat)
	if err == nil {
		err = p.api.share(ctx, channel, f)
	}
	if is(err, "file_uploads_size_exceeded", "storage_limit_reached") {
		return false, errors.Join(flow.ErrTooLarge, err)
	}
	return false, unreachable(err)
}

// directOf is the channel of somebody's direct messages: files are shared in channels, not with people. A room is none.
func (p poster) directOf(ctx context.Context, chat string) (string, error) {
	switch {
	case strings.HasPrefix(chat, "U"), strings.HasPrefix(chat, "W"):
		return p.api.direct(ctx, chat)
	case strings.HasPrefix(chat, "D"):
		return chat, nil
	}
	return "", errNotPrivate
}

var errNotPrivate = errors.New("slack: a file goes to one person's direct messages alone")

func (c *api) share(ctx context.Context, channel string, f flow.File) error {
	var at *slack.GetUploadURLExternalResponse
	err := c.call(ctx, "files.getUploadURLExternal", func(ctx context.Context) (err error) {
		at, err = c.bot.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: f.SafeName(), FileSize: len(f.Body)})
		return err
	})
	if err != nil {
		return err
	}
	if err := c.upload(ctx, at.UploadURL, f.Body); err != nil {
		return err
	}
	return c.call(ctx, "files.completeUploadExternal", func(ctx context.Context) error {
		_, err := c.bot.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: at.FileID, Title: f.SafeName()}}, Channel: channel, InitialComment: escape(f.Caption),
		})
		return err
	})
}

// upload sends the content. The address is a secret of its own: no token goes there, and it stands in no error. It may be
// sent again: nothing is shared yet.
func (c *api) upload(ctx context.Context, address string, body []byte) error {
	to, err := url.Parse(address)
	if err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != c.scheme {
		return errNoAddress
	}
	return c.callWithin(ctx, "file upload", uploadTimeout, func(ctx context.Context) error {
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return errNoAddress
		}
		q.Header.Set("Content-Type", "application/octet-stream")
		answer, err := c.files.Do(q)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return nil
		}
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10)) // the status says enough
		return understood(answer, said)
	})
}

var errNoAddress = errors.New("slack: the address for a file is none")
