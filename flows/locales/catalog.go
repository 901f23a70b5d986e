// Package locales holds every word that a person reads in chat, in pt-BR, en and es, and turns views into strings.
//
// The words stand in one YAML file per language. Keys are nested or dotted, as reads better; a message with plural
// forms is a map of CLDR categories:
//
//	refund:
//	  confirm.title: Refund this purchase?
//	verdict.refund.inside_guarantee:
//	  one: The guarantee still runs for {{.count}} day.
//	  other: The guarantee still runs for {{.count}} days.
//
// "many", which pt and es have for whole millions, is taken from "other" where a message lacks it: no chat counts so far.
// The argument that is counted is "count", unless the message names another ("plural: limit"). A field's hint may be
// empty: then the field has none.
//
// catalog.go reads the files, value.go writes one value, words.go shows whole views.
package locales

import (
	"embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/aftersale/aftersale/actions/format"
)

//go:embed *.yaml
var files embed.FS

// forms are the CLDR plural categories, which make a map a message instead of a group of keys.
var forms = []string{"zero", "one", "two", "few", "many", "other"}

// A message is one text in one language.
type message struct {
	plural string            // argument that is counted; empty: the text has one form
	forms  map[string]string // by CLDR category; "other" is always there
	args   []string          // values that it speaks of, sorted
	parts  []string          // of a text with one form: words, the name of a value, words …
}

// A catalog is all messages of one language.
type catalog struct {
	locale    string
	messages  map[string]message
	localizer *i18n.Localizer // of the messages with plural forms
}

// load reads the embedded file of a language.
func load(locale string) (*catalog, error) {
	raw, err := files.ReadFile(locale + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("words of %s: %w", locale, err)
	}
	return parse(locale, raw)
}

// parse reads a language's YAML. Errors name the key or the line.
func parse(locale string, raw []byte) (*catalog, error) {
	tree := map[string]any{}
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("words of %s: %w", locale, err)
	}
	c := &catalog{locale: locale, messages: map[string]message{}}
	if err := c.flatten("", tree); err != nil {
		return nil, fmt.Errorf("words of %s: %w", locale, err)
	}

	tag, err := language.Parse(locale)
	if err != nil {
		return nil, fmt.Errorf("words of %s: %w", locale, err)
	}
	bundle := i18n.NewBundle(tag)
	for key, m := range c.messages {
		if m.plural == "" {
			continue // nothing to choose
		}
		err := bundle.AddMessages(tag, &i18n.Message{ID: key, Zero: m.forms["zero"], One: m.forms["one"], Two: m.forms["two"],
			Few: m.forms["few"], Many: m.forms["many"], Other: m.forms["other"]})
		if err != nil {
			return nil, fmt.Errorf("words of %s: %s: %w", locale, key, err)
		}
	}
	c.localizer = i18n.NewLocalizer(bundle, locale)
	return c, nil
}

// flatten collects the messages below a key; nested and dotted keys come to the same.
func (c *catalog) flatten(prefix string, tree map[string]any) error {
	for name, node := range tree {
		key := strings.TrimPrefix(prefix+"."+name, ".")
		m, isMessage, err := messageOf(node)
		switch below, isMap := node.(map[string]any); {
		case err != nil:
			return fmt.Errorf("%s: %w", key, err)
		case isMessage:
			if _, twice := c.messages[key]; twice {
				return fmt.Errorf("%s: written twice", key)
			}
			if m.args, err = placeholders(m, strings.HasSuffix(key, ".hint")); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			if m.plural == "" {
				m.parts = parts(m.forms["other"])
			}
			c.messages[key] = m
		case isMap:
			if err := c.flatten(key, below); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s: %T is neither a text nor a group of keys", key, node)
		}
	}
	return nil
}

// messageOf reads a node as a message; ok is false when it is a group of keys.
func messageOf(node any) (m message, ok bool, err error) {
	switch node := node.(type) {
	case string:
		return message{forms: map[string]string{"other": node}}, true, nil
	case map[string]any:
		other, isText := node["other"].(string)
		if _, one := node["one"]; !isText || !one {
			return message{}, false, nil // "other" alone may be an option's key
		}
		m = message{plural: "count", forms: map[string]string{"other": other}}
		for name, value := range node {
			text, isText := value.(string)
			switch {
			case !isText:
				return m, false, fmt.Errorf("%s: a plural form must be a text", name)
			case name == "plural":
				m.plural = text
			case slices.Contains(forms, name):
				m.forms[name] = text
			default:
				return m, false, fmt.Errorf("%s is no plural category", name)
			}
		}
		if m.forms["many"] == "" {
			m.forms["many"] = other
		}
		return m, true, nil
	}
	return message{}, false, nil
}

// placeholder is the only thing that a text may hold besides words: {{.name}}. Conditions and functions would be
// code that nobody tests in three languages.
var placeholder = regexp.MustCompile(`\{\{\.([A-Za-z_]+)\}\}`)

// placeholders lists the values that any form of the message speaks of.
func placeholders(m message, mayBeEmpty bool) ([]string, error) {
	names := map[string]bool{}
	for form, text := range m.forms {
		for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
			names[found[1]] = true
		}
		if rest := placeholder.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
			return nil, fmt.Errorf("%s: only {{.name}} may stand between words", form)
		}
		if strings.TrimSpace(text) == "" && !mayBeEmpty {
			return nil, fmt.Errorf("%s: empty", form)
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// parts cuts a text at its placeholders: words, the name of a value, words, and so on.
func parts(text string) []string {
	var all []string
	from := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, text[from:at[0]], text[at[2]:at[3]])
		from = at[1]
	}
	return append(all, text[from:])
}

// Keys lists the keys that a language has words for, sorted.
func Keys(locale string) []string {
	c, err := load(format.Match(locale))
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.messages))
}
