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
	"testing"

	"github.com/aftersale/aftersale/store"
)

// New returns a migrated SQLite in memory that only this test has.
func New(t testing.TB, options ...func(*store.Options)) *store.Store {
	t.Helper()
	return open(t, "sqlite::memory:", options)
}

// File returns a migrated SQLite in a file that only this test has, with readers beside its writer as in production.
func File(t testing.TB, options ...func(*store.Options)) *store.Store {
	t.Helper()
	return open(t, "sqlite:"+t.TempDir()+"/test.db", options)
}

// Each runs the test on SQLite in memory, on a SQLite file, and on PostgreSQL, each time with an empty migrated database.
func Each(t *testing.T, test func(t *testing.T, s *store.Store), options ...func(*store.Options)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, New(t, options...)) })
	t.Run("file", func(t *testing.T) { t.Parallel(); test(t, File(t, options...)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, Postgres(t, options...)) })
}

// open opens and migrates, and closes at the end of the test.
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
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
