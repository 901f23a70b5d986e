package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/aftersale/aftersale/store/jobs"
)

// openSQLite opens a file or a private memory. One connection writes, because SQLite has one writer and waiting in Go
// is fair (see database.connection) and cheap while waiting in SQLite is neither; others read beside it.
func openSQLite(ctx context.Context, o Options) (*database, error) {
	path := strings.TrimPrefix(o.URL, "sqlite:")
	memory := path == ":memory:"
	if err := checkPath(path); !memory && err != nil {
		return nil, err
	}
	write, err := sqlitePool(ctx, path, o, 1)
	if err != nil {
		return nil, explainSQLite(path, err)
	}
	read := write // a memory belongs to its connection
	if memory && len(o.Image) > 0 {
		if err := onImage(ctx, write, func(c imaged) error { return c.Deserialize(o.Image) }); err != nil {
			return nil, errors.Join(fmt.Errorf("begin with an image: %w", err), write.Close())
		}
	}
	if !memory {
		if read, err = sqlitePool(ctx, path, o, sqliteReaders, "_query_only=1"); err != nil {
			_ = write.Close()
			return nil, explainSQLite(path, err)
		}
	}
	d := dialect{name: "sqlite", classify: classifySQLite, appendEntries: appendOneByOne}
	orm, err := gorm.Open(sqliteDialector{pool: splitPool{write: write, read: read}, translate: d.translate}, ormConfig(o))
	if err != nil {
		return nil, errors.Join(err, write.Close(), read.Close())
	}
	base := &database{
		dialect: d, where: path, write: write, turn: make(chan struct{}, 1), orm: orm,
		queue:     jobs.OnSQLite(write, o.Now, o.Log),
		lock:      func(context.Context) (func(), error) { return func() {}, nil },
		closeRest: read.Close,
	}
	if !memory {
		base.lock = func(ctx context.Context) (func(), error) { return lockFolder(ctx, filepath.Dir(path)) }
	}
	return base, nil
}

// sqliteReaders is how many reads run at once; more than the cores brings nothing.
const sqliteReaders = 4

// sqlitePool opens a pool whose connections all have our settings: writes begin with the lock they need (else two
// transactions that read first can only fail), a commit is on disk when it returns, times are written in UTC in a form
// that sorts.
func sqlitePool(ctx context.Context, path string, o Options, size int, more ...string) (*sql.DB, error) {
	settings := append([]string{
		"_busy_timeout=" + strconv.FormatInt(o.LockTimeout.Milliseconds(), 10), "_txlock=immediate",
		"_journal_mode=WAL", "_synchronous=FULL", "_foreign_keys=1", "_time_format=sqlite", "_timezone=UTC", "_error_rc=1",
	}, more...)
	name := "file::memory:"
	if path != ":memory:" {
		name = "file:" + (&url.URL{Path: path}).EscapedPath()
	}
	opener, err := sqlite.NewConnector(name + "?" + strings.Join(settings, "&"))
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(sqliteConnector{Connector: opener, trace: o.Trace})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	if err := firstContact(ctx, pool, o.LockTimeout); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return pool, nil
}

// firstContact opens a connection. Where several processes open a new file at once, one of them makes it a WAL file, and
// SQLite tells the others that it is locked instead of waiting as it does everywhere else.
func firstContact(ctx context.Context, pool *sql.DB, patience time.Duration) error {
	began, again := time.Now(), time.NewTicker(10*time.Millisecond)
	defer again.Stop()
	for {
		err := pool.PingContext(ctx)
		if sqliteCode(err)&0xff != sqlite3.SQLITE_BUSY || time.Since(began) > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-again.C:
		}
	}
}

// checkPath finds the mistakes for which SQLite has no words. It does not open the file: closing it again would drop the
// locks that another connection of this process holds.
func checkPath(path string) error {
	if path == "" {
		return errors.New("the address names no file; write for example sqlite:aftersale.db")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name a file in it, such as sqlite:%s", path, filepath.Join(path, "aftersale.db"))
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("the folder %s does not exist or cannot be read; create it, or correct the address", folder)
	}
	return nil
}

// explainSQLite says what to do about an error of opening path.
func explainSQLite(path string, err error) error {
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%s is no SQLite database, or is damaged; name another file, or restore a backup: %w", path, err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%s cannot be opened for reading and writing; check the owner and the rights of the file and its folder: %w", path, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %s is locked by another program; stop it and try again: %w", ErrUnavailable, path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// sqliteCode is SQLite's extended result code; 0 when err is none of SQLite's.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// classifySQLite implements dialect.classify.
func classifySQLite(err error) error {
	switch code := sqliteCode(err); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", ErrConflict, gorm.ErrDuplicatedKey)
	case code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("%w: %w", ErrConflict, gorm.ErrForeignKeyViolated)
	case code&0xff == sqlite3.SQLITE_BUSY, code&0xff == sqlite3.SQLITE_LOCKED, code&0xff == sqlite3.SQLITE_FULL,
		code&0xff == sqlite3.SQLITE_IOERR:
		return ErrUnavailable
	}
	return nil
}
