package store

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
)

func TestSlowStatementsAreLoggedWithoutValues(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s, err := Open(t.Context(), Options{URL: "sqlite::memory:", Log: slog.New(slog.NewTextHandler(&out, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// GORM asks for the text only of what is slow; this is how it does.
	log := s.orm.Logger.(statementLog)
	statement := func() (string, int64) {
		sql, values := log.ParamsFilter(context.Background(), "SELECT * FROM buyers WHERE email = ?", "joao@example.com")
		return s.orm.Dialector.Explain(sql, values...), 1
	}
	log.Trace(t.Context(), time.Now(), statement, nil)
	log.Trace(t.Context(), time.Now().Add(-time.Minute), statement, gorm.ErrRecordNotFound)
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "email = ?") || strings.Contains(got, "joao") {
		t.Errorf("got %q", got)
	}
}
