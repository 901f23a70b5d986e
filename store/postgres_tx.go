package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// A postgresTx is a transaction on a connection that database/sql lends. Our own statements go to pgx without database/sql
// between; GORM's go the usual way. BEGIN travels with the first statement and COMMIT with the last, so that neither is a
// round trip of its own. It implements gorm.ConnPool.
type postgresTx struct {
	conn  *sql.Conn
	begun bool
	last  *pgx.QueuedQuery // what COMMIT travels with; nil: nothing
}

// A querier is a connection of pgx, a pool of them, or a transaction about to begin.
type querier interface {
	Query(ctx context.Context, query string, values ...any) (pgx.Rows, error)
	Exec(ctx context.Context, query string, values ...any) (pgconn.CommandTag, error)
}

// use calls f with the transaction.
func (t *postgresTx) use(f func(querier) error) error {
	return t.raw(func(c *pgx.Conn) error {
		if t.begun {
			return f(c)
		}
		err := f(beginning{c})
		t.begun = c.PgConn().TxStatus() != idle // not, if the statement was refused before anything was sent
		return err
	})
}

// idle is how a connection says that it is in no transaction.
const idle = 'I'

func (t *postgresTx) raw(f func(*pgx.Conn) error) error {
	return t.conn.Raw(func(raw any) error {
		c, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("connection is a %T, not one of pgx", raw)
		}
		return f(c.Conn())
	})
}

// begin begins if nothing did, for those who do not send their statements by use.
func (t *postgresTx) begin(ctx context.Context) error {
	if t.begun {
		return nil
	}
	return t.raw(func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "begin")
		t.begun = err == nil
		return err
	})
}

// keep keeps a statement for COMMIT to travel with. It has no answer; its error is that of the commit.
func (t *postgresTx) keep(ctx context.Context, query string, values []any) error {
	if before := t.last; before != nil {
		t.last = nil
		if err := t.use(func(q querier) error { _, err := q.Exec(ctx, before.SQL, before.Arguments...); return err }); err != nil {
			return err
		}
	}
	t.last = &pgx.QueuedQuery{SQL: query, Arguments: values}
	return nil
}

// commit commits, with the statement that was kept.
func (t *postgresTx) commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil || !t.begun {
		return err
	}
	ctx = context.WithoutCancel(ctx) // from here on it is the server who decides
	return t.raw(func(c *pgx.Conn) error {
		end := &pgx.Batch{}
		if t.last != nil {
			end.Queue(t.last.SQL, t.last.Arguments...)
		}
		end.Queue("commit")
		results := c.SendBatch(ctx, end)
		var tag pgconn.CommandTag
		var err error
		for range end.Len() {
			if tag, err = results.Exec(); err != nil {
				break
			}
		}
		if err = closed(results, err); err == nil && tag.String() != "COMMIT" {
			err = pgx.ErrTxCommitRollback // a statement had failed, and somebody went on as if it had not
		}
		return err
	})
}

// rollback undoes everything. When it fails the connection is broken, and the server has rolled back or will.
func (t *postgresTx) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
	defer cancel()
	_ = t.raw(func(c *pgx.Conn) error {
		if c.IsClosed() || c.PgConn().TxStatus() == idle {
			return nil
		}
		_, err := c.Exec(ctx, "rollback")
		return err
	})
}

// rollbackTimeout is how long a server may take to answer a ROLLBACK; a connection that is not idle by then is closed.
const rollbackTimeout = 5 * time.Second

// A beginning sends BEGIN in front of the first statement.
type beginning struct{ conn *pgx.Conn }

func (b beginning) send(ctx context.Context, query string, values []any) (pgx.BatchResults, error) {
	batch := &pgx.Batch{}
	batch.Queue("begin")
	batch.Queue(query, values...)
	results := b.conn.SendBatch(ctx, batch)
	if _, err := results.Exec(); err != nil {
		return nil, closed(results, err)
	}
	return results, nil
}

// Exec implements querier.
func (b beginning) Exec(ctx context.Context, query string, values ...any) (pgconn.CommandTag, error) {
	results, err := b.send(ctx, query, values)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	return tag, closed(results, err)
}

// closed closes results and returns the first error.
func closed(results pgx.BatchResults, err error) error {
	if last := results.Close(); err == nil {
		err = last
	}
	return err
}

// Query implements querier.
func (b beginning) Query(ctx context.Context, query string, values ...any) (pgx.Rows, error) {
	results, err := b.send(ctx, query, values)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, closed(results, err)
	}
	return batchRows{rows, results}, nil
}

// batchRows are the last rows of a batch.
type batchRows struct {
	pgx.Rows
	results pgx.BatchResults
}

// Close implements pgx.Rows.
func (r batchRows) Close() {
	r.Rows.Close()
	_ = r.results.Close() // its error is that of the rows
}

// PrepareContext implements gorm.ConnPool.
func (t *postgresTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := t.begin(ctx); err != nil {
		return nil, err
	}
	return t.conn.PrepareContext(ctx, query)
}

// ExecContext implements gorm.ConnPool.
func (t *postgresTx) ExecContext(ctx context.Context, query string, values ...any) (sql.Result, error) {
	if err := t.begin(ctx); err != nil {
		return nil, err
	}
	return t.conn.ExecContext(ctx, query, values...)
}

// QueryContext implements gorm.ConnPool.
func (t *postgresTx) QueryContext(ctx context.Context, query string, values ...any) (*sql.Rows, error) {
	if err := t.begin(ctx); err != nil {
		return nil, err
	}
	return t.conn.QueryContext(ctx, query, values...)
}

// QueryRowContext implements gorm.ConnPool. A row tells of a failure to begin when it is read.
func (t *postgresTx) QueryRowContext(ctx context.Context, query string, values ...any) *sql.Row {
	if err := t.begin(ctx); err != nil {
		failed, cancel := context.WithCancelCause(ctx)
		cancel(err)
		ctx = failed
	}
	return t.conn.QueryRowContext(ctx, query, values...)
}
