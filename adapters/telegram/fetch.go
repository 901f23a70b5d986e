package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// fetchTimeout is how long a file may take to come.
const fetchTimeout = 60 * time.Second

// A document is a file that somebody sent; a picture comes in several sizes, without a name.
type document struct {
	ID   string `json:"file_id"`
	Name string `json:"file_name"`
	Size int64  `json:"file_size"` // bytes; 0: not told
}

// attached is the file that a message holds: the document, or the largest size of the picture that is taken.
func (m *message) attached() (document, bool) {
	if m.Document != nil {
		return *m.Document, m.Document.ID != ""
	}
	var best document
	for _, p := range m.Photo { // Telegram lists them by size
		if best.ID == "" || p.Size <= actions.MaxFile {
			best = p
		}
	}
	best.Name = fmt.Sprintf("photo-%d.jpg", m.ID)
	return best, best.ID != ""
}

// decodeFile makes an event of a message with a file. Commands stay commands, whatever hangs on them.
func decodeFile(e event, m *message) event {
	f, ok := m.attached()
	if _, command := e.in.Input.(flow.Command); !ok || command {
		return e
	}
	e.file = f.ID
	e.in.Input = flow.Sent{Text: chat.Clean(m.Caption), Album: m.Album, Name: f.Name, Size: f.Size}
	return e
}

// fetchFile brings the content of the file that an event holds, unless it is too large to be taken.
func (a *Adapter) fetchFile(ctx context.Context, e *event) error {
	sent, ok := e.in.Input.(flow.Sent)
	if !ok || e.file == "" || sent.Size > actions.MaxFile {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	var at struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	err := a.api.call(ctx, "getFile", tgbotapi.Params{"file_id": e.file}, &at)
	if says(err, "file is too big") { // more than the 20 MB that a bot may fetch (Bot API 10.1, getFile)
		sent.Size = actions.MaxFile + 1
		e.in.Input = sent
		return nil
	}
	if err == nil {
		sent.Body, err = a.api.download(ctx, at.Path, actions.MaxFile+1)
	}
	sent.Size = int64(len(sent.Body))
	e.in.Input = sent
	return err
}

var errFilePath = errors.New("telegram: the path of a file is none")

// download fetches a file by its path, at most so many bytes. The address holds the token: it stands in no error.
func (c *api) download(ctx context.Context, file string, most int64) ([]byte, error) {
	if file == "" || strings.HasPrefix(file, "/") || path.Clean(file) != file || strings.HasPrefix(file, "..") {
		return nil, errFilePath // a Bot API server of one's own in --local mode has paths of its disk
	}
	address := c.base + "/file/bot" + c.token + "/" + (&url.URL{Path: file}).EscapedPath()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errFilePath
	}
	answer, err := c.http.Do(q)
	if err != nil {
		var around *url.Error
		if errors.As(err, &around) {
			err = around.Err
		}
		return nil, c.redact.Error(fmt.Errorf("telegram file: %w", err))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("telegram file: status %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return nil, c.redact.Error(fmt.Errorf("telegram file: %w", err))
	}
	return body, nil
}
