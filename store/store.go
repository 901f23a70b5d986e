// Package store keeps everything that Aftersale remembers: GORM models, single queries, and the transaction that
// combines them. It runs on SQLite (one file, or memory) and on PostgreSQL with the same behaviour.
//
// It holds no rules: what may be done, and when, is decided in package actions. It imports nothing of ours but
// store/jobs, which hides the job engine.
//
// How to read it: models.go (what is kept), store.go and open.go (a Store and how it begins), tx.go (transactions
// carried by a context), audit.go (the chained log), jobs.go (work that is enqueued with the rows it is about); then one
// file of queries per subject. A Store value is bound to a context, so its query methods take none:
//
//	err := s.Tx(ctx, func(tx *store.Store) error {
//		mine, err := tx.Claim(request) // in the transaction
//		…
//	})
//	request, err := s.In(ctx).Request(key) // in ctx's transaction, or outside of any
package store

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"github.com/aftersale/aftersale/store/jobs"
)

// A Store is a database, seen through one context: outside of a transaction, or inside the one that the context
// carries. The value that Open returns is safe for concurrent use; one inside a transaction belongs to one goroutine.
type Store struct {
	*database
	ctx context.Context
	tx  *transaction // nil outside of a transaction
}

// A database is what all Stores of one Open share.
type database struct {
	dialect   dialect
	where     string        // for errors: the file or the server, never the password
	write     *sql.DB       // lends a connection to each transaction
	pool      *pgxpool.Pool // of PostgreSQL, beneath write; else nil
	turn      chan struct{} // holds whoever may begin one; nil where many may
	orm       *gorm.DB      // for queries outside of a transaction
	queue     jobs.Queue
	now       func() time.Time
	lockWait  time.Duration
	log       *slog.Logger
	lock      func(context.Context) (unlock func(), err error) // held while migrating
	closeRest func() error

	layouts sync.Map // layout, by type
	tables  sync.Map // *table, by type
}

// Dialect is "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.dialect.name }

// Ping reports whether the database answers; ErrUnavailable when not.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.lockWait)
	defer cancel()
	return s.dialect.translate(s.write.PingContext(ctx))
}

// Close waits for running transactions and closes the database. Stop engines first.
func (s *Store) Close() error {
	s.queue.Close()
	err := s.write.Close()
	if rest := s.closeRest(); err == nil {
		err = rest
	}
	return err
}

// In returns the store as ctx sees it: inside the transaction that ctx carries, else outside of any. Reads outside of a
// transaction see what is committed; a write outside of one is committed by itself.
func (s *Store) In(ctx context.Context) *Store {
	return &Store{database: s.database, ctx: ctx, tx: s.carried(ctx)}
}

// Context is the context that the store is bound to. Inside Tx it carries the transaction, so that what is called with
// it joins.
func (s *Store) Context() context.Context { return s.ctx }

// db is where every query begins: bound to the context and to its transaction.
func (s *Store) db() *gorm.DB {
	orm := s.orm
	if s.tx != nil {
		if orm = s.tx.orm; orm.Statement.Context == s.ctx {
			return orm // as Tx made it: a session costs as much as a small query's building
		}
	}
	return orm.Session(&gorm.Session{NewDB: true, Context: s.ctx})
}
