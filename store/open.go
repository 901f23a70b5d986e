package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Options say which database to open.
type Options struct {
	// URL is sqlite:PATH, sqlite::memory: (a private one, gone with Close) or postgres://user@host/database. Of a
	// PostgreSQL address the parameter pool_max_conns is the number of connections, 16 unless given.
	URL string
	// Image, when set, is what a private memory of SQLite begins with: what Store.Image returned of another one.
	Image []byte
	// Log gets slow statements and trouble with jobs, never values. Discarded when nil.
	Log *slog.Logger
	// Now is the clock for rows that come without a time. Time.Now when nil.
	Now func() time.Time
	// LockTimeout is how long to wait for a connection or a lock that somebody else holds. 5 seconds when 0.
	LockTimeout time.Duration
	// Trace, when set, is told of each statement before it runs, those of the job engine included. It is for
	// measurements: the values are personal, and telling them costs time.
	Trace func(statement string, values []any)
}

// slowStatement is worth a line in the log.
const slowStatement = 500 * time.Millisecond

// Open opens the database and proves that it answers; it does not migrate. Its errors say what is wrong, where, and what
// to do; they are ErrUnavailable when trying again may help.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = 5 * time.Second
	}
	open := map[string]func(context.Context, Options) (*database, error){
		"sqlite": openSQLite, "postgres": openPostgres, "postgresql": openPostgres,
	}
	scheme, _, _ := strings.Cut(o.URL, ":")
	opener, ok := open[scheme]
	if !ok {
		// The address is not repeated: it may hold a password.
		return nil, fmt.Errorf("open database: the address must begin with sqlite: or postgres://, " +
			"such as sqlite:aftersale.db or postgres://user@host/database")
	}
	base, err := opener(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	base.now, base.lockWait, base.log = o.Now, o.LockTimeout, o.Log
	return &Store{database: base, ctx: context.Background()}, nil
}

// ormConfig is how GORM is used on both databases: every transaction is begun by Tx and by nothing else, values never
// reach the log, the driver's errors become ours, and statements are prepared by the drivers alone (GORM's own
// preparing halves the speed on PostgreSQL).
func ormConfig(o Options) *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) },
		Logger:                 statementLog{log: o.Log},
	}
}
