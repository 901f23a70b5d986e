package telegram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

// TestViewsFit renders every view of every flow in three languages with the longest values, by the platform's own
// documents and by the limits.
func TestViewsFit(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	views := flowstest.ViewsToDraw(t)
	for _, v := range views {
		drafts := render(v.Shown)
		if len(drafts) != 1 {
			t.Errorf("%s takes %d messages", v.Name, len(drafts))
		}
		for i, d := range drafts {
			params := map[string]any{"chat_id": "5001"}
			for name, value := range d.params() {
				params[name] = value
			}
			for _, problem := range s.Telegram("sendMessage", params) {
				t.Errorf("%s, message %d: %s", v.Name, i+1, problem)
			}
		}
		if d := single(v.Shown); d.HTML != drafts[0].HTML {
			t.Errorf("%s: an edit would cut it", v.Name)
		}
		complete(t, v.Name, v.Shown, drafts)
	}
	t.Logf("%d views", len(views))
}

// complete wants all that a view says, and all that can be pressed.
func complete(t *testing.T, name string, s flow.Shown, drafts []draft) {
	t.Helper()
	var text strings.Builder
	for _, d := range drafts {
		text.WriteString(plainText(t, d.HTML) + "\n")
	}
	all := text.String()
	want := append([]string{s.Title, s.Problem, s.Hint}, s.Body...)
	for _, f := range s.Facts {
		want = append(want, f.Label+": "+f.Value)
	}
	if len(s.Fields) == 1 {
		want = append(want, s.Fields[0].Label, s.Fields[0].Hint)
	}
	for _, w := range want {
		if !strings.Contains(all, strings.TrimSpace(w)) {
			t.Errorf("%s lacks %q:\n%s", name, w, all)
		}
	}
	tokens := map[string]bool{}
	for _, row := range drafts[len(drafts)-1].Keyboard {
		for _, b := range row {
			tokens[b.Data] = true
			if chat.UTF16.Length(b.Text) > maxLabel {
				t.Errorf("%s: the label %q is too long", name, b.Text)
			}
		}
	}
	for _, b := range s.Buttons {
		if !tokens[b.Token] {
			t.Errorf("%s lacks the button %q, %s", name, b.Label, b.Token)
		}
	}
}

// plainText takes the little markup out that render makes.
func plainText(t *testing.T, html string) string {
	t.Helper()
	text := strings.NewReplacer("<b>", "", "</b>", "", "<i>", "", "</i>", "").Replace(html)
	if strings.ContainsAny(text, "<>") {
		t.Errorf("markup that is not ours: %q", html)
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// TestLimits compares ours with the numbers of the specification.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	for path, ours := range map[string]int{
		"telegram.message.text":                     maxText,
		"telegram.message.callback_answer_text":     maxToast,
		"telegram.keyboard.callback_data_bytes":     maxData,
		"telegram.keyboard.advised_buttons_per_row": maxRow,
		"telegram.command.name":                     maxWord,
		"telegram.command.description":              maxAbout,
		"telegram.profile.description":              maxDescription,
		"telegram.profile.short_description":        maxShort,
		"telegram.rates.overall_per_second":         overallRate,
		"telegram.polling.limit":                    pollLimit,
		"telegram.webhook.max_connections_default":  webhookConnections,
	} {
		if want := s.Limit(path); ours != want {
			t.Errorf("%s is %d, ours %d", path, want, ours)
		}
	}
	if most := s.Limit("telegram.polling.suggested_timeout_seconds"); pollTimeout > most {
		t.Errorf("a poll waits %d s, at most %d are advised", pollTimeout, most)
	}
	if most := s.Limit("telegram.start.payload"); len(linked)+maxWord > most {
		t.Errorf("a link's payload may have %d characters, at most %d go", len(linked)+maxWord, most)
	}
	if flow.MaxToken > s.Limit("telegram.keyboard.callback_data_bytes") {
		t.Errorf("tokens of %d bytes do not fit", flow.MaxToken)
	}
}

func TestRenderLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("😀&<>", 3000)
	v := flow.Shown{Title: long, Problem: long, Hint: long, Body: []string{long, "", " \n"}, Facts: []flow.ShownFact{{Label: "Note", Value: long}, {Label: "Price", Value: "R$ 1"}},
		Buttons: []flow.ShownButton{{Token: "t.1.ok", Label: strings.Repeat("label ", 40)}, {Token: "", Label: "no token"}, {Token: strings.Repeat("t", 65), Label: "too long"}, {Token: "t.1.empty", Label: " \n"}}}
	drafts := render(v)
	var all strings.Builder
	for i, d := range drafts {
		text := plainText(t, d.HTML)
		if n := chat.UTF16.Length(text); n > maxText || n == 0 {
			t.Errorf("message %d has %d characters", i, n)
		}
		if len(d.HTML) > 35_000 {
			t.Errorf("message %d has %d bytes of HTML", i, len(d.HTML))
		}
		if (len(d.Keyboard) > 0) != (i == len(drafts)-1) {
			t.Errorf("message %d has the keyboard %v", i, d.Keyboard)
		}
		all.WriteString(text)
	}
	if n := strings.Count(strings.ReplaceAll(all.String(), "\n", ""), "😀"); n != 5*3000 {
		t.Errorf("%d of 15000 faces are left", n)
	}
	rows := drafts[len(drafts)-1].Keyboard
	if len(rows) != 2 || rows[1][0].Text != "…" || chat.UTF16.Length(rows[0][0].Text) > maxLabel {
		t.Errorf("keyboard %+v", rows)
	}
	if d := single(v); chat.UTF16.Length(plainText(t, d.HTML)) > maxText || !strings.HasSuffix(d.HTML, "…") || len(d.Keyboard) != 2 {
		t.Errorf("an edit has %d characters and %d rows", chat.UTF16.Length(plainText(t, d.HTML)), len(d.Keyboard))
	}
	if d := render(flow.Shown{Buttons: v.Buttons[:1]}); len(d) != 1 || d[0].HTML == "" {
		t.Errorf("a view without text is %+v", d)
	}
}

func TestKeyboards(t *testing.T) {
	t.Parallel()
	shown := func(options int, labels ...string) flow.Shown {
		s := flow.Shown{Kind: "form", Title: "Which?"}
		if options > 0 {
			s.Fields = []flow.ShownField{{Name: "f", Kind: flow.ChoiceField, Options: make([]flow.ShownOption, options)}}
		}
		for i, l := range labels {
			s.Buttons = append(s.Buttons, flow.ShownButton{Token: fmt.Sprintf("t.1.%d", i), Label: l})
		}
		return s
	}
	styled := func(s flow.Shown) flow.Shown {
		s.Buttons[0].Style = flow.Danger
		return s
	}
	many := make([]string, 120)
	for i := range many {
		many[i] = fmt.Sprint("Purchase ", i+1)
	}
	for _, test := range []struct {
		name string
		in   flow.Shown
		want string // rows of labels
	}{
		{"short ones stand beside each other", shown(0, "Yes", "No", "Help", "Cancel"), "Yes / No|Help|Cancel"},
		{"longer ones in twos", shown(0, "Refund R$ 297,00", "Cancel it all"), "Refund R$ 297,00|Cancel it all"},
		{"long ones alone", shown(0, "Somebody has lost the access", "No"), "Somebody has lost the access / No"},
		{"what answers stands above what leaves", shown(2, "Typo", "Other", "Back", "Cancel"), "Typo|Other / Back|Cancel"},
		{"emoji count double", shown(0, strings.Repeat("😀", 10), "No"), strings.Repeat("😀", 10) + " / No"},
		{"what cannot be taken back stands above", styled(shown(0, "Refund", "Back", "Help", "Cancel")), "Refund / Back|Help|Cancel"},
		{"none", shown(0), ""},
	} {
		rows, list := keyboard(test.in)
		var got []string
		for _, row := range rows {
			var labels []string
			for _, b := range row {
				labels = append(labels, b.Text)
			}
			got = append(got, strings.Join(labels, "|"))
		}
		if strings.Join(got, " / ") != test.want || len(list) > 0 {
			t.Errorf("%s: %q, want %q", test.name, strings.Join(got, " / "), test.want)
		}
	}
	rows, list := keyboard(shown(118, many...))
	if len(list) != 118 || list[117] != "Purchase 118" || len(rows) == 0 || rows[0][0].Data != "t.1.118" {
		t.Errorf("%d are listed, the keyboard is %+v", len(list), rows)
	}
	if text := render(shown(118, many...))[0].HTML; !strings.Contains(text, "118. Purchase 118") {
		t.Errorf("the list is\n%s", text)
	}
	rows, _ = keyboard(shown(0, many...))
	n := 0
	for _, row := range rows {
		n += len(row)
	}
	if n != maxButtons {
		t.Errorf("%d buttons, Telegram takes no more than %d", n, maxButtons)
	}
}

// cards are the main cards with their golden files.
func cards(t *testing.T) []flowstest.Named { return flowstest.MainQuestions(t) }

// TestRenderGolden compares the main cards with their files, and the page that shows them to readers.
func TestRenderGolden(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString(pageHead)
	for i, c := range cards(t) {
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		drafts := render(c.Shown)
		if err := e.Encode(drafts); err != nil {
			t.Fatal(err)
		}
		name := strings.ToLower(strings.NewReplacer(" ", "_", ":", "", "-", "_").Replace(c.Name))
		golden(t, filepath.Join("testdata", "render", fmt.Sprintf("%02d_%s.json", i+1, name)), out.String())
		fmt.Fprintf(&page, "\n## %s\n\n```text\n%s```\n", c.Name, drawn(t, drafts))
	}
	golden(t, filepath.Join("..", "..", "docs", "chats", "telegram.md"), page.String())
}

const pageHead = `# What it looks like in Telegram

The main cards, as text. Titles and labels are bold in Telegram; the buttons below a card are an inline keyboard, red and
blue ones are marked. Where other chats open a form, Telegram asks one question after the other. A press changes the card
in place.

This page is written by ` + "`go test ./adapters/telegram -run TestRenderGolden -update`" + ` from the same files that the test compares.
`

// drawn is a message as a text.
func drawn(t *testing.T, drafts []draft) string {
	t.Helper()
	var out strings.Builder
	for _, d := range drafts {
		out.WriteString("┌" + strings.Repeat("─", 56) + "\n")
		for line := range strings.SplitSeq(plainText(t, d.HTML), "\n") {
			out.WriteString(strings.TrimRight("│ "+line, " ") + "\n")
		}
		out.WriteString("└" + strings.Repeat("─", 56) + "\n")
		for _, row := range d.Keyboard {
			for i, b := range row {
				if i > 0 {
					out.WriteString(" ")
				}
				label := b.Text
				if b.Style != "" {
					label += map[string]string{"danger": " (red)", "primary": " (blue)"}[b.Style]
				}
				out.WriteString("[ " + label + " ]")
			}
			out.WriteString("\n")
		}
	}
	return out.String()
}

// BenchmarkPress is a press on its way: decoded, answered by a desk that shows a card, rendered as it is sent.
func BenchmarkPress(b *testing.B) {
	raw, err := os.ReadFile("testdata/decode/press.json")
	if err != nil {
		b.Fatal(err)
	}
	v := flow.Shown{Token: "01JDZKQ3V7X9T2M4N6P8R0S1W5.12", Kind: "confirm", Title: "Refund R$297.00?", Body: []string{"The full price goes back to the buyer and access to the product ends."},
		Buttons: []flow.ShownButton{{Token: "01JDZKQ3V7X9T2M4N6P8R0S1W5.12.confirm", Label: "Refund R$297.00", Style: flow.Danger}, {Token: "01JDZKQ3V7X9T2M4N6P8R0S1W5.12.cancel", Label: "Cancel"}}}
	for _, f := range []string{"Product", "Buyer", "E-mail", "Code", "Price", "Status", "Payment", "Guarantee"} {
		v.Facts = append(v.Facts, flow.ShownFact{Label: f, Value: "Sourdough at Home & more"})
	}
	b.ReportAllocs()
	for b.Loop() {
		var u update
		if err := json.Unmarshal(raw, &u); err != nil {
			b.Fatal(err)
		}
		e, ok := decode(u, "cozinha_bot", decodeWords)
		if !ok {
			b.Fatal("nothing")
		}
		v.Replace = e.in.Message
		for _, d := range render(v) {
			if params := d.params(); len(params["text"]) == 0 {
				b.Fatal("nothing to send")
			}
		}
	}
}
