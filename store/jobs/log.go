package jobs

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
)

// quiet lets only River's errors through: what it says of single jobs we say ourselves, once and without arguments.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(errorsOnly{log.Handler()}) }

type errorsOnly struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h errorsOnly) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && h.Handler.Enabled(ctx, level)
}

// ends are what River's own queries answer when its engine is stopped under them: the query was cancelled, or the
// transaction was gone when it came to the commit.
var ends = []string{context.Canceled.Error(), sql.ErrTxDone.Error()}

// Handle implements slog.Handler. An engine that is stopped cancels its own queries, and says so as an error.
func (h errorsOnly) Handle(ctx context.Context, r slog.Record) error {
	stopped := false
	r.Attrs(func(a slog.Attr) bool {
		for _, end := range ends {
			stopped = stopped || strings.Contains(a.Value.String(), end)
		}
		return !stopped
	})
	if stopped {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h errorsOnly) WithAttrs(attrs []slog.Attr) slog.Handler {
	return errorsOnly{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h errorsOnly) WithGroup(name string) slog.Handler { return errorsOnly{h.Handler.WithGroup(name)} }
