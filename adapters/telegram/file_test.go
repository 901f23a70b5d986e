package telegram

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

// Received lists the files that stand in somebody's private chat.
func (h *harness) Received(user string) []adaptertest.SeenFile {
	var all []adaptertest.SeenFile
	for _, m := range h.fake.Messages(h.id(user)) {
		if m.File.Name != "" {
			all = append(all, adaptertest.SeenFile{Name: m.File.Name, Caption: m.Text, Body: m.File.Body})
		}
	}
	return all
}

// TestPictureIsShown: a picture can be looked at; what Telegram takes for none is a document.
func TestPictureIsShown(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	h := newHarness(t, Webhook, shows(card))
	files := h.Poster().(flow.FilePoster)
	for _, body := range [][]byte{picture.Bytes(), []byte("no picture")} {
		if _, err := files.PostFile(t.Context(), strconv.Itoa(ana), flow.File{Name: "code.png", MIME: "image/png", Body: body, Caption: strings.Repeat("é", 2000)}); err != nil {
			t.Fatal(err)
		}
	}
	seen := h.fake.Messages(ana)
	if len(seen) != 2 || !seen[0].Photo || seen[1].Photo || len([]rune(seen[0].Text)) != maxCaption {
		t.Errorf("%+v", seen)
	}
}

// TestFileOnBadDays hands a file over while Telegram is unwell, or the person wants none.
func TestFileOnBadDays(t *testing.T) {
	t.Parallel()
	file := flow.File{Name: "audit.csv", MIME: "text/csv", Body: []byte("x"), Caption: "<b>Audit</b> & more"}
	busy, lost := &flow.Busy{}, &flow.Unreachable{}
	tests := map[string]struct {
		fault faketelegram.Fault
		want  any // nil: it arrives, once
	}{
		"asked to wait a moment": {faketelegram.Fault{RetryAfter: 1}, nil},
		"asked to wait long":     {faketelegram.Fault{RetryAfter: 600}, &busy},
		"blocked":                {faketelegram.Fault{Code: 403, Description: "Forbidden: bot was blocked by the user"}, &lost},
		"never started":          {faketelegram.Fault{Code: 400, Description: "Bad Request: chat not found"}, &lost},
		"too large":              {faketelegram.Fault{Code: http.StatusRequestEntityTooLarge, Description: "Request Entity Too Large"}, flow.ErrTooLarge},
		"lost":                   {faketelegram.Fault{Cut: true}, "telegram sendDocument"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, Webhook, shows(card), func(_ *Options, o *faketelegram.Options) { o.Lenient = true })
			h.fake.Next("sendDocument", test.fault)
			_, err := h.Poster().(flow.FilePoster).PostFile(t.Context(), strconv.Itoa(ana), file)
			got := h.Received(strconv.Itoa(ana))
			if (test.want == nil) != (len(got) == 1) {
				t.Errorf("%d files arrived", len(got))
			}
			switch want := test.want.(type) {
			case nil:
				if err != nil || got[0].Caption != file.Caption || got[0].Name != file.Name {
					t.Errorf("%+v, %v", got, err)
				}
			case string:
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %s", err, want)
				}
			case error:
				if !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			default:
				if !errors.As(err, want) {
					t.Errorf("%v, want %T", err, want)
				}
			}
		})
	}
}

// TestFileThatDoesNotGo: too large for the platform, and a group, which a mistake of ours may name.
func TestFileThatDoesNotGo(t *testing.T) {
	t.Parallel()
	h := newHarness(t, Webhook, shows(card))
	files := h.Poster().(flow.FilePoster)
	if _, err := files.PostFile(t.Context(), strconv.Itoa(ana), flow.File{Name: "x", Body: make([]byte, maxDocument+1)}); !errors.Is(err, flow.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := files.PostFile(t.Context(), h.Room(), flow.File{Name: "x", Body: []byte("x")}); err == nil {
		t.Error("a file was sent to a group")
	}
	if calls := h.fake.Calls("sendDocument"); len(calls) > 0 {
		t.Errorf("%d calls", len(calls))
	}
}
