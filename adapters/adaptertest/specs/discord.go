package specs

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// A discordAPI is Discord's OpenAPI 3.1 document, whose schemas are plain JSON Schema 2020-12. Each operation's schema is
// compiled when it is first needed.
type discordAPI struct {
	paths    map[string]any
	mu       sync.Mutex // of the compiler
	compiler *jsonschema.Compiler
}

const discordDocument = "discord:///openapi.json"

// nothing are values of an unknown property that do no harm: the library writes out empty options everywhere.
var nothing = []any{nil, false, "", []any{}}

var discord = sync.OnceValues(func() (*discordAPI, error) {
	s, err := process()
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := s.read("discord-openapi.json", &doc); err != nil {
		return nil, err
	}
	schemas, _ := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for _, schema := range schemas {
		tighten(schema.(map[string]any))
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(discordDocument, doc); err != nil {
		return nil, err
	}
	paths, _ := doc["paths"].(map[string]any)
	return &discordAPI{paths: paths, compiler: c}, nil
})

// tighten makes a schema refuse properties that it does not list: Discord would pass over them in silence, and a
// misspelt one is a mistake that nobody sees. It also corrects what the document says otherwise than Discord does.
func tighten(schema map[string]any) {
	properties, ok := schema["properties"].(map[string]any)
	if !ok || schema["allOf"] != nil {
		return
	}
	if _, ok := schema["additionalProperties"]; !ok {
		schema["additionalProperties"] = map[string]any{"enum": nothing}
	}
	if p, ok := properties["default_member_permissions"].(map[string]any); ok { // a string of digits, as in the documentation
		p["type"] = []any{"integer", "string", "null"}
		p["pattern"] = "^[0-9]+$"
	}
}

func isUnknown(e *kind.Enum) bool {
	return len(e.Want) == len(nothing) && e.Want[0] == nil && e.Want[1] == false && e.Want[2] == ""
}

// Discord checks the JSON body of a call. The path is the one of the request, with or without /api/v10.
func (s *Specs) Discord(method, path string, body []byte) []string {
	api, err := discord()
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	template := api.template(path)
	operation, _ := at(api.paths, template, strings.ToLower(method)).(map[string]any)
	if operation == nil {
		return []string{fmt.Sprintf("$: Discord has no %s %s", method, path)}
	}
	if at(operation, "requestBody", "content", "application/json") == nil {
		if len(bytes.TrimSpace(body)) > 0 {
			return []string{fmt.Sprintf("$: %s %s takes no body", method, template)}
		}
		return nil
	}
	if len(bytes.TrimSpace(body)) == 0 {
		if at(operation, "requestBody", "required") == true {
			return []string{fmt.Sprintf("$: %s %s needs a body", method, template)}
		}
		return nil
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	schema, err := api.schema(pointer("paths", template, strings.ToLower(method), "requestBody", "content", "application/json", "schema"))
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	return append(validate(schema, v), s.discordRules(template, method, v)...)
}

// DiscordCallback checks the answer to an interaction, whether it is sent by a call or as the answer to Discord's own.
func (s *Specs) DiscordCallback(body []byte) []string {
	return s.Discord("POST", "/interactions/1/token/callback", body)
}

func (a *discordAPI) schema(pointer string) (*jsonschema.Schema, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.compiler.Compile(discordDocument + "#" + pointer)
}

// template is the path of the document that a request's path fits, the most literal one; else the path itself.
func (a *discordAPI) template(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if i := strings.Index(path, "/api/v"); i >= 0 {
		path = path[i+len("/api/v"):]
		path = path[strings.Index(path+"/", "/"):]
	}
	parts := strings.Split(path, "/")
	best, literal := path, -1
	for candidate := range a.paths {
		n := 0
		for i, want := range strings.Split(candidate, "/") {
			if i >= len(parts) || parts[i] == "" && i > 0 || parts[i] != want && !strings.HasPrefix(want, "{") {
				n = -1
				break
			}
			if parts[i] == want {
				n++
			}
		}
		if strings.Count(candidate, "/") == len(parts)-1 && n > literal {
			best, literal = candidate, n
		}
	}
	return best
}

func at(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

func pointer(tokens ...string) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(token))
	}
	return b.String()
}
