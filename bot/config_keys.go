package main

import (
	"reflect"
	"strings"
)

// A key is one place in the configuration where a value can be set: the same for the file, the environment, the
// checks and the example.
type key struct {
	path   string // slack.bot_token
	value  reflect.Value
	secret bool
}

// env is the key's environment variable.
func (k key) env() string {
	return "AFTERSALE_" + strings.ToUpper(strings.ReplaceAll(k.path, ".", "_"))
}

// keys lists every key of c that holds a single value, in the order of the struct. Lists are left out.
func keys(c *Config) []key {
	var all []key
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for _, f := range fields(v) {
			path := join(prefix, f.name)
			switch {
			case isLeaf(f.value.Type()):
				all = append(all, key{path: path, value: f.value, secret: f.value.Type() == reflect.TypeFor[Secret]()})
			case f.value.Kind() == reflect.Struct:
				walk(path, f.value)
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
	return all
}

// A configField is one field of a struct by its YAML name.
type configField struct {
	name  string
	value reflect.Value
}

func fields(v reflect.Value) []configField {
	var all []configField
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		all = append(all, configField{name, v.Field(i)})
	}
	return all
}

// isLeaf reports whether a value of the type is written as one scalar.
func isLeaf(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return parsesItself(t)
	case reflect.Slice, reflect.Array, reflect.Map:
		return false
	}
	return true
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}
