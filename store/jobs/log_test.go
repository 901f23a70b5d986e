package jobs

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestQuiet: an operator reads River's errors, but not that an engine which was stopped could not finish its queries.
func TestQuiet(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := quiet(slog.New(slog.NewTextHandler(&out, nil)))
	log.Info("working a job")
	log.Error("fetching failed", "err", fmt.Errorf("query: %w", context.Canceled))
	log.Error("committing failed", "err", fmt.Errorf("commit: %w", sql.ErrTxDone))
	if out.Len() > 0 {
		t.Errorf("logged what nobody needs: %s", &out)
	}
	log.Error("fetching failed", "err", errors.New("disk I/O error"))
	if !strings.Contains(out.String(), "disk I/O error") {
		t.Errorf("an error of the database was not logged: %q", &out)
	}
}
