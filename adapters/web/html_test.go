package web

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
)

// A node is an element of a page.
type node struct {
	name string
	attr map[string]string
	kids []*node
	text string // of a text node
}

// parse reads a page. The templates write HTML that closes what it opens, so an XML reader in its lenient mode will do.
func parseHTML(t testing.TB, page string) *node {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	root := &node{}
	open := []*node{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return root
		}
		if err != nil {
			t.Fatalf("read page: %v", err)
		}
		top := open[len(open)-1]
		switch x := token.(type) {
		case xml.StartElement:
			n := &node{name: x.Name.Local, attr: map[string]string{}}
			for _, a := range x.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.kids = append(top.kids, &node{text: string(x)})
		}
	}
}

// all lists the elements below n of that name ("" for any) that have the class ("" for any).
func (n *node) all(name, class string) []*node {
	var found []*node
	for _, k := range n.kids {
		if k.name != "" && (name == "" || k.name == name) && (class == "" || slices.Contains(strings.Fields(k.attr["class"]), class)) {
			found = append(found, k)
		}
		found = append(found, k.all(name, class)...)
	}
	return found
}

func (n *node) with(attr, value string) *node {
	for _, k := range n.all("", "") {
		if k.attr[attr] == value {
			return k
		}
	}
	return nil
}

// words is the text below n.
func (n *node) words() string {
	var b strings.Builder
	b.WriteString(n.text)
	for _, k := range n.kids {
		b.WriteString(k.words())
	}
	return b.String()
}
