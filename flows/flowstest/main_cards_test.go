package flowstest

import (
	"slices"
	"strings"
	"testing"
)

// TestMainCards: each card is the one that its name says.
func TestMainCards(t *testing.T) {
	t.Parallel()
	want := []struct{ name, says string }{
		{"Menu", "[Refund a purchase]"},
		{"Search with several results", "[Raul Pinheiro · Bread Camp Lisbon · R$240.00]"},
		{"Purchase", "Code: HP1100000101"},
		{"Refund: the form", "Reason: (Not what was expected)"},
		{"Refund: confirm", "Refund R$297.00?"},
		{"Refund: done", "Refund of R$297.00 done"},
		{"Approval: open", "[Approve] [Deny] [Show the purchase]"},
		{"Approval: decided", "Refund of R$897.00 approved by Rui"},
		{"E-mail change: a form with a problem", "✗ The two answers are not the same."},
		{"A button that is too old", "button"},
	}
	got := MainCards(t)
	if len(got) != len(want) {
		t.Fatalf("%d cards, want %d", len(got), len(want))
	}
	for i, c := range got {
		text := strings.Join(draw(c.Shown), "\n")
		if c.Name != want[i].name || !strings.Contains(text, want[i].says) {
			t.Errorf("card %d is %q, want %q with %q:\n%s", i+1, c.Name, want[i].name, want[i].says, text)
		}
	}
}

// TestMainQuestions: they are the same ten, with one question where a form would be.
func TestMainQuestions(t *testing.T) {
	t.Parallel()
	forms, questions := MainCards(t), MainQuestions(t)
	if len(questions) != len(forms) {
		t.Fatalf("%d cards, want %d", len(questions), len(forms))
	}
	for i, c := range questions {
		if c.Name != forms[i].Name || c.Shown.Title != forms[i].Shown.Title || len(c.Shown.Fields) > 1 {
			t.Errorf("card %d is %q, %q with %d fields; want %q, %q", i+1, c.Name, c.Shown.Title, len(c.Shown.Fields), forms[i].Name, forms[i].Shown.Title)
		}
	}
}

// TestViewsHoldTheLongest: the views that adapters are measured with have what makes them long, and names of their own.
func TestViewsHoldTheLongest(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	missing := []string{longProduct, longName, string(longEmail), longNote, strings.Repeat("1234567890", 4), "🥖"}
	for _, v := range Views(t) {
		if seen[v.Name] {
			t.Errorf("two views are called %s", v.Name)
		}
		seen[v.Name] = true
		drawn := strings.Join(draw(v.Shown), "\n")
		missing = slices.DeleteFunc(missing, func(want string) bool { return strings.Contains(drawn, want) })
	}
	if len(missing) > 0 {
		t.Errorf("no view holds %q", missing)
	}
}
