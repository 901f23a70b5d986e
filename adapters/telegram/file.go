package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// What a bot may upload (core.telegram.org/bots/api#sending-files, read 2026-11).
const (
	maxDocument   = 50 << 20
	maxPhoto      = 10 << 20
	maxCaption    = 1024 // characters
	uploadTimeout = 60 * time.Second
)

var _ flow.FilePoster = poster{}

var errNotPrivate = errors.New("telegram: a file goes to one person's private chat alone")

// PostFile sends a document to a private chat; a picture as one that can be looked at and scanned at once, unless Telegram
// makes nothing of it.
func (p poster) PostFile(ctx context.Context, chat string, f flow.File) (bool, error) {
	to, err := parseChat(chat)
	switch {
	case err != nil:
		return false, err
	case to < 0:
		return false, errNotPrivate
	case len(f.Body) > maxDocument:
		return false, fmt.Errorf("file to telegram: %w", flow.ErrTooLarge)
	}
	if err := p.slow(ctx, to); err != nil {
		return false, err
	}
	if f.Picture() && len(f.Body) <= maxPhoto {
		err := p.sendFile(ctx, to, "sendPhoto", "photo", f)
		if !says(err, "image_process_failed", "photo_invalid_dimensions", "photo_ext_invalid") {
			return false, err
		}
	}
	return false, p.sendFile(ctx, to, "sendDocument", "document", f)
}

func (p poster) sendFile(ctx context.Context, to int64, method, field string, f flow.File) error {
	params := tgbotapi.Params{}
	params.AddNonEmpty("caption", chat.Runes.Clamp(f.Caption, maxCaption))
	file := tgbotapi.RequestFile{Name: field, Data: tgbotapi.FileBytes{Name: f.SafeName(), Bytes: f.Body}}
	var sent struct {
		ID int `json:"message_id"`
	}
	err := p.deliverBy(ctx, to, method, params, func() error {
		ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
		defer cancel()
		return p.heed(p.api.upload(ctx, method, params, file, &sent))
	})
	if refused := refusal(err); refused != nil && refused.Code == http.StatusRequestEntityTooLarge {
		return fmt.Errorf("%w: %w", flow.ErrTooLarge, err)
	}
	return err
}
