package flowstest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftersale/aftersale/store"
)

// A statement is what the runner sent to the database.
type statement struct {
	sql    string
	values []any
}

// A recording is what one story sent, by interaction.
type recording struct {
	story story
	at    time.Time // the clock stood still
	turns []turnRecord
}

type turnRecord struct {
	gesture    string
	statements []statement
}

// Numbers that occur nowhere else in what the recorded stories send.
const (
	recordedManager story = 73519042
	recordedBuyer   story = 73519043
)

// record plays a story and writes down every statement. The shop has seen others before: the first writes more.
func (sh *benchShop) record(tb testing.TB, s story) *recording {
	tb.Helper()
	r := &recording{story: s, at: machineTime().Truncate(time.Microsecond)}
	var mu sync.Mutex
	var heard []statement
	traced := sh.open(tb, func(o *store.Options) {
		o.Now = func() time.Time { return r.at }
		o.Trace = func(sql string, values []any) {
			mu.Lock()
			defer mu.Unlock()
			if strings.Contains(sql, "pg_notify") {
				return // told to the engines after the commit, once for many interactions: no part of any
			}
			heard = append(heard, statement{sql, withoutFormats(values)})
		}
	})
	ids := 0
	runner, _ := sh.bot(tb, traced, func() time.Time { return r.at }, func() string {
		ids++
		return fmt.Sprintf("%s-%017d", s.digits(), ids) // as long as a ULID
	})
	sh.fill(tb, s, 1)
	err := s.play(context.Background(), runner, func(g gesture, _ time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		r.turns = append(r.turns, turnRecord{g.name, heard})
		heard = nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// withoutFormats leaves out what database/sql tells pgx about how to answer.
func withoutFormats(values []any) []any {
	if len(values) > 0 {
		switch values[0].(type) {
		case pgx.QueryResultFormatsByOID, pgx.QueryResultFormats:
			return values[1:]
		}
	}
	return values
}
