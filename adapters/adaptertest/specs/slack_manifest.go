package specs

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var manifest = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	return compile("slack-manifest.schema.1.0.0.json", "")
})

// SlackManifest checks an app manifest of version 1, also by the rule that Slack keeps and its schema does not say:
// whatever is sent to the app needs either a request URL or Socket Mode.
func (s *Specs) SlackManifest(json []byte) []string {
	schemas, err := manifest()
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(json))
	if err != nil {
		return []string{"$: " + err.Error()}
	}
	return append(validate(schemas[""], v), unreachable(v)...)
}

func unreachable(v any) []string {
	at := func(v any, keys ...string) any {
		for _, k := range keys {
			m, _ := v.(map[string]any)
			v = m[k]
		}
		return v
	}
	if at(v, "settings", "socket_mode_enabled") == true {
		return nil
	}
	var all []string
	missing := func(path string, url any) {
		if text, _ := url.(string); text == "" {
			all = append(all, path+": is missing, and Socket Mode is off")
		}
	}
	commands, _ := at(v, "features", "slash_commands").([]any)
	for i, c := range commands {
		missing(fmt.Sprintf("$.features.slash_commands[%d].url", i), at(c, "url"))
	}
	interactive := at(v, "settings", "interactivity", "is_enabled") == true
	if shortcuts, _ := at(v, "features", "shortcuts").([]any); len(shortcuts) > 0 && !interactive {
		all = append(all, "$.settings.interactivity.is_enabled: shortcuts need it")
	}
	if interactive {
		missing("$.settings.interactivity.request_url", at(v, "settings", "interactivity", "request_url"))
	}
	if events, _ := at(v, "settings", "event_subscriptions", "bot_events").([]any); len(events) > 0 {
		missing("$.settings.event_subscriptions.request_url", at(v, "settings", "event_subscriptions", "request_url"))
	}
	return all
}
