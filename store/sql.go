package store

import (
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The statements that every interaction is made of are written as SQL, and their rows are read into the models by
// position. GORM, which does the rest, takes as long to put a small statement together and to find each column's field
// by name as the database takes to answer; docs/performance.md has the figures.

// read runs a query whose columns are the fields of T in their order, those of embedded models one after the other, and
// returns its rows. ? stands for a value, or for a list of texts in brackets. room is how many rows to expect.
func read[T any](s *Store, room int, query string, values ...any) ([]T, error) {
	query, values = s.dialect.bind(query, values)
	began := time.Now()
	all := make([]T, 0, room)
	err := s.rows(query, values, reflect.TypeFor[T](), func() reflect.Value {
		all = append(all, *new(T))
		return reflect.ValueOf(&all[len(all)-1]).Elem()
	})
	s.told(began, query, int64(len(all)))
	return all, s.dialect.translate(err)
}

// rows runs a query and reads each of its rows into what next returns, a value of the row's type.
func (s *Store) rows(query string, values []any, row reflect.Type, next func() reflect.Value) error {
	layout := s.layout(row)
	if s.pool != nil {
		return s.pgx(func(q querier) error {
			rows, err := q.Query(s.ctx, query, values...)
			if err != nil {
				return err
			}
			defer rows.Close()
			to := layout.reader(row, postgresCells)
			for rows.Next() {
				if err := rows.Scan(to.into(next())...); err != nil {
					return fmt.Errorf("read a %s: %w", row, err)
				}
			}
			return rows.Err()
		})
	}
	rows, err := s.db().Statement.ConnPool.QueryContext(s.ctx, query, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	to := layout.reader(row, sqlCells)
	for rows.Next() {
		if err := rows.Scan(to.into(next())...); err != nil {
			return fmt.Errorf("read a %s: %w", row, err)
		}
	}
	return rows.Err()
}

// readOne is read for one row; ErrNotFound when there is none.
func readOne[T any](s *Store, query string, values ...any) (T, error) {
	all, err := read[T](s, 1, query, values...)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// exec runs a statement and returns how many rows it changed.
func (s *Store) exec(query string, values ...any) (n int64, err error) {
	query, values = s.dialect.bind(query, values)
	began := time.Now()
	if s.pool != nil {
		err = s.pgx(func(q querier) error {
			tag, err := q.Exec(s.ctx, query, values...)
			n = tag.RowsAffected()
			return err
		})
	} else {
		var result sql.Result
		if result, err = s.db().Statement.ConnPool.ExecContext(s.ctx, query, values...); err == nil {
			n, err = result.RowsAffected()
		}
	}
	s.told(began, query, n)
	return n, s.dialect.translate(err)
}

// pgx calls f with the transaction, or outside of one with the pool.
func (s *Store) pgx(f func(querier) error) error {
	if s.tx != nil {
		return s.tx.postgres.use(f)
	}
	return f(s.pool)
}

// execOne is exec for a statement that must change a row; ErrNotFound when it changed none.
func (s *Store) execOne(query string, values ...any) error {
	n, err := s.exec(query, values...)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// addNew inserts a model unless a row with its key is there, and reports whether it did. A CreatedAt that is zero becomes now.
func (s *Store) addNew(model any) (bool, error) {
	t, row := s.table(reflect.TypeOf(model).Elem()), reflect.ValueOf(model).Elem()
	if created := row.FieldByName("CreatedAt"); created.IsValid() && created.IsZero() {
		created.Set(reflect.ValueOf(s.orm.NowFunc()))
	}
	values := make([]any, len(t.columns))
	for i, path := range t.layout {
		values[i] = row.FieldByIndex(path).Interface()
	}
	n, err := s.exec("INSERT INTO "+t.name+` ("`+strings.Join(t.columns, `","`)+`") VALUES (?`+strings.Repeat(",?", len(values)-1)+
		") ON CONFLICT DO NOTHING", values...)
	return n == 1, err
}

// update writes every column of a model but those named, where a condition holds, and returns how many rows that were.
func (s *Store) update(model any, but []string, where string, more ...any) (int64, error) {
	t, row := s.table(reflect.TypeOf(model).Elem()), reflect.ValueOf(model).Elem()
	var sets []string
	var values []any
	for i, name := range t.columns {
		if !slices.Contains(but, name) {
			sets = append(sets, `"`+name+`"=?`)
			values = append(values, row.FieldByIndex(t.layout[i]).Interface())
		}
	}
	return s.exec("UPDATE "+t.name+" SET "+strings.Join(sets, ",")+" WHERE "+where, append(values, more...)...)
}

// told writes a slow statement to the log, as GORM does for its own.
func (s *Store) told(began time.Time, query string, rows int64) {
	statementLog{s.log}.Trace(s.ctx, began, func() (string, int64) { return query, rows }, nil)
}

// bind writes ? as the database wants it, once for each element of a value that is a list.
func (d dialect) bind(query string, values []any) (string, []any) {
	var sql strings.Builder
	sql.Grow(len(query) + 3*len(values))
	var all []any
	next := 0
	for {
		text, rest, found := strings.Cut(query, "?")
		sql.WriteString(text)
		if !found {
			return sql.String(), all
		}
		list, isList := values[next].([]string)
		if !isList {
			all = append(all, values[next])
			d.placeholder(&sql, len(all))
		}
		if isList {
			sql.WriteByte('(')
			if len(list) == 0 {
				sql.WriteString("NULL") // no text is in an empty list
			}
			for i, element := range list {
				if i > 0 {
					sql.WriteByte(',')
				}
				all = append(all, element)
				d.placeholder(&sql, len(all))
			}
			sql.WriteByte(')')
		}
		query, next = rest, next+1
	}
}

func (d dialect) placeholder(sql *strings.Builder, n int) {
	if d.name != onPostgres {
		sql.WriteByte('?')
		return
	}
	sql.WriteByte('$')
	sql.WriteString(strconv.Itoa(n))
}
