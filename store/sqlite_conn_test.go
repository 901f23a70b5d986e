package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// numbers reads the rows of a query while f runs for each, which may use the same connection.
func numbers(t *testing.T, db *gorm.DB, query string, f func(n int)) {
	t.Helper()
	rows, err := db.Raw(query).Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		f(n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestStatementsThatAreBeingRead runs a statement again while the rows of its last run are still being read.
func TestStatementsThatAreBeingRead(t *testing.T) {
	t.Parallel()
	s := storetest.File(t)
	const query = "SELECT 1 UNION SELECT 2 UNION SELECT 3 ORDER BY 1"
	var got []string
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		numbers(t, tx.DB(), query, func(outer int) {
			numbers(t, tx.DB(), query, func(inner int) { got = append(got, fmt.Sprint(outer, inner)) })
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Split("1 1,1 2,1 3,2 1,2 2,2 3,3 1,3 2,3 3", ","); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestStatementsOutliveTheSchema uses a statement, changes its table, and uses it again.
func TestStatementsOutliveTheSchema(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	exec := func(sql string) {
		t.Helper()
		if err := s.DB().Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
	count := func() (columns int) {
		t.Helper()
		rows, err := s.DB().Raw("SELECT * FROM x").Rows()
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatalf("no row: %v", err)
		}
		return len(names)
	}
	exec("CREATE TABLE x (a)")
	exec("INSERT INTO x VALUES (1)")
	same(t, count(), 1)
	exec("ALTER TABLE x ADD COLUMN b")
	same(t, count(), 2)
	exec("DROP TABLE x")
	exec("CREATE TABLE x (a, b, c)")
	exec("INSERT INTO x VALUES (1, 2, 3)")
	same(t, count(), 3)
}

// TestStatementsAreForgotten runs more different statements than a connection keeps, one of them being read meanwhile.
func TestStatementsAreForgotten(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	n := 0
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		numbers(t, tx.DB(), "SELECT 1 UNION SELECT 2 ORDER BY 1", func(int) {
			for i := range 500 {
				numbers(t, tx.DB(), fmt.Sprintf("SELECT %d", i), func(got int) {
					if got != i {
						t.Errorf("SELECT %d: %d", i, got)
					}
					n++
				})
			}
		})
		return nil
	})
	if err != nil || n != 1000 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// TestTraceTellsStatements hears what a transaction sends, on both databases.
func TestTraceTellsStatements(t *testing.T) {
	t.Parallel()
	for _, open := range []func(testing.TB, ...func(*store.Options)) *store.Store{storetest.File, storetest.Postgres} {
		var heard []string
		s := open(t, func(o *store.Options) {
			o.Trace = func(sql string, values []any) { heard = append(heard, fmt.Sprint(sql, len(values))) }
		})
		heard = nil
		if err := s.Tx(t.Context(), func(tx *store.Store) error { claim(t, tx, "k"); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(heard) != 3 || !strings.HasPrefix(heard[0], "begin") || !strings.HasPrefix(heard[1], "INSERT INTO requests") || !strings.HasPrefix(heard[2], "commit") {
			t.Errorf("%s: heard %q", s.Dialect(), heard)
		}
	}
}
