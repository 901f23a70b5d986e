package store

import (
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// onPostgres is what Dialect says of PostgreSQL.
const onPostgres = "postgres"

// columns lists a model's columns under an alias, in the order in which read takes them: "p.id, p.name".
func (s *Store) columns(model any, alias string) string {
	t := s.table(reflect.TypeOf(model))
	if list, ok := t.lists.Load(alias); ok {
		return list.(string)
	}
	list := alias + `."` + strings.Join(t.columns, `",`+alias+`."`) + `"`
	t.lists.Store(alias, list)
	return list
}

// forChange locks rows against changes of others, but not against rows that come to refer to them: an import may add a
// purchase to a buyer meanwhile.
const forChange = "NO KEY UPDATE"

// locked has a row read for changing it: nobody else changes it before this transaction ends. SQLite has one writer
// anyway, and outside of a transaction there is nothing to hold a row for.
func (s *Store) locked(db *gorm.DB) *gorm.DB {
	if s.Dialect() != onPostgres || s.tx == nil {
		return db
	}
	return db.Clauses(clause.Locking{Strength: forChange})
}

// prefix is the condition that a column starts with a text. It compares bytes, as the indexes do: LIKE would not use
// them on SQLite. (On PostgreSQL all texts are kept with the collation "C".)
func (*Store) prefix(column string) string {
	return "(" + column + " >= ? AND " + column + " < ?)"
}

// bounds are the arguments of prefix: the text, and one behind everything that starts with it.
func bounds(text string) []any { return []any{text, text + "\U0010FFFF"} }

// A Cursor is where a page of a list ended: the last row's time and id. The zero value is before the first row.
type Cursor struct {
	At time.Time
	ID string
}

// one makes "no row" an error and "not exactly the row that was meant" a conflict.
func one(res *gorm.DB) error {
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrConflict
	}
	return res.Error
}
