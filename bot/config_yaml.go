package main

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A configReader fills a Config and remembers where each value came from, so that a mistake found later can be shown
// where it was written. The decoder of the YAML library stops at the first mistake; an operator wants all of them,
// so the syntax tree is walked here.
type configReader struct {
	file     string
	places   map[string]string // key → file:line:column, or the variable's name
	unread   map[string]bool   // keys whose value could not be read: checking what stands there instead would confuse
	mistakes Mistakes
}

func newConfigReader() *configReader {
	return &configReader{places: map[string]string{}, unread: map[string]bool{}}
}

// yaml reads a file's content into c.
func (r *configReader) yaml(file string, data []byte, c *Config) {
	r.file = file
	tree, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.broken(err)
		return
	}
	if len(tree.Docs) > 1 {
		r.mistakes.add(r.at(tree.Docs[1].Start), "a second document: only one is read")
	}
	for _, doc := range tree.Docs[:min(1, len(tree.Docs))] {
		if doc.Body != nil {
			r.node("", doc.Body, reflect.ValueOf(c).Elem())
		}
	}
}

// broken records a syntax error: no more can be read behind it.
func (r *configReader) broken(err error) {
	var syntax yaml.Error
	if errors.As(err, &syntax) && syntax.GetToken() != nil {
		r.mistakes.add(r.at(syntax.GetToken()), "broken YAML: %s", syntax.GetMessage())
		return
	}
	r.mistakes.add(r.file, "broken YAML: %v", err)
}

// node reads n into v.
func (r *configReader) node(path string, n ast.Node, v reflect.Value) {
	switch n.(type) {
	case *ast.NullNode:
		return // a key without a value keeps its default
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.mistakes.add(r.at(n.GetToken()), "%s: anchors, aliases and tags are not read: write the value itself", path)
		return
	case *ast.CommentGroupNode:
		return
	}
	r.places[path] = r.at(start(n))
	switch {
	case isLeaf(v.Type()):
		if err := leaf(n, v); err != nil {
			r.unread[path] = true
			r.mistakes.add(r.at(start(n)), "%s: %v", path, err)
		}
	case v.Kind() == reflect.Struct:
		r.mapping(path, n, v)
	case v.Kind() == reflect.Slice:
		r.sequence(path, n, v)
	default:
		panic(fmt.Sprintf("%s: a %s cannot be configured", path, v.Type())) // a mistake in Config, found by any test
	}
}

func (r *configReader) mapping(path string, n ast.Node, v reflect.Value) {
	m, ok := n.(ast.MapNode)
	if !ok {
		r.mistakes.add(r.at(start(n)), "%s must be a group of keys, not %s", orTop(path), kindOf(n))
		return
	}
	known := fields(v)
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.name
	}
	seen := map[string]bool{}
	for each := m.MapRange(); each.Next(); {
		name := each.Key().GetToken().Value
		place := r.at(each.Key().GetToken())
		found := -1
		for i := range known {
			if known[i].name == name {
				found = i
			}
		}
		switch {
		case found < 0:
			hint := ""
			if near := nearest(name, names); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			r.mistakes.add(place, "%s: unknown key%s", join(path, name), hint)
		case seen[name]:
			r.mistakes.add(place, "%s: stands here a second time", join(path, name))
		default:
			seen[name] = true
			r.node(join(path, name), each.Value(), known[found].value)
		}
	}
}

func (r *configReader) sequence(path string, n ast.Node, v reflect.Value) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		r.mistakes.add(r.at(start(n)), "%s must be a list, not %s", path, kindOf(n))
		return
	}
	items := reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values))
	for i, item := range list.Values {
		r.node(fmt.Sprintf("%s[%d]", path, i), item, items.Index(i))
	}
	v.Set(items)
}

// start is the first token of a node; that of a group of keys is otherwise the colon behind its first key.
func start(n ast.Node) *token.Token {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return n.GetToken()
}

// at is where a token stands, as editors understand it.
func (r *configReader) at(t *token.Token) string {
	if t == nil || t.Position == nil {
		return r.file
	}
	return fmt.Sprintf("%s:%d:%d", r.file, t.Position.Line, t.Position.Column)
}

// leaf reads one scalar. It converts nothing: text that looks like a number must be quoted, so that an id keeps its
// zeros and a "no" stays a word.
func leaf(n ast.Node, v reflect.Value) error {
	text := n.GetToken().Value
	if _, scalar := n.(ast.ScalarNode); parsesItself(v.Type()) && scalar {
		return setScalar(v, text)
	}
	switch v.Kind() {
	case reflect.String:
		switch s := n.(type) {
		case *ast.StringNode:
			v.SetString(s.Value)
			return nil
		case *ast.LiteralNode:
			v.SetString(s.Value.Value)
			return nil
		case ast.ScalarNode:
			return fmt.Errorf("must be text, not %s: put it in quotes", kindOf(n))
		}
		return fmt.Errorf("must be text, not %s", kindOf(n))
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			return nil
		}
		return fmt.Errorf("must be true or false, not %s", kindOf(n))
	default:
		if _, ok := n.(*ast.IntegerNode); !ok && isInteger(v) {
			return fmt.Errorf("must be a whole number, not %s", kindOf(n))
		}
		return setScalar(v, text)
	}
}

// setScalar sets v from its text, as it stands in a file or in the environment.
func setScalar(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch {
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("must be true or false")
		}
		v.SetBool(b)
	case isInteger(v):
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return errors.New("must be a whole number")
		}
		v.SetInt(i)
	default:
		return fmt.Errorf("a %s cannot be configured", v.Type())
	}
	return nil
}

func isInteger(v reflect.Value) bool { return v.CanInt() }

// parsesItself reports whether the type reads its own text, such as an amount.
func parsesItself(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case ast.MapNode:
		return "a group of keys"
	case *ast.SequenceNode:
		return "a list"
	case *ast.IntegerNode, *ast.FloatNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	}
	return "this"
}

func orTop(path string) string {
	if path == "" {
		return "the configuration"
	}
	return path
}
