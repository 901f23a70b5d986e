package slack

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

// Every step of every flow with the longest values, in three languages, fits as a message, as a modal and in the home tab,
// and loses no button, no field and no word that matters.
func TestViewsFit(t *testing.T) {
	t.Parallel()
	kit := specs.Load(t)
	views := flowstest.ViewsToDraw(t)
	if len(views) < 100 {
		t.Fatalf("only %d views", len(views))
	}
	for _, v := range views {
		say := speaks(v.Shown.Locale)
		var labels int
		var all strings.Builder
		for _, m := range draw(v.Shown, say) {
			sent := plainJSON(t, map[string]any{"text": m.text, "blocks": m.blocks})
			for _, problem := range kit.SlackBlocks("message", sent) {
				t.Errorf("%s: %s", v.Name, problem)
			}
			blocks, _ := sent["blocks"].([]any)
			all.WriteString(strings.Join(fakeslack.Texts(blocks), "\n") + "\n")
			labels += len(fakeslack.Controls(blocks))
			if n := len([]rune(m.text)); n == 0 || n > kit.Limit("slack.message.text_recommended") {
				t.Errorf("%s: the notice has %d characters", v.Name, n)
			}
		}
		want := len(v.Shown.Buttons)
		if opens(v.Shown) && v.Shown.Answer != nil {
			want++
		}
		if labels != want {
			t.Errorf("%s: %d controls, want %d", v.Name, labels, want)
		}
		for _, f := range v.Shown.Facts {
			if !strings.Contains(all.String(), f.Label+": "+f.Value) && len([]rune(f.Value)) <= maxValue {
				t.Errorf("%s: the fact %q is lost", v.Name, f.Label)
			}
		}
		fitsView(t, kit, v, say)
	}
}

func fitsView(t *testing.T, kit *specs.Specs, v flowstest.Named, say speech) {
	t.Helper()
	for _, problem := range kit.SlackBlocks("home_view", plainJSON(t, home(v.Shown, say))) {
		t.Errorf("%s: home: %s", v.Name, problem)
	}
	for _, problem := range kit.SlackBlocks("modal_view", plainJSON(t, sheet(v.Shown, memory{}, say))) {
		t.Errorf("%s: sheet: %s", v.Name, problem)
	}
	if !opens(v.Shown) {
		return
	}
	m := memory{Channel: "C0123456789", Thread: "1790000000.000001", Message: "D0123456789:1790000000.000001", URL: "https://hooks.slack.com/actions/T0123456789/" + strings.Repeat("9", 60)}
	view := plainJSON(t, modal(v.Shown, m, false, say))
	for _, problem := range kit.SlackBlocks("modal_view", view) {
		t.Errorf("%s: modal: %s", v.Name, problem)
	}
	if got := len((fakeslack.View{Raw: view}).Inputs()); got != len(v.Shown.Fields) {
		t.Errorf("%s: the modal has %d fields, want %d", v.Name, got, len(v.Shown.Fields))
	}
}

// What no real shop has still fits.
func TestExtremes(t *testing.T) {
	t.Parallel()
	kit := specs.Load(t)
	long := strings.Repeat("palavra 👩🏽‍🍳 ", 2000)
	extreme := flow.Shown{Token: "01JDZKQ3V7X9T2M4N6P8R0S1W5.12.", Title: long, Problem: long, Hint: long, Body: []string{long, "", long}}
	for range 60 {
		extreme.Facts = append(extreme.Facts, flow.ShownFact{Label: long, Value: long})
	}
	choice := extreme
	choice.Fields = []flow.ShownField{{Name: "purchase", Label: long, Hint: long, Kind: flow.ChoiceField}}
	for i := range 230 {
		token := flow.Token{Of: "01JDZKQ3V7X9T2M4N6P8R0S1W5", Revision: 12, Button: "o" + string(rune('a'+i%26))}
		choice.Fields[0].Options = append(choice.Fields[0].Options, flow.ShownOption{Value: long[:100], Label: long})
		choice.Buttons = append(choice.Buttons, flow.ShownButton{Token: token.String(), Label: long})
	}
	many := extreme
	many.Buttons = choice.Buttons
	huge := choice
	huge.Fields = []flow.ShownField{choice.Fields[0]}
	for range 2 {
		huge.Fields[0].Options = append(huge.Fields[0].Options, huge.Fields[0].Options...)
		huge.Buttons = append(huge.Buttons, huge.Buttons...)
	}
	form := extreme
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		form.Fields = append(form.Fields, flow.ShownField{Name: name, Label: long, Hint: long, Value: long, Problem: long, Kind: flow.LongField})
	}
	form.Fields[0].Kind = flow.EmailField
	form.Fields[1].Kind, form.Fields[1].Options = flow.ChoiceField, []flow.ShownOption{{Value: "x", Label: ""}}
	for name, v := range map[string]flow.Shown{"empty": {}, "long": extreme, "choice": choice, "many": many, "huge": huge, "form": form} {
		for i, m := range draw(v, speaks("pt-BR")) {
			for _, problem := range kit.SlackBlocks("message", plainJSON(t, reply{Text: m.text, Blocks: m.blocks})) {
				t.Errorf("%s, message %d: %s", name, i, problem)
			}
		}
		for surface, view := range map[string]any{"home_view": home(v, speaks("es")), "modal_view": sheet(v, memory{}, speaks("en"))} {
			for _, problem := range kit.SlackBlocks(surface, plainJSON(t, view)) {
				t.Errorf("%s, %s: %s", name, surface, problem)
			}
		}
	}
	for _, problem := range kit.SlackBlocks("modal_view", plainJSON(t, modal(form, memory{}, false, speaks("pt-BR")))) {
		t.Errorf("modal: %s", problem)
	}
}

// The numbers in limits.go are those of platform-limits.json.
func TestLimitsAreSlacks(t *testing.T) {
	t.Parallel()
	kit := specs.Load(t)
	for path, ours := range map[string]int{
		"block.header_text": maxHeader, "block.section_text": maxSection, "message.blocks": maxBlocks, "view.blocks": maxViewBlocks,
		"element.button_text": maxButton, "block.actions_elements": maxRow, "element.select_options": maxOptions, "element.option_text": maxOption,
		"element.placeholder": maxPlaceholder, "view.title": maxModalTitle, "view.private_metadata": maxMemory, "view.submit": maxSubmit, "block.input_label": maxAsk,
		"block.input_hint": maxHint, "element.plain_text_input_max_length": maxInput, "element.confirm_title": maxSureTitle,
		"element.confirm_text": maxSureText, "element.confirm_button": maxSureButton, "timing.response_url_uses": replyUses,
		"manifest.description": maxAbout, "manifest.slash_command_name": maxCommand, "manifest.slash_command_usage_hint": maxUsage,
		"manifest.slash_command_description": maxCommandText, "manifest.shortcut_name": maxShortcut, "manifest.shortcut_description": maxShortcutAbout,
	} {
		if got := kit.Limit("slack." + path); got != ours {
			t.Errorf("slack.%s is %d, ours %d", path, got, ours)
		}
	}
}
