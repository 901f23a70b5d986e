package flowstest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A baseline is the program that somebody would write by hand for speed: it sends the statements that the runner was
// recorded to send, with the driver alone, and reads every row into variables of its own.
type baseline struct {
	kinds [2][][]told // by kind of story and interaction
	turn  func(ctx context.Context, statements []told, s story, now time.Time) error
}

// told is a statement ready to be told for any story.
type told struct {
	sql    string
	values []value
	rows   bool // it answers with rows
	head   bool // it reads the end of the audit chain
	entry  bool // it writes an audit entry
	move   bool // it moves the end of the chain, by itself
}

// baseline records both kinds of stories and prepares to repeat them.
func (sh *benchShop) baseline(tb testing.TB) *baseline {
	tb.Helper()
	b := &baseline{}
	for _, s := range []story{recordedManager - 2, recordedBuyer - 2} {
		sh.record(tb, s) // an account's first entry makes the end of its chain
	}
	for kind, s := range []story{recordedManager, recordedBuyer} {
		r := sh.record(tb, s)
		for _, turn := range r.turns {
			var statements []told
			for _, s := range turn.statements {
				statements = append(statements, told{
					sql: s.sql, values: r.values(s.values), rows: answers(s.sql),
					head: strings.HasPrefix(s.sql, "SELECT") && strings.Contains(s.sql, "audit_heads"), entry: strings.Contains(s.sql, "INTO audit_entries"),
					move: strings.HasPrefix(s.sql, "UPDATE audit_heads"),
				})
			}
			b.kinds[kind] = append(b.kinds[kind], statements)
		}
	}
	if sh.store.Dialect() == "sqlite" {
		b.turn = sqliteBaseline{db: sh.side, ready: map[string]*sql.Stmt{}}.prepare(tb, b.kinds).turn
		return b
	}
	pool, err := pgxpool.New(tb.Context(), sh.url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	b.turn = postgresBaseline{pool}.turn
	return b
}

// answers reports whether a statement answers with rows.
func answers(sql string) bool {
	return !strings.Contains(sql, "INSERT INTO") && (strings.HasPrefix(sql, "SELECT") || strings.HasPrefix(sql, "WITH")) ||
		strings.Contains(sql, "RETURNING")
}

// play does what the runner does for a story.
func (b *baseline) play(ctx context.Context, s story) error {
	for i, statements := range b.kinds[s%2] {
		if err := b.turn(ctx, statements, s, machineTime()); err != nil {
			return fmt.Errorf("baseline, turn %d: %w", i, err)
		}
	}
	return nil
}

// of returns the values of a statement for a story; chain is the end of the audit chain as this transaction has read it.
func (t told) of(s story, now time.Time, chain *chainEnd) []any {
	values := make([]any, len(t.values))
	for i, v := range t.values {
		values[i] = v(s, now)
	}
	if t.entry {
		chain.next(values)
		if len(values) > headHash {
			values[headSeq], values[headHash] = chain.seq, chain.hash
		}
	}
	if t.move {
		values[0], values[1] = chain.seq, chain.hash
	}
	return values
}

// A postgresBaseline uses pgx, with one connection of the pool for an interaction.
type postgresBaseline struct{ pool *pgxpool.Pool }

func (b postgresBaseline) turn(ctx context.Context, statements []told, s story, now time.Time) error {
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var chain chainEnd
	for _, t := range statements {
		if err := b.run(ctx, conn, t, t.of(s, now, &chain), &chain); err != nil {
			return fmt.Errorf("%s: %w", t.sql, err)
		}
	}
	return nil
}

func (b postgresBaseline) run(ctx context.Context, conn *pgxpool.Conn, t told, values []any, chain *chainEnd) error {
	if !t.rows {
		_, err := conn.Exec(ctx, t.sql, values...)
		return err
	}
	rows, err := conn.Query(ctx, t.sql, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var to []any
	for rows.Next() {
		if to == nil {
			to = variables(rows)
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
	}
	if t.head {
		chain.seq, chain.hash = to[1].(*pgtype.Int8).Int64, to[2].(*pgtype.Text).String
	}
	return rows.Err()
}

// variables are where a row of these columns goes.
func variables(rows pgx.Rows) []any {
	var to []any
	for _, f := range rows.FieldDescriptions() {
		switch f.DataTypeOID {
		case pgtype.TextOID, pgtype.VarcharOID:
			to = append(to, new(pgtype.Text))
		case pgtype.Int8OID:
			to = append(to, new(pgtype.Int8))
		case pgtype.Int2OID:
			to = append(to, new(pgtype.Int2))
		case pgtype.BoolOID:
			to = append(to, new(pgtype.Bool))
		case pgtype.TimestamptzOID:
			to = append(to, new(pgtype.Timestamptz))
		case pgtype.ByteaOID, pgtype.JSONBOID:
			to = append(to, new([]byte))
		case pgtype.TextArrayOID, pgtype.VarcharArrayOID:
			to = append(to, new([]string))
		default:
			to = append(to, new(any))
		}
	}
	return to
}

// A sqliteBaseline uses database/sql with prepared statements, on one connection, as the store's writer does.
type sqliteBaseline struct {
	db    *sql.DB
	ready map[string]*sql.Stmt
}

func (b sqliteBaseline) prepare(tb testing.TB, kinds [2][][]told) sqliteBaseline {
	tb.Helper()
	for _, kind := range kinds {
		for _, turn := range kind {
			for _, t := range turn {
				if b.ready[t.sql] != nil || t.sql == "begin" || t.sql == "commit" {
					continue
				}
				ready, err := b.db.PrepareContext(tb.Context(), t.sql)
				if err != nil {
					tb.Fatalf("%s: %v", t.sql, err)
				}
				tb.Cleanup(func() { ready.Close() })
				b.ready[t.sql] = ready
			}
		}
	}
	return b
}

func (b sqliteBaseline) turn(ctx context.Context, statements []told, s story, now time.Time) error {
	var chain chainEnd
	var tx *sql.Tx
	for _, t := range statements {
		var err error
		switch t.sql {
		case "begin":
			tx, err = b.db.BeginTx(ctx, nil)
			if err == nil {
				defer tx.Rollback()
			}
		case "commit":
			err, tx = tx.Commit(), nil
		default:
			ready := b.ready[t.sql]
			if tx != nil {
				ready = tx.StmtContext(ctx, ready)
			}
			err = b.run(ctx, ready, t, t.of(s, now, &chain), &chain)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.sql, err)
		}
	}
	return nil
}

func (b sqliteBaseline) run(ctx context.Context, ready *sql.Stmt, t told, values []any, chain *chainEnd) error {
	if !t.rows {
		_, err := ready.ExecContext(ctx, values...)
		return err
	}
	rows, err := ready.QueryContext(ctx, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var to []any
	for rows.Next() {
		if to == nil {
			if to, err = sqliteVariables(rows); err != nil {
				return err
			}
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
	}
	if t.head {
		chain.seq, chain.hash = to[1].(*sql.NullInt64).Int64, to[2].(*sql.NullString).String
	}
	return rows.Err()
}

func sqliteVariables(rows *sql.Rows) ([]any, error) {
	types, err := rows.ColumnTypes()
	var to []any
	for _, c := range types {
		switch c.DatabaseTypeName() {
		case "TEXT":
			to = append(to, new(sql.NullString))
		case "INTEGER":
			to = append(to, new(sql.NullInt64))
		case "BOOLEAN":
			to = append(to, new(sql.NullBool))
		case "TIMESTAMP":
			to = append(to, new(sql.NullTime))
		case "BLOB":
			to = append(to, new([]byte))
		default:
			to = append(to, new(any))
		}
	}
	return to, err
}
