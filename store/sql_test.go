package store

import (
	"database/sql/driver"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestBindWritesPlaceholders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialect, query string
		values         []any
		want           string
		flat           []any
	}{
		{"sqlite", "a = ? AND b = ?", []any{1, "x"}, "a = ? AND b = ?", []any{1, "x"}},
		{onPostgres, "a = ? AND b = ?", []any{1, "x"}, "a = $1 AND b = $2", []any{1, "x"}},
		{onPostgres, "a IN ? AND b = ?", []any{[]string{"x", "y"}, 2}, "a IN ($1,$2) AND b = $3", []any{"x", "y", 2}},
		{"sqlite", "a IN ?", []any{[]string{"x"}}, "a IN (?)", []any{"x"}},
		{onPostgres, "a IN ?", []any{[]string{}}, "a IN (NULL)", nil},
		{onPostgres, "a = ?", []any{[]byte("x")}, "a = $1", []any{[]byte("x")}},
		{onPostgres, "SELECT 1", nil, "SELECT 1", nil},
	} {
		query, values := dialect{name: c.dialect}.bind(c.query, c.values)
		if query != c.want || !reflect.DeepEqual(values, c.flat) {
			t.Errorf("%s %q %v: %q %v, want %q %v", c.dialect, c.query, c.values, query, values, c.want, c.flat)
		}
	}
}

func TestCellTakesWhatDriversGive(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	type row struct {
		text  string
		blob  []byte
		whole int
		long  int64
		truth bool
		time  time.Time
		may   *time.Time
	}
	var r row
	for _, c := range []struct{ field, value any }{
		{&r.text, "x"}, {&r.text, []byte("x")}, {&r.blob, []byte("y")}, {&r.blob, "y"}, {&r.whole, int64(3)}, {&r.long, int64(4)},
		{&r.truth, int64(1)}, {&r.truth, true}, {&r.time, at}, {&r.may, at},
	} {
		if err := (&cell{c.field}).Scan(c.value); err != nil {
			t.Error(err)
		}
	}
	if want := (row{"x", []byte("y"), 3, 4, true, at, &at}); !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v, want %+v", r, want)
	}
	for _, field := range []any{&r.text, &r.blob, &r.whole, &r.long, &r.truth, &r.time, &r.may} {
		if err := (&cell{field}).Scan(nil); err != nil {
			t.Error(err)
		}
		if err := (&cell{field}).Scan(1.5); err == nil || !strings.Contains(err.Error(), "does not fit") {
			t.Errorf("1.5 into a %T: %v", field, err)
		}
	}
	kept := []byte("kept")
	if err := (&cell{&r.blob}).Scan(kept); err != nil {
		t.Fatal(err)
	}
	kept[0] = 'X' // the driver reads its next row
	if string(r.blob) != "kept" {
		t.Errorf("the value changed with the driver's: %s", r.blob)
	}
}

// TestStatementsWorthKeeping are those that come again, whoever sends them; a limit is no reason to plan one anew.
func TestStatementsWorthKeeping(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		"SELECT 1":       true,
		" insert INTO x": true,
		"-- name: JobInsert :many\n-- as River says\nINSERT INTO river_job": true,
		"CREATE TABLE x (a)": false, "PRAGMA optimize": false, "-- SELECT": false, "": false,
	} {
		if got := repeats(query); got != want {
			t.Errorf("%q: %v", query, got)
		}
	}
	one := []driver.NamedValue{{Ordinal: 1, Value: "a"}, {Ordinal: 2, Value: int64(11)}}
	if query, args := literalLimit("SELECT b FROM x WHERE a = ? LIMIT ?", one); query != "SELECT b FROM x WHERE a = ? LIMIT 11" || len(args) != 1 {
		t.Errorf("%s, %v", query, args)
	}
	if query, args := literalLimit("SELECT b FROM x LIMIT ?", one[:1]); query != "SELECT b FROM x LIMIT ?" || len(args) != 1 {
		t.Errorf("what is no number was written out: %s, %v", query, args)
	}
}
