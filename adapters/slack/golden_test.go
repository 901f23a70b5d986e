package slack

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

var update = flag.Bool("update", false, "write golden files and the pages of docs that are made of them")

func speaks(locale string) speech {
	return func(key string) string { return words().Text(flow.T(key), flow.Reader{Locale: locale}) }
}

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
		t.Fatalf("%v; go test ./adapters/slack -update writes it", err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got); go test ./adapters/slack -update writes it\n%s", path, d)
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

// surface is a view as Slack is sent it: a modal for a form, messages for all else.
func surface(v flow.Shown, say speech) any {
	if opens(v) {
		return modal(v, memory{}, false, say)
	}
	var all []map[string]any
	for _, m := range draw(v, say) {
		all = append(all, map[string]any{"text": m.text, "blocks": m.blocks})
	}
	return all
}

// TestMainCards keeps the ten main cards as golden files, and makes docs/chats/slack.md of them.
func TestMainCards(t *testing.T) {
	t.Parallel()
	kit := specs.Load(t)
	var page strings.Builder
	page.WriteString("# The main cards in Slack\n\nMade of the golden files in `adapters/slack/testdata/cards` by `go test ./adapters/slack -update`; what stands in\nbrackets is a button, and one with an exclamation mark asks again before anything happens.\n")
	for _, c := range flowstest.MainCards(t) {
		sent := indented(t, surface(c.Shown, speaks(c.Shown.Locale)))
		name := strings.Trim(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r == '_' {
				return r
			}
			return '_'
		}, strings.ToLower(c.Name)), "_") + ".json"
		golden(t, filepath.Join("testdata", "cards", name), sent)
		fmt.Fprintf(&page, "\n## %s\n\n```text\n%s```\n", c.Name, picture(t, kit, sent))
	}
	golden(t, filepath.Join("..", "..", "docs", "chats", "slack.md"), []byte(page.String()))
}

// picture draws what Slack is sent as text.
func picture(t *testing.T, kit *specs.Specs, sent []byte) string {
	t.Helper()
	var b strings.Builder
	if sent[0] == '{' {
		view := map[string]any{}
		if err := json.Unmarshal(sent, &view); err != nil {
			t.Fatal(err)
		}
		for _, problem := range kit.SlackBlocks("modal_view", view) {
			t.Error(problem)
		}
		pictureModal(&b, fakeslack.View{Raw: view})
		return b.String()
	}
	var all []map[string]any
	if err := json.Unmarshal(sent, &all); err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		for _, problem := range kit.SlackBlocks("message", m) {
			t.Error(problem)
		}
		blocks, _ := m["blocks"].([]any)
		pictureBlocks(&b, "", blocks)
	}
	return b.String()
}

func pictureBlocks(b *strings.Builder, margin string, blocks []any) {
	line := func(text string) { b.WriteString(strings.TrimRight(margin+text, " ") + "\n") }
	for i, block := range blocks {
		one := []any{block}
		kind := block.(map[string]any)["type"]
		for _, text := range fakeslack.Texts(one) {
			for _, l := range strings.Split(text, "\n") {
				line(l)
			}
			if kind == "header" {
				line(strings.Repeat("─", len([]rune(text))))
			}
		}
		if controls := fakeslack.Controls(one); len(controls) > 0 {
			if i > 0 {
				line("")
			}
			line(pictureControls(controls))
		}
	}
}

func pictureControls(controls []fakeslack.Control) string {
	var all []string
	for _, c := range controls {
		switch {
		case c.Type != "button":
			all = append(all, "( "+c.Label+" )")
		case c.Confirm:
			all = append(all, "[! "+c.Label+" ]")
		default:
			all = append(all, "[ "+c.Label+" ]")
		}
	}
	return strings.Join(all, " ")
}

func pictureModal(b *strings.Builder, v fakeslack.View) {
	fmt.Fprintf(b, "╭ %s\n", v.Title())
	fields := map[string]fakeslack.Input{}
	for _, in := range v.Inputs() {
		fields[in.Block] = in
	}
	for _, block := range v.Blocks() {
		id, _ := block.(map[string]any)["block_id"].(string)
		in, ok := fields[id]
		if !ok {
			pictureBlocks(b, "│ ", []any{block})
			continue
		}
		optional := ""
		if in.Optional {
			optional = " (optional)"
		}
		fmt.Fprintf(b, "│ %s%s\n", in.Label, optional)
		switch {
		case len(in.Options) > 0:
			var labels []string
			for _, o := range in.Options {
				labels = append(labels, o.Label)
			}
			fmt.Fprintf(b, "│   ⌄ %s  ( %s )\n", in.Value, strings.Join(labels, " | "))
		default:
			fmt.Fprintf(b, "│   %s\n", in.Value+strings.Repeat("_", 24))
		}
		if in.Hint != "" {
			fmt.Fprintf(b, "│   %s\n", in.Hint)
		}
	}
	fmt.Fprintf(b, "╰ [ %s ] [ %s ]\n", fakeslack.Read(v.Raw["submit"]), v.CloseLabel())
}

// plainJSON is a value as Slack reads it.
func plainJSON(t *testing.T, v any) map[string]any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
