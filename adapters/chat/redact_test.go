package chat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/chat"
)

func TestRedactor(t *testing.T) {
	t.Parallel()
	const secret = "12345:AA/b+c"
	r := chat.NewRedactor("", secret)
	inner := &url.Error{Op: "Post", URL: "https://example.com/bot" + url.PathEscape(secret) + "/getMe", Err: context.DeadlineExceeded}
	err := r.Error(fmt.Errorf("ask: %w", inner))
	for _, text := range []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%s", err), r.String("x" + secret)} {
		if strings.Contains(text, "AA") || !strings.Contains(text, "[redacted]") {
			t.Errorf("%q", text)
		}
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the cause is lost")
	}
	var leaks *url.Error
	if errors.As(err, &leaks) || leaks != nil {
		t.Errorf("errors.As gives the secret away: %v", leaks)
	}
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) {
		t.Error("an error that holds the secret was found by an interface")
	}
	if plain := fmt.Errorf("read: %w", io.EOF); r.Error(plain) != plain || r.Error(nil) != nil {
		t.Error("an error without secrets was changed")
	}
}
