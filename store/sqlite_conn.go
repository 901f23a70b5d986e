package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
)

// A sqliteConnector opens connections that keep their statements: to read a statement and plan it takes SQLite as long
// as to run it, and ours are the same few dozen over and over.
type sqliteConnector struct {
	driver.Connector
	trace func(statement string, values []any)
}

// Connect implements driver.Connector.
func (c sqliteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(bareConn)
	if !ok {
		_ = opened.Close()
		return nil, fmt.Errorf("SQLite's driver has changed: a connection is a %T", opened)
	}
	return &sqliteConn{bareConn: conn, trace: c.trace, kept: map[string]*keptStatement{}}, nil
}

// A bareConn is what the driver's connections can do.
type bareConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// A sqliteConn is a connection with the statements that it has seen. Like every driver.Conn it belongs to one goroutine
// at a time.
type sqliteConn struct {
	bareConn
	trace func(statement string, values []any)
	kept  map[string]*keptStatement
}

// A keptStatement is ready to run again, unless the rows of its last run are still being read.
type keptStatement struct {
	bareStatement
	reading bool
}

// A bareStatement is what the driver's statements can do.
type bareStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keptStatements is how many statements a connection keeps: more than the program has, but for lists of every length.
const keptStatements = 200

// ExecContext implements driver.ExecerContext.
func (c *sqliteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	query, args = literalLimit(query, args)
	c.tell(query, args)
	s, err := c.statement(ctx, query)
	if s == nil || err != nil {
		return orElse(err, func() (driver.Result, error) { return c.bareConn.ExecContext(ctx, query, args) })
	}
	return s.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *sqliteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	query, args = literalLimit(query, args)
	c.tell(query, args)
	s, err := c.statement(ctx, query)
	if s == nil || err != nil {
		return orElse(err, func() (driver.Rows, error) { return c.bareConn.QueryContext(ctx, query, args) })
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	bare, ok := rows.(bareRows)
	if !ok {
		_ = rows.Close()
		return nil, fmt.Errorf("SQLite's driver has changed: rows are a %T", rows)
	}
	s.reading = true
	return &keptRows{bareRows: bare, statement: s}, nil
}

// literalLimit writes the value of a last LIMIT into the query. SQLite plans a kept statement again each time that a limit
// is bound, because the plan may depend on it, and that takes longer than to run it. Limits are few and whole numbers.
func literalLimit(query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	head, bound := strings.CutSuffix(query, " LIMIT ?")
	if !bound || len(args) == 0 {
		return query, args
	}
	last := len(args) - 1
	limit, whole := args[last].Value.(int64)
	if !whole {
		return query, args
	}
	return head + " LIMIT " + strconv.FormatInt(limit, 10), args[:last]
}

func orElse[T any](err error, f func() (T, error)) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return f()
}

// BeginTx implements driver.ConnBeginTx.
func (c *sqliteConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.tell("begin", nil)
	tx, err := c.bareConn.BeginTx(ctx, o)
	if err != nil || c.trace == nil {
		return tx, err
	}
	return tracedTx{tx, c}, nil
}

// Close implements driver.Conn.
func (c *sqliteConn) Close() error {
	c.forget()
	return c.bareConn.Close()
}

// statement returns the statement for a query; nil when it is not worth keeping or is in use.
func (c *sqliteConn) statement(ctx context.Context, query string) (*keptStatement, error) {
	if s := c.kept[query]; s != nil {
		if s.reading {
			return nil, nil
		}
		return s, nil
	}
	if !repeats(query) {
		return nil, nil
	}
	if len(c.kept) >= keptStatements {
		c.forget()
	}
	prepared, err := c.bareConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	bare, ok := prepared.(bareStatement)
	if !ok {
		_ = prepared.Close()
		return nil, fmt.Errorf("SQLite's driver has changed: a statement is a %T", prepared)
	}
	s := &keptStatement{bareStatement: bare}
	c.kept[query] = s
	return s, nil
}

// forget drops all statements that nobody reads from. Which of them are used most is not worth counting: those are back
// at once.
func (c *sqliteConn) forget() {
	for query, s := range c.kept {
		if !s.reading {
			_ = s.Close()
			delete(c.kept, query)
		}
	}
}

// repeats reports whether a query is one that comes again, unlike those that change the schema or a setting.
func repeats(query string) bool {
	query = strings.TrimSpace(query)
	for strings.HasPrefix(query, "--") { // River names its statements in a comment
		_, query, _ = strings.Cut(query, "\n")
		query = strings.TrimSpace(query)
	}
	verb, _, _ := strings.Cut(query, " ")
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

func (c *sqliteConn) tell(query string, args []driver.NamedValue) {
	if c.trace == nil {
		return
	}
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	c.trace(query, values)
}

// keptRows give their statement back.
type keptRows struct {
	bareRows
	statement *keptStatement
}

// bareRows is what the driver's rows can do.
type bareRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	r.statement.reading = false
	return r.bareRows.Close()
}

// A tracedTx tells of its end.
type tracedTx struct {
	driver.Tx
	conn *sqliteConn
}

// Commit implements driver.Tx.
func (t tracedTx) Commit() error {
	t.conn.tell("commit", nil)
	return t.Tx.Commit()
}

// Rollback implements driver.Tx.
func (t tracedTx) Rollback() error {
	t.conn.tell("rollback", nil)
	return t.Tx.Rollback()
}
