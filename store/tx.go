package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/aftersale/aftersale/store/jobs"
)

// A transaction is one transaction of the database while it runs. It belongs to one goroutine.
type transaction struct {
	base     *database
	conn     *sql.Conn
	sqlite   *sql.Tx     // one of these two
	postgres *postgresTx // one of these two
	orm      *gorm.DB
	entries  []AuditEntry // written last, so that the chain's end is locked for the shortest time
	jobs     []jobs.Job   // inserted together, in one round trip
	after    []func()
	failed   error // of a joined Tx: nothing of the whole may be committed
	done     bool
}

// transactionKey is where a context carries a *transaction.
type transactionKey struct{}

// carried returns the running transaction of this database that ctx carries, or nil.
func (s *Store) carried(ctx context.Context) *transaction {
	t, _ := ctx.Value(transactionKey{}).(*transaction)
	if t == nil || t.base != s.database || t.done {
		return nil
	}
	return t
}

// Tx runs fn in a transaction and commits it; when fn fails or panics, or ctx ends, everything is rolled back. If ctx
// carries a transaction of this store, fn joins it, and whoever began it commits. There are no savepoints: when a
// joined fn fails, the whole transaction is lost, and Tx of whoever began it answers with that error even if its own fn
// ignored it.
//
// On SQLite transactions run one at a time. Nothing slow or remote belongs into fn.
//
// Errors: fn's own; that of ctx when it ended; ErrUnavailable when the database does not answer, and when the end of the commit is unknown;
// ErrConflict when the commit breaks a constraint.
func (s *Store) Tx(ctx context.Context, fn func(tx *Store) error) error {
	if t := s.carried(ctx); t != nil {
		if err := fn(&Store{database: s.database, ctx: ctx, tx: t}); err != nil {
			t.failed = errors.Join(t.failed, err)
			return err
		}
		return nil
	}
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback() // a panic leaves through here; after a commit it does nothing
	ctx = context.WithValue(ctx, transactionKey{}, t)
	t.orm.Statement.Context = ctx
	tx := &Store{database: s.database, ctx: ctx, tx: t}
	if err := fn(tx); err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if err := tx.commit(); err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

// AfterCommit runs f once the transaction is committed, in the order of the calls, and not at all if it is rolled back.
// Outside of a transaction it runs f at once.
func (s *Store) AfterCommit(f func()) {
	if s.tx == nil {
		f()
		return
	}
	s.tx.after = append(s.tx.after, f)
}

// begin takes a connection, waiting no longer than the lock timeout, and begins.
func (d *database) begin(ctx context.Context) (*transaction, error) {
	wait, cancel := context.WithTimeout(ctx, d.lockWait)
	defer cancel()
	conn, err := d.connection(wait)
	if err != nil {
		if wait.Err() != nil && ctx.Err() == nil {
			return nil, fmt.Errorf("%w: no connection to %s was free for %s", ErrUnavailable, d.where, d.lockWait)
		}
		return nil, d.dialect.translate(err)
	}
	t := &transaction{base: d, conn: conn, orm: d.orm.Session(&gorm.Session{NewDB: true, Context: ctx})}
	if d.pool != nil {
		t.postgres = &postgresTx{conn: conn}
		t.orm.Statement.ConnPool = t.postgres
		return t, nil
	}
	if t.sqlite, err = conn.BeginTx(ctx, nil); err != nil {
		d.release(conn)
		return nil, fmt.Errorf("begin: %w", d.dialect.translate(err))
	}
	t.orm.Statement.ConnPool = t.sqlite
	return t, nil
}

// connection takes a connection to write on. Where there is one for all, they get it in the order in which they came:
// database/sql alone picks one of those who wait by chance, and some waited ten times as long as others.
func (d *database) connection(ctx context.Context) (*sql.Conn, error) {
	if d.turn != nil {
		select {
		case d.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	conn, err := d.write.Conn(ctx)
	if err != nil && d.turn != nil {
		<-d.turn
	}
	return conn, err
}

func (d *database) release(conn *sql.Conn) {
	_ = conn.Close()
	if d.turn != nil {
		<-d.turn
	}
}

// commit writes what was put off and commits.
func (s *Store) commit() error {
	t := s.tx
	if len(t.jobs) > 0 {
		if err := t.insertJobs(s.ctx); err != nil {
			return fmt.Errorf("enqueue: %w", s.dialect.translate(err))
		}
		t.after = append([]func(){s.queue.Wake}, t.after...)
	}
	if err := s.flushAudit(); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if err := t.end(s.ctx); err != nil {
		return fmt.Errorf("commit: %w", s.dialect.translate(err))
	}
	return nil
}

func (t *transaction) insertJobs(ctx context.Context) error {
	if t.postgres != nil { // River sends its statements by itself
		if err := t.postgres.begin(ctx); err != nil {
			return err
		}
	}
	return t.base.queue.Insert(ctx, t.conn, t.sqlite, t.jobs)
}

// end commits and gives the connection back.
func (t *transaction) end(ctx context.Context) error {
	var err error
	if t.postgres != nil {
		err = t.postgres.commit(ctx)
	} else {
		err = t.sqlite.Commit()
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			err = ctx.Err() // database/sql saw the end first, rolled back, and does not say why
		}
	}
	if err != nil {
		t.rollback()
		return err
	}
	t.done = true
	t.base.release(t.conn)
	return nil
}

// rollback undoes the transaction unless it is over.
func (t *transaction) rollback() {
	if t.done {
		return
	}
	t.done = true
	if t.postgres != nil {
		t.postgres.rollback()
	} else {
		_ = t.sqlite.Rollback() // the connection is broken if it fails
	}
	t.base.release(t.conn)
}
