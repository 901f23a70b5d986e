package discord

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

var update = flag.Bool("update", false, "write golden files and the page of docs that is made of them")

// golden compares with a file, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test ./adapters/discord -update writes it", err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got); go test ./adapters/discord -update writes it\n%s", path, d)
	}
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// TestMainCards keeps the ten main cards as golden files, and makes docs/chats/discord.md of them.
func TestMainCards(t *testing.T) {
	t.Parallel()
	spec := specs.Load(t)
	var page strings.Builder
	page.WriteString("# The main cards in Discord\n\nMade of the golden files in `adapters/discord/testdata/cards` by `go test ./adapters/discord -update`. What stands in\nbrackets is a button or a menu, `*` marks the one in blurple, `!` the red one; facts that stand beside each other are separated\nby `|`, and what is underlined is typed into a modal.\n")
	for _, c := range flowstest.MainCards(t) {
		name := strings.Trim(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r == '_' {
				return r
			}
			return '_'
		}, strings.ToLower(c.Name)), "_") + ".json"
		choose := menuWords{Choose: words(t).Text(flow.T("chat.choose"), flow.Reader{Locale: c.Shown.Locale})}
		var sent any = render(c.Shown, choose)
		if fillable(c.Shown) {
			sent = renderModal(c.Shown, nil, choose)
		}
		body := indented(t, sent)
		golden(t, filepath.Join("testdata", "cards", name), body)
		fmt.Fprintf(&page, "\n## %s\n\n```text\n%s```\n", c.Name, picture(t, spec, body))
	}
	golden(t, filepath.Join("..", "..", "docs", "chats", "discord.md"), []byte(page.String()))
}

// picture draws what Discord is sent as text.
func picture(t *testing.T, spec *specs.Specs, sent []byte) string {
	t.Helper()
	var b strings.Builder
	if sent[0] == '{' {
		for _, p := range spec.DiscordCallback([]byte(`{"type":9,"data":` + string(sent) + `}`)) {
			t.Error(p)
		}
		var m fakediscord.Modal
		if err := json.Unmarshal(sent, &m); err != nil {
			t.Fatal(err)
		}
		pictureModal(&b, m)
		return b.String()
	}
	var all []json.RawMessage
	if err := json.Unmarshal(sent, &all); err != nil {
		t.Fatal(err)
	}
	for _, raw := range all {
		for _, p := range spec.Discord("POST", "/channels/1/messages", raw) {
			t.Error(p)
		}
		var m struct {
			Embeds     []fakediscord.Embed
			Components []fakediscord.Component
		}
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		pictureMessage(&b, m.Embeds, m.Components)
	}
	return b.String()
}

func pictureMessage(b *strings.Builder, embeds []fakediscord.Embed, rows []fakediscord.Component) {
	line := func(text string) { b.WriteString(strings.TrimRight("┃ "+text, " ") + "\n") }
	for _, e := range embeds {
		if e.Title != "" {
			line(strings.ToUpper(fakediscord.Plain(e.Title)))
		}
		for text := range strings.SplitSeq(e.Description, "\n") {
			if text != "" {
				line(fakediscord.Plain(text))
			}
		}
		beside, n := "", 0
		for i, f := range e.Fields {
			if beside != "" {
				beside += "  |  "
			}
			n++
			beside += fakediscord.Plain(f.Name) + ": " + strings.ReplaceAll(fakediscord.Plain(f.Value), "\n", "\n┃   ")
			if n == 3 || !f.Inline || i+1 == len(e.Fields) || !e.Fields[i+1].Inline { // clients have room for three
				line(beside)
				beside, n = "", 0
			}
		}
	}
	for _, row := range rows {
		var all []string
		for _, c := range row.Components {
			mark := map[int]string{stylePrimary: "*", styleDanger: "!"}[c.Style]
			if c.Type == stringSelect {
				all = append(all, "["+c.Placeholder+" ▾]")
				for _, o := range c.Options {
					all = append(all, "\n    "+o.Label)
				}
				continue
			}
			all = append(all, "["+c.Label+mark+"]")
		}
		b.WriteString("  " + strings.Join(all, " ") + "\n")
	}
}

func pictureModal(b *strings.Builder, m fakediscord.Modal) {
	b.WriteString("┌ " + strings.ToUpper(m.Title) + "\n")
	line := func(text string) { b.WriteString(strings.TrimRight("│ "+text, " ") + "\n") }
	for _, c := range m.Components {
		if c.Component == nil {
			for text := range strings.SplitSeq(fakediscord.Plain(c.Content), "\n") {
				line(text)
			}
			continue
		}
		label := c.Label
		if c.Component.Required != nil && *c.Component.Required {
			label += " *"
		}
		line(label)
		if c.Description != "" {
			line("  " + c.Description)
		}
		if c.Component.Type == stringSelect {
			line("  [" + c.Component.Placeholder + " ▾]")
			for _, o := range c.Component.Options {
				line("    " + o.Label)
			}
			continue
		}
		line("  " + c.Component.Value + "________")
	}
	b.WriteString("└ [Cancel] [Submit]\n")
}

// TestDecode reads payloads as Discord sends them, and keeps what is made of them as golden files.
func TestDecode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/decode/*.in.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d payloads: %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(path, ".in.json")+".json", indented(t, understood(t, raw)))
		})
	}
}

// understood is all that is read from a payload.
func understood(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	out := map[string]any{}
	if strings.Contains(string(raw), `"author"`) && !strings.Contains(string(raw), `"application_id"`) {
		var m received
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		in, ok := decodeTyped(m)
		out["inbound"], out["understood"], out["input"] = in, ok, fmt.Sprintf("%T", in.Input)
		return out
	}
	var i interaction
	if err := json.Unmarshal(raw, &i); err != nil {
		t.Fatal(err)
	}
	in, ok := decode(i)
	out["inbound"], out["understood"], out["input"] = in, ok, fmt.Sprintf("%T", in.Input)
	if typed, ok := decodeTyping(i.Data); ok && i.Type == autocompleteInteraction {
		out["typing"] = []string{typed.word, typed.option, typed.text}
	}
	return out
}
