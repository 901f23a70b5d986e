package flow

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
)

// MaxAnswer is how many characters of a typed answer are read. Telegram's longest message has 4,096.
const MaxAnswer = 4000

// A Field is one question of a form, bound to where its answer goes.
type Field struct {
	name     string
	kind     FieldKind
	options  []Option
	optional bool
	extra    bool
	again    string // name of the field that this one must repeat
	twice    bool
	once     bool
	secret   bool
	stays    bool
	set      func(string) error
	get      func() any
	put      func(any)
}

// Input is free text of any type; parse is its only validation. Its label is "<flow>.<name>".
func Input[T any](name string, to *T, parse func(string) (T, error)) Field {
	kind := TextField
	if _, ok := any(to).(*actions.Email); ok {
		kind = EmailField
	}
	return Field{
		name: name, kind: kind,
		set: func(text string) error {
			v, err := parse(text)
			if err == nil {
				*to = v
			}
			return err
		},
		get: func() any { return *to },
		put: func(v any) { *to = v.(T) },
	}
}

// Choice is one of a few values; their labels are "<flow>.<name>.<value>".
func Choice[T ~string](name string, to *T, values ...T) Field {
	options := make([]Option, len(values))
	for i, v := range values {
		options[i] = Option{Value: string(v)}
	}
	return Pick(name, to, options...)
}

// Pick is one of a few values with labels of their own, such as the rows of a list.
func Pick[T ~string](name string, to *T, options ...Option) Field {
	return Field{
		name: name, kind: ChoiceField, options: options,
		set: func(value string) error {
			for _, o := range options {
				if o.Value == value {
					*to = T(value)
					return nil
				}
			}
			return &actions.Error{Code: actions.Invalid, Key: "error.not_an_option"}
		},
		get: func() any { return *to },
		put: func(v any) { *to = v.(T) },
	}
}

// Toggle is some of a few values: choosing one takes it up, or out again. The question stays until one of the step's items is
// pressed; what is taken must show in the options' labels.
func Toggle(name string, to *[]string, options ...Option) Field {
	f := Field{name: name, kind: ChoiceField, options: options, stays: true, optional: true}
	f.set = func(value string) error {
		for _, o := range options {
			if o.Value != value {
				continue
			}
			if i := slices.Index(*to, value); i >= 0 {
				*to = slices.Delete(slices.Clone(*to), i, i+1)
			} else {
				*to = append(slices.Clone(*to), value)
			}
			return nil
		}
		return &actions.Error{Code: actions.Invalid, Key: "error.not_an_option"}
	}
	f.get = func() any { return *to }
	f.put = func(any) {} // an empty answer changes nothing
	return f
}

// Or lets a Pick be answered by something typed that is not on the list, such as a code.
func Or[T ~string](f Field, to *T, parse func(string) (T, error)) Field {
	pick := f.set
	f.set = func(text string) error {
		if pick(text) == nil {
			return nil
		}
		v, err := parse(text)
		if err == nil {
			*to = v
		}
		return err
	}
	return f
}

// Twice has the field typed a second time and compared after parsing, for values that nothing else can check.
func (f Field) Twice() Field { f.twice = true; return f }

// Optional lets the field be left empty.
func (f Field) Optional() Field { f.optional = true; return f }

// Extra is an optional field which questions leave out until [More filters] is pressed; forms show it.
func (f Field) Extra() Field { f.optional, f.extra = true, true; return f }

// Once has what was typed not kept and not shown again, as for a one-time code.
func (f Field) Once() Field { f.once = true; return f }

// Secret is Once for what must not stay in the chat either: where it is typed as a message, that is deleted where the
// platform lets a bot do so.
func (f Field) Secret() Field { f.once, f.secret = true, true; return f }

// forget empties a field whose answer is not kept.
func (f Field) forget() { f.put(reflect.Zero(reflect.TypeOf(f.get())).Interface()) }

// Long draws a field of several lines.
func (f Field) Long() Field { f.kind = LongField; return f }

// expand puts the second field behind each one that is typed twice.
func expand(fields []Field) []Field {
	var all []Field
	for _, f := range fields {
		all = append(all, f)
		if f.twice {
			again := f
			again.name, again.again, again.twice = f.name+"_again", f.name, false
			all = append(all, again)
		}
	}
	return all
}

// answer parses text into the field. A field that repeats another leaves the first answer as it is when they differ.
func (f Field) answer(text string) *actions.Error {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > MaxAnswer {
		return &actions.Error{Code: actions.Invalid, Key: "error.too_long", Args: map[string]any{"max": MaxAnswer}}
	}
	if text == "" && !f.optional {
		return &actions.Error{Code: actions.Invalid, Key: "error.empty"}
	}
	before := f.get()
	if text == "" {
		f.put(reflect.Zero(reflect.TypeOf(before)).Interface())
		return nil
	}
	if err := f.set(text); err != nil {
		var e *actions.Error
		if errors.As(err, &e) {
			return e
		}
		return &actions.Error{Code: actions.Invalid, Key: "error.not_understood", Err: err}
	}
	if f.again != "" && !reflect.DeepEqual(before, f.get()) {
		f.put(before)
		return &actions.Error{Code: actions.Invalid, Key: "error.not_the_same"}
	}
	return nil
}

// empty reports whether a card leaves a value out.
func empty(v any) bool {
	if v == nil {
		return true
	}
	if z, ok := v.(interface{ IsZero() bool }); ok {
		return z.IsZero()
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return r.Len() == 0
	case reflect.Struct, reflect.Int, reflect.Int64:
		return r.IsZero()
	default:
		return false
	}
}
