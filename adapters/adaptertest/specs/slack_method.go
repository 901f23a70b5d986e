package specs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// slackAPI is what is read of Slack's Swagger 2 document.
type slackAPI struct {
	Paths map[string]map[string]struct {
		Parameters []slackParameter
	}
}

type slackParameter struct {
	Name, In, Type string
	Required       bool
}

var slackMethods = sync.OnceValues(func() (slackAPI, error) {
	var api slackAPI
	s, err := process()
	if err != nil {
		return api, err
	}
	return api, s.read("slack-web-openapi-v2.json", &api)
})

// younger are parameters that Slack has added since its document of 2020 (method pages of docs.slack.dev, read 2026-07).
var younger = map[string][]string{
	"chat.postMessage":   {"metadata", "markdown_text"},
	"chat.postEphemeral": {"markdown_text"},
	"chat.update":        {"metadata", "markdown_text", "file_ids", "reply_broadcast", "unfurl_links", "unfurl_media"},
	"conversations.open": {"prevent_creation"},
	"views.open":         {"interactivity_pointer"},
	"views.push":         {"interactivity_pointer"},
}

// stated are methods that Slack has added since, with what its pages say of them (docs.slack.dev, reference/methods, read
// 2026-11).
var stated = map[string][]slackParameter{
	"files.getUploadURLExternal": {
		{Name: "filename", Type: "string", Required: true}, {Name: "length", Type: "integer", Required: true},
		{Name: "snippet_type", Type: "string"}, {Name: "alt_txt", Type: "string"},
	},
	"files.completeUploadExternal": {
		{Name: "files", Type: "string", Required: true}, {Name: "channel_id", Type: "string"}, {Name: "channels", Type: "string"},
		{Name: "thread_ts", Type: "string"}, {Name: "initial_comment", Type: "string"}, {Name: "blocks", Type: "string"},
	},
}

// SlackMethod checks the parameters of a Web API call: names, what is required, types; the blocks and views in them by
// Block Kit. Values may come from a form (all strings) or from JSON. Nothing is known of a method that is not listed.
func (s *Specs) SlackMethod(method string, body map[string]any) []string {
	api, err := slackMethods()
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	known := map[string]slackParameter{}
	for _, operation := range api.Paths["/"+method] {
		for _, p := range operation.Parameters {
			known[p.Name] = p
		}
	}
	for _, p := range stated[method] {
		known[p.Name] = p
	}
	if len(known) == 0 {
		return nil
	}
	v, err := plain(body)
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	values, _ := v.(map[string]any)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if _, ok := values[name]; !ok && known[name].Required && name != "token" { // it may be in the header
			all = append(all, "$."+name+": is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		p, ok := known[name]
		switch {
		case name == "token" || slices.Contains(younger[method], name):
		case !ok:
			all = append(all, "$."+name+": is not known")
		default:
			all = append(all, p.check(values[name])...)
		}
	}
	return append(all, s.surfaces(values)...)
}

// check compares a value with the parameter's type. Lists and objects are JSON in a string, or JSON in JSON.
func (p slackParameter) check(v any) []string {
	text, isText := v.(string)
	switch v.(type) {
	case map[string]any, []any:
		if p.Name == "blocks" || p.Name == "attachments" || p.Name == "view" {
			return nil
		}
	case json.Number:
		if p.Type == "integer" || p.Type == "number" {
			return nil
		}
	case bool:
		if p.Type == "boolean" {
			return nil
		}
	case string:
		fits := p.Type == "string" || p.Name == "ts" // the document calls the ts of chat.delete a number
		switch p.Type {
		case "boolean":
			_, err := strconv.ParseBool(text)
			fits = err == nil
		case "integer":
			_, err := strconv.Atoi(text)
			fits = err == nil
		}
		if fits {
			return nil
		}
	}
	if isText {
		return []string{fmt.Sprintf("$.%s: %q is no %s", p.Name, text, p.Type)}
	}
	return []string{fmt.Sprintf("$.%s: %T is no %s", p.Name, v, p.Type)}
}

// surfaces checks the blocks and the view among the parameters.
func (s *Specs) surfaces(values map[string]any) []string {
	var all []string
	for _, name := range []string{"blocks", "view"} {
		v, ok := values[name]
		if text, is := v.(string); is {
			var err error
			if v, err = jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text))); err != nil {
				all = append(all, fmt.Sprintf("$.%s: is no JSON: %v", name, err))
				continue
			}
		}
		if list, is := v.([]any); !ok || is && len(list) == 0 { // no blocks: the text alone
			continue
		}
		surface := "message"
		if m, is := v.(map[string]any); is && name == "view" {
			surface = fmt.Sprint(m["type"]) + "_view"
		}
		for _, problem := range s.SlackBlocks(surface, v) {
			all = append(all, "$."+name+problem[1:])
		}
	}
	if text, _ := values["text"].(string); len([]rune(text)) > s.Limit("slack.message.text_hard") {
		all = append(all, fmt.Sprintf("$.text: %d characters, at most %d go", len([]rune(text)), s.Limit("slack.message.text_hard")))
	}
	return all
}
