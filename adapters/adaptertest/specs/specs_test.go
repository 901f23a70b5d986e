package specs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
)

// wants compares problems with what they should begin with; none wanted means that the value is fine.
func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(want) == 0 && len(got) > 0 {
		t.Errorf("problems with a good value:\n%s", strings.Join(got, "\n"))
	}
	for _, w := range want {
		found := false
		for _, g := range got {
			found = found || strings.Contains(g, w)
		}
		if !found {
			t.Errorf("no problem %q in:\n%s", w, strings.Join(got, "\n"))
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	for path, want := range map[string]int{"slack.element.button_text": 75, "discord.modal.components_max": 5, "telegram.keyboard.callback_data_bytes": 64} {
		if got := s.Limit(path); got != want {
			t.Errorf("%s is %d, want %d", path, got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a limit that does not exist is passed over")
		}
	}()
	s.Limit("slack.element.nothing")
}

func TestSlackMethods(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	section := `[{"type":"section","text":{"type":"plain_text","text":"Hello"}}]`
	tests := []struct {
		name, method string
		body         map[string]any
		want         []string
	}{
		{"a form", "chat.postMessage", map[string]any{"channel": "C1", "text": "Hello", "blocks": section, "unfurl_links": "false", "token": "x"}, nil},
		{"JSON", "chat.postMessage", map[string]any{"channel": "C1", "text": "Hello", "mrkdwn": false,
			"blocks": []any{map[string]any{"type": "divider"}}}, nil},
		{"a younger parameter", "chat.postMessage", map[string]any{"channel": "C1", "text": "x", "metadata": map[string]any{"event_type": "x"}}, nil},
		{"no blocks", "chat.update", map[string]any{"channel": "C1", "ts": "1.2", "text": "x", "blocks": []any{}}, nil},
		{"a method that is not listed", "apps.connections.open", map[string]any{"whatever": 1}, nil},
		{"no channel", "chat.postMessage", map[string]any{"text": "Hello"}, []string{"$.channel: is missing"}},
		{"misspelt", "chat.update", map[string]any{"channel": "C1", "ts": "1.2", "txt": "x"}, []string{"$.txt: is not known"}},
		{"a wrong type", "chat.postMessage", map[string]any{"channel": 7, "mrkdwn": "perhaps"}, []string{"$.channel: json.Number is no string", `$.mrkdwn: "perhaps" is no boolean`}},
		{"a bad block", "chat.postMessage", map[string]any{"channel": "C1", "text": "x", "blocks": `[{"type":"section"}]`}, []string{"$.blocks[0]"}},
		{"blocks that are no JSON", "chat.postMessage", map[string]any{"channel": "C1", "blocks": `[{`}, []string{"$.blocks: is no JSON"}},
		{"a bad view", "views.open", map[string]any{"trigger_id": "1", "view": map[string]any{"type": "modal", "title": map[string]any{"type": "plain_text", "text": strings.Repeat("x", 25)}, "blocks": []any{map[string]any{"type": "divider"}}}},
			[]string{"$.view.title.text: maxLength: got 25, want 24"}},
		{"a view of a strange kind", "views.open", map[string]any{"trigger_id": "1", "view": `{"type":"panel"}`}, []string{`"panel_view" is no surface`}},
		{"a long text", "chat.postMessage", map[string]any{"channel": "C1", "text": strings.Repeat("x", 40001)}, []string{"$.text: 40001"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wants(t, s.SlackMethod(test.method, test.body), test.want...)
		})
	}
}

type object = map[string]any

func text(words string) object { return object{"type": "plain_text", "text": words} }

func press(id, label string) object {
	return object{"type": "button", "action_id": id, "value": "v", "text": text(label)}
}

func TestSlackBlocks(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	input := object{"type": "input", "block_id": "a", "label": text("Reason"), "element": object{"type": "static_select", "action_id": "r",
		"options": []any{object{"text": text("Typo"), "value": "typo"}}}}
	buttons := func(n int) []any {
		var all []any
		for i := range n {
			all = append(all, press(strings.Repeat("x", i+1), "Yes"))
		}
		return all
	}
	tests := []struct {
		name, surface string
		v             any
		want          []string
	}{
		{"a message", "message", object{"text": "Hi", "blocks": []any{object{"type": "header", "text": text("Hi")}, object{"type": "actions", "elements": buttons(25)}}}, nil},
		{"blocks alone", "message", []any{object{"type": "divider"}}, nil},
		{"a modal", "modal_view", object{"type": "modal", "title": text("Refund"), "submit": text("Send"), "blocks": []any{input}}, nil},
		{"a home", "home_view", object{"type": "home", "blocks": []any{object{"type": "divider"}}}, nil},
		{"a message without text", "message", object{"blocks": []any{object{"type": "divider"}}}, []string{"$: missing property 'text'"}},
		{"a long label", "message", []any{object{"type": "actions", "elements": []any{press("a", strings.Repeat("x", 76))}}}, []string{"$[0].elements[0].text.text: maxLength: got 76, want 75"}},
		{"too many buttons", "message", []any{object{"type": "actions", "elements": buttons(26)}}, []string{"$[0].elements: maxItems: got 26, want 25"}},
		{"an unknown block", "message", []any{object{"type": "sectoin", "text": text("x")}}, []string{"$[0].type"}},
		{"no submit", "modal_view", object{"type": "modal", "title": text("Refund"), "blocks": []any{input}}, []string{"missing property 'submit'"}},
		{"twice the same block", "modal_view", object{"type": "modal", "title": text("Refund"), "submit": text("Send"), "blocks": []any{input, input}}, []string{`$.blocks[1].block_id: "a" stands twice`}},
		{"twice the same action", "message", []any{object{"type": "actions", "elements": []any{press("a", "x"), press("a", "y")}}}, []string{`$.blocks[0]: action_id "a" stands twice`}},
		{"a strange surface", "sidebar", []any{}, []string{"is no surface"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wants(t, s.SlackBlocks(test.surface, test.v), test.want...)
		})
	}
}

func TestSlackManifest(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	good, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "specs", "slack-manifest.support-bot.example.json"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, s.SlackManifest(good))
	change := func(old, new string) []byte {
		if !strings.Contains(string(good), old) {
			t.Fatalf("the example lacks %q", old)
		}
		return []byte(strings.ReplaceAll(string(good), old, new))
	}
	wants(t, s.SlackManifest(change(`"socket_mode_enabled": true`, `"socket_mode_enabled": false`)),
		"$.features.slash_commands[0].url: is missing", "$.settings.interactivity.request_url: is missing", "$.settings.event_subscriptions.request_url: is missing")
	wants(t, s.SlackManifest(change(`"socket_mode_enabled"`, `"socket_mode_on"`)), "$.settings: additional properties 'socket_mode_on' not allowed")
	wants(t, s.SlackManifest([]byte(`{"display_information":{"name":"`+strings.Repeat("x", 36)+`"}}`)), "$.display_information.name: maxLength: got 36, want 35")
	wants(t, s.SlackManifest([]byte(`{`)), "$: ")
}
