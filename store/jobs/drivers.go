package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// A sqliteDriver is River's, woken by our bell instead of its table of notifications.
type sqliteDriver struct {
	*riversqlite.Driver
	bell *bell
}

// SupportsListenNotify keeps River from announcing jobs inside the transaction that inserts them.
func (sqliteDriver) SupportsListenNotify() bool { return false }

// GetListener implements riverdriver.Driver.
func (d sqliteDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return newBellListener(d.bell)
}

// A postgresDriver is River's without announcing jobs inside the transaction that inserts them: NOTIFY takes a lock
// that all of them would wait for. Queue.Wake announces them after the commit.
type postgresDriver struct{ *riverpgxv5.Driver }

// SupportsListenNotify implements riverdriver.Driver.
func (postgresDriver) SupportsListenNotify() bool { return false }

// withinPgx shows the transaction on conn, which database/sql began, to River as one of pgx. No other goroutine uses the
// connection meanwhile: Raw holds its lock.
func withinPgx(conn *sql.Conn, _ *sql.Tx, f func(pgx.Tx) error) error {
	return conn.Raw(func(raw any) error {
		c, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("connection is a %T, not one of pgx", raw)
		}
		return f(foreignTx{c.Conn()})
	})
}

// A foreignTx is a transaction that somebody else began and ends.
type foreignTx struct{ connection }

// connection has the methods of a pgx.Conn without its name, which is a method of pgx.Tx.
type connection = *pgx.Conn

var errForeign = errors.New("this transaction is begun and ended by the store")

// Begin implements pgx.Tx; inserting needs no nested transaction.
func (foreignTx) Begin(context.Context) (pgx.Tx, error) { return nil, errForeign }

// Commit implements pgx.Tx.
func (foreignTx) Commit(context.Context) error { return errForeign }

// Rollback implements pgx.Tx.
func (foreignTx) Rollback(context.Context) error { return errForeign }

// LargeObjects implements pgx.Tx; nothing of ours has any.
func (foreignTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Conn implements pgx.Tx.
func (t foreignTx) Conn() *pgx.Conn { return t.connection }
