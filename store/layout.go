package store

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"
)

// A layout says where the columns of a model are in memory, in the order of its fields.
type layout struct {
	fields [][]int // paths for reflect
	table  string
	names  []string // of the columns
	lists  sync.Map // of names, by alias
}

// layout returns the layout of a model; of a struct of several, the fields of all of them without names.
func (s *Store) layout(of reflect.Type) *layout {
	if known, ok := s.layouts.Load(of); ok {
		return known.(*layout)
	}
	l := &layout{fields: leaves(of, nil)}
	if !slices.ContainsFunc(l.fields, func(path []int) bool { return len(path) > 1 }) {
		stmt := &gorm.Statement{DB: s.orm}
		if err := stmt.Parse(reflect.New(of).Interface()); err != nil {
			panic("store: a model that GORM cannot read: " + err.Error()) // a mistake in models.go, found by every test
		}
		l.table, l.names = stmt.Schema.Table, stmt.Schema.DBNames
	}
	s.layouts.Store(of, l)
	return l
}

// leaves lists the paths of the fields that hold one column each.
func leaves(of reflect.Type, path []int) [][]int {
	var all [][]int
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
	fields [][]int
	cells  []cell
	to     []any // the cells
}

func (l *layout) reader() *reader {
	r := &reader{fields: l.fields, cells: make([]cell, len(l.fields)), to: make([]any, len(l.fields))}
	for i := range r.cells {
		r.to[i] = &r.cells[i]
	}
	return r
}

// into says where the next row goes.
func (r *reader) into(row reflect.Value) []any {
	for i, path := range r.fields {
		r.cells[i].field = row.FieldByIndex(path).Addr().Interface()
	}
	return r.to
}

// A cell takes one value into a field. NULL leaves the field as it is: zero.
type cell struct{ field any }

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
