package store

import (
	"context"
	"database/sql"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
)

// A sqliteDialector teaches GORM the SQLite that we use. GORM's own driver for SQLite links a C library, so that the
// program would build differently with and without a C compiler; of its four hundred lines we need these.
type sqliteDialector struct {
	pool      gorm.ConnPool
	translate func(error) error
}

func (sqliteDialector) Name() string { return "sqlite" }

// Initialize tells GORM how statements are put together.
func (d sqliteDialector) Initialize(db *gorm.DB) error {
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses:        []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"},
		UpdateClauses:        []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses:        []string{"DELETE", "FROM", "WHERE", "RETURNING"},
		LastInsertIDReversed: true,
	})
	// The one writer holds the whole database, so there are no row locks to ask for.
	db.ClauseBuilders["FOR"] = func(clause.Clause, clause.Builder) {}
	db.ConnPool = d.pool
	return nil
}

// Translate implements gorm.ErrorTranslator.
func (d sqliteDialector) Translate(err error) error { return d.translate(err) }

// Migrator is GORM's generic one; the schema is made by store/migrations.
func (d sqliteDialector) Migrator(db *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: db, Dialector: d}}
}

// DataTypeOf names the column types of store/migrations.
func (sqliteDialector) DataTypeOf(field *schema.Field) string {
	switch field.DataType {
	case schema.Bool:
		return "boolean"
	case schema.Int, schema.Uint:
		return "integer"
	case schema.Float:
		return "real"
	case schema.String:
		return "text"
	case schema.Time:
		return "timestamp"
	case schema.Bytes:
		return "blob"
	}
	return string(field.DataType)
}

func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

func (sqliteDialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

// QuoteTo quotes each part of a name such as purchases.id.
func (sqliteDialector) QuoteTo(w clause.Writer, name string) {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			_ = w.WriteByte('.')
		}
		_, _ = w.WriteString("`" + strings.ReplaceAll(part, "`", "``") + "`")
	}
}

func (sqliteDialector) Explain(sql string, vars ...any) string {
	return logger.ExplainSQL(sql, nil, `"`, vars...)
}

// A splitPool sends reads outside of a transaction to the readers and everything else to the writer.
type splitPool struct{ write, read *sql.DB }

func (p splitPool) to(query string) *sql.DB {
	if len(query) >= 6 && strings.EqualFold(query[:6], "SELECT") {
		return p.read
	}
	return p.write
}

func (p splitPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.to(query).PrepareContext(ctx, query)
}

func (p splitPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.write.ExecContext(ctx, query, args...)
}

func (p splitPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.to(query).QueryContext(ctx, query, args...)
}

func (p splitPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return p.to(query).QueryRowContext(ctx, query, args...)
}

// GetDBConn implements gorm.GetDBConnector with the connection that may do everything.
func (p splitPool) GetDBConn() (*sql.DB, error) { return p.write, nil }
