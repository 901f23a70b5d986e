package specs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// botAPI is what is read of the document of Telegram's Bot API.
type botAPI struct {
	Methods map[string]botThing
	Types   map[string]botThing
}

// A botThing is a method with its parameters, a type with its fields, or a type that is one of several.
type botThing struct {
	Description []string
	Fields      []botField
	Subtypes    []string
}

type botField struct {
	Name, Description string
	Types             []string // "Integer", "Array of Array of InlineKeyboardButton", …
	Required          bool
}

var telegram = sync.OnceValues(func() (botAPI, error) {
	var api botAPI
	s, err := process()
	if err != nil {
		return api, err
	}
	return api, s.read("telegram-bot-api.json", &api)
})

// Telegram checks the parameters of a method: names, what is required, types with all that is inside them, the lengths
// and values that their descriptions state. Values may come from a form (strings, JSON in strings) or from JSON; a file
// is anything.
func (s *Specs) Telegram(method string, params map[string]any) []string {
	api, err := telegram()
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	m, ok := api.Methods[method]
	if !ok {
		return []string{fmt.Sprintf("$: Telegram has no method %q", method)}
	}
	v, err := plain(params)
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	values, _ := v.(map[string]any)
	markup, _ := values["parse_mode"].(string)
	check := botCheck{api: api, markup: markup}
	for name, value := range values {
		if f, ok := m.field(name); ok {
			values[name] = f.unwrapped(value)
		}
	}
	return unique(check.object("$", m, values))
}

func (t botThing) field(name string) (botField, bool) {
	i := slices.IndexFunc(t.Fields, func(f botField) bool { return f.Name == name })
	if i < 0 {
		return botField{}, false
	}
	return t.Fields[i], true
}

// unwrapped takes a parameter out of the string in which a form carries it, if it is not a string itself.
func (f botField) unwrapped(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	for _, kind := range f.Types {
		switch kind {
		case "String", "InputFile":
			if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") || len(f.Types) == 1 {
				return v
			}
		case "Integer":
			if _, err := strconv.ParseInt(text, 10, 64); err == nil {
				return json.Number(text)
			}
		case "Float":
			if _, err := strconv.ParseFloat(text, 64); err == nil {
				return json.Number(text)
			}
		case "Boolean":
			if b, err := strconv.ParseBool(text); err == nil {
				return b
			}
		default:
			if inner, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text))); err == nil {
				return inner
			}
		}
	}
	return v
}

// A botCheck is one call being checked.
type botCheck struct {
	api    botAPI
	markup string // parse_mode: what is left out when lengths are counted
}

func (c botCheck) object(path string, t botThing, values map[string]any) []string {
	var all []string
	for _, f := range t.Fields {
		if _, ok := values[f.Name]; !ok && f.Required {
			all = append(all, path+"."+f.Name+": is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f, ok := t.field(name)
		if !ok {
			all = append(all, path+"."+name+": is not known")
			continue
		}
		problems := c.anyOf(path+"."+name, f.Types, values[name])
		if len(problems) == 0 {
			problems = f.stated(path+"."+name, values[name], c.markup)
		}
		all = append(all, problems...)
	}
	return append(all, oneUse(path, t, values)...)
}

// anyOf checks a value against alternatives; of several that fail, the one that was meant is reported.
func (c botCheck) anyOf(path string, kinds []string, v any) []string {
	var best []string
	for i, kind := range kinds {
		problems := c.value(path, kind, v)
		if len(problems) == 0 {
			return nil
		}
		if i == 0 || weight(problems) < weight(best) {
			best = problems
		}
	}
	return best
}

// weight is less for the alternative that was meant: its first problem lies deepest, and there are few.
func weight(problems []string) int {
	shallowest := 100
	for _, p := range problems {
		path, _, _ := strings.Cut(p, ": ")
		shallowest = min(shallowest, strings.Count(path, ".")+strings.Count(path, "["))
	}
	return len(problems) - 1000*shallowest
}

func (c botCheck) value(path, kind string, v any) []string {
	fits := false
	if inner, ok := strings.CutPrefix(kind, "Array of "); ok {
		list, ok := v.([]any)
		if !ok {
			return []string{path + ": is no list"}
		}
		var all []string
		for i, one := range list {
			all = append(all, c.value(fmt.Sprintf("%s[%d]", path, i), inner, one)...)
		}
		return all
	}
	switch kind {
	case "String":
		_, fits = v.(string)
	case "InputFile":
		fits = true
	case "Boolean":
		_, fits = v.(bool)
	case "Integer":
		n, ok := v.(json.Number)
		_, err := n.Int64()
		fits = ok && err == nil
	case "Float":
		_, fits = v.(json.Number)
	default:
		t, ok := c.api.Types[kind]
		if !ok {
			return []string{fmt.Sprintf("%s: the document does not say what %s is", path, kind)}
		}
		if len(t.Subtypes) > 0 {
			return c.anyOf(path, t.Subtypes, v)
		}
		m, ok := v.(map[string]any)
		if ok {
			return c.object(path, t, m)
		}
	}
	if !fits {
		return []string{fmt.Sprintf("%s: %v is no %s", path, v, kind)}
	}
	return nil
}
