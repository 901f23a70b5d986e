package specs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// validate lists what a schema has against a value, each with the place in the value.
func validate(schema *jsonschema.Schema, v any) []string {
	err := schema.Validate(v)
	if err == nil {
		return nil
	}
	var all *jsonschema.ValidationError
	if !errors.As(err, &all) {
		return []string{"$: " + err.Error()}
	}
	return unique(leaves(all))
}

// leaves are the errors that say something. Of alternatives that all fail, only the one that was meant is reported.
func leaves(e *jsonschema.ValidationError) []string {
	switch k := e.ErrorKind.(type) {
	case *kind.OneOf:
		if len(k.Subschemas) > 1 {
			return []string{jsonPath(e.InstanceLocation) + ": fits several alternatives at once"}
		}
		return meant(e)
	case *kind.AnyOf:
		return meant(e)
	case *kind.Enum:
		if isUnknown(k) {
			return []string{jsonPath(e.InstanceLocation) + ": is not known"}
		}
	}
	if len(e.Causes) == 0 {
		return []string{jsonPath(e.InstanceLocation) + ": " + e.ErrorKind.LocalizedString(message.NewPrinter(language.English))}
	}
	var all []string
	for _, c := range e.Causes {
		all = append(all, leaves(c)...)
	}
	return all
}

// meant are the errors of the alternative that the value comes closest to: one of the value's own kind (object, list …),
// whose "type" it names, with the fewest errors.
func meant(e *jsonschema.ValidationError) []string {
	best, least := []string(nil), 0
	wrong := 0
	for _, c := range e.Causes {
		cost, all := 1, leaves(c)
		switch {
		case refuses(c, len(e.InstanceLocation), ""):
			cost = 10000
		case refuses(c, len(e.InstanceLocation)+1, "type"):
			cost = 1000
		}
		if cost > 1 {
			wrong++
		}
		if cost += len(all); best == nil || cost < least {
			best, least = all, cost
		}
	}
	if wrong == len(e.Causes) && wrong > 1 {
		return append([]string{fmt.Sprintf("%s: is none of %d alternatives; the nearest:", jsonPath(e.InstanceLocation), wrong)}, best...)
	}
	return best
}

// refuses says whether an alternative is for another kind of value: at that depth, it has something against the type
// or the value called name.
func refuses(e *jsonschema.ValidationError, depth int, name string) bool {
	if len(e.InstanceLocation) == depth && (name == "" || e.InstanceLocation[depth-1] == name) {
		switch e.ErrorKind.(type) {
		case *kind.Type:
			return true
		case *kind.Enum, *kind.Const:
			return name != ""
		case *kind.OneOf, *kind.AnyOf:
			return false // alternatives of their own
		}
	}
	for _, c := range e.Causes {
		if refuses(c, depth, name) {
			return true
		}
	}
	return false
}

func jsonPath(tokens []string) string {
	var b strings.Builder
	b.WriteString("$")
	for _, token := range tokens {
		if _, err := strconv.Atoi(token); err == nil {
			b.WriteString("[" + token + "]")
		} else {
			b.WriteString("." + token)
		}
	}
	return b.String()
}

func unique(all []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, one := range all {
		if !seen[one] {
			seen[one] = true
			kept = append(kept, one)
		}
	}
	return kept
}

// plain turns any value into what JSON would make of it, with exact numbers.
func plain(v any) (any, error) {
	b, ok := v.([]byte)
	if raw, is := v.(json.RawMessage); is {
		b, ok = raw, true
	}
	if !ok {
		var err error
		if b, err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(b))
}
