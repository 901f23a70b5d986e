package specs

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compile compiles definitions of a file, by name.
func compile(file string, pointers ...string) (map[string]*jsonschema.Schema, error) {
	s, err := process()
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(regexpOf)
	all := map[string]*jsonschema.Schema{}
	for _, p := range pointers {
		schema, err := c.Compile("file://" + filepath.ToSlash(filepath.Join(s.dir, file)) + p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all[p] = schema
	}
	return all, nil
}

var blockKit = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	return compile("slack-block-kit.schema.json", "#/$defs/message", "#/$defs/message_blocks", "#/$defs/modal_view", "#/$defs/home_view")
})

// SlackBlocks checks a whole surface: a "message" (text and blocks, or a list of blocks alone), a "modal_view" or a
// "home_view".
func (s *Specs) SlackBlocks(surface string, v any) []string {
	schemas, err := blockKit()
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	value, err := plain(v)
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	blocks := value
	if m, ok := value.(map[string]any); ok {
		blocks = m["blocks"]
	} else if surface == "message" {
		surface = "message_blocks"
	}
	schema, ok := schemas["#/$defs/"+surface]
	if !ok {
		return []string{fmt.Sprintf("$: %q is no surface of Slack's", surface)}
	}
	return append(validate(schema, value), sameIDs(blocks)...)
}

// sameIDs finds what the schema cannot: block_ids that stand twice on a surface, action_ids that stand twice in a block.
func sameIDs(v any) []string {
	blocks, _ := v.([]any)
	var all []string
	seen := map[string]bool{}
	for i, b := range blocks {
		block, _ := b.(map[string]any)
		if id, ok := block["block_id"].(string); ok {
			if seen[id] {
				all = append(all, fmt.Sprintf("$.blocks[%d].block_id: %q stands twice", i, id))
			}
			seen[id] = true
		}
		actions := map[string]bool{}
		each(block, func(m map[string]any) {
			id, ok := m["action_id"].(string)
			if ok && actions[id] {
				all = append(all, fmt.Sprintf("$.blocks[%d]: action_id %q stands twice", i, id))
			}
			actions[id] = ok
		})
	}
	return all
}

// each visits every object inside a value.
func each(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			each(v[key], visit)
		}
	case []any:
		for _, inner := range v {
			each(inner, visit)
		}
	}
}
