package terminal

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/flows/flow"
)

// menu is a screen with two buttons and no question.
func menu() *screenful {
	return &screenful{buttons: []button{
		{flow.ShownButton{Token: "c.1.refund", Label: "Refund"}, "7"}, {flow.ShownButton{Token: "c.1.cancel", Label: "Cancel"}, "7"},
	}}
}

// question is a screen that asks for one free text.
func question() *screenful {
	s := menu()
	s.form = flow.Shown{Token: "c.1.", Fields: []flow.ShownField{{Name: "note", Label: "Note", Kind: flow.TextField}}}
	return s
}

// form is a screen with two fields.
func form() *screenful {
	s := menu()
	s.form = flow.Shown{Token: "c.1.", Fields: []flow.ShownField{
		{Name: "new", Label: "New address", Kind: flow.EmailField},
		{Name: "reason", Label: "Reason", Kind: flow.ChoiceField, Options: []flow.ShownOption{
			{Value: "typo", Label: "Typing error"}, {Value: "other", Label: "Other"}}},
	}}
	return s
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		on   *screenful
		line string
		want flow.Gesture // nil: none
	}{
		{"a command", menu(), "/refund HP123 now", flow.Command{Word: "refund", Rest: "HP123 now"}},
		{"a command without arguments", menu(), "  /help ", flow.Command{Word: "help"}},
		{"a slash alone is text", menu(), "/", flow.Typed{Text: "/"}},
		{"a number presses", menu(), "2", flow.Pressed{Token: "c.1.cancel"}},
		{"a number too high is text", menu(), "3", flow.Typed{Text: "3"}},
		{"zero is text", menu(), "0", flow.Typed{Text: "0"}},
		{"a label presses", menu(), "refund", flow.Pressed{Token: "c.1.refund"}},
		{"a label in brackets presses", menu(), "[Cancel]", flow.Pressed{Token: "c.1.cancel"}},
		{"an unknown label stays as typed", menu(), "[Nothing]", flow.Typed{Text: "[Nothing]"}},
		{"a number answers a question", question(), "2", flow.Typed{Text: "2"}},
		{"a label presses below a question too", question(), "cancel", flow.Pressed{Token: "c.1.cancel"}},
		{"the only field by its label", question(), "note: hello: you", flow.Submitted{Token: "c.1.", Values: map[string]string{"note": "hello: you"}}},
		{"the only field without its label", question(), "hello", flow.Typed{Text: "hello"}},
		{"text that begins like a label", question(), "notes: x", flow.Typed{Text: "notes: x"}},
		{"nothing", menu(), "   ", nil},
		{"one field of two", form(), "New address: a@b.example", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := c.on.decode(c.line)
			if ok != (c.want != nil) {
				t.Fatalf("decode(%q) is an input: %v", c.line, ok)
			}
			if _, pressed := got.input.(flow.Pressed); pressed && got.message != "7" {
				t.Errorf("decode(%q) is about message %q, want the button's", c.line, got.message)
			}
			if diff := cmp.Diff(c.want, got.input); diff != "" {
				t.Errorf("decode(%q) (-want +got):\n%s", c.line, diff)
			}
		})
	}
}

func TestFormIsSentWhenCompleteOrByAnEmptyLine(t *testing.T) {
	t.Parallel()
	s := form()
	s.decode("new address: a@b.example")
	got, _ := s.decode("Reason: 2")
	want := flow.Submitted{Token: "c.1.", Values: map[string]string{"new": "a@b.example", "reason": "other"}}
	if diff := cmp.Diff(flow.Gesture(want), got.input); diff != "" {
		t.Errorf("both fields (-want +got):\n%s", diff)
	}

	s = form()
	s.form.Fields[0].Value = "kept@b.example"
	s.decode("Reason: Typing error")
	got, _ = s.decode("")
	want = flow.Submitted{Token: "c.1.", Values: map[string]string{"new": "kept@b.example", "reason": "typo"}}
	if diff := cmp.Diff(flow.Gesture(want), got.input); diff != "" {
		t.Errorf("an empty line (-want +got):\n%s", diff)
	}
}

func FuzzDecode(f *testing.F) {
	for _, line := range []string{"/refund HP1", "1", "[Cancel]", "Note: x", "", "/", "\x00", "İ: x", "New address:"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, s := range []*screenful{menu(), question(), form()} {
			if g, ok := s.decode(line); ok && g.input == nil {
				t.Errorf("decode(%q) is an input and none", line)
			}
		}
	})
}
