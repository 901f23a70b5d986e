package store

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

func postgresCells(row reflect.Type, l layout) []target {
	cells := make([]target, len(l))
	for i, path := range l {
		cells[i] = postgresCell(row.FieldByIndex(path).Type)
	}
	return cells
}

// postgresCell is what takes a column into a field of that type. Pgx asks each for what its column's type is decoded to;
// NULL leaves the field as it is: zero.
func postgresCell(field reflect.Type) target {
	switch field {
	case reflect.TypeFor[string]():
		return &textCell{}
	case reflect.TypeFor[[]byte]():
		return &bytesCell{}
	case reflect.TypeFor[int](), reflect.TypeFor[int64]():
		return &wholeCell{}
	case reflect.TypeFor[bool]():
		return &boolCell{}
	case reflect.TypeFor[time.Time](), reflect.TypeFor[*time.Time]():
		return &timeCell{}
	}
	panic("store: no column fits into a " + field.String()) // a mistake in models.go, found by every test
}

type textCell struct{ field *string }

func (c *textCell) into(field any) { c.field = field.(*string) }

// ScanText implements pgtype.TextScanner.
func (c *textCell) ScanText(v pgtype.Text) error {
	*c.field = v.String
	return nil
}

type bytesCell struct{ field *[]byte }

func (c *bytesCell) into(field any) { c.field = field.(*[]byte) }

// ScanBytes implements pgtype.BytesScanner.
func (c *bytesCell) ScanBytes(v []byte) error {
	*c.field = slices.Clone(v) // pgx uses it again
	return nil
}

type wholeCell struct{ field any }

func (c *wholeCell) into(field any) { c.field = field }

// ScanInt64 implements pgtype.Int64Scanner.
func (c *wholeCell) ScanInt64(v pgtype.Int8) error {
	switch field := c.field.(type) {
	case *int:
		*field = int(v.Int64)
	case *int64:
		*field = v.Int64
	}
	return nil
}

type boolCell struct{ field *bool }

func (c *boolCell) into(field any) { c.field = field.(*bool) }

// ScanBool implements pgtype.BoolScanner.
func (c *boolCell) ScanBool(v pgtype.Bool) error {
	*c.field = v.Bool
	return nil
}

type timeCell struct{ field any }

func (c *timeCell) into(field any) { c.field = field }

// ScanTimestamptz implements pgtype.TimestamptzScanner.
func (c *timeCell) ScanTimestamptz(v pgtype.Timestamptz) error {
	switch field := c.field.(type) {
	case *time.Time:
		*field = v.Time
	case **time.Time:
		if v.Valid {
			*field = &v.Time
		}
	}
	if v.InfinityModifier != pgtype.Finite {
		return fmt.Errorf("a time that is %s", v.InfinityModifier)
	}
	return nil
}
