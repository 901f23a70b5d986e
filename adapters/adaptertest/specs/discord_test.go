package specs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
)

func TestDiscordCalls(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	x := strings.Repeat
	button := `{"type":2,"style":1,"label":"Yes","custom_id":"a"}`
	tests := []struct {
		name, method, path, body string
		want                     []string
	}{
		{"a message", "POST", "/channels/1/messages", `{"content":"Hi","components":[{"type":1,"components":[` + button + `]}],"allowed_mentions":{"parse":[]}}`, nil},
		{"a whole address", "POST", "/api/v10/channels/1/messages?wait=true", `{"content":"Hi"}`, nil},
		{"what the library writes out", "POST", "/channels/1/messages", `{"content":"Hi","tts":false,"embeds":null,"something_empty":null}`, nil},
		{"components of version 2", "POST", "/channels/1/messages", `{"flags":32768,"components":[{"type":17,"components":[{"type":10,"content":"Hi"}]}]}`, nil},
		{"no body where none goes", "GET", "/users/@me", "", nil},
		{"an original answer", "PATCH", "/webhooks/1/token/messages/@original", `{"content":"Hi"}`, nil},
		{"an edit that empties the rows", "PATCH", "/channels/1/messages/2", `{"components":[]}`, nil},
		{"commands", "PUT", "/applications/1/guilds/2/commands", `[{"name":"support","description":"Help","default_member_permissions":"0","options":[{"type":1,"name":"find","description":"Find","options":[{"type":3,"name":"email","description":"E-mail","autocomplete":true}]}]}]`, nil},
		{"an unknown call", "POST", "/channels/1/mesages", `{}`, []string{"Discord has no POST /channels/1/mesages"}},
		{"no body", "POST", "/channels/1/messages", ``, []string{"needs a body"}},
		{"no JSON", "POST", "/channels/1/messages", `{`, []string{"$: "}},
		{"a misspelt property", "POST", "/channels/1/messages", `{"content":"Hi","componets":[{}]}`, []string{"$.componets: is not known"}},
		{"an empty message", "POST", "/channels/1/messages", `{"content":""}`, []string{"the message is empty"}},
		{"a long message", "POST", "/channels/1/messages", `{"content":"` + x("é", 2001) + `"}`, []string{"$.content: 2001, at most 2000 go"}},
		{"a long label", "POST", "/channels/1/messages", `{"content":"Hi","components":[{"type":1,"components":[{"type":2,"style":1,"label":"` + x("x", 81) + `","custom_id":"a"}]}]}`, []string{"$.components[0].components[0].label: maxLength: got 81, want 80"}},
		{"a long token", "POST", "/channels/1/messages", `{"content":"Hi","components":[{"type":1,"components":[{"type":2,"style":1,"label":"x","custom_id":"` + x("x", 101) + `"}]}]}`, []string{"$.components[0].components[0].custom_id: maxLength: got 101, want 100"}},
		{"an unknown component", "POST", "/channels/1/messages", `{"content":"Hi","components":[{"type":99}]}`, []string{"$.components[0]"}},
		{"six rows", "POST", "/channels/1/messages", `{"content":"Hi","components":[` + strings.TrimSuffix(x(`{"type":1,"components":[{"type":2,"style":5,"label":"x","url":"https://example.com"}]},`, 6), ",") + `]}`, []string{"$.components: rows: 6"}},
		{"the same id twice", "POST", "/channels/1/messages", `{"content":"Hi","components":[{"type":1,"components":[` + button + `,` + button + `]}]}`, []string{`custom_id "a" stands twice`}},
		{"a button without an id", "POST", "/channels/1/messages", `{"content":"Hi","components":[{"type":1,"components":[{"type":2,"style":1,"label":"x"}]}]}`, []string{"a button of style 1"}},
		{"a menu among buttons", "POST", "/channels/1/messages", `{"content":"Hi","components":[{"type":1,"components":[` + button + `,{"type":3,"custom_id":"b","options":[{"label":"x","value":"y"}]}]}]}`, []string{"a row holds buttons or one menu"}},
		{"content beside version 2", "POST", "/channels/1/messages", `{"content":"Hi","flags":32768,"components":[{"type":10,"content":"Hi"}]}`, []string{"refused with IS_COMPONENTS_V2"}},
		{"version 2 without the flag", "POST", "/channels/1/messages", `{"components":[{"type":10,"content":"Hi"}]}`, []string{"needs the flag"}},
		{"embeds too long in sum", "POST", "/channels/1/messages", `{"embeds":[{"description":"` + x("x", 4000) + `"},{"description":"` + x("x", 2001) + `"}]}`, []string{"$.embeds: characters: 6001"}},
		{"a long description of a command", "PUT", "/applications/1/commands", `[{"name":"support","description":"` + x("x", 101) + `"}]`, []string{"$[0].description: maxLength: got 101, want 100"}},
		{"an option of a wrong kind", "PUT", "/applications/1/commands", `[{"name":"support","description":"x","options":[{"type":3,"name":"email"}]}]`, []string{"$[0].options[0]: missing property 'description'"}},
		{"no snowflake", "POST", "/users/@me/channels", `{"recipient_id":"ana"}`, []string{"$.recipient_id: 'ana' does not match pattern"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wants(t, s.Discord(test.method, test.path, []byte(test.body)), test.want...)
		})
	}
}

func TestDiscordCallbacks(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	question := func(id string) string {
		return `{"type":18,"label":"Reason","component":{"type":3,"custom_id":"` + id + `","options":[{"label":"Typo","value":"typo"}]}}`
	}
	many := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, question(strings.Repeat("x", i+1)))
		}
		return strings.Join(all, ",")
	}
	modal := func(title, components string) string {
		return `{"type":9,"data":{"custom_id":"form","title":"` + title + `","components":[` + components + `]}}`
	}
	tests := []struct {
		name, body string
		want       []string
	}{
		{"pong", `{"type":1}`, nil},
		{"deferred", `{"type":5,"data":{"flags":64}}`, nil},
		{"deferred update", `{"type":6}`, nil},
		{"a message", `{"type":4,"data":{"content":"Hi","flags":64}}`, nil},
		{"an update", `{"type":7,"data":{"content":"Hi","components":[]}}`, nil},
		{"autocomplete", `{"type":8,"data":{"choices":[{"name":"HP1","value":"HP1"}]}}`, nil},
		{"a modal", modal("Refund", many(5)), nil},
		{"an unknown type", `{"type":3}`, []string{"$"}},
		{"an empty message", `{"type":4,"data":{"flags":64}}`, []string{"$.data: the message is empty"}},
		{"a long title", modal(strings.Repeat("x", 46), many(1)), []string{"$.data.title: maxLength: got 46, want 45"}},
		{"six questions", modal("Refund", many(6)), []string{"$.data.components: 6, at most 5 go"}},
		{"the same id twice", modal("Refund", question("a")+","+question("a")), []string{`custom_id "a" stands twice`}},
		{"a long label", modal("Refund", strings.Replace(question("a"), "Reason", strings.Repeat("x", 46), 1)), []string{"$.data.components[0].label: maxLength: got 46, want 45"}},
		{"too many choices", `{"type":8,"data":{"choices":[` + strings.TrimSuffix(strings.Repeat(`{"name":"x","value":"y"},`, 26), ",") + `]}}`, []string{"$.data.choices: maxItems: got 26, want 25"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !json.Valid([]byte(test.body)) {
				t.Fatalf("no JSON: %s", test.body)
			}
			wants(t, s.DiscordCallback([]byte(test.body)), test.want...)
		})
	}
}
