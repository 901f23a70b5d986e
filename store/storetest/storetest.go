// Package storetest gives tests a real database: SQLite in memory for most, and both databases for what must hold on
// both.
//
// PostgreSQL is started once per test process, from the programs of the machine, in a temporary folder, on a Unix
// socket; each test gets a database of its own, copied from a migrated one. AFTERSALE_TEST_POSTGRES changes that:
//
//	AFTERSALE_TEST_POSTGRES=required                     its absence is a failure instead of a skipped test
//	AFTERSALE_TEST_POSTGRES=postgres://user@host/db      use this server, whose user may create databases, so that
//	                                                     the tests of several packages share one
//	AFTERSALE_TEST_POSTGRES=off                          SQLite alone
package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/store"
)

// New returns a migrated SQLite in memory that only this test has.
func New(t testing.TB, options ...func(*store.Options)) *store.Store {
	t.Helper()
	image := migrated(t)
	return open(t, "sqlite::memory:", append(options, func(o *store.Options) { o.Image = image }))
}

// File returns a migrated SQLite in a file that only this test has, with readers beside its writer as in production.
func File(t testing.TB, options ...func(*store.Options)) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, migrated(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, "sqlite:"+path, options)
}

// migrated is a migrated SQLite that every test of this process begins with. Migrating for each took a sixth of all tests' time.
func migrated(t testing.TB) []byte {
	t.Helper()
	image, err := image()
	if err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return image
}

var image = sync.OnceValues(func() (image []byte, err error) {
	ctx := context.Background() // no test's own: others wait for it too
	s, err := store.Open(ctx, store.Options{URL: "sqlite::memory:"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Migrate(ctx); err != nil {
		return nil, err
	}
	return s.Image(ctx)
})

// Each runs the test on SQLite in memory, on a SQLite file, and on PostgreSQL, each time with an empty migrated database.
func Each(t *testing.T, test func(t *testing.T, s *store.Store), options ...func(*store.Options)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, New(t, options...)) })
	t.Run("file", func(t *testing.T) { t.Parallel(); test(t, File(t, options...)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, Postgres(t, options...)) })
}

// open opens what is migrated, and closes at the end of the test.
func open(t testing.TB, url string, options []func(*store.Options)) *store.Store {
	t.Helper()
	o := store.Options{URL: url}
	for _, set := range options {
		set(&o)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return s
}
