package store

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"
)

// A layout says where the columns of a struct are in memory: of a model its fields, of a struct of several the fields of
// each, in order.
type layout [][]int // paths for reflect

func (s *Store) layout(of reflect.Type) layout {
	if known, ok := s.layouts.Load(of); ok {
		return known.(layout)
	}
	l := leaves(of, nil)
	s.layouts.Store(of, l)
	return l
}

// A table is where the rows of a model are kept.
type table struct {
	layout
	name    string
	columns []string
	lists   sync.Map // of columns, by alias
}

func (s *Store) table(of reflect.Type) *table {
	if known, ok := s.tables.Load(of); ok {
		return known.(*table)
	}
	stmt := &gorm.Statement{DB: s.orm}
	if err := stmt.Parse(reflect.New(of).Interface()); err != nil {
		panic("store: a model that GORM cannot read: " + err.Error()) // a mistake in models.go, found by every test
	}
	t := &table{layout: s.layout(of), name: stmt.Schema.Table, columns: stmt.Schema.DBNames}
	s.tables.Store(of, t)
	return t
}

// leaves lists the paths of the fields that hold one column each.
func leaves(of reflect.Type, path []int) layout {
	var all layout
	for i := range of.NumField() {
		f, here := of.Field(i).Type, append(slices.Clone(path), i)
		switch {
		case f.Kind() == reflect.Struct && f != reflect.TypeFor[time.Time]():
			all = append(all, leaves(f, here)...)
		case f.Kind() == reflect.Slice && f != reflect.TypeFor[[]byte](): // filled by another query
		default:
			all = append(all, here)
		}
	}
	return all
}

// A reader takes rows into the fields of a layout.
type reader struct {
	layout
	cells []target
	to    []any // the cells
}

// A target takes one value into a field, a pointer.
type target interface{ into(field any) }

// reader makes a reader of rows into values of a type; cells makes a target for each field of a layout.
func (l layout) reader(row reflect.Type, cells func(reflect.Type, layout) []target) *reader {
	r := &reader{layout: l, cells: cells(row, l), to: make([]any, len(l))}
	for i, c := range r.cells {
		r.to[i] = c
	}
	return r
}

// into says where the next row goes.
func (r *reader) into(row reflect.Value) []any {
	for i, path := range r.layout {
		r.cells[i].into(row.FieldByIndex(path).Addr().Interface())
	}
	return r.to
}

// A cell is a target for database/sql. NULL leaves the field as it is: zero.
type cell struct{ field any }

func sqlCells(_ reflect.Type, l layout) []target {
	cells, targets := make([]cell, len(l)), make([]target, len(l))
	for i := range cells {
		targets[i] = &cells[i]
	}
	return targets
}

func (c *cell) into(field any) { c.field = field }

// Scan implements sql.Scanner for the types that models have and the drivers give.
func (c *cell) Scan(value any) error {
	switch field := c.field.(type) {
	case *string:
		switch v := value.(type) {
		case string:
			*field = v
			return nil
		case []byte:
			*field = string(v)
			return nil
		}
	case *[]byte:
		switch v := value.(type) {
		case []byte:
			*field = slices.Clone(v) // the driver uses it again
			return nil
		case string:
			*field = []byte(v)
			return nil
		}
	case *int64:
		if v, ok := value.(int64); ok {
			*field = v
			return nil
		}
	case *int:
		if v, ok := value.(int64); ok {
			*field = int(v)
			return nil
		}
	case *bool:
		switch v := value.(type) {
		case bool:
			*field = v
			return nil
		case int64:
			*field = v != 0
			return nil
		}
	case *time.Time:
		if v, ok := value.(time.Time); ok {
			*field = v
			return nil
		}
	case **time.Time:
		if v, ok := value.(time.Time); ok {
			*field = &v
			return nil
		}
	}
	if value == nil {
		return nil
	}
	return fmt.Errorf("a %T does not fit into a %T", value, c.field)
}
