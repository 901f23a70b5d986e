package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"

	"gorm.io/gorm"
)

// What every query can answer with; test with errors.Is. Everything else is a defect, or the context's own error.
var (
	// ErrNotFound says that there is no such row.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that the row moved on, exists already, or is needed by another.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable says that the database cannot be reached, or was locked for too long: nothing was done, or, when
	// it is the answer of Tx's commit, it is not known whether it was.
	ErrUnavailable = errors.New("database unavailable")
)

// A dialect is what differs between the databases.
type dialect struct {
	name string
	// classify says which of our errors the driver's error is; nil when it is none.
	classify func(error) error
	// appendEntries writes audit entries and moves the chain's end; see audit.go.
	appendEntries func(s *Store, entries []AuditEntry, head AuditHead) error
}

// translate puts our error before the driver's, so that callers can tell what happened without knowing the database.
// Both GORM (through the dialectors) and the code around it call it; an error that is translated already stays.
func (d dialect) translate(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict), errors.Is(err, ErrUnavailable):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	if ours := d.classify(err); ours != nil {
		return fmt.Errorf("%w: %w", ours, err)
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}
